"""What an export needs besides a notebook, small and made up: a page, a kernel, and Pyodide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tiffin.host.export.runtime import Assets, Runtime, find_runtime
from tiffin.stores.folder_lock import LOCK_FILE
from tiffin.stores.uses import USES_FILE

PAGE = (
    "page-AAAAAAAA.js",
    "worker-BBBBBBBB.js",
    "page-CCCCCCCC.css",
    "serif-DDDDDDDD.woff2",
    "start-FFFFFFFF.js",
    "editing-ABABABAB.css",
    "early-GGGGGGGG.js",
    "chunk-HHHHHHHH.js",
    "sandbox-JJJJJJJJ.html",
)


def make_assets(folder: Path) -> Assets:
    """Write a page, a kernel wheel and the archives beside it into `folder`."""
    (folder / "page").mkdir(parents=True)
    for name in PAGE:
        (folder / "page" / name).write_text(name)
    (folder / "page" / "service-worker-EEEEEEEE.js").write_text("serve();")
    (folder / "page" / "snapshot-maker.js").write_text("make();")
    (folder / "page" / "NOTICES.txt").write_text("notices")
    kernel = folder / "tiffin_kernel-0.1.0-py3-none-any.whl"
    kernel.write_bytes(b"kernel")
    scratchpad = folder / "tiffin_scratchpad-0.1.0.zip"
    scratchpad.write_bytes(b"scratchpad")
    ondemand = folder / "tiffin_ondemand-0.1.0.zip"
    ondemand.write_bytes(b"on demand")
    bundle = {
        "page": PAGE[0],
        "start": PAGE[4],
        "early": PAGE[6],
        "worker": PAGE[1],
        "styles": PAGE[2],
        "editingStyles": PAGE[5],
        "sandbox": "sandbox-JJJJJJJJ.html",
        "editing": [PAGE[5], "sandbox-JJJJJJJJ.html"],
        "preloaded": {"editor": ["chunk-EDITEDIT.js"], "playground": ["chunk-PLAYPLAY.js"]},
        "charts": {"vega": ["chunk-VEGAVEGA.js"], "plotly": ["chunk-PLOTPLOT.js"]},
        "fonts": [PAGE[3]],
        "maker": "snapshot-maker.js",
        "serviceWorker": "service-worker-EEEEEEEE.js",
        "files": list(PAGE),
    }
    return Assets(folder / "page", bundle, kernel, scratchpad, ondemand)


def package(name: str, *depends: str, imports: tuple[str, ...] | None = None) -> dict[str, Any]:
    """An entry of a lock file."""
    modules = [name] if imports is None else list(imports)
    return {"name": name, "file_name": f"{name}-1.0.whl", "depends": list(depends), "imports": modules}


def make_runtime(folder: Path, *packages: dict[str, Any], version: str | None = None) -> Runtime:
    """Write a distribution with `packages` into `folder`; one called as it is unless there is a `version`."""
    folder.mkdir(parents=True)
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "other.txt"):
        (folder / name).write_text(f"{folder.name} {name}")
    for entry in packages:
        (folder / entry["file_name"]).write_text(entry["name"])
    info = {} if version is None else {"version": version}
    lock = {"info": info, "packages": {entry["name"]: entry for entry in packages}}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    return find_runtime(str(folder))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` by its relative path, but for what sessions note about a cache."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (LOCK_FILE, USES_FILE)
    }
