"""What an exported site is made of besides the notebook: the page's scripts, the kernel, and Pyodide."""

from __future__ import annotations

import json
import os
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tiffin.errors import TiffinError, UsageError
from tiffin.ids import digest

DEFAULT_PYODIDE = "314.0.7"
RELEASES = "https://cdn.jsdelivr.net/pyodide"
"""Where every release of Pyodide lies, wheels included."""
FETCH_TIMEOUT = 30  # seconds for a lock file
_CORE = ("pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")

_PACKAGE = Path(__file__).resolve().parent.parent.parent
_PLACES = (_PACKAGE / "bundled", _PACKAGE.parent.parent / "build" / "out")
"""Where built things lie: in an installed wheel, and in a checkout."""


@dataclass(frozen=True)
class Assets:
    """The page's files, by role in `bundle`, and the kernel wheel."""

    page: Path
    bundle: Mapping[str, Any]
    kernel: Path


@dataclass(frozen=True)
class Runtime:
    """A Pyodide distribution: a local folder to be copied into the site, or a URL.

    `lock` is its lock file, empty for a URL where it could not be read. `wheels` is the URL of the folder
    where its wheels lie for everybody, None if only here; those of the packages `added` lie only here.
    """

    version: str
    folder: Path | None
    url: str | None
    lock: Mapping[str, Any]
    wheels: str | None = None
    added: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Compiled:
    """Zip archives of bytecode, in place of a distribution's standard library and of the kernel wheel."""

    stdlib: Path
    kernel: Path


def find_compiled(runtime: Runtime, kernel: Path) -> Compiled | None:
    """Return what was compiled from the very files of `runtime` and `kernel`; None if nothing was."""
    if runtime.folder is None:
        return None
    for place in _PLACES:
        folder = place / "runtime" / runtime.version
        try:
            record = json.loads((folder / "runtime.json").read_text("utf-8"))
            files, made_from = record["files"], record["from"]
            found = Compiled(folder / files["stdlib"], folder / files["kernel"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        sources = {
            "stdlib": runtime.folder / "python_stdlib.zip",
            "wasm": runtime.folder / "pyodide.asm.wasm",
            "kernel": kernel,
        }
        same = all(digest(path.read_bytes()) == made_from.get(role) for role, path in sources.items())
        if same and found.stdlib.is_file() and found.kernel.is_file():
            return found
    return None


def find_assets() -> Assets:
    """Return the built page and kernel; a `TiffinError` says how to build them when they are missing."""
    for place in _PLACES:
        listing = place / "page" / "bundle.json"
        kernels = sorted((place / "kernel").glob("*.whl"))
        if listing.is_file() and kernels:
            return Assets(place / "page", json.loads(listing.read_text("utf-8")), kernels[-1])
    raise TiffinError("the page and the kernel are not built: run 'make build', or install tiffin's wheel")


def pyodide_cache() -> Path:
    """Return the user's folder for Pyodide distributions (XDG base directories)."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "tiffin" / "pyodide"


def find_runtime(asked: str | None) -> Runtime:
    """Return the distribution that `asked` names: a folder, a URL, a version, or None for the default."""
    if asked is not None and asked.startswith(("https://", "http://")):
        url = asked if asked.endswith("/") else f"{asked}/"
        return Runtime(url.rstrip("/").rsplit("/", 1)[-1], None, url, {}, url)
    if asked and ("/" in asked or os.sep in asked or Path(asked).is_dir()):
        return _open_runtime(Path(asked))
    version = (asked or DEFAULT_PYODIDE).removeprefix("v")
    places = [*(place / "pyodide" / version for place in _PLACES), pyodide_cache() / version]
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        raise UsageError(
            f"Pyodide {version} is not on this machine: give a folder or a URL to --pyodide, or in a "
            f"checkout run 'python build/pyodide_distribution.py {version}'"
        )
    released = re.fullmatch(r"\d+\.\d+\.\d+", version) is not None
    return replace(_open_runtime(folder), wheels=f"{RELEASES}/v{version}/full/" if released else None)


def read_remote_lock(runtime: Runtime) -> Runtime:
    """Return a runtime that is a URL together with its lock, which is fetched; as it was if that fails."""
    if runtime.url is None:
        return runtime
    try:
        address = f"{runtime.url}pyodide-lock.json"
        with urllib.request.urlopen(address, timeout=FETCH_TIMEOUT) as answer:  # noqa: S310 (http or https)
            lock = json.loads(answer.read())
        version = str(lock["info"].get("version") or runtime.version)
        return replace(runtime, version=version, lock={**lock, "packages": dict(lock["packages"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return runtime


def _open_runtime(folder: Path) -> Runtime:
    """Open the distribution in `folder`; its version is the one in its lock file, else the folder's name."""
    missing = [name for name in _CORE if not (folder / name).is_file()]
    if missing:
        raise UsageError(f"{folder} is no Pyodide distribution: it has no {missing[0]}")
    try:
        lock = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))
        version = str(lock.get("info", {}).get("version") or folder.resolve().name)
    except (ValueError, AttributeError):
        raise UsageError(f"{folder} is no Pyodide distribution: its pyodide-lock.json is damaged") from None
    return Runtime(version, folder, None, lock, None, _added(folder))


def _added(folder: Path) -> frozenset[str]:
    """The packages that whoever made the distribution in `folder` has put beside the official ones."""
    try:
        record = json.loads((folder / "distribution.json").read_text("utf-8"))
        return frozenset(record.get("added", ()))
    except (OSError, ValueError, AttributeError):
        return frozenset()


def runtime_files(runtime: Runtime, compiled: Compiled | None = None) -> dict[str, Path]:
    """Return the files of a self-hosted runtime: Pyodide itself, with its standard library as bytecode if it
    is `compiled`, without lock and packages."""
    assert runtime.folder is not None
    files = {
        path.name: path
        for path in sorted(runtime.folder.iterdir())
        if path.name.startswith("pyodide.") and path.suffix in (".mjs", ".js", ".wasm")
    }
    stdlib = runtime.folder / "python_stdlib.zip" if compiled is None else compiled.stdlib
    return {**files, stdlib.name: stdlib}
