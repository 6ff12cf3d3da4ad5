"""Auditing of distributions, without pyodide-build itself, which comes from a network."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from wheels import make_wheel

import audit_wheels
from audit_wheels import AuditError, Libraries, audit, compiled, main, show, tools_folder

TAG = "cp312-cp312-pyodide_2024_0_wasm32"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_wheel(tmp_path, "pure", "1")
    make_wheel(tmp_path, "fast", "1", tag=TAG, files={"fast.so": ""})
    make_wheel(tmp_path, "lib", "1", tag="cp312-cp312-emscripten_3_1_58_wasm32", files={"libs/libx.so": ""})
    return tmp_path


def needing(*names: str) -> object:
    def ask(wheels: Iterable[Path]) -> Libraries:
        return {str(wheel): {"fast.so": list(names)} for wheel in wheels if wheel.name.startswith("fast")}

    return ask


def test_only_compiled_wheels_are_looked_at(folder: Path) -> None:
    assert [path.name.split("-")[0] for path in compiled(folder)[0]] == ["fast", "lib"]


@pytest.mark.parametrize(("needed", "missing"), [((), 0), (("libx.so",), 0), (("libx.so", "liby.so"), 1)])
def test_what_a_library_needs_must_be_there(folder: Path, needed: tuple[str, ...], missing: int) -> None:
    number, problems = audit(folder, needing(*needed))  # type: ignore[arg-type]
    assert (number, len(problems)) == (2, missing)
    assert all("fast.so needs liby.so" in problem for problem in problems)


def test_a_tag_that_cannot_be_audited_is_said(folder: Path) -> None:
    make_wheel(folder, "new", "1", tag="cp314-cp314-pyemscripten_2026_0_wasm32", files={"new.so": ""})
    _, problems = audit(folder, needing())  # type: ignore[arg-type]
    assert len(problems) == 1
    assert problems[0].startswith("new-1-")


def test_an_audit_that_fails_is_one_line(folder: Path) -> None:
    with pytest.raises(AuditError, match="auditwheel failed: ModuleNotFoundError"):
        show(Path(sys.executable), compiled(folder)[0])


def test_a_distribution_that_is_not_there_says_how_to_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["0.27.7"]) == 1
    assert "run 'python build/pyodide_distribution.py 0.27.7'" in capsys.readouterr().err


def test_problems_are_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = tmp_path / "tiffin" / "pyodide" / "1"
    place.mkdir(parents=True)
    make_wheel(place, "fast", "1", tag=TAG, files={"fast.so": ""})
    monkeypatch.setattr(audit_wheels, "ensure_tools", lambda folder: folder)
    monkeypatch.setattr(audit_wheels, "show", lambda _, wheels: {str(wheels[0]): {"fast.so": ["gone.so"]}})
    assert main(["1"]) == 1
    assert "1 compiled wheels audited, 1 problems" in capsys.readouterr().out
    assert tools_folder({"XDG_CACHE_HOME": str(tmp_path)}).parent == tmp_path / "tiffin" / "tools"
