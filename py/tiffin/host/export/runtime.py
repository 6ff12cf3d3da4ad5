"""What an exported site is made of besides the notebook: the page's scripts, the kernel, and Pyodide."""

from __future__ import annotations

import json
import os
import re
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tiffin.errors import TiffinError, UsageError
from tiffin.host.export.folder import user_cache
from tiffin.host.export.snapshots import Snapshot, read_snapshots
from tiffin.host.export.variants import find_variants
from tiffin.ids import digest

DEFAULT_PYODIDE = "314.0.7"
RELEASES = "https://cdn.jsdelivr.net/pyodide"
"""Where every release of Pyodide lies, wheels included."""
FETCH_TIMEOUT = 30  # seconds for a lock file
LOCK = "pyodide-lock.json"
_WASM = "pyodide.asm.wasm"
_COMPILED = ("stdlib", "kernel", "scratchpad", "ondemand")
_CORE = ("pyodide.mjs", _WASM, "python_stdlib.zip", LOCK)

_PACKAGE = Path(__file__).resolve().parent.parent.parent
_PLACES = (_PACKAGE / "bundled", _PACKAGE.parent.parent / "build" / "out")
"""Where built things lie: in an installed wheel, and in a checkout."""


@dataclass(frozen=True)
class Assets:
    """The page's files, by role in `bundle`, the kernel wheel, and the archives beside it: the scratchpad's,
    and that of the modules on demand."""

    page: Path
    bundle: Mapping[str, Any]
    kernel: Path
    scratchpad: Path
    ondemand: Path


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
    """Zip archives of bytecode, in place of a distribution's standard library and of our own archives."""

    stdlib: Path
    kernel: Path
    scratchpad: Path
    ondemand: Path


def find_compiled(runtime: Runtime, assets: Assets) -> Compiled | None:
    """Return what was compiled from the very files of `runtime` and `assets`; None if nothing was."""
    if runtime.folder is None:
        return None
    for place in _PLACES:
        folder = place / "runtime" / runtime.version
        try:
            record = json.loads((folder / "runtime.json").read_text("utf-8"))
            files, made_from = record["files"], record["from"]
            found = Compiled(*(folder / files[role] for role in _COMPILED))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        sources = {
            "stdlib": runtime.folder / "python_stdlib.zip",
            "wasm": runtime.folder / _WASM,
            "kernel": assets.kernel,
            "scratchpad": assets.scratchpad,
            "ondemand": assets.ondemand,
        }
        same = all(digest(path.read_bytes()) == made_from.get(role) for role, path in sources.items())
        if same and all(getattr(found, role).is_file() for role in _COMPILED):
            return found
    return None


def find_assets() -> Assets:
    """Return the built page and kernel; a `TiffinError` says how to build them when they are missing."""
    for place in _PLACES:
        listing = place / "page" / "bundle.json"
        kernels = sorted((place / "kernel").glob("*.whl"))
        scratchpads = sorted((place / "scratchpad").glob("*.zip"))
        ondemand = sorted((place / "ondemand").glob("*.zip"))
        if listing.is_file() and kernels and scratchpads and ondemand:
            bundle = json.loads(listing.read_text("utf-8"))
            return Assets(place / "page", bundle, kernels[-1], scratchpads[-1], ondemand[-1])
    raise TiffinError("the page and the kernel are not built: run 'make build', or install tiffin's wheel")


def find_runtime(asked: str | None) -> Runtime:
    """Return the distribution that `asked` names: a folder, a URL, a version, or None for the default."""
    if asked is not None and asked.startswith(("https://", "http://")):
        url = asked if asked.endswith("/") else f"{asked}/"
        return Runtime(url.rstrip("/").rsplit("/", 1)[-1], None, url, {}, url)
    if asked and ("/" in asked or os.sep in asked or Path(asked).is_dir()):
        return _open_runtime(Path(asked))
    version = (asked or DEFAULT_PYODIDE).removeprefix("v")
    parents = (*_PLACES, user_cache(os.environ))
    places = [parent / "pyodide" / version for parent in parents]
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


def stock_files(runtime: Runtime) -> dict[str, Path]:
    """Pyodide's own files by role: `loader`, `glue`, `wasm` and `stdlib`."""
    assert runtime.folder is not None
    glue = next(path for name in ("mjs", "js") if (path := runtime.folder / f"pyodide.asm.{name}").is_file())
    return {
        "loader": runtime.folder / "pyodide.mjs",
        "glue": glue,
        "wasm": runtime.folder / _WASM,
        "stdlib": runtime.folder / "python_stdlib.zip",
    }


def snapshot_sources(runtime: Runtime, compiled: Compiled) -> dict[str, Path]:
    """The files that a snapshot is made from, and that it only fits, by role."""
    return {**stock_files(runtime), "stdlib": compiled.stdlib, "kernel": compiled.kernel}


def find_snapshots(runtime: Runtime, compiled: Compiled | None) -> tuple[Snapshot, ...]:
    """Return the snapshots with the kernel that were made from these very files; none if there are none."""
    if runtime.folder is None or compiled is None:
        return ()
    made_from = digests_of(snapshot_sources(runtime, compiled))
    found = (read_snapshots(place / "snapshots" / runtime.version, made_from) for place in _PLACES)
    return next(filter(None, found), ())


def digests_of(files: Mapping[str, Path]) -> dict[str, str]:
    """The digest of each file's content."""
    return {role: digest(path.read_bytes()) for role, path in files.items()}


@dataclass(frozen=True)
class Layout:
    """A runtime in a site: its files by their path there, and what a page is told.

    Every file's name is made of its content's digest.
    """

    files: Mapping[str, Path]
    config: Mapping[str, Any]


def lay_out_runtime(
    runtime: Runtime,
    assets: Assets,
    compiled: Compiled | None,
    snapshots: Sequence[Snapshot] = (),
    up: str = "",
) -> Layout:
    """Return how `runtime` goes into a site, with bytecode instead of sources if it is `compiled`, and with
    `snapshots` of it, for a page from which the site's root is `up`. Compressed variants lie beside the files
    that have them."""
    folder = f"runtime/{runtime.version}"
    files: dict[str, Path] = {}

    def put(path: Path, place: str = folder) -> str:
        name = path.name if is_named_by_content(path.name) else named_by_content(path)
        files[f"{place}/{name}"] = path
        files.update({f"{place}/{found.name}": found for found in built_variants(path, name)})
        return f"{up}{place}/{name}"

    def archive(path: Path, place: str = folder) -> dict[str, Any]:
        return {"url": put(path, place), "size": path.stat().st_size}

    config: dict[str, Any] = {
        "kernel": archive((compiled or assets).kernel, "kernel"),
        "scratchpad": archive((compiled or assets).scratchpad, "kernel"),
        "ondemand": archive((compiled or assets).ondemand, "kernel"),
        "lock": f"{up}{folder}/{LOCK}" if runtime.lock else f"{runtime.url}{LOCK}",
        "bytecode": compiled is not None,
        "packed": False,
        "snapshots": [],
    }
    if runtime.folder is None:
        # Its loader finds the glue by itself: what that is called differs between versions.
        config |= {"loader": f"{runtime.url}pyodide.mjs", "glue": None, "wasm": f"{runtime.url}{_WASM}"}
        config["stdlib"] = {"url": f"{runtime.url}python_stdlib.zip", "size": 0}
        return Layout(files, config)
    own = stock_files(runtime)
    config |= {role: put(own[role]) for role in ("loader", "glue", "wasm")}
    config["packed"] = any(name.endswith(".wasm.gz") for name in files)
    config["stdlib"] = archive(own["stdlib"] if compiled is None else compiled.stdlib)
    config["snapshots"] = [
        {
            "family": snapshot.family,
            "url": put(snapshot.memory),
            "table": snapshot.table,
            "heap": snapshot.heap,
            "libraries": {
                "url": snapshot.code and put(snapshot.code),
                "modules": [{"path": path, "size": size} for path, size in snapshot.libraries],
                "handles": [list(handle) for handle in snapshot.handles],
            },
            "packages": list(snapshot.packages),
        }
        for snapshot in snapshots
    ]
    return Layout(files, config)


def named_by_content(path: Path) -> str:
    """The name of a file in a site. Scripts are `.mjs`, which hosts know to be JavaScript."""
    suffix = ".mjs" if path.suffix == ".js" else path.suffix
    return f"{digest(path.read_bytes())[:20]}{suffix}"


def is_named_by_content(name: str) -> bool:
    """Whether a file has such a name already."""
    return re.fullmatch(r"[0-9a-f]{20}\.\w+", name) is not None


def built_variants(path: Path, name: str) -> list[Path]:
    """The compressed variants of a file, called `name` in a site: they lie beside it, or are built."""
    return find_variants(path, name, [place / "packed" for place in _PLACES])
