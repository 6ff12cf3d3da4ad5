"""What is written to stdout and stderr."""

from __future__ import annotations

import contextlib
import gc
import io
import itertools
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiffin
from tiffin.outputs.capture import BURST, LONGEST, SLICE, Console, Redirection, Stream, hold


@pytest.fixture(autouse=True)
def tidy() -> None:
    """Let go of what earlier tests left (loops, threads, tracebacks): the streams stay for these."""
    gc.collect()
    with hold():
        pass


def test_both_streams_stay_in_order() -> None:
    with Redirection(Console()) as console:
        print("one")
        print("two", file=sys.stderr)
        print("three", end="")
    assert console.pieces() == (("stdout", "one\n"), ("stderr", "two\n"), ("stdout", "three"))


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


def test_a_warning_says_no_path() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with Redirection(Console()) as console:
            warnings.warn("too much salt", UserWarning, stacklevel=1)
    assert console.pieces() == (("stderr", "UserWarning: too much salt\n"),)


def test_a_warning_for_a_file_goes_to_that_file() -> None:
    file = io.StringIO()
    with Redirection(Console()) as console:
        warnings.showwarning("hot", UserWarning, "/home/cook/nb.py", 3, file)
    assert file.getvalue() == "UserWarning: hot\n"
    assert console.pieces() == ()


def test_everything_is_restored_also_after_an_exception() -> None:
    before = sys.stdout, sys.stderr, warnings.showwarning
    with contextlib.suppress(ZeroDivisionError), Redirection(Console()):
        assert sys.stdout is not before[0]
        raise ZeroDivisionError
    assert (sys.stdout, sys.stderr, warnings.showwarning) == before


def test_redirections_may_nest() -> None:
    with Redirection(Console()) as outer:
        print("a", end="")
        with Redirection(Console()) as inner:
            print("b", end="")
        print("c", end="")
    assert (outer.pieces(), inner.pieces()) == ((("stdout", "ac"),), (("stdout", "b"),))


def test_the_stream_is_a_text_stream() -> None:
    with Redirection(Console()) as console:
        assert sys.stdout.writable()
        assert not sys.stdout.isatty()
        assert sys.stdout.encoding == "utf-8"
        assert sys.stdout.write("abc") == 3
        sys.stdout.writelines(["d", "e"])
        sys.stdout.flush()
        with pytest.raises(TypeError, match="must be str, not bytes"):
            sys.stdout.write(b"x")  # type: ignore[arg-type]
    assert console.pieces() == (("stdout", "abcde"),)


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


def test_without_a_route_the_stream_is_that_beneath(monkeypatch: pytest.MonkeyPatch) -> None:
    beneath = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", beneath)
    with hold():
        print("salt")
        sys.stdout.buffer.write(b"raw")
        assert sys.stdout.encoding == "latin-1"
        sys.stdout.close()  # others write there too
        sys.stdout.flush()
        with Redirection(Console()), pytest.raises(AttributeError):
            _ = sys.stdout.buffer
        with Redirection(Console()), pytest.raises(io.UnsupportedOperation):
            sys.stdout.fileno()
    assert beneath.buffer.getvalue() == b"rawsalt\n"


def test_a_warning_without_a_route_is_shown_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", lambda *warning, **_: shown.append(warning[1]))
        with hold():
            warnings.warn("hot", UserWarning, stacklevel=1)
    assert shown == [UserWarning]


def test_a_threads_own_context_variables_are_its_own() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="fresh")
    variable.set("the starter's")
    seen: list[str] = []

    def work() -> None:
        seen.append(variable.get())
        print("here")

    with Redirection(Console()) as console:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert seen == ["fresh"]
    assert console.pieces() == (("stdout", "here\n"),)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_prints_where_the_host_does() -> None:
    script = (
        "import os\nfrom tiffin.outputs.capture import Console, Redirection\n"
        "with Redirection(Console()) as console:\n"
        "    child = os.fork()\n    print('child' if child == 0 else 'parent', flush=True)\n"
        "    if child == 0: os._exit(0)\n    os.waitpid(child, 0)\n"
        "print(console.pieces())"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(tiffin.__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "child\n(('stdout', 'parent\\n'),)\n"
