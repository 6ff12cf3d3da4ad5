"""What an exported site is made of besides the notebook: the page's scripts, the kernel, and Pyodide."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiffin.errors import TiffinError, UsageError
from tiffin.ids import digest

DEFAULT_PYODIDE = "314.0.7"
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

    `lock` is its lock file, empty for a URL.
    """

    version: str
    folder: Path | None
    url: str | None
    lock: Mapping[str, Any]

    def providers(self) -> dict[str, str]:
        """Return, for each module that the lock's packages bring, the name of the package."""
        packages = self.lock.get("packages", {})
        return {
            module: name for name, entry in sorted(packages.items()) for module in entry.get("imports", ())
        }


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
        return Runtime(url.rstrip("/").rsplit("/", 1)[-1], None, url, {})
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
    return _open_runtime(folder)


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
    return Runtime(version, folder, None, lock)


def needed_packages(runtime: Runtime, modules: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the lock's packages that provide `modules`, with all they depend on, and the modules' roots
    that neither the lock nor the standard library has."""
    providers = runtime.providers()
    waiting: list[str] = []
    unknown: set[str] = set()
    for module in modules:
        parts = module.split(".")
        found = [providers[p] for i in range(len(parts), 0, -1) if (p := ".".join(parts[:i])) in providers]
        if found:
            waiting.append(found[0])
        elif parts[0] and parts[0] not in sys.stdlib_module_names and parts[0] != "tiffin":
            unknown.add(parts[0])
    packages = runtime.lock.get("packages", {})
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in needed and name in packages:
            needed.add(name)
            waiting.extend(packages[name].get("depends", ()))
    return sorted(needed), sorted(unknown)


def runtime_files(
    runtime: Runtime, packages: Iterable[str], compiled: Compiled | None = None
) -> dict[str, bytes | Path]:
    """Return the files of a self-hosted runtime: Pyodide itself, with its standard library as bytecode if it
    is `compiled`, and only the wheels of `packages`."""
    assert runtime.folder is not None
    entries = runtime.lock.get("packages", {})
    kept = {name: entries[name] for name in packages}
    files: dict[str, bytes | Path] = {
        path.name: path
        for path in sorted(runtime.folder.iterdir())
        if path.name.startswith("pyodide.") and path.suffix in (".mjs", ".js", ".wasm")
    }
    stdlib = runtime.folder / "python_stdlib.zip" if compiled is None else compiled.stdlib
    files[stdlib.name] = stdlib
    lock = {**runtime.lock, "packages": kept}
    files["pyodide-lock.json"] = json.dumps(lock, sort_keys=True, separators=(",", ":")).encode()
    for entry in kept.values():
        files[entry["file_name"]] = runtime.folder / entry["file_name"]
    return files
