"""Snapshots that hold the packages of a notebook, too: made when it is exported, kept for next time."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tiffin.errors import UsageError
from tiffin.host.export.makers import FAMILIES, Family, Maker, missing_for, open_maker
from tiffin.host.export.runtime import (
    LOCK,
    Assets,
    Compiled,
    Runtime,
    digests_of,
    snapshot_sources,
)
from tiffin.host.export.snapshots import Ingredients, Snapshot, make_snapshot, read_snapshots, write_snapshots
from tiffin.host.export.variants import compress_zstd, unpacked
from tiffin.ids import digest

LEVEL = 9
"""Of Zstandard: two seconds for pandas. More would save a tenth of the bytes, and take half a minute."""

IMPORTS = """
import importlib, os
os.environ.setdefault("MPLBACKEND", "agg")
for name in {names!r}:
    try:
        importlib.import_module(name)
    except Exception as error:  # the cell that imports it will say so
        print(f"{{name}}: {{error}}")
"""


@dataclass(frozen=True)
class Imported:
    """What a snapshot is to hold: `modules` that are imported in it, after `packages` of the lock were
    loaded; `files` are the lock and wheels by name."""

    modules: Collection[str]
    packages: Sequence[str]
    files: Mapping[str, bytes | Path]


@dataclass(frozen=True)
class SnapshotKitchen:
    """Makes snapshots that hold what notebooks import, each once for the same files; `folder` keeps them.

    `start` starts a browser, `missing` says what one needs that is not here.
    """

    assets: Assets
    folder: Path
    start: Callable[[Family], AbstractContextManager[Maker]] = open_maker
    missing: Callable[[Family], str | None] = missing_for

    def make(
        self, runtime: Runtime, compiled: Compiled | None, imported: Imported
    ) -> tuple[tuple[Snapshot, ...], tuple[str, ...]]:
        """Return a snapshot for each family of engines that is to be had here, and sentences about others.

        `UsageError` says why there is none for Chromium and Firefox.
        """
        if compiled is None:
            raise UsageError(
                "--snapshot notebook needs a compiled runtime: "
                f"Pyodide {runtime.version} of this installation, or in a checkout 'make compiled'"
            )
        sources = snapshot_sources(runtime, compiled)
        script = self.assets.page / self.assets.bundle["maker"]
        code = IMPORTS.format(names=sorted(imported.modules))
        made_from = {**digests_of({**sources, "maker": script}), **_digests(imported.files)}
        made_from["code"] = digest(json.dumps([code, sorted(imported.packages), LEVEL]).encode())
        target = self.folder / digest(json.dumps(made_from, sort_keys=True).encode())[:20]
        missing = {family: why for family in FAMILIES if (why := self.missing(family)) is not None}
        if "chromium" in missing:
            raise UsageError(f"--snapshot notebook needs {missing['chromium']}")
        warnings = tuple(
            f"no snapshot for {family} is made, where Python starts from bytecode: it needs {why}"
            for family, why in missing.items()
        )
        families = [family for family in FAMILIES if family not in missing]
        kept = read_snapshots(target, made_from)
        if [snapshot.family for snapshot in kept] == families:
            return kept, warnings
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            scratch = Path(name)
            wheels = scratch / "wheels"
            wheels.mkdir()
            for file, content in imported.files.items():
                _put(wheels / file, content)
            lock = wheels / LOCK
            beside = [path for path in wheels.iterdir() if path != lock]
            ingredients = Ingredients(script, {**sources, "lock": lock}, beside)
            made = []
            for family in families:
                with self.start(family) as maker:
                    made.append(make_snapshot(maker, ingredients, code, scratch / "made", imported.packages))
            for path in list((scratch / "made").iterdir()):
                variant = path.with_name(f"{path.name}.zst")
                variant.write_bytes(compress_zstd(unpacked(path), LEVEL))
            write_snapshots(scratch / "made", made, made_from)
            shutil.rmtree(target, ignore_errors=True)
            (scratch / "made").rename(target)
        return read_snapshots(target, made_from), warnings


def _digests(files: Mapping[str, bytes | Path]) -> dict[str, str]:
    return {
        f"file {name}": digest(content if isinstance(content, bytes) else content.read_bytes())
        for name, content in files.items()
    }


def _put(path: Path, content: bytes | Path) -> None:
    if isinstance(content, Path):
        path.symlink_to(content.resolve())
    else:
        path.write_bytes(content)
