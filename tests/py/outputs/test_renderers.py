"""What shows values of types that do not show themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tiffin as tn
from tiffin.errors import UsageError
from tiffin.outputs import render as rendering
from tiffin.outputs.render import render
from tiffin.outputs.renderers import Renderers


class Pot:
    def __repr__(self) -> str:
        return "<pot>"


class Kettle(Pot):
    pass


@pytest.fixture
def renderers(monkeypatch: pytest.MonkeyPatch) -> Renderers:
    fresh = Renderers()
    monkeypatch.setattr(rendering, "renderers", fresh)
    return fresh


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installed package with a type, and what it offers to show it."""
    info = tmp_path / "pots-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pots\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[tiffin.render]\npots.Lid = pots_shown:show\npots.Bad = nosuch:show\n"
    )
    (tmp_path / "pots.py").write_text("class Lid: pass\nclass Bad: pass\nclass Small(Lid): pass\n")
    (tmp_path / "pots_shown.py").write_text("def show(value): return {'text/html': '<b>lid</b>'}\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in ("pots", "pots_shown"):
        sys.modules.pop(name, None)


def test_a_registered_function_shows_a_type_and_those_derived_from_it(renderers: Renderers) -> None:
    renderers.register(Pot, lambda pot: {"text/html": f"<b>{pot!r}</b>"})
    for value in (Pot(), Kettle()):
        assert render(value) == {"text/html": "<b><pot></b>", "text/plain": "<pot>"}
    assert render(Pot) == {"text/plain": repr(Pot)}


def test_the_nearest_type_has_the_say_whatever_was_registered_first(renderers: Renderers) -> None:
    renderers.register(Kettle, lambda _: {"text/plain": "kettle"})
    renderers.register(f"{__name__}.Pot", lambda _: {"text/plain": "pot"})
    assert render(Kettle()) == {"text/plain": "kettle"}
    assert render(Pot()) == {"text/plain": "pot"}


def test_what_fails_is_said_beside_the_text(renderers: Renderers) -> None:
    renderers.register(Pot, lambda _: 1 / 0)  # type: ignore[arg-type,return-value]
    assert render(Pot()) == {
        "text/plain": "<pot>\n[its table or picture failed: ZeroDivisionError: division by zero]"
    }
    renderers.register(Pot, lambda _: "html")  # type: ignore[arg-type,return-value]
    assert "a renderer gives a MIME bundle, a dict, not str" in render(Pot())["text/plain"]


def test_bytes_become_base64_and_nothing_is_left_out(renderers: Renderers) -> None:
    renderers.register(Pot, lambda _: {"image/png": b"\x89", "text/html": None})
    assert render(Pot()) == {"image/png": "iQ==", "text/plain": "<pot>"}


def test_an_installed_package_shows_its_own_types(renderers: Renderers, package: Path) -> None:
    import pots  # type: ignore[import-not-found]

    assert "pots_shown" not in sys.modules
    assert render(pots.Small())["text/html"] == "<b>lid</b>"
    assert "pots_shown" in sys.modules
    broken = render(pots.Bad())["text/plain"]
    assert broken.endswith("[its table or picture failed: ModuleNotFoundError: No module named 'nosuch']")


def test_a_package_that_comes_later_is_found(renderers: Renderers, package: Path) -> None:
    import pots

    class Cup:
        pass

    Cup.__module__ = "pots"
    Cup.__qualname__ = "Cup"
    assert "text/html" not in render(Cup())
    info = package / "cups-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cups\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tiffin.render]\npots.Cup = pots_shown:show\n")
    assert pots.Lid is not None
    assert render(Cup())["text/html"] == "<b>lid</b>"


@pytest.mark.parametrize(
    ("kind", "renderer", "message"),
    [
        ("no name", lambda _: {}, "register: takes a type or its full name, not 'no name'"),
        (Pot, 7, "register: takes a function from a value to a MIME bundle, not 7"),
    ],
)
def test_what_cannot_be_registered(kind: Any, renderer: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        tn.renderers.register(kind, renderer)
