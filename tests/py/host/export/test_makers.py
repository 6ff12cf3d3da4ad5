"""Finding the browsers in which snapshots are made. That they make some is tested where these are used."""

from __future__ import annotations

import builtins
import os
from pathlib import Path
from typing import Any

import pytest

from tiffin.errors import UsageError
from tiffin.host.export.makers import chromium_path, missing_for, open_maker


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("TIFFIN_CHROMIUM", raising=False)
    return folder


def install(folder: Path, name: str) -> str:
    (folder / name).write_text("#!/bin/sh\n")
    os.chmod(folder / name, 0o755)
    return str(folder / name)


def test_chromium_is_found_on_path_or_where_the_environment_says(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chromium_path() is None
    chrome = install(programs, "google-chrome")
    assert chromium_path() == chrome
    assert chromium_path() != install(programs, "chromium")[:-1]
    monkeypatch.setenv("TIFFIN_CHROMIUM", str(tmp_path / "none"))
    assert chromium_path() is None
    monkeypatch.setenv("TIFFIN_CHROMIUM", chrome)
    assert chromium_path() == chrome


def test_what_is_missing_is_named(programs: Path) -> None:
    assert missing_for("chromium") == "Chromium (or TIFFIN_CHROMIUM that names one)"
    assert missing_for("webkit") == "WebKitWebDriver, which is not on PATH"
    install(programs, "WebKitWebDriver")
    assert missing_for("webkit") == "Xvfb, which is not on PATH"
    install(programs, "Xvfb")
    assert missing_for("webkit") is None
    with pytest.raises(UsageError, match="a snapshot for chromium cannot be made here: it needs Chromium"):
        open_maker("chromium")


@pytest.mark.parametrize(("family", "package"), [("chromium", "playwright"), ("webkit", "selenium")])
def test_without_the_optional_packages_a_sentence_says_how_to_get_them(
    family: Any, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] == package:
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert missing_for(family) == "pip install 'tiffin[snapshot]'"
