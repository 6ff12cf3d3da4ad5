"""Modules that stand in for others."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import pytest

from tiffin.session.standins import standing_aside, standing_in


def test_a_module_stands_in_and_leaves_no_trace() -> None:
    fake, real = ModuleType("json"), json
    new = ModuleType("tiffin_test_pantry")
    with standing_in({"json": fake, "tiffin_test_pantry": new}):
        assert sys.modules["json"] is fake
        import tiffin_test_pantry  # type: ignore[import-not-found]

        assert tiffin_test_pantry is new
    assert sys.modules["json"] is real
    assert "tiffin_test_pantry" not in sys.modules


def test_what_was_there_comes_back_after_an_exception() -> None:
    before = dict(sys.modules)
    with pytest.raises(ZeroDivisionError), standing_in({"json": ModuleType("json")}):
        raise ZeroDivisionError
    assert sys.modules == before


def test_what_the_block_took_away_comes_back() -> None:
    with standing_in({"json": ModuleType("json"), "tiffin_test_pantry": ModuleType("p")}):
        del sys.modules["json"], sys.modules["tiffin_test_pantry"]
    assert sys.modules["json"] is json


def test_blocks_may_end_in_any_order() -> None:
    before = dict(sys.modules)
    first, second = (standing_in({"no_such_module": ModuleType(name)}) for name in "ab")
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert sys.modules["no_such_module"].__name__ == "b"
    second.__exit__(None, None, None)
    assert dict(sys.modules) == before


def test_stand_ins_step_aside_for_code_of_ours() -> None:
    before = dict(sys.modules)
    fake, new, found = ModuleType("json"), ModuleType("no_such_module"), ModuleType("no_such_module")
    with standing_in({"json": fake, "no_such_module": new}):
        with standing_aside():
            assert sys.modules["json"] is json
            assert "no_such_module" not in sys.modules
            sys.modules["no_such_module"] = found
        assert (sys.modules["json"], sys.modules["no_such_module"]) == (fake, new)
    # What was imported meanwhile is what there is.
    assert sys.modules.pop("no_such_module") is found
    assert dict(sys.modules) == before
