"""Bytecode for the browser: that of Pyodide itself, for every source, and the same each time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pyodide_distribution import cache_folder, load_recipes

ROOT = Path(__file__).resolve().parents[2]
RUNTIMES = ROOT / "build" / "out" / "runtime"
UNCHECKED = b"\x01\x00\x00\x00"
"""The flags of bytecode that is never compared with a source (PEP 552)."""


def compiled(version: str) -> tuple[dict[str, Any], dict[str, zipfile.ZipFile]]:
    record = json.loads((RUNTIMES / version / "runtime.json").read_text())
    files = {role: zipfile.ZipFile(RUNTIMES / version / name) for role, name in record["files"].items()}
    return record, files


@pytest.mark.parametrize("version", sorted(load_recipes()))
def test_every_source_is_bytecode_that_nothing_checks(version: str) -> None:
    _, files = compiled(version)
    (kernel,) = (ROOT / "build" / "out" / "kernel").glob("*.whl")
    (scratchpad,) = (ROOT / "build" / "out" / "scratchpad").glob("*.zip")
    (ondemand,) = (ROOT / "build" / "out" / "ondemand").glob("*.zip")
    for role, source in (
        ("stdlib", cache_folder(os.environ) / version / "python_stdlib.zip"),
        ("kernel", kernel),
        ("scratchpad", scratchpad),
        ("ondemand", ondemand),
    ):
        with zipfile.ZipFile(source) as sources, files[role] as archive:
            wanted = {f"{name}c" if name.endswith(".py") else name for name in sources.namelist()}
            assert set(archive.namelist()) == wanted
            headers = {archive.read(name)[:8] for name in wanted if name.endswith(".pyc")}
            assert len(headers) == 1, "of one version of Python"
            assert headers.pop()[4:] == UNCHECKED


@pytest.mark.parametrize("version", sorted(load_recipes()))
def test_names_are_digests_of_content(version: str) -> None:
    record, _ = compiled(version)
    for name in record["files"].values():
        data = (RUNTIMES / version / name).read_bytes()
        assert name == f"{hashlib.sha256(data).hexdigest()[:20]}.zip"


def test_nothing_is_made_twice() -> None:
    before = {path: path.stat().st_mtime_ns for path in RUNTIMES.rglob("*.zip")}
    command = ["node", "build/compile_runtime.mjs", *sorted(load_recipes())]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.count(": found in ") == len(load_recipes())
    assert {path: path.stat().st_mtime_ns for path in RUNTIMES.rglob("*.zip")} == before
