"""Cases as text: cells before, what is done, the cells that run, and the names that exist afterwards.

    ## the title of a case
    settings {"autorun": false}         settings of the notebook, if any
    c1 | x = 1                          a cell; `c1 disabled | ...` and `c1 markdown | ...` are others
    c2 | if x:
       |     y = 2                      the next line of the same cell
    > edit c1 | x = 3                   what is done; lines of edits that follow each other are one edit
    runs c1 c2                          the cells that took part, in this order; a cache hit is one of them
    ends c2 error; c3 cancelled         how cells ended, other than idle (`-`, the default: none)
    names x=3; y=2                      every public name that is bound, with its value (`-`: none)

Other things are done with `add c4 | ...`, `add c4 before c1 | ...`, `markdown c1 | ...`, `remove c1`,
`order c2 c1`, `disable c1`, `enable c1`, `call c1 total` (the cell's name), `set s=3`, `settings {...}`,
`run c1`, `force c1`, `run-stale`. More is expected with `stale c3` (what is stale now; the default: nothing),
`success yes|no` (the default: no cell failed or was cancelled), `hits c2` (those that the cache answered),
`empties c1` (cells that ended without anything to run), `shows c2=7`, `says c2 part of an error or a reason`.
What is expected before the first `>` is expected of opening the notebook.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

EXPECTED = ("runs", "ends", "names", "stale", "success", "hits", "empties", "shows", "says")
EDITS = ("edit", "add", "markdown", "remove", "order", "disable", "enable", "call", "settings")
OTHERS = ("set", "run", "force", "run-stale")


@dataclass
class Action:
    """One thing that is done: `verb`, its words, and the source that it brings, if any."""

    verb: str
    words: tuple[str, ...]
    source: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The source as one piece."""
        return "\n".join(self.source)


@dataclass
class Step:
    """Actions that are one command, and what is expected of it, by keyword."""

    actions: list[Action] = field(default_factory=list)
    expected: dict[str, list[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        return ", ".join(" ".join((action.verb, *action.words)) for action in self.actions) or "opening"


@dataclass
class Case:
    """A notebook, and what is done to it step by step; the first step is opening it."""

    title: str
    settings: str = "{}"
    cells: list[Action] = field(default_factory=list)
    steps: list[Step] = field(default_factory=lambda: [Step()])


def read_cases(table: str) -> list[Case]:
    """Return the cases of a table; `ValueError` for a line that means nothing, or a case that says too
    little."""
    cases: list[Case] = []
    source: list[str] = []
    for line in table.strip("\n").split("\n"):
        if line.startswith("## "):
            cases.append(Case(line[3:]))
        elif line.lstrip().startswith("|"):
            source.append(line.lstrip()[2:])
        elif line.strip():
            source = _read_line(cases[-1], line)
    for case in cases:
        _check(case)
    return cases


def _read_line(case: Case, line: str) -> list[str]:
    """Add one line to `case`; return the source that the lines below may go on with."""
    head, bar, code = line.partition(" | ") if " | " in line else (line, "", "")
    if line.endswith(" |"):
        head, bar, code = line[:-2], "|", ""
    word, _, rest = head.partition(" ")
    step = case.steps[-1]
    if word == ">":
        verb, _, words = rest.partition(" ")
        if verb not in EDITS + OTHERS:
            raise ValueError(f"{case.title}: {line!r} is nothing that can be done")
        action = Action(verb, tuple(words.split()), [code] if bar else [])
        if verb == "settings":
            action.words = (words,)
        joins = step.actions and not step.expected and verb in EDITS and step.actions[0].verb in EDITS
        if joins:
            step.actions.append(action)
        else:
            case.steps.append(Step([action]))
        return action.source
    if word in EXPECTED:
        step.expected.setdefault(word, []).append(line.partition(" ")[2])
        return []
    if word == "settings":
        case.settings = rest
        return []
    if not bar:
        raise ValueError(f"{case.title}: {line!r} is no cell, and nothing that can be expected")
    case.cells.append(Action(word, tuple(rest.split()), [code]))
    return case.cells[-1].source


def _check(case: Case) -> None:
    for step in case.steps[1:] or case.steps:
        if "runs" not in step.expected:
            raise ValueError(f"{case.title}: what runs after {step}?")
    if "names" not in case.steps[-1].expected:
        raise ValueError(f"{case.title}: which names exist afterwards?")


def listed(lines: list[str]) -> Iterator[tuple[str, str]]:
    """The `left right` or `left=right` pairs of an expectation, which stand on lines or between `; `."""
    for line in lines:
        for item in line.split("; "):
            left, _, right = item.partition("=" if "=" in item.split(" ")[0] else " ")
            if item != "-":
                yield left, right
