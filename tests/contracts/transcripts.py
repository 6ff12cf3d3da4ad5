"""What a client hears of code that it has run in the scratchpad, case by case: one table for every host.

The answers are recorded in `transcripts/NAME.json`, with what changes from run to run taken out. To record
them anew, set `RECORD_TRANSCRIPTS=1`, and read what has changed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

Json: TypeAlias = Any
Piece: TypeAlias = tuple[str, Json]

KILLED = "the kernel process was ended by SIGKILL\n"
"""What the host says of a kernel that was killed with which the answers were recorded."""

FOLDER = Path(__file__).parent / "transcripts"
RUN_ID = "scratch"

PLAIN = ("x = 20", "y = x + 1", "def add(n):\n    return x + n")
STATE = (
    "import tiffin as tn\nsteps, set_steps = tn.state(1)",
    "double = steps() * 2",
    "1 / (double - 10)",
)
WIDGET = ("import tiffin as tn\ns = tn.ui.slider(0, 10, value=1)", "twice = s.value * 2", "1 / (twice - 8)")
CACHE = (
    "import tiffin as tn\n@tn.persistent_cache\ndef square(n):\n    print('computing')\n    return n * n",
    "square(3)",
)
SLOW = ("import time", "def forever():\n    while True:\n        pass")


class Driver(Protocol):
    """A host's way to a notebook that is open in a kernel."""

    def execute(self, code: str, timeout: float | None, run_id: str) -> Iterator[Piece]:
        """Run code in the scratchpad; what is told of it, to the last."""

    def interrupt(self, run_id: str) -> None:
        """Stop a run."""

    def kill(self) -> None:
        """End the process or worker that the kernel is in."""

    def start_other(self) -> None:
        """Ask for a run of all cells, and don't wait for it."""


@dataclass(frozen=True)
class Case:
    """Code, the notebook it meets, and what happens once it has printed 'ready'."""

    name: str
    code: str
    cells: tuple[str, ...] = PLAIN
    timeout: float | None = None
    then: Callable[[Driver], None] | None = None
    first: tuple[str, ...] = ()
    """Code that ran before it."""
    alone: bool = False
    """Whether it leaves the notebook or its kernel other than they were."""


CASES = (
    Case("plain-output", "print('hello')\nx + y"),
    Case("nothing", ""),
    Case("no-value", "z = 1"),
    Case("both-streams", "import sys\nprint('one')\nprint('two', file=sys.stderr)\nprint('three')"),
    Case("print-then-error", "print('before')\nadd(1) / 0"),
    Case("error-in-function", "def f(n):\n    return n / 0\n\nf(1)"),
    Case("syntax-error", "x ="),
    Case("unknown-name", "nobody + 1"),
    Case("exit", "print('bye')\nraise SystemExit(1)"),
    Case("not-kept", "z = 5\nx = 3\nx + z", first=("z = 1\nx = 7",)),
    Case("await", "import asyncio\nawait asyncio.sleep(0)\nawait asyncio.gather(asyncio.sleep(0, 'a'))"),
    Case("html-output", "class H:\n    def _repr_html_(self):\n        return '<b>h</b>'\nH()"),
    Case("displays", "display(1)\nprint('between')\ndisplay({'a': 2})\n3"),
    Case("image", "class P:\n    def _repr_png_(self):\n        return b'\\x89PNG'\nP()"),
    Case("long-output", "for n in range(300):\n    print(f'{n:04}' * 20)"),
    Case("state-sets-off-cells", "set_steps(3)\nsteps()", STATE, alone=True),
    Case("state-last-descendant-fails", "print('set')\nset_steps(5)\n'fine'", STATE, alone=True),
    Case("state-set-then-error", "set_steps(4)\n1 / 0", STATE, alone=True),
    Case(
        "widget-set",
        "import tiffin as tn\nasync with tn.code_mode() as nb:\n    nb.set_value('s', 3)",
        WIDGET,
        alone=True,
    ),
    Case(
        "widget-set-then-cell-fails",
        "import tiffin as tn\nasync with tn.code_mode() as nb:\n    nb.set_value('s', 4)",
        WIDGET,
        alone=True,
    ),
    Case("cache-hit", "square(3), square(4)", CACHE),
    Case(
        "cache-decorated-then-error",
        "import tiffin as tn\n@tn.cache\ndef cube(n):\n    return n ** 3\nprint(cube(2))\n"
        "raise ValueError('late')",
        CACHE,
    ),
    Case(
        "code-mode-good",
        "import tiffin as tn\nasync with tn.code_mode() as nb:\n"
        "    nb.edit_cell('c1', 'x = 5')\n    nb.create_cell('z = y * 2')",
        alone=True,
    ),
    Case(
        "code-mode-bad",
        "import tiffin as tn\nasync with tn.code_mode() as nb:\n    nb.create_cell('x = 1')",
    ),
    Case(
        "code-mode-syntax-error",
        "import tiffin as tn\nasync with tn.code_mode() as nb:\n    nb.create_cell('x =')",
    ),
    Case(
        "code-mode-skipped",
        "import tiffin as tn\nasync with tn.code_mode(skip_validation=True) as nb:\n"
        "    nb.create_cell('x = 1')",
        alone=True,
    ),
    Case(
        "code-mode-rolled-back",
        "import tiffin as tn\nasync with tn.code_mode() as nb:\n    nb.edit_cell('c1', 'x = 5')\n    1 / 0",
    ),
    Case("time-out-of-a-busy-loop", "while True: pass", SLOW, timeout=0.2),
    Case("time-out-of-an-await", "import asyncio\nawait asyncio.sleep(60)", SLOW, timeout=0.2),
    Case("time-out-in-a-notebook-function", "forever()", SLOW, timeout=0.2),
    Case("interrupt-of-a-busy-loop", "print('ready')\nwhile True: pass", then=lambda d: d.interrupt(RUN_ID)),
    Case(
        "interrupt-of-an-await",
        "import asyncio\nprint('ready')\nawait asyncio.sleep(60)",
        then=lambda d: d.interrupt(RUN_ID),
    ),
    Case(
        "interrupt-of-another-run",
        "print('ready')\nprint('done')",
        then=lambda d: d.interrupt("another"),
    ),
    Case("other-run-asked-for-meanwhile", "print('ready')\nx", then=lambda d: d.start_other()),
    Case("kernel-killed", "print('ready')\nwhile True: pass", then=lambda d: d.kill(), alone=True),
)


def carry_out(case: Case, driver: Driver) -> list[Piece]:
    """The answer to the code of a case, with all that happens around it."""
    for number, code in enumerate(case.first):
        list(driver.execute(code, None, f"first-{number}"))
    pieces: list[Piece] = []
    then = case.then
    for name, data in driver.execute(case.code, case.timeout, RUN_ID):
        pieces.append((name, data))
        if then is not None and name == "stdout" and "ready" in data["data"]:
            then(driver)
            then = None
    assert then is None, pieces
    return pieces


def normalise(pieces: list[Piece]) -> list[Json]:
    """An answer without what changes from run to run: where text is cut, memory, places of other code."""
    joined: list[Json] = []
    for name, data in pieces:
        if joined and joined[-1]["event"] == name in ("stdout", "stderr"):
            joined[-1]["data"]["data"] += data["data"]
        else:
            joined.append({"event": name, "data": json.loads(json.dumps(data))})
    for piece in joined:
        if piece["event"] == "stderr":
            piece["data"]["data"] = plain_traceback(piece["data"]["data"])
    return joined


def _in_words(piece: Json, killed: str) -> Json:
    """A piece in the words of the host with which the answers were recorded."""
    return {**piece, "data": {"data": KILLED}} if piece["data"] == {"data": killed} else piece


def plain_traceback(text: str) -> str:
    """A traceback as every Python prints it: without marks below the lines of frames, or places elsewhere."""
    lines = text.splitlines(keepends=True)
    if lines and lines[0].startswith("Traceback"):
        lines = [line for line in lines if not re.fullmatch(r"\s*[~^]+\s*\n?", line)]
    text = "".join(lines)
    text = re.sub(r'File "[^"<]*/([^"/]+)", line \d+', r'File "\1", line N', text)
    return re.sub(r"0x[0-9a-f]+", "0xN", text)


def check(case: Case, pieces: list[Piece], killed: str = KILLED) -> None:
    """Hold an answer against the recorded one; `killed` is what this host says of a killed kernel."""
    path = FOLDER / f"{case.name}.json"
    document = {
        "cells": list(case.cells),
        "code": case.code,
        "timeout": case.timeout,
        "answer": [_in_words(piece, killed) for piece in normalise(pieces)],
    }
    if os.environ.get("RECORD_TRANSCRIPTS"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    assert document == json.loads(path.read_text("utf-8"))
