"""Snapshots as files: what is served to the browser that makes them, what it sends, what is kept."""

from __future__ import annotations

import gzip
import http.client
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tiffin.host.export.makers import Family
from tiffin.host.export.snapshots import (
    Ingredients,
    Snapshot,
    SnapshotError,
    make_snapshot,
    read_snapshots,
    write_snapshots,
)
from tiffin.ids import digest


def fetch(url: str) -> tuple[str, bytes]:
    with urllib.request.urlopen(url) as answer:
        return answer.headers["Content-Type"], answer.read()


def put(url: str, data: bytes) -> int:
    with urllib.request.urlopen(urllib.request.Request(url, data, method="PUT")) as answer:
        return int(answer.status)


class Browser:
    """What a browser does with the files, without one: takes everything, sends memory and libraries."""

    family: Family = "chromium"

    def __init__(self, libraries: tuple[str, ...] = (), failure: str | None = None) -> None:
        self.libraries = libraries
        self.failure = failure
        self.seen: dict[str, tuple[str, bytes]] = {}

    def make(self, page: str, script: str, config: dict[str, Any]) -> dict[str, Any]:
        assert fetch(page)[0] == "text/html"
        runtime = config["runtime"]
        addresses = {"script": script, **{role: runtime[role] for role in ("loader", "glue", "wasm", "lock")}}
        addresses |= {role: runtime[role]["url"] for role in ("stdlib", "kernel")}
        self.seen = {role: fetch(url) for role, url in addresses.items()}
        self.seen["wheel"] = fetch(addresses["lock"].replace("lock.json", "a.whl"))
        self.config = config
        if self.failure is not None:
            return {"kind": "failed", "reason": self.failure}
        put(f"{config['target']}memory", b"memory " * 1000)
        for number, path in enumerate(self.libraries):
            put(f"{config['target']}library-{number}", path.encode())
        handles = [[12 * (number + 1), path] for number, path in enumerate(self.libraries)]
        return {
            "kind": "made",
            "table": 5,
            "heap": 9,
            "libraries": list(self.libraries),
            "handles": handles,
            "packages": config["packages"],
        }


@pytest.fixture
def ingredients(tmp_path: Path) -> Ingredients:
    names = {
        "loader": "pyodide.mjs",
        "glue": "pyodide.asm.js",
        "wasm": "pyodide.asm.wasm",
        "stdlib": "1.zip",
        "kernel": "2.zip",
        "lock": "lock.json",
    }
    for name in (*names.values(), "maker.js", "a.whl"):
        (tmp_path / name).write_text(name)
    files = {role: tmp_path / name for role, name in names.items()}
    return Ingredients(tmp_path / "maker.js", files, [tmp_path / "a.whl"])


def test_a_browser_gets_all_files_and_what_it_sends_is_kept_by_content(
    ingredients: Ingredients, tmp_path: Path
) -> None:
    browser = Browser(("/lib/b.so", "/lib/a.so"))
    made = make_snapshot(browser, ingredients, "import x", tmp_path / "made", ["a"])
    assert {role: data.decode() for role, (_, data) in browser.seen.items()} == {
        "script": "maker.js",
        "wheel": "a.whl",
        **{role: path.name for role, path in ingredients.files.items()},
    }
    assert browser.seen["wasm"][0] == "application/wasm"
    assert {browser.seen[role][0] for role in ("script", "loader", "glue")} == {"text/javascript"}
    assert (browser.config["code"], browser.config["packages"]) == ("import x", ["a"])
    memory = b"memory " * 1000
    assert made.memory.name == f"{digest(memory)[:20]}.snapshot"
    assert gzip.decompress(made.memory.read_bytes()) == memory
    assert made.libraries == (("/lib/b.so", 9), ("/lib/a.so", 9))
    assert made.code is not None
    assert gzip.decompress(made.code.read_bytes()) == b"/lib/b.so/lib/a.so"
    assert (made.table, made.heap, made.packages) == (5, 9, ("a",))
    assert made.handles == ((12, "/lib/b.so"), (24, "/lib/a.so"))


def test_why_none_could_be_made_is_said(ingredients: Ingredients, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="the snapshot for chromium could not be made: no memory"):
        make_snapshot(Browser(failure="no memory"), ingredients, "", tmp_path / "made")
    assert not (tmp_path / "made").exists()


class Intruder(Browser):
    def make(self, page: str, script: str, config: dict[str, Any]) -> dict[str, Any]:
        base = page.removesuffix("index.html")
        self.answers = []
        for path in ("outside", "made/../outside", "made/sub/x", "made/..%2foutside", "made/"):
            host = base.removeprefix("http://").rstrip("/")
            connection = http.client.HTTPConnection(host)
            connection.request("PUT", f"/{path}", b"x")
            self.answers.append(connection.getresponse().status)
            connection.close()
        return super().make(page, script, config)


def test_nothing_is_taken_for_another_place(ingredients: Ingredients, tmp_path: Path) -> None:
    intruder = Intruder()
    make_snapshot(intruder, ingredients, "", tmp_path / "made")
    assert intruder.answers == [403] * 5


def test_the_server_is_gone_afterwards(ingredients: Ingredients, tmp_path: Path) -> None:
    browser = Browser()
    make_snapshot(browser, ingredients, "", tmp_path / "made")
    with pytest.raises(urllib.error.URLError):
        fetch(browser.config["runtime"]["loader"])


def test_a_folder_of_snapshots_is_read_as_it_was_written(ingredients: Ingredients, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    made = make_snapshot(Browser(("/lib/a.so",)), ingredients, "", folder, ["a"])
    write_snapshots(folder, [made], {"wasm": "1"})
    assert read_snapshots(folder, {"wasm": "1"}) == (made,)
    assert read_snapshots(folder, {"wasm": "2"}) == ()
    assert read_snapshots(tmp_path / "nowhere", {"wasm": "1"}) == ()
    assert made.code is not None
    made.code.unlink()
    assert read_snapshots(folder, {"wasm": "1"}) == ()


@pytest.mark.parametrize("text", ["", "[]", '{"snapshots": 1}', '{"from": {}, "snapshots": [{}]}'])
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "snapshots.json").write_text(text)
    assert read_snapshots(tmp_path, {}) == ()


def test_a_record_has_names_and_no_places(tmp_path: Path) -> None:
    code = tmp_path / "1.libraries"
    snapshot = Snapshot("webkit", tmp_path / "1.snapshot", 5, 9, code, (("/lib/a.so", 3),))
    document = snapshot.to_json()
    assert str(tmp_path) not in json.dumps(document)
    assert Snapshot.from_json(document, tmp_path) == snapshot
