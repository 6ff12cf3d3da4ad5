"""The gallery: every example is shipped with all that a native run shows, and every link leads somewhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import pytest

from tiffin.host.export.cook import Cooked, cook
from tiffin.host.export.folder import is_site
from tiffin.notebook.files import read_notebook
from tiffin.outputs.mime import Bundle, best

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[4]
EXAMPLES = sorted(path for path in (REPOSITORY / "examples").iterdir() if path.suffix in (".py", ".ipynb"))
TIFFIN = Path(sys.executable).with_name("tiffin")
TITLE = "A gallery of notebooks"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make gallery` makes, but with links to compiled packages instead of the packages."""
    folder = tmp_path_factory.mktemp("gallery")
    command = [str(TIFFIN), "export", "html-wasm", *map(str, EXAMPLES), "-o", str(folder / "site")]
    command += ["--execute", "--playground", "--title", TITLE, "--cache", str(folder / "cache")]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return folder / "site"


def shown(cooked: Cooked, timed: frozenset[str]) -> Mapping[str, Any]:
    """What a page shows of each cell; how long it took is told by some, and never the same."""

    def seen(bundle: Bundle) -> Any:
        mime = best(bundle)
        return None if mime is None else (mime, bundle[mime])

    return {
        cell: (
            seen(done.output),
            [seen(bundle) for bundle in done.displays],
            () if cell in timed else done.console,
        )
        for cell, done in cooked.cells.items()
    }


def test_there_are_enough_of_them_and_make_exports_all() -> None:
    assert len(EXAMPLES) >= 9
    told = subprocess.run(
        ["make", "-n", "gallery"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout.replace("\\\n", " ")
    command = next(line for line in told.splitlines() if "export html-wasm" in line and " -o gallery" in line)
    words = command.split()
    assert {word for word in words if word.startswith("examples/")} == {
        f"examples/{p.name}" for p in EXAMPLES
    }
    assert {"--execute", "--playground"} <= set(words)


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.name for path in EXAMPLES])
def test_what_is_shipped_is_what_a_native_run_shows(path: Path, gallery: Path, tmp_path: Path) -> None:
    notebook = read_notebook(path)
    native = cook(notebook, path, tmp_path / "empty", lambda _: None)
    assert native.summary.success
    shutil.copytree(gallery / notebook.name / "public" / "cache", tmp_path / "shipped")
    shipped = cook(notebook, path, tmp_path / "shipped", lambda _: None)
    code = {cell.id for cell in notebook.cells if cell.kind == "code"}
    assert {
        cell: done.run.result.origin for cell, done in shipped.cells.items() if done.run.result
    } == dict.fromkeys(code, "cache")
    timed = frozenset(cell.id for cell in notebook.cells if "%%time" in cell.source)
    assert shown(shipped, timed) == shown(native, timed)
    assert any(output or displays for output, displays, _ in shown(native, timed).values())


class Addresses(HTMLParser):
    """Where a page's links and pictures lead."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "img":
            self.pictures.append(found)
        for name in ("href", "src"):
            address = found.get(name)
            if address is not None and not address.startswith("data:"):
                (self.links if tag == "a" else self.others).append(address)


def file_at(gallery: Path, address: str) -> Path:
    parts = urlsplit(urljoin("http://gallery/", address))
    assert parts.netloc == "gallery"
    path = unquote(parts.path).lstrip("/")
    return gallery / path / "index.html" if path.endswith("/") or not path else gallery / path


def test_every_link_and_picture_of_the_list_is_there(gallery: Path) -> None:
    page = Addresses()
    page.feed((gallery / "index.html").read_text("utf-8"))
    names = [path.stem for path in EXAMPLES]
    assert [link for link in page.links if "?" not in link] == [f"{name}/" for name in names]
    assert len(page.pictures) == len(EXAMPLES)
    for address in (*page.links, *page.others):
        assert file_at(gallery, address).is_file(), address
    opened = [link for link in page.links if "?" in link]
    assert len(opened) == len(EXAMPLES)
    for name, link in zip(names, opened, strict=True):
        (asked,) = parse_qs(urlsplit(link).query)["url"]
        file = file_at(gallery, urljoin(f"http://gallery/{link}", asked))
        assert json.loads(file.read_text("utf-8"))["name"] == name
    assert is_site(gallery / "playground")


def test_pictures_are_small_and_say_what_they_show(gallery: Path) -> None:
    page = Addresses()
    page.feed((gallery / "index.html").read_text("utf-8"))
    for picture in page.pictures:
        assert (gallery / str(picture["src"])).stat().st_size < 100_000
        # A figure of matplotlib says nothing: its title beside it must do.
        assert picture["alt"] or str(picture["src"]).endswith(".png")
