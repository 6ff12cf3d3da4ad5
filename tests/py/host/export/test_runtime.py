"""Pyodide distributions: found, and cut down to what a site needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sites import make_runtime, package

from tiffin.errors import TiffinError, UsageError
from tiffin.host.export import runtime as module
from tiffin.host.export.runtime import (
    DEFAULT_PYODIDE,
    RELEASES,
    Compiled,
    Runtime,
    find_assets,
    find_compiled,
    find_runtime,
    pyodide_cache,
    read_remote_lock,
    runtime_files,
)
from tiffin.ids import digest

PACKAGES = (
    package("numpy"),
    package("pandas", "numpy", "python-dateutil"),
    package("python-dateutil", "six", imports=("dateutil",)),
    package("six"),
    package("matplotlib", "numpy", "left-out", imports=("matplotlib", "mpl_toolkits", "pylab")),
    package("toolkit-3d", imports=("mpl_toolkits.three",)),
)


@pytest.fixture
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a distribution; returns the user's folder for them."""
    monkeypatch.setattr(module, "_PLACES", (tmp_path / "bundled",))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tiffin" / "pyodide"


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
    files = runtime_files(runtime)
    assert files.keys() == {"pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"}


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


def test_the_users_cache_follows_the_xdg_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert pyodide_cache() == tmp_path / "tiffin" / "pyodide"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path / "cook"))
    assert pyodide_cache() == tmp_path / "cook" / ".cache" / "tiffin" / "pyodide"


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
    assets = find_assets()
    assert (assets.page, assets.bundle, assets.kernel.name) == (page, {"page": "p.js"}, "k.whl")


@pytest.mark.parametrize(
    "other", [None, "python_stdlib.zip", "pyodide.asm.wasm", "kernel", "record", "archive"]
)
def test_bytecode_is_taken_only_if_it_was_made_from_the_very_same_files(
    tmp_path: Path, empty_machine: Path, other: str | None
) -> None:
    runtime = make_runtime(tmp_path / "pyodide", *PACKAGES)
    assert runtime.folder is not None
    kernel = tmp_path / "kernel.whl"
    kernel.write_bytes(b"kernel")
    folder = tmp_path / "bundled" / "runtime" / runtime.version
    folder.mkdir(parents=True)
    sources = {
        "stdlib": runtime.folder / "python_stdlib.zip",
        "wasm": runtime.folder / "pyodide.asm.wasm",
        "kernel": kernel,
    }
    record = {
        "files": {"stdlib": "1.zip", "kernel": "2.zip"},
        "from": {role: digest(path.read_bytes()) for role, path in sources.items()},
    }
    (folder / "runtime.json").write_text("[]" if other == "record" else json.dumps(record))
    for name in ("1.zip", "2.zip"):
        if other != "archive":
            (folder / name).write_bytes(name.encode())
    if other == "kernel":
        kernel.write_bytes(b"another")
    elif other in ("python_stdlib.zip", "pyodide.asm.wasm"):
        (runtime.folder / other).write_bytes(b"another")
    compiled = find_compiled(runtime, kernel)
    if other is not None:
        assert compiled is None
        return
    assert compiled == Compiled(folder / "1.zip", folder / "2.zip")
    files = runtime_files(runtime, compiled)
    assert files["1.zip"] == folder / "1.zip"
    assert "python_stdlib.zip" not in files


def test_for_a_distribution_elsewhere_there_is_no_bytecode(tmp_path: Path) -> None:
    assert find_compiled(find_runtime("https://x.example/314.0.7/"), tmp_path / "k.whl") is None
