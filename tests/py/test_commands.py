"""Commands on the wire."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.commands import (
    Ask,
    CheckFiles,
    Command,
    Execute,
    Interrupt,
    PutContent,
    Restore,
    RunCells,
    SetValues,
    command_from_json,
)
from tiffin.errors import UsageError

names = st.text(max_size=5)
values: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | names | st.lists(names, max_size=2)
)
commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(Restore, names, st.dictionaries(names, names, max_size=3)),
    st.builds(RunCells, names, st.none() | st.lists(names, max_size=3).map(tuple), st.booleans()),
    st.builds(SetValues, names, st.dictionaries(names, values, max_size=3)),
    st.builds(Execute, names, names, st.none() | st.floats(0.001, 1e6)),
    st.builds(Interrupt, st.none() | names),
    st.builds(PutContent, names, names, st.booleans()),
    st.builds(CheckFiles, names, st.lists(names, max_size=3).map(tuple)),
    st.builds(Ask, names, st.dictionaries(names, values, max_size=3), st.none() | names),
)


@given(commands)
def test_a_command_survives_its_journey(command: Command) -> None:
    wire = json.dumps({"type": type(command).__name__, **asdict(command)})
    assert command_from_json(json.loads(wire)) == command


@pytest.mark.parametrize(
    ("wire", "command"),
    [
        ({"type": "RunCells", "run_id": "r"}, RunCells("r", None, False)),
        ({"type": "Interrupt"}, Interrupt(None)),
    ],
)
def test_what_is_left_out_has_its_default(wire: dict[str, Any], command: Command) -> None:
    assert command_from_json(wire) == command


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        ([], "a command is a JSON object, not []"),
        ("Restore", "a command is a JSON object, not 'Restore'"),
        (None, "a command is a JSON object, not None"),
        (
            {},
            "known: AnswerInput, Ask, CheckFiles, EditCells, Execute, Interrupt, PutContent, Restore, "
            "RunCells, RunStale, SetValues",
        ),
        ({"type": "Explode"}, "unknown command 'Explode'"),
        ({"type": ["Restore"]}, "unknown command ['Restore']"),
        (
            {"type": "Restore", "run_id": "r"},
            "command Restore takes run_id, shown, values, stored_only; wrong or missing: shown",
        ),
        ({"type": "RunCells"}, "command RunCells takes run_id, cells, force; wrong or missing: run_id"),
        ({"type": "RunCells", "run_id": "r", "b": 1, "a": 1}, "wrong or missing: a, b"),
        ({"type": "RunCells", "run_id": 7}, "wrong or missing: run_id"),
        ({"type": "RunCells", "run_id": "r", "cells": "c1"}, "wrong or missing: cells"),
        ({"type": "RunCells", "run_id": "r", "cells": [1]}, "wrong or missing: cells"),
        ({"type": "RunCells", "run_id": "r", "force": 1}, "wrong or missing: force"),
        ({"type": "Restore", "run_id": "r", "shown": ["c1"]}, "wrong or missing: shown"),
        ({"type": "Restore", "run_id": "r", "shown": {"c1": 1}}, "wrong or missing: shown"),
        ({"type": "SetValues", "run_id": "r", "values": None}, "wrong or missing: values"),
        ({"type": "Interrupt", "run_id": 7}, "wrong or missing: run_id"),
    ],
)
def test_what_is_no_command_is_refused_in_one_line(wire: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        command_from_json(wire)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
