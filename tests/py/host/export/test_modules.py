"""Modules beside a notebook, packed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from tiffin.cache.notebook_folder import NotebookFolder
from tiffin.host.export.modules import OwnModules, own_modules, pack


def lay(folder: Path, **sources: str) -> None:
    for name, source in sources.items():
        place = folder / f"{name.replace('__', '/')}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(source)


def test_what_is_imported_comes_with_what_that_imports(tmp_path: Path) -> None:
    lay(
        tmp_path,
        helper="import numpy.linalg, kitchen.pots",
        unused="import torch",
        kitchen__pots="import json",
    )
    lay(tmp_path, kitchen__deep__more="from . import x")
    (tmp_path / "kitchen" / "data.json").write_text("{}")
    (tmp_path / "kitchen" / "__init__.py").write_text("")
    found = own_modules(tmp_path, ["helper.part", "json", "pandas", ".x"])
    assert sorted(found.sources) == [
        "helper.py",
        "kitchen/__init__.py",
        "kitchen/deep/more.py",
        "kitchen/pots.py",
    ]
    assert found.imports >= {"numpy.linalg", "kitchen.pots", "json"}
    assert "torch" not in found.imports


def test_digests_are_those_of_keys(tmp_path: Path) -> None:
    lay(tmp_path, helper="import kitchen", kitchen="x = 1")
    own = NotebookFolder(tmp_path, tmp_path / "public" / "cache")
    assert own_modules(tmp_path, ["helper"]).digests == {
        "helper": own.module_digest("helper"),
        "kitchen": own.module_digest("kitchen"),
    }


def test_without_own_modules_there_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    assert own_modules(tmp_path, ["numpy", "images"]) == OwnModules({}, {}, frozenset())


def test_the_same_sources_give_the_same_bytes() -> None:
    sources = {"b.py": b"2", "a/__init__.py": b"1"}
    packed = pack(sources)
    assert packed == pack(dict(reversed(sources.items())))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == sources
