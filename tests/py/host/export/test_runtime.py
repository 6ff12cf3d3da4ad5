"""Pyodide distributions: found, and cut down to what a site needs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sites import make_runtime, package

from tiffin.errors import TiffinError, UsageError
from tiffin.host.export import runtime as module
from tiffin.host.export.runtime import (
    DEFAULT_PYODIDE,
    RELEASES,
    Assets,
    Compiled,
    Runtime,
    digests_of,
    find_assets,
    find_compiled,
    find_runtime,
    find_snapshots,
    lay_out_runtime,
    named_by_content,
    read_remote_lock,
    snapshot_sources,
)
from tiffin.host.export.snapshots import Snapshot, write_snapshots
from tiffin.ids import digest

PACKAGES = (package("numpy"), package("pandas", "numpy"))


@pytest.fixture
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a distribution; returns the user's folder for them."""
    monkeypatch.setattr(module, "_PLACES", (tmp_path / "bundled",))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tiffin" / "pyodide"


def own_archives(folder: Path) -> Assets:
    """A kernel and the archives beside it in `folder`, and no page."""
    archives = (folder / "kernel.whl", folder / "scratchpad.zip", folder / "ondemand.zip")
    assets = Assets(folder / "page", {}, *archives)
    assets.kernel.write_bytes(b"kernel")
    assets.scratchpad.write_bytes(b"scratchpad")
    assets.ondemand.write_bytes(b"on demand")
    return assets


@pytest.mark.parametrize("asked", [None, DEFAULT_PYODIDE, f"v{DEFAULT_PYODIDE}", ""])
def test_a_version_is_found_in_the_users_cache(empty_machine: Path, asked: str | None) -> None:
    make_runtime(empty_machine / DEFAULT_PYODIDE)
    found = find_runtime(asked)
    assert (found.version, found.folder, found.url) == (
        DEFAULT_PYODIDE,
        empty_machine / DEFAULT_PYODIDE,
        None,
    )


def test_what_the_wheel_brings_comes_first(empty_machine: Path, tmp_path: Path) -> None:
    make_runtime(empty_machine / DEFAULT_PYODIDE)
    make_runtime(tmp_path / "bundled" / "pyodide" / DEFAULT_PYODIDE)
    assert find_runtime(None).folder == tmp_path / "bundled" / "pyodide" / DEFAULT_PYODIDE


def test_an_unknown_version_says_what_to_do(empty_machine: Path) -> None:
    with pytest.raises(UsageError, match=r"Pyodide 0\.0\.1 is not on this machine: .*--pyodide"):
        find_runtime("0.0.1")


def test_a_folder_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_runtime(tmp_path / "mine", version="0.27.7")
    make_runtime(tmp_path / "0.1.0")
    monkeypatch.chdir(tmp_path)
    assert find_runtime("mine").version == "0.27.7"
    assert find_runtime("./mine").folder == Path("mine")
    assert find_runtime(str(tmp_path / "0.1.0")).version == "0.1.0"
    monkeypatch.chdir(tmp_path / "0.1.0")
    assert find_runtime(".").version == "0.1.0"


@pytest.mark.parametrize(
    ("asked", "url", "version"),
    [
        ("https://x.org/pyodide/v0.27.7/full", "https://x.org/pyodide/v0.27.7/full/", "full"),
        ("http://x.org/314.0.7/", "http://x.org/314.0.7/", "314.0.7"),
    ],
)
def test_a_url_is_left_to_the_browser(asked: str, url: str, version: str) -> None:
    found = find_runtime(asked)
    assert found == Runtime(version, None, url, {}, url)


@pytest.mark.parametrize(
    "missing", ["pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"]
)
def test_a_folder_that_is_incomplete_says_what_is_missing(tmp_path: Path, missing: str) -> None:
    make_runtime(tmp_path / "mine")
    (tmp_path / "mine" / missing).unlink()
    with pytest.raises(UsageError, match=f"is no Pyodide distribution: it has no {missing}"):
        find_runtime(str(tmp_path / "mine"))


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"info": []}'])
def test_a_damaged_lock_is_said(tmp_path: Path, text: str) -> None:
    make_runtime(tmp_path / "mine")
    (tmp_path / "mine" / "pyodide-lock.json").write_text(text)
    with pytest.raises(UsageError, match=r"pyodide-lock\.json is damaged"):
        find_runtime(str(tmp_path / "mine"))


def test_no_distribution_at_all(empty_machine: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"it has no pyodide\.mjs"):
        find_runtime(str(tmp_path / "nothing" / "here"))


def test_a_site_gets_what_pyodide_itself_is_made_of(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path / "mine", *PACKAGES)
    assets = own_archives(tmp_path)
    layout = lay_out_runtime(runtime, assets, None, up="../")
    assert runtime.folder is not None
    own = {path.name for path in layout.files.values()}
    assert own == {
        "pyodide.mjs",
        "pyodide.asm.mjs",
        "pyodide.asm.wasm",
        "python_stdlib.zip",
        "kernel.whl",
        "scratchpad.zip",
        "ondemand.zip",
    }
    for address, path in layout.files.items():
        assert re.fullmatch(r"(runtime/mine|kernel)/[0-9a-f]{20}\.(mjs|wasm|zip|whl)", address)
        assert digest(path.read_bytes()).startswith(Path(address).stem)
    config = layout.config
    assert config["kernel"] == {"url": f"../kernel/{digest(b'kernel')[:20]}.whl", "size": 6}
    assert config["scratchpad"] == {"url": f"../kernel/{digest(b'scratchpad')[:20]}.zip", "size": 10}
    assert config["lock"] == "../runtime/mine/pyodide-lock.json"
    assert (config["bytecode"], config["packed"], config["snapshots"]) == (False, False, [])
    assert {f"../{address}" for address in layout.files} == {
        config["loader"],
        config["glue"],
        config["wasm"],
        config["stdlib"]["url"],
        config["kernel"]["url"],
        config["scratchpad"]["url"],
        config["ondemand"]["url"],
    }


def test_a_glue_that_is_no_module_is_called_as_hosts_know_scripts(tmp_path: Path) -> None:
    folder = make_runtime(tmp_path / "mine").folder
    assert folder is not None
    (folder / "pyodide.asm.mjs").rename(folder / "pyodide.asm.js")
    assets = own_archives(tmp_path)
    config = lay_out_runtime(find_runtime(str(folder)), assets, None).config
    assert config["glue"].endswith(".mjs")


def test_a_runtime_elsewhere_stays_there(tmp_path: Path) -> None:
    assets = own_archives(tmp_path)
    remote = find_runtime("https://x.example/314.0.7/")
    layout = lay_out_runtime(remote, assets, None, up="../")
    assert list(layout.files.values()) == [assets.kernel, assets.scratchpad, assets.ondemand]
    config = layout.config
    assert config["loader"] == "https://x.example/314.0.7/pyodide.mjs"
    assert config["glue"] is None
    assert config["lock"] == "https://x.example/314.0.7/pyodide-lock.json"
    assert config["kernel"]["url"].startswith("../kernel/")


def test_compressed_variants_lie_beside_their_files(tmp_path: Path, empty_machine: Path) -> None:
    runtime = make_runtime(tmp_path / "mine")
    assets = own_archives(tmp_path)
    assert runtime.folder is not None
    wasm = named_by_content(runtime.folder / "pyodide.asm.wasm")
    packed = tmp_path / "bundled" / "packed"
    packed.mkdir(parents=True)
    for suffix in (".zst", ".br", ".gz"):
        (packed / f"{wasm}{suffix}").write_bytes(b"packed")
    layout = lay_out_runtime(runtime, assets, None)
    assert {name for name in layout.files if wasm in name} == {
        f"runtime/mine/{wasm}{suffix}" for suffix in ("", ".zst", ".br", ".gz")
    }
    assert layout.config["packed"] is True


def test_snapshots_are_told_of_with_their_libraries(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path / "mine")
    assets = own_archives(tmp_path)
    memory, library = tmp_path / f"{0:020}.snapshot", tmp_path / f"{1:020}.libraries"
    for path in (memory, library):
        path.write_bytes(path.name.encode())
    snapshot = Snapshot("webkit", memory, 5, 9, library, (("/lib/a.so", 3),), ((12, "/lib/a.so"),), ("a",))
    compiled = Compiled(assets.kernel, assets.kernel, assets.scratchpad, assets.ondemand)
    layout = lay_out_runtime(runtime, assets, compiled, [snapshot], "../")
    assert layout.config["snapshots"] == [
        {
            "family": "webkit",
            "url": f"../runtime/mine/{memory.name}",
            "table": 5,
            "heap": 9,
            "libraries": {
                "url": f"../runtime/mine/{library.name}",
                "modules": [{"path": "/lib/a.so", "size": 3}],
                "handles": [[12, "/lib/a.so"]],
            },
            "packages": ["a"],
        }
    ]
    assert layout.files[f"runtime/mine/{memory.name}"] == memory


@pytest.mark.parametrize("other", [None, "wasm", "kernel", "record", "memory"])
def test_snapshots_are_taken_only_if_they_were_made_from_the_very_same_files(
    tmp_path: Path, empty_machine: Path, other: str | None
) -> None:
    runtime = make_runtime(tmp_path / "pyodide")
    compiled = Compiled(*(tmp_path / f"{number}.zip" for number in range(1, 5)))
    for path in (compiled.stdlib, compiled.kernel):
        path.write_bytes(path.name.encode())
    folder = tmp_path / "bundled" / "snapshots" / runtime.version
    folder.mkdir(parents=True)
    snapshot = Snapshot("chromium", folder / f"{0:020}.snapshot", 5, 9)
    if other != "memory":
        snapshot.memory.write_bytes(b"memory")
    write_snapshots(folder, [snapshot], digests_of(snapshot_sources(runtime, compiled)))
    assert runtime.folder is not None
    if other == "wasm":
        (runtime.folder / "pyodide.asm.wasm").write_bytes(b"another")
    elif other == "kernel":
        compiled.kernel.write_bytes(b"another")
    elif other == "record":
        (folder / "snapshots.json").write_text('{"from": 1}')
    assert find_snapshots(runtime, compiled) == (() if other else (snapshot,))
    assert find_snapshots(runtime, None) == ()


def test_a_version_has_its_wheels_where_it_was_released(empty_machine: Path, tmp_path: Path) -> None:
    make_runtime(empty_machine / DEFAULT_PYODIDE)
    (empty_machine / DEFAULT_PYODIDE / "distribution.json").write_text('{"added": ["micropip"]}')
    found = find_runtime(None)
    assert found.wheels == f"{RELEASES}/v{DEFAULT_PYODIDE}/full/"
    assert found.added == {"micropip"}
    assert make_runtime(tmp_path / "mine").wheels is None
    make_runtime(empty_machine / "0.30.0.dev0")
    assert find_runtime("0.30.0.dev0").wheels is None


def test_the_lock_of_a_remote_runtime_is_fetched(serve_folder: Callable[[Path], str], tmp_path: Path) -> None:
    make_runtime(tmp_path / "there", *PACKAGES, version="0.27.7")
    remote = find_runtime(serve_folder(tmp_path / "there"))
    found = read_remote_lock(remote)
    assert (found.version, found.url, found.wheels) == ("0.27.7", remote.url, remote.url)
    assert set(found.lock["packages"]) == {entry["name"] for entry in PACKAGES}


@pytest.mark.parametrize("lock", ["{", "[]", '{"info": {}}', None])
def test_a_remote_lock_that_cannot_be_had_is_left_to_the_page(
    serve_folder: Callable[[Path], str], tmp_path: Path, lock: str | None
) -> None:
    (tmp_path / "there").mkdir()
    if lock is not None:
        (tmp_path / "there" / "pyodide-lock.json").write_text(lock)
    remote = find_runtime(serve_folder(tmp_path / "there"))
    assert read_remote_lock(remote) == remote


def test_assets_that_are_not_built_say_how_to_build_them(tmp_path: Path, empty_machine: Path) -> None:
    with pytest.raises(TiffinError, match="run 'make build'"):
        find_assets()
    page = tmp_path / "bundled" / "page"
    page.mkdir(parents=True)
    (page / "bundle.json").write_text('{"page": "p.js"}')
    with pytest.raises(TiffinError, match="run 'make build'"):
        find_assets()
    (tmp_path / "bundled" / "kernel").mkdir()
    (tmp_path / "bundled" / "kernel" / "k.whl").touch()
    with pytest.raises(TiffinError, match="run 'make build'"):
        find_assets()
    (tmp_path / "bundled" / "scratchpad").mkdir()
    (tmp_path / "bundled" / "scratchpad" / "s.zip").touch()
    with pytest.raises(TiffinError, match="run 'make build'"):
        find_assets()
    (tmp_path / "bundled" / "ondemand").mkdir()
    (tmp_path / "bundled" / "ondemand" / "o.zip").touch()
    assets = find_assets()
    assert assets.ondemand.name == "o.zip"
    assert (assets.page, assets.bundle, assets.kernel.name) == (page, {"page": "p.js"}, "k.whl")
    assert assets.scratchpad.name == "s.zip"


@pytest.mark.parametrize(
    "other",
    [None, "python_stdlib.zip", "pyodide.asm.wasm", "kernel", "scratchpad", "ondemand", "record", "archive"],
)
def test_bytecode_is_taken_only_if_it_was_made_from_the_very_same_files(
    tmp_path: Path, empty_machine: Path, other: str | None
) -> None:
    runtime = make_runtime(tmp_path / "pyodide", *PACKAGES)
    assert runtime.folder is not None
    assets = own_archives(tmp_path)
    folder = tmp_path / "bundled" / "runtime" / runtime.version
    folder.mkdir(parents=True)
    sources = {
        "stdlib": runtime.folder / "python_stdlib.zip",
        "wasm": runtime.folder / "pyodide.asm.wasm",
        "kernel": assets.kernel,
        "scratchpad": assets.scratchpad,
        "ondemand": assets.ondemand,
    }
    record = {
        "files": {"stdlib": "1.zip", "kernel": "2.zip", "scratchpad": "3.zip", "ondemand": "4.zip"},
        "from": {role: digest(path.read_bytes()) for role, path in sources.items()},
    }
    (folder / "runtime.json").write_text("[]" if other == "record" else json.dumps(record))
    for name in ("1.zip", "2.zip", "3.zip", "4.zip"):
        if other != "archive":
            (folder / name).write_bytes(name.encode())
    if other in ("kernel", "scratchpad", "ondemand"):
        sources[other].write_bytes(b"another")
    elif other in ("python_stdlib.zip", "pyodide.asm.wasm"):
        (runtime.folder / other).write_bytes(b"another")
    compiled = find_compiled(runtime, assets)
    if other is not None:
        assert compiled is None
        return
    archives = [folder / f"{number}.zip" for number in range(1, 5)]
    assert compiled == Compiled(*archives)
    layout = lay_out_runtime(runtime, assets, compiled)
    assert layout.config["bytecode"] is True
    assert set(archives) <= set(layout.files.values())
    assert not {assets.kernel, assets.scratchpad, assets.ondemand} & set(layout.files.values())


def test_for_a_distribution_elsewhere_there_is_no_bytecode(tmp_path: Path) -> None:
    assert find_compiled(find_runtime("https://x.example/314.0.7/"), own_archives(tmp_path)) is None
