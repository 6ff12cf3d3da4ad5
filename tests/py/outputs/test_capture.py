"""What is written to stdout and stderr."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import subprocess
import sys
import threading
import warnings
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

import tiffin
from tiffin.outputs.capture import Redirection, hold
from tiffin.outputs.console import Console


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
        "import os\nfrom tiffin.outputs.capture import Redirection\n"
        "from tiffin.outputs.console import Console\n"
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
