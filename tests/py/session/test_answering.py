"""Questions that start no run: to a widget, and of whoever writes a cell."""

from __future__ import annotations

import pytest
from notebooks import Bench

from tiffin.commands import Ask
from tiffin.events import Answered

from .test_widgets import TN


def answers(bench: Bench) -> list[Answered]:
    return [event for event in bench.events if isinstance(event, Answered)]


async def test_a_question_is_answered_once_or_told_why_not() -> None:
    bench = Bench(TN, "s = tn.ui.slider(0, 9)")
    await bench.run()
    await bench.kernel.handle(Ask("q", {"rows": 1}, "s"))
    await bench.kernel.handle(Ask("p", {}, "nobody"))
    assert answers(bench) == [
        Answered("q", "s", None, "a slider answers no questions"),
        Answered("p", "nobody", None, "there is no widget 'nobody'; known: s"),
    ]


async def test_who_writes_a_cell_is_helped_with_what_the_cells_have_made() -> None:
    bench = Bench("lunch = 'dal'")
    await bench.run()
    bodies = bench.kernel.stats().cells_run
    await bench.kernel.handle(Ask("q", {"type": "Complete", "code": "lunch.cap"}))
    items = ({"label": "capitalize", "kind": "function"},)
    assert answers(bench) == [Answered("q", None, {"length": 3, "items": items})]
    assert bench.kernel.stats().cells_run == bodies


NONSENSE: tuple[dict[str, object], ...] = (
    {},
    {"type": "Sing"},
    {"type": "Complete"},
    {"type": "Complete", "code": 3},
    {"type": "Check", "put": [3]},
)


@pytest.mark.parametrize("question", NONSENSE)
async def test_what_is_no_question_is_told(question: dict[str, object]) -> None:
    bench = Bench("lunch = 'dal'")
    await bench.kernel.handle(Ask("q", question))
    assert (answers(bench)[0].problem or "").startswith("this is no question: ")
