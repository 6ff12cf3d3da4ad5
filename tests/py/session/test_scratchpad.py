"""The scratchpad: what code in it sees, what it leaves, and what it sets off."""

from __future__ import annotations

import asyncio
import gc
import itertools
import linecache
import weakref
from typing import Any

import pytest
from notebooks import Bench

from tiffin.commands import Execute, Restore, RunCells
from tiffin.events import CellEnded, CellStarted, Notice, RunCompleted, RunStarted, ScratchDisplay
from tiffin.session.kernel import Kernel

STATE = "import tiffin as tn\nget, put = tn.state(1)"


def traces(kernel: Kernel) -> tuple[Any, ...]:
    """All that scratch code could have left: names, cells, source texts."""
    names = {name: id(value) for name, value in kernel.namespace.globals.items()}
    texts = [file for file in linecache.cache if "scratchpad" in file and file.startswith("<")]
    return names, kernel.graph, kernel.notebook, texts, kernel.stale


# -- what it sees ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("x + 1", "42"),
        ("x + 1;", None),
        ("x = 1", None),
        ("", None),
        ("# nothing", None),
        ("x += 1\nx", "42"),
        ("y = 2\n[x + y for _ in range(2)]", "[43, 43]"),
        ("def f(): return x + g()\ndef g(): return 1\nf()", "42"),
        ("def f():\n    def g(): return x + y\n    return g\ny = 1\nf()()", "42"),
        ("class A:\n    z = x\n    def m(self): return x + self.z\nA().m()", "82"),
        ("class A:\n    w = [x for _ in range(2)]\nA.w", "[41, 41]"),
        ("add(1)", "42"),
        ("x = 0\nadd(1)", "42"),  # the notebook's functions see the notebook's names
        ("def f():\n    global fresh\n    fresh = 7\nf()\nfresh", "7"),
        ("exec('fresh = x')\nfresh", "41"),
        ("eval('x')", "41"),
        ("'x' in globals(), globals()['x'], globals().get('nothing', 0)", "(True, 41, 0)"),
        (
            "'x' in dir(), 'x' in dict(globals()), len(globals()) == len(list(globals()))",
            "(True, True, True)",
        ),
        ("x = 1\ndel x\nx", "41"),
        ("sum([1])", "'not yours'"),
        ("_own = 1\n_own + 1", "2"),
        ("import math\nmath.floor(2.5)", "2"),
        (
            "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    seen = str(error)\nseen",
            "'division by zero'",
        ),
        ("(lambda: (y := x))()", "41"),
        (
            "type(add).__name__, add.__module__, (lambda: 0).__module__",
            "('function', '__main__', '__main__')",
        ),
        ("import asyncio\nawait asyncio.sleep(0)\nx", "41"),
        ("import asyncio\nasync def f(): return x\nsum_ = await asyncio.gather(f(), f())\nsum_", "[41, 41]"),
        ("async with asyncio_lock:\n    z = x\nz", "41"),
    ],
)
async def test_it_has_the_names_of_the_notebook_and_its_own_over_them(code: str, shown: str | None) -> None:
    bench = Bench(
        "x = 41\ndef add(n):\n    return x + n",
        "def sum(_):\n    return 'not yours'",
        "import asyncio\nasyncio_lock = asyncio.Lock()",
    )
    await bench.restore()
    before = traces(bench.kernel)
    done = await bench.execute(code)
    assert (done.success, done.stderr, done.text) == (True, "", shown)
    assert traces(bench.kernel) == before


async def test_it_becomes_no_cell_and_no_cell_takes_part() -> None:
    bench = Bench("x = 1", "y = x")
    await bench.restore()
    stats = bench.kernel.stats()
    done = await bench.execute("x = 2\nx")
    assert done.text == "2"
    assert bench.value("y") == 1
    assert [event.cells for event in done.events if isinstance(event, RunStarted)] == [()]
    assert not [event for event in done.events if isinstance(event, CellStarted | CellEnded)]
    assert bench.kernel.stats() == stats
    await bench.run("c2", force=True)
    assert bench.value("y") == 1


async def test_what_it_needs_of_a_restored_notebook_is_materialised_and_no_more() -> None:
    first = Bench(
        "x = [1, 2]", "other = [3]", "base = 10\ndef total():\n    return base + sum(x)", "import math as m"
    )
    await first.restore()
    second = first.again()
    await second.restore()
    done = await second.execute("total(), m.floor(1.5)")
    assert (done.success, done.text) == (True, "(13, 1)")
    assert "other" not in second.kernel.namespace.globals
    assert second.kernel.stats().cells_run == 0


async def test_a_name_that_it_binds_after_reading_it_is_materialised() -> None:
    first = Bench("x = [1]")
    await first.restore()
    second = first.again()
    await second.restore()
    assert (await second.execute("x = x + [2]\nx")).text == "[1, 2]"
    assert (await second.execute("x")).text == "[1]"


async def test_what_cannot_be_restored_is_made_again_first() -> None:
    sources = ("numbers = (n for n in range(3))", "x = 5")
    first = Bench(*sources)
    await first.restore()
    second = first.again()
    await second.restore()
    done = await second.execute("next(numbers), x")
    assert (done.success, done.text) == (True, "(0, 5)")
    assert done.cells == {"c1": "idle"}


async def test_a_cell_that_has_no_result_is_named() -> None:
    bench = Bench("x = 1 / 0", "y = 2")
    await bench.restore()
    done = await bench.execute("y\nx")
    assert not done.success
    assert done.stderr.endswith("c1, which defines 'x', has no result: run it first\n")
    assert done.ended.error is not None
    assert done.ended.error.hint == "c1, which defines 'x', has no result: run it first"
    plain = await bench.execute("nobody")
    assert plain.stderr.endswith("NameError: name 'nobody' is not defined\n")


async def test_names_that_only_a_string_holds_have_to_be_written_out() -> None:
    first = Bench("x = 1")
    await first.restore()
    second = first.again()
    await second.restore()
    done = await second.execute("eval('x')")
    assert done.stderr.endswith("write it outside of eval and exec as well\n")
    assert (await second.execute("x, eval('x')")).text == "(1, 1)"


async def test_of_a_stale_cell_it_uses_what_is_there() -> None:
    bench = Bench("x = 1", "y = x * 10", fields={"settings": {"autorun": False}})
    await bench.restore()
    await bench.edit(put={"c1": "x = 2"})
    assert bench.kernel.stale == {"c2"}
    assert (await bench.execute("x, y")).text == "(2, 10)"
    assert bench.kernel.stale == {"c2"}


async def test_in_document_order_it_sees_the_last_versions() -> None:
    bench = Bench(
        "x = 1\ndef f():\n    return x",
        "y = x",
        "x = 2",
        "xs = [1]",
        "xs.append(2)",
        fields={"order": "document"},
    )
    await bench.restore()
    await bench.run("c2")  # leaves the first version in place
    assert (await bench.execute("x, f(), y, xs")).text == "(2, 2, 1, [1, 2])"
    again = bench.again()
    await again.restore()
    assert (await again.execute("xs.append(3)\nx, f(), y, xs")).text == "(2, 2, 1, [1, 2, 3])"
    assert (await again.execute("xs")).text == "[1, 2]"


# -- what it leaves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ending",
    [
        "1 / 0",
        "raise SystemExit(3)",
        "raise KeyboardInterrupt",
        "import tiffin\ntiffin.stop(True)",
        "x =",
        "",
    ],
)
async def test_nothing_is_left_however_it_ends(ending: str) -> None:
    bench = Bench("x = 1", "import tiffin as tn")
    await bench.restore()
    before = traces(bench.kernel)
    code = f"@tn.cache\ndef cached(n):\n    return n\ncached(1)\nfresh = [x]\nx = fresh\n{ending}"
    await bench.execute(code)
    assert traces(bench.kernel) == before
    assert (await bench.execute("x")).text == "1"
    assert (await bench.execute("fresh")).success is False


@pytest.mark.parametrize("code", ["import __main__\n__main__.leak = 1", "start()"])
async def test_globals_that_it_binds_by_detours_are_gone_too(code: str) -> None:
    bench = Bench("def start():\n    global leak\n    leak = 1\nkept = 2")
    await bench.restore()
    before = traces(bench.kernel)
    assert (await bench.execute(f"{code}\nleak + kept")).text == "3"
    assert traces(bench.kernel) == before
    assert not (await bench.execute("leak")).success


async def test_values_are_let_go() -> None:
    bench = Bench("class Thing: pass")
    await bench.restore()
    seen: list[weakref.ref[Any]] = []
    vars(bench.kernel.module)["note"] = seen.append
    await bench.execute(
        "def f(): return thing\nthing = Thing()\nimport weakref\nnote(weakref.ref(thing))\n1 / 0"
    )
    gc.collect()
    assert len(seen) == 1
    assert seen[0]() is None


async def test_a_value_changed_in_place_is_as_its_cell_made_it() -> None:
    bench = Bench("xs = [1]", "total = sum(xs)", "alias = xs")
    await bench.restore()
    done = await bench.execute("xs.append(2)\nxs")
    assert done.text == "[1, 2]"
    notices = [event.text for event in done.all_events if isinstance(event, Notice)]
    assert len(notices) == 2
    assert notices[0].startswith("the scratchpad changed 'xs', which c1 defines; this is not kept")
    assert (await bench.execute("xs, alias")).text == "([1], [1])"
    await bench.run("c2", force=True)
    assert bench.value("total") == 1


async def test_widgets_and_states_of_its_own_belong_to_no_cell() -> None:
    bench = Bench("import tiffin as tn", "k = tn.ui.slider(1, 9, value=4)")
    await bench.restore()
    done = await bench.execute(
        "s = tn.ui.slider(1, 3)\nget, put = tn.state(1)\nput(5)\ns.value, get(), k.value"
    )
    assert (done.success, done.text, done.cells) == (True, "(1, 5, 4)", {})
    await bench.set(k=7)
    assert (await bench.execute("k.value")).text == "7"


# -- what it sets off --------------------------------------------------------------------------------------


async def test_a_state_that_it_sets_runs_all_that_depends_on_it_before_the_end() -> None:
    bench = Bench(STATE, "a = get() * 10", "b = a + 1", "c = 100 / (31 - b)", "other = 1")
    await bench.restore()
    done = await bench.execute("put(2)\nget()")
    assert (done.success, done.text) == (True, "2")
    assert done.cells == {"c2": "idle", "c3": "idle", "c4": "idle"}
    assert bench.value("b") == 21
    failed = await bench.execute("put(3)\nget()")
    assert (failed.ended.success, failed.success) == (True, False)
    assert failed.cells == {"c2": "idle", "c3": "idle", "c4": "error"}
    [error] = [e.error for e in failed.events if isinstance(e, CellEnded) and e.cell == "c4"]
    assert error is not None
    assert error.kind == "ZeroDivisionError"


async def test_what_it_set_before_it_failed_counts() -> None:
    bench = Bench(STATE, "a = get() * 10")
    await bench.restore()
    done = await bench.execute("put(2)\nput(4)\n1 / 0")
    assert (done.success, done.cells, bench.value("a")) == (False, {"c2": "idle"}, 40)


async def test_a_cell_that_it_sets_off_may_set_off_others() -> None:
    bench = Bench(STATE, "second, put_second = tn.state(0)", "put_second(get() * 2)", "last = second() + 1")
    await bench.restore()
    done = await bench.execute("put(5)")
    assert (done.success, done.cells, bench.value("last")) == (True, {"c3": "idle", "c4": "idle"}, 11)


async def test_without_autorun_what_it_sets_off_is_stale() -> None:
    bench = Bench(STATE, "a = get() * 10", fields={"settings": {"autorun": False}})
    await bench.restore()
    done = await bench.execute("put(2)")
    assert (done.success, done.cells, bench.value("a")) == (True, {"c2": "stale"}, 10)


# -- what it tells -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "caret", "sentence"),
    [
        ("x =", "    x =\n       ^\n", "SyntaxError: invalid syntax"),
        ("ok = 1\nprint(ok", "    print(ok\n         ^\n", "SyntaxError: '(' was never closed"),
        ("return 3", "    return 3\n    ^^^^^^^^\n", "SyntaxError: 'return' outside function"),
        ("if x:\nprint(1)", "    print(1)\n    ^^^^^\n", "IndentationError: expected an indented block"),
        ("a\0b", "", "null bytes"),
    ],
)
async def test_what_cannot_be_compiled_is_told_with_a_caret(code: str, caret: str, sentence: str) -> None:
    bench = Bench("x = 1")
    await bench.restore()
    before = traces(bench.kernel)
    done = await bench.execute(code)
    assert not done.success
    assert caret in done.stderr
    assert sentence in done.stderr
    assert done.ended.error is not None
    assert done.ended.error.message.split(":")[0] in ("SyntaxError", "IndentationError")
    assert traces(bench.kernel) == before


async def test_an_error_is_told_with_the_notebooks_own_lines() -> None:
    bench = Bench("def divide(a):\n    _b = 0\n    return a / _b\n")
    await bench.restore()
    done = await bench.execute(
        "import json\nprint('before')\ntry:\n    json.loads('{')\nexcept ValueError:\n    divide(1)"
    )
    assert (done.stdout, done.ended.success, done.text) == ("before\n", False, None)
    assert 'File "<nb.py the scratchpad>", line 6, in <module>\n    divide(1)\n' in done.stderr
    assert 'File "<nb.py c1>", line 3, in divide\n    return a / _b\n' in done.stderr
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")
    assert "During handling of the above exception" in done.stderr
    assert "json" not in "".join(line for line in done.stderr.splitlines() if "File" in line)
    assert done.ended.error is not None
    assert [frame.where for frame in done.ended.error.frames] == ["the scratchpad, line 6", "nb.py, line 3"]


async def test_a_function_of_its_own_has_a_source() -> None:
    bench = Bench("x = 1")
    await bench.restore()
    done = await bench.execute("import inspect\ndef f():\n    return x\ninspect.getsource(f)")
    assert done.text == repr("def f():\n    return x\n")


@pytest.mark.filterwarnings("always")
async def test_text_displays_and_warnings_come_in_order_under_its_run() -> None:
    bench = Bench("x = 1")
    await bench.restore()
    code = "import sys, warnings\nprint('a')\ndisplay(x)\nprint('b', file=sys.stderr)\nwarnings.warn('oh')\n2"
    done = await bench.execute(code)
    kinds = [kind for kind, _ in itertools.groupby(type(event).__name__ for event in done.events)]
    shown = ["ScratchConsole", "ScratchDisplay", "ScratchConsole"]
    assert kinds == ["RunStarted", *shown, "ScratchEnded", "RunCompleted"]
    assert (done.stdout, done.stderr) == ("a\n", "b\nUserWarning: oh\n")
    assert [e.bundle["text/plain"] for e in done.events if isinstance(e, ScratchDisplay)] == ["1"]
    assert done.text == "2"


async def test_long_output_is_whole_up_to_the_limit() -> None:
    bench = Bench("x = 1")
    await bench.restore()
    done = await bench.execute("for i in range(20_000): print(i)")
    assert done.stdout == "".join(f"{i}\n" for i in range(20_000))


async def test_what_stops_it_is_shown() -> None:
    bench = Bench("import tiffin as tn")
    await bench.restore()
    done = await bench.execute("tn.stop(True, 'enough')\n1 / 0")
    assert (done.success, done.text) == (True, "'enough'")


# -- side by side ------------------------------------------------------------------------------------------


async def test_many_requests_are_answered_each_with_its_own() -> None:
    bench = Bench(STATE, "a = get()", "b = 1 / (a - 7)")
    codes = {f"s{n}": f"print({n})\nput({n})\n{n}" for n in range(200)}
    runs = [bench.kernel.handle(Execute(run_id, code)) for run_id, code in codes.items()]
    first = bench.kernel.handle(Restore("restore", {}))
    await asyncio.gather(first, *runs[:25], bench.kernel.handle(RunCells("cells")), *runs[25:])
    completed = [event.run_id for event in bench.events if isinstance(event, RunCompleted)]
    assert completed == ["restore", *list(codes)[:25], "cells", *list(codes)[25:]]
    for n, run_id in enumerate(codes):
        mine = bench.told(run_id)
        assert (mine.success, mine.ended.success, mine.text, mine.stdout) == (n != 7, True, str(n), f"{n}\n")
        assert mine.cells == {"c2": "idle", "c3": "idle" if n != 7 else "error"}
    assert bench.value("a") == 199


async def test_a_kernel_without_a_scratchpad_says_so() -> None:
    bench = Bench("x = 1", scratchpad=None)
    await bench.restore()
    await bench.kernel.handle(Execute("s", "x"))
    assert bench.notices == ["this kernel has no scratchpad"]
    assert bench.events[-1] == RunCompleted("s", False, bench.kernel.stats())
