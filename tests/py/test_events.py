"""Events on the wire."""

from __future__ import annotations

import dataclasses
import json
import typing
from typing import Any

import pytest

from tiffin import events
from tiffin.events import (
    Blocked,
    CellConsole,
    CellEnded,
    ConsoleText,
    ErrorReport,
    Event,
    Frame,
    KernelStats,
    RunCompleted,
    RunStarted,
    event_to_json,
)

KINDS = typing.get_args(Event)


@pytest.mark.parametrize(
    ("event", "wire"),
    [
        (
            RunStarted("r", ("c1",), (Blocked("c2", "a cycle"),)),
            {
                "type": "RunStarted",
                "run_id": "r",
                "cells": ["c1"],
                "blocked": [{"cell": "c2", "reason": "a cycle"}],
            },
        ),
        (
            CellConsole("r", "c1", ConsoleText("stderr", "é\ud800")),
            {
                "type": "CellConsole",
                "run_id": "r",
                "cell": "c1",
                "text": {"stream": "stderr", "text": "é\ud800"},
            },
        ),
        (
            CellEnded(
                "r",
                "c1",
                "error",
                "none",
                None,
                0.5,
                error=ErrorReport("KeyError", "'k'", (Frame("c1", "nb.py, line 1", 1, "<cell>", "d['k']"),)),
            ),
            {
                "type": "CellEnded",
                "run_id": "r",
                "cell": "c1",
                "status": "error",
                "origin": "none",
                "key": None,
                "seconds": 0.5,
                "output": None,
                "displays": None,
                "console": None,
                "error": {
                    "kind": "KeyError",
                    "message": "'k'",
                    "frames": [
                        {
                            "cell": "c1",
                            "where": "nb.py, line 1",
                            "line": 1,
                            "function": "<cell>",
                            "text": "d['k']",
                        }
                    ],
                    "hint": None,
                },
                "reason": None,
            },
        ),
    ],
)
def test_the_wire_form_names_the_type_and_every_field(event: Event, wire: dict[str, Any]) -> None:
    assert json.loads(json.dumps(event_to_json(event))) == wire


def test_every_dataclass_is_an_event_or_part_of_one() -> None:
    parts = {Frame, ErrorReport, ConsoleText, Blocked, KernelStats}
    every = {kind for kind in vars(events).values() if dataclasses.is_dataclass(kind)}
    assert every == {*KINDS, *parts}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.__name__))
def test_events_are_frozen_and_say_what_they_are(kind: Any) -> None:
    assert kind.__dataclass_params__.frozen
    assert kind.__doc__[0].isupper()
    assert "type" not in {field.name for field in dataclasses.fields(kind)}


def test_a_run_that_is_over_carries_the_stats() -> None:
    wire = event_to_json(RunCompleted("r", True, KernelStats(cells_run=2)))
    assert wire["stats"]["cells_run"] == 2
    assert wire["success"] is True
