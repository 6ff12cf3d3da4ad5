"""Snapshots that hold a notebook's packages: made once for the same files, by a browser that is pretended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backports.zstd import decompress
from sites import make_assets, make_runtime, package

from tiffin.errors import UsageError
from tiffin.host.export.makers import Family, Maker
from tiffin.host.export.notebook_snapshots import Imported, SnapshotKitchen
from tiffin.host.export.runtime import LOCK, Compiled, Runtime
from tiffin.host.export.snapshots import SnapshotError
from tiffin.host.export.variants import unpacked


class Browsers:
    """Counts the snapshots that are made."""

    def __init__(self) -> None:
        self.made: list[tuple[Family, dict[str, Any]]] = []
        self.failing = False

    @contextmanager
    def start(self, family: Family) -> Iterator[Maker]:
        browsers = self

        class Pretended:
            def __init__(self) -> None:
                self.family = family

            def make(self, page: str, script: str, config: dict[str, Any]) -> dict[str, Any]:
                if browsers.failing:
                    return {"kind": "failed", "reason": "no memory"}
                browsers.made.append((family, config))
                import urllib.request

                url = f"{config['target']}memory"
                urllib.request.urlopen(urllib.request.Request(url, family.encode(), method="PUT")).close()
                found = {
                    "table": 5,
                    "heap": 9,
                    "libraries": [],
                    "handles": [],
                    "packages": config["packages"],
                }
                return {"kind": "made", **found}

        yield Pretended()


@pytest.fixture
def browsers() -> Browsers:
    return Browsers()


@pytest.fixture
def kitchen(tmp_path: Path, browsers: Browsers) -> SnapshotKitchen:
    return SnapshotKitchen(make_assets(tmp_path / "built"), tmp_path / "kept", browsers.start, lambda _: None)


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    return make_runtime(tmp_path / "mine", package("numpy"))


@pytest.fixture
def compiled(tmp_path: Path) -> Compiled:
    for name in ("1.zip", "2.zip"):
        (tmp_path / name).write_text(name)
    return Compiled(*(tmp_path / f"{number}.zip" for number in range(1, 5)))


def imported(runtime: Runtime, *modules: str) -> Imported:
    assert runtime.folder is not None
    wheel = runtime.folder / "numpy-1.0.whl"
    return Imported(frozenset(modules), ["numpy"], {LOCK: b"{}", wheel.name: wheel})


def test_each_family_has_one_and_it_is_made_once(
    kitchen: SnapshotKitchen, browsers: Browsers, runtime: Runtime, compiled: Compiled
) -> None:
    first, warnings = kitchen.make(runtime, compiled, imported(runtime, "numpy.random"))
    assert [snapshot.family for snapshot in first] == ["chromium", "webkit"]
    assert all(snapshot.packages == ("numpy",) and snapshot.memory.is_file() for snapshot in first)
    assert warnings == ()
    code = browsers.made[0][1]["code"]
    assert "'numpy.random'" in code
    again, _ = kitchen.make(runtime, compiled, imported(runtime, "numpy.random"))
    assert again == first
    assert len(browsers.made) == 2


@pytest.mark.parametrize("other", ["module", "wheel", "kernel", "maker"])
def test_another_is_made_of_other_files(
    kitchen: SnapshotKitchen, browsers: Browsers, runtime: Runtime, compiled: Compiled, other: str
) -> None:
    assert runtime.folder is not None
    kitchen.make(runtime, compiled, imported(runtime, "numpy"))
    if other == "wheel":
        (runtime.folder / "numpy-1.0.whl").write_text("newer")
    elif other == "kernel":
        compiled.kernel.write_text("newer")
    elif other == "maker":
        (kitchen.assets.page / "snapshot-maker.js").write_text("newer")
    kitchen.make(runtime, compiled, imported(runtime, "numpy", *(["json"] if other == "module" else [])))
    assert len(browsers.made) == 4


def test_a_family_without_a_browser_is_a_warning_unless_it_is_the_first(
    kitchen: SnapshotKitchen, runtime: Runtime, compiled: Compiled
) -> None:
    alone = replace(kitchen, missing=lambda family: "Xvfb" if family == "webkit" else None)
    made, warnings = alone.make(runtime, compiled, imported(runtime))
    assert [snapshot.family for snapshot in made] == ["chromium"]
    assert warnings == ("no snapshot for webkit is made, where Python starts from bytecode: it needs Xvfb",)
    with pytest.raises(UsageError, match="--snapshot notebook needs Chromium"):
        replace(kitchen, missing=lambda _: "Chromium").make(runtime, compiled, imported(runtime))


def test_a_failure_leaves_nothing_behind(
    kitchen: SnapshotKitchen, browsers: Browsers, runtime: Runtime, compiled: Compiled
) -> None:
    browsers.failing = True
    with pytest.raises(SnapshotError, match="no memory"):
        kitchen.make(runtime, compiled, imported(runtime))
    assert list(kitchen.folder.iterdir()) == []


def test_it_needs_bytecode(kitchen: SnapshotKitchen, runtime: Runtime) -> None:
    with pytest.raises(UsageError, match="--snapshot notebook needs a compiled runtime: Pyodide mine"):
        kitchen.make(runtime, None, imported(runtime))


def test_they_lie_beside_what_hosts_can_send_smaller(
    kitchen: SnapshotKitchen, runtime: Runtime, compiled: Compiled
) -> None:
    made, _ = kitchen.make(runtime, compiled, imported(runtime))
    for snapshot in made:
        variant = snapshot.memory.with_name(f"{snapshot.memory.name}.zst")
        assert decompress(variant.read_bytes()) == unpacked(snapshot.memory) == snapshot.family.encode()
