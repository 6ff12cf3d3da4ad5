"""What is written to stdout and stderr."""

from __future__ import annotations

import contextlib
import io
import itertools
import sys
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.outputs.capture import LONGEST, Console, Redirection, Stream


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
