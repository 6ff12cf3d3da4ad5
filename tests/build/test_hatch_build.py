"""The wheel of tiffin: with it alone, sites can be exported."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hatch_build import RUNTIME
from pyodide_distribution import load_recipes, problem

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel built by the tools of the environment, without a network."""
    output = tmp_path_factory.mktemp("wheel")
    program = [sys.executable, "-P", "-m", "hatchling", "build", "-t", "wheel", "-d", str(output)]
    subprocess.run(program, cwd=ROOT, check=True, capture_output=True, text=True)
    (path,) = output.glob("*.whl")
    return zipfile.ZipFile(path)


def test_carries_the_intact_default_runtime(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    place = f"tiffin/bundled/pyodide/{RUNTIME}"
    wheel.extractall(tmp_path, [name for name in wheel.namelist() if name.startswith(f"{place}/")])
    assert problem(tmp_path / place, load_recipes()[RUNTIME], verify=True) is None


def test_carries_every_file_of_the_page(wheel: zipfile.ZipFile) -> None:
    bundle = json.loads(wheel.read("tiffin/bundled/page/bundle.json"))
    names = {Path(name).name for name in wheel.namelist() if name.startswith("tiffin/bundled/page/")}
    assert names == {*bundle["files"], bundle["serviceWorker"], bundle["maker"], "bundle.json"}


def test_carries_one_kernel_wheel(wheel: zipfile.ZipFile) -> None:
    names = [name for name in wheel.namelist() if name.startswith("tiffin/bundled/kernel/")]
    assert len(names) == 1
    assert names[0].endswith("-py3-none-any.whl")


@pytest.mark.parametrize("archive", ["scratchpad", "ondemand"])
def test_carries_one_archive_of_each_kind(wheel: zipfile.ZipFile, archive: str) -> None:
    (name,) = [name for name in wheel.namelist() if name.startswith(f"tiffin/bundled/{archive}/")]
    assert name.endswith(".zip")


def test_carries_the_package_and_its_licences_but_no_scripts(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert {"tiffin/py.typed", "tiffin/version.py", "tiffin/notebook/percent.py"} <= set(names)
    assert {Path(name).name for name in names if "/licenses/" in name} == {"LICENSE", "THIRD_PARTY.md"}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tiffin"}


def test_an_editable_wheel_carries_no_bundle(tmp_path: Path) -> None:
    program = f"from hatchling.build import build_editable; build_editable({str(tmp_path)!r})"
    subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    (path,) = tmp_path.glob("*.whl")
    assert [name for name in zipfile.ZipFile(path).namelist() if "bundled" in name] == []


def test_carries_bytecode_made_from_its_own_runtime_and_kernel(wheel: zipfile.ZipFile) -> None:
    place = f"tiffin/bundled/runtime/{RUNTIME}/"
    record = json.loads(wheel.read(f"{place}runtime.json"))
    assert all(f"{place}{name}" in wheel.namelist() for name in record["files"].values())
    (kernel,) = [name for name in wheel.namelist() if name.startswith("tiffin/bundled/kernel/")]
    assert record["from"]["kernel"] == hashlib.sha256(wheel.read(kernel)).hexdigest()
    stdlib = wheel.read(f"tiffin/bundled/pyodide/{RUNTIME}/python_stdlib.zip")
    assert record["from"]["stdlib"] == hashlib.sha256(stdlib).hexdigest()
