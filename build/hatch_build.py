"""The build hook of the wheel: puts the page, the kernel wheel and the default Pyodide runtime into it.

With these, an installed tiffin exports complete, self-hosted sites without a network. An editable install
skips this: there, tiffin finds them where `make setup` puts them.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# hatchling loads this file by its path, without its folder on sys.path.
sys.path.insert(0, str(Path(__file__).parent))

import kernel_wheel
import pyodide_distribution as pyodide

RUNTIME = "314.0.7"
BUNDLED = "tiffin/bundled"


class BundleHook(BuildHookInterface[Any]):
    """Makes what a standard wheel carries besides the package, and names it to hatchling."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the files of the three deliverables to a standard wheel, and nothing to an editable one."""
        if self.target_name == "wheel" and version == "standard":
            root = Path(self.root)
            build_data["force_include"].update(
                page_files(root)
                | kernel_files(root)
                | runtime_files()
                | compiled_files(root)
                | snapshot_files(root)
            )


def page_files(root: Path) -> dict[str, str]:
    """The freshly bundled page's files and their places in the wheel; runs `npm ci` if need be."""
    if not (root / "node_modules" / "esbuild").is_dir():
        _run(["npm", "ci", "--no-fund", "--no-audit", "--loglevel=error"], root)
    _run(["node", "build/bundle.mjs"], root)
    return _placed(root / "build" / "out" / "page", "page")


def kernel_files(root: Path) -> dict[str, str]:
    """The freshly made kernel wheel and the archives beside it, with their places in the wheel."""
    package, out = root / "py" / "tiffin", root / "build" / "out"
    kernel_wheel.build(package, out / "kernel")
    kernel_wheel.build_scratchpad(package, out / "scratchpad")
    kernel_wheel.build_ondemand(package, out / "ondemand")
    made = (_placed(out / name, name) for name in ("kernel", "scratchpad", "ondemand"))
    return {path: place for placed in made for path, place in placed.items()}


def runtime_files() -> dict[str, str]:
    """The files of the default Pyodide distribution, with their places in the wheel."""
    recipe = pyodide.load_recipes()[RUNTIME]
    sources = pyodide.Sources(npm=pyodide.npm_pack, pypi=pyodide.pip_download)
    folder, _ = pyodide.ensure(recipe, pyodide.cache_folder(os.environ), sources, verify=True)
    return _placed(folder, f"pyodide/{RUNTIME}")


def compiled_files(root: Path) -> dict[str, str]:
    """The default distribution's standard library and the kernel as bytecode; both must be there."""
    _run(["node", "build/compile_runtime.mjs", RUNTIME], root)
    return _placed(root / "build" / "out" / "runtime" / RUNTIME, f"runtime/{RUNTIME}")


def snapshot_files(root: Path) -> dict[str, str]:
    """The default distribution's snapshots, and its files compressed, as far as `make snapshots` has made
    them: that takes browsers, which not every machine has that builds this. Without, pages start from
    bytecode."""
    out = root / "build" / "out"
    folder = out / "snapshots" / RUNTIME
    if not folder.is_dir():
        return {}
    runtime = pyodide.cache_folder(os.environ) / RUNTIME
    own = {hashlib.sha256(path.read_bytes()).hexdigest()[:20] for path in runtime.glob("pyodide.*")}
    own |= {path.stem for path in folder.glob("*.snapshot")}
    packed = {
        str(path): f"{BUNDLED}/packed/{path.name}"
        for path in sorted((out / "packed").iterdir())
        if path.name.split(".")[0] in own
    }
    return _placed(folder, f"snapshots/{RUNTIME}") | packed


def _placed(folder: Path, place: str) -> dict[str, str]:
    return {
        str(path): f"{BUNDLED}/{place}/{path.name}" for path in sorted(folder.iterdir()) if path.is_file()
    }


def _run(command: list[str], root: Path) -> None:
    try:
        subprocess.run(command, cwd=root, check=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        message = f"Building tiffin needs Node 20 or newer with npm: {command[0]} is not installed."
        raise SystemExit(message) from None
