"""Make interpreter snapshots of the compiled runtimes, and compressed variants of their files.

python build/make_snapshots.py [VERSION...]

Runs Chromium and WebKitGTK: a snapshot fits only engines of the family in which it was made. Writes to
`build/out/snapshots/<version>` what `tiffin export` takes, and to `build/out/packed` the files that go into
every site, compressed by Zstandard, brotli and gzip. What was made from the same files is left as it is.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import brotli

from tiffin.errors import TiffinError
from tiffin.host.export import runtime as runtimes
from tiffin.host.export.makers import FAMILIES, Family, open_maker
from tiffin.host.export.snapshots import Ingredients, Snapshot, make_snapshot, read_snapshots, write_snapshots
from tiffin.host.export.variants import MEMORY, VARIANTS, compress_zstd, unpacked

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "build" / "out"

QUALITY = 9
"""Of brotli, up to 11. Eleven saves another tenth of the bytes and takes ten times as long."""

LEVEL = 19
"""Of Zstandard. More needs more memory than browsers have for it."""

IMPORT_ALL = """
import importlib
for name in {names!r}:
    try:
        importlib.import_module(name)
    except ImportError:
        pass  # what it needs is a package that a notebook may bring, or not
"""
"""Every module of the kernel is in the snapshot, so that a reader waits for none of them."""

LATER = frozenset({"tiffin.host.browser.network", "tiffin.run.executors"})
"""But those that need much of the standard library, and are needed rarely."""


def kernel_modules(kernel: Path) -> list[str]:
    """The names of all modules in a kernel wheel, or in the archive that was compiled from it."""
    with zipfile.ZipFile(kernel) as archive:
        paths = [Path(name) for name in archive.namelist()]
    modules = [path.with_suffix("") for path in paths if path.suffix in (".py", ".pyc")]
    parents = [module.parent if module.name == "__init__" else module for module in modules]
    return sorted({".".join(module.parts) for module in parents} - LATER)


def make_all(version: str) -> Path:
    """Make the snapshots of one runtime; its folder is replaced as a whole, once everything is made."""
    runtime = runtimes.find_runtime(version)
    assets = runtimes.find_assets()
    compiled = runtimes.find_compiled(runtime, assets)
    if compiled is None:
        raise TiffinError(f"Pyodide {version} is not compiled: run build/compile_runtime.mjs before.")
    sources = runtimes.snapshot_sources(runtime, compiled)
    script = assets.page / assets.bundle["maker"]
    made_from = runtimes.digests_of(sources)
    recipe = {**made_from, **runtimes.digests_of({"maker": script, "script": Path(__file__)})}
    target = OUTPUT / "snapshots" / version
    record = target / "recipe.json"
    if record.is_file() and json.loads(record.read_text()) == recipe and read_snapshots(target, made_from):
        return target
    code = IMPORT_ALL.format(names=kernel_modules(compiled.kernel))
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=OUTPUT) as name:
        folder = Path(name) / version
        lock = Path(name) / runtimes.LOCK
        lock.write_text(json.dumps({**runtime.lock, "packages": {}}))
        ingredients = Ingredients(script, {**sources, "lock": lock})
        made = [_make(family, ingredients, code, folder) for family in FAMILIES]
        write_snapshots(folder, made, made_from)
        (folder / "recipe.json").write_text(json.dumps(recipe))
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(exist_ok=True)
        folder.rename(target)
    return target


def _make(family: Family, ingredients: Ingredients, code: str, folder: Path) -> Snapshot:
    with open_maker(family) as maker:
        return make_snapshot(maker, ingredients, code, folder)


def files_to_pack(version: str) -> Iterator[tuple[str, bytes]]:
    """Name in a site and content of each file that goes into sites, and that is not compressed already; of
    snapshots the content before it was compressed."""
    runtime = runtimes.find_runtime(version)
    own = runtimes.stock_files(runtime)
    for role in ("loader", "glue", "wasm"):
        yield runtimes.named_by_content(own[role]), own[role].read_bytes()
    for path in sorted((OUTPUT / "snapshots" / version).glob(f"*{MEMORY}")):
        yield path.name, unpacked(path)


def pack(versions: list[str], target: Path = OUTPUT / "packed") -> None:
    """Compress what goes into sites; the folder holds nothing else afterwards."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = set()
    for version in versions:
        for name, content in files_to_pack(version):
            # A snapshot is compressed by gzip as it is.
            for suffix in (".zst", ".br") if name.endswith(MEMORY) else VARIANTS:
                path = target / f"{name}{suffix}"
                wanted.add(path)
                if not path.is_file():
                    scratch = path.with_suffix(".new")
                    scratch.write_bytes(_compress(content, suffix))
                    scratch.replace(path)
    for path in set(target.iterdir()) - wanted:
        path.unlink()


def _compress(content: bytes, suffix: str) -> bytes:
    if suffix == ".zst":
        return compress_zstd(content, LEVEL)
    if suffix == ".gz":
        return gzip.compress(content, 9, mtime=0)
    return bytes(brotli.compress(content, quality=QUALITY, lgwin=24))


def main(arguments: list[str]) -> int:
    """Make snapshots of the given versions, or of all that are compiled. Returns the exit code."""
    compiled = sorted(path.name for path in (OUTPUT / "runtime").glob("*") if path.is_dir())
    try:
        for version in arguments or compiled:
            made = make_all(version)
            print(f"Snapshots {version}: in {made.relative_to(ROOT)}")
        pack(compiled)
    except TiffinError as error:
        print(f"make_snapshots: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
