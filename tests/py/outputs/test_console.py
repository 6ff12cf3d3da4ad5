"""What a body writes, kept and told."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from tiffin.outputs.console import BURST, LONGEST, SLICE, Console, Stream


@given(st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.text(max_size=5))))
def test_neighbours_are_joined_and_nothing_is_lost(written: list[tuple[Stream, str]]) -> None:
    console = Console()
    for stream, text in written:
        console.write(stream, text)
    pieces = console.pieces()
    assert all(one[0] != other[0] for one, other in itertools.pairwise(pieces))
    assert all(text for _, text in pieces)
    for stream in ("stdout", "stderr"):
        assert "".join(t for s, t in pieces if s == stream) == "".join(t for s, t in written if s == stream)


def test_each_piece_is_told_as_it_is_written() -> None:
    told: list[tuple[str, str]] = []
    console = Console(lambda stream, text: told.append((stream, text)))
    console.write("stdout", "a")
    console.write("stdout", "b")
    console.write("stderr", "")
    assert told == [("stdout", "a"), ("stdout", "b")]
    assert console.pieces() == (("stdout", "ab"),)


def test_after_a_million_characters_the_rest_is_counted() -> None:
    told: list[str] = []
    console = Console(lambda _, text: told.append(text))
    console.write("stdout", "x" * (LONGEST - 1))
    console.write("stdout", "yz!")
    console.write("stderr", "more")
    text = "x" * (LONGEST - 1) + "y"
    note = "\n[6 more characters were printed and are not kept]\n"
    assert console.pieces() == (("stdout", text), ("stderr", note))
    assert "".join(told) == text


class Clock:
    """A clock that is set by hand, and what was asked to happen later."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waiting: list[Callable[[], None]] = []
        self.open = True
        self.told: list[tuple[str, str]] = []
        self.console = Console(lambda *piece: self.told.append(piece), lambda: self.now, self.later)

    def later(self, seconds: float, call: Callable[[], None]) -> bool:
        assert seconds == SLICE
        self.waiting.append(call)
        return self.open


def test_a_flood_is_told_in_joined_pieces() -> None:
    clock = Clock()
    for number in range(10_000):
        clock.now = 100 + number / 10_000  # one second in all
        clock.console.write("stdout", f"{number}\n")
    assert len(clock.told) <= BURST + 1 / SLICE
    assert len(clock.waiting) >= 1
    clock.console.flush()
    assert "".join(text for _, text in clock.told) == "".join(f"{number}\n" for number in range(10_000))


@given(st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.floats(0, 0.1)), max_size=200))
def test_a_flood_keeps_the_order_over_streams(written: list[tuple[Stream, float]]) -> None:
    clock = Clock()
    for number, (stream, pause) in enumerate(written):
        clock.now += pause
        clock.console.write(stream, f"{number},")
    pieces = clock.console.close()
    assert "".join(text for _, text in clock.told) == "".join(f"{n}," for n in range(len(written)))
    for stream in ("stdout", "stderr"):
        kept = "".join(text for s, text in pieces if s == stream)
        assert "".join(text for s, text in clock.told if s == stream) == kept


def test_what_was_held_back_is_told_later() -> None:
    clock = Clock()
    for _ in range(BURST + 10):
        clock.console.write("stdout", "x")
    assert len("".join(text for _, text in clock.told)) == BURST
    (call,) = clock.waiting  # asked once
    call()
    assert len("".join(text for _, text in clock.told)) == BURST + 10


def test_nothing_is_held_back_where_nobody_comes_back() -> None:
    clock = Clock()
    clock.open = False
    for _ in range(BURST + 10):
        clock.console.write("stdout", "x")
    assert clock.told == [("stdout", "x")] * (BURST + 10)


def test_a_closed_console_keeps_nothing_and_tells_when_released() -> None:
    clock = Clock()
    clock.console.write("stdout", "a")
    assert clock.console.close() == (("stdout", "a"),)
    clock.console.write("stdout", "b")
    clock.console.then(lambda: clock.told.append(("display", "")))
    clock.console.write("stdout", "c")
    assert clock.told == [("stdout", "a")]
    clock.console.release()
    assert clock.told == [("stdout", "a"), ("stdout", "b"), ("display", ""), ("stdout", "c")]
    assert clock.console.pieces() == ()


def test_a_runaway_thread_is_cut_short_after_the_end_as_well() -> None:
    clock = Clock()
    clock.console.close()
    clock.console.release()
    for _ in range(3):
        clock.console.write("stdout", "x" * LONGEST)
    clock.console.flush()
    note = "\n[what is printed from here on is not shown]\n"
    assert clock.told == [("stdout", "x" * LONGEST), ("stderr", note)]


def test_a_destructor_may_print_while_something_is_printed() -> None:
    def report(stream: Stream, text: str) -> None:
        if text == "first":
            console.write("stderr", "second")

    console = Console(report)
    console.write("stdout", "first")
    assert console.pieces() == (("stdout", "first"), ("stderr", "second"))
