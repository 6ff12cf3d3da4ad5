"""How far a cell has come."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from notebooks import Bench

import tiffin as tn
from tiffin.errors import UsageError
from tiffin.events import CellDisplay, CellEnded
from tiffin.session.progress import Progress


async def ended(source: str) -> tuple[CellEnded, list[CellDisplay]]:
    bench = Bench("import tiffin as tn", source)
    await bench.run()
    told = [e for e in bench.events if isinstance(e, CellDisplay)]
    return [e for e in bench.events if isinstance(e, CellEnded) and e.cell == "c2"][-1], told


def texts(end: CellEnded) -> list[str]:
    return [bundle["text/plain"] for bundle in end.displays or ()]


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("for _ in tn.progress(range(3), title='Dal'):\n    pass", ["Dal: 3 of 3"]),
        ("for _ in tn.progress((n for n in range(3))):\n    pass", ["3"]),
        ("for _ in tn.progress((n for n in range(3)), total=3):\n    pass", ["3 of 3"]),
        ("for _ in tn.progress([]):\n    pass", ["0 of 0"]),
        ("for n in tn.progress(range(9)):\n    if n == 4:\n        break", ["stopped at 4 of 9"]),
        ("for _ in tn.progress(range(3), remove=True):\n    pass", []),
        (
            "with tn.progress(total=1200) as bar:\n    bar.update(1200, title='Rice')",
            ["Rice: 1,200 of 1,200"],
        ),
        (
            "tn.display('a')\nfor _ in tn.progress('xy'):\n    tn.display('b')",
            ["'a'", "2 of 2", "'b'", "'b'"],
        ),
        ("with tn.spinner('Soaking') as sign:\n    sign.update('Boiling')", []),
        ("with tn.spinner('Soaking', remove=False):\n    pass", ["Soaking"]),
    ],
)
async def test_what_stays_of_it(source: str, kept: list[str]) -> None:
    assert texts((await ended(source))[0]) == kept


async def test_a_bar_says_where_a_cell_failed_a_spinner_goes() -> None:
    source = "with tn.spinner('a', remove=False):\n    for n in tn.progress(range(9)):\n        1 / (n - 4)"
    end, told = await ended(source)
    assert end.status == "error"
    assert [e.bundle.get("text/plain") for e in told if e.slot and e.slot.startswith("progress")][-1] == (
        "stopped at 4 of 9"
    )
    assert [e.bundle for e in told if e.slot and e.slot.startswith("spinner")][-1] == {}


async def test_a_long_loop_makes_few_pictures() -> None:
    _, told = await ended("for n in tn.progress(range(200_000)):\n    pass")
    assert len(told) < 100


class Hand:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_is_said_where_there_is_much_of_it() -> None:
    clock = Hand()
    said = []
    bar: Progress[Any] = Progress(total=100, clock=clock)
    with bar:
        for seconds in (0.5, 2, 60, 6000, 60_000):
            clock.now = seconds
            bar.done = 9
            bar.update()
            said.append(repr(bar))
    left = ["4 s left", "18 s left", "9 min left", "15.0 h left", "150.0 h left"]
    assert said == [f"10 of 100, {words}" for words in left]
    assert repr(bar) == "stopped at 10 of 100"


def test_the_markup_of_each_state() -> None:
    bar: Progress[Any] = Progress(total=4, title="<Dal>")
    head = '<div class="tn-gauge" data-state="{}"><p><span>&lt;Dal&gt;</span><span class="tn-gauge-count">'
    with bar:
        bar.update()
        shown = bar._repr_html_()
        assert shown.startswith(head.format("running"))
        assert '<progress max="4" value="1" aria-label="&lt;Dal&gt;"></progress>' in shown
        bar.update(3)
    assert bar._repr_html_().startswith(head.format("done"))
    with tn.progress() as endless:
        assert '<progress aria-label="Progress"></progress>' in endless._repr_html_()
    assert '<progress max="1" value="1" ' in endless._repr_html_()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tn.progress(total=-1), "progress: total is a whole number, 0 or more, not -1"),
        (lambda: list(tn.progress(total=3)), "progress: there is nothing to go through; use it by 'with'"),
        (
            lambda: tn.progress(total=3).update(),
            "progress: use it by 'for' or by 'with' before it is updated",
        ),
    ],
)
def test_what_cannot_be(call: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_script_draws_on_a_terminal_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        monkeypatch.setattr(sys, "stderr", stream)
        assert list(tn.progress("ab", title="Dal")) == ["a", "b"]
        with tn.spinner("Soaking"):
            pass
    assert file.getvalue() == ""
    assert terminal.getvalue().split("\r")[-1].strip() == ""
    assert "\rDal: 2 of 2\n" in terminal.getvalue()
    assert "\rSoaking" in terminal.getvalue()
