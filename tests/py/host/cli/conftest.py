"""A folder with a notebook and made-up deliverables, and a site that was exported from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell import LUNCH, Shell
from sites import contents, make_assets, make_runtime, package

from tiffin.host.cli import main as module
from tiffin.host.export.runtime import find_runtime


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    assets = make_assets(tmp_path / "built")
    default = make_runtime(tmp_path / "pyodide" / "314.0.7", package("numpy"))
    monkeypatch.setattr(module, "find_assets", lambda: assets)
    monkeypatch.setattr(module, "find_runtime", lambda asked: find_runtime(asked) if asked else default)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    shell = Shell(tmp_path / "work")
    shell.write("lunch.py", LUNCH)
    return shell


@pytest.fixture
def site(shell: Shell) -> dict[str, bytes]:
    """What `site` holds after a first export."""
    assert shell.export("lunch.py", "-o", "site", "--execute").exit_code == 0
    return contents(shell.folder / "site")
