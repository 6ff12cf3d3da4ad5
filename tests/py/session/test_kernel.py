"""The kernel: runs, hits, and what a change makes run again."""

from __future__ import annotations

import asyncio
import sys

import pytest
from notebooks import Bench, cell, how, text

from tiffin.commands import CellSource, RunCells
from tiffin.events import CellEnded, CellStarted, ElementChanged, RunCompleted, RunStarted
from tiffin.notebook.notebook import Notebook
from tiffin.session.kernel import Kernel, KernelServices


async def test_runs_by_dependency_and_shows_the_trailing_expression() -> None:
    bench = Bench("y = x + 1\ny", "x = 41")
    runs = await bench.restore()
    assert list(runs) == ["c2", "c1"]
    assert text(runs["c1"]) == "42"


async def test_a_second_session_runs_nothing() -> None:
    first = Bench("x = [1, 2]", "y = sum(x)\nprint('summed')\ny")
    await first.restore()
    second = first.again()
    runs = await second.restore()
    assert how(runs) == {"c1": "cache", "c2": "cache"}
    assert text(runs["c2"]) == "3"
    assert runs["c2"].result is not None
    assert runs["c2"].result.console == (("stdout", "summed\n"),)
    assert second.kernel.stats().cells_run == 0
    assert "x" not in second.kernel.namespace.globals  # a hit binds references, no values


async def test_an_edit_runs_what_it_changes_and_stops_where_values_are_the_same() -> None:
    bench = Bench("x = 4", "y = x % 2", "z = y + 1")
    await bench.restore()
    edited = bench.again("x = 6", "y = x % 2", "z = y + 1")
    assert how(await edited.restore()) == {"c1": "run", "c2": "run", "c3": "cache"}
    commented = bench.again("x = 4  # four", "y = x  %  2", "z = y + 1")
    assert how(await commented.restore()) == {"c1": "cache", "c2": "cache", "c3": "cache"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1", "x = '1'"),
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("x = 2**70", "x = 2**70 + 1"),
        ("x = {1: 'a', '1': 2}", "x = {'1': 2, 1: 'a'}"),
        ("x = {1, '1'}", "x = {1}"),
        ("x = {1, (2, 'a')}", "x = frozenset({1, (2, 'a')})"),
        ("x = (1, 23)", "x = (12, 3)"),
        ("x = [1]", "x = (1,)"),
    ],
)
async def test_values_that_differ_in_type_alone_never_share_a_key(before: str, after: str) -> None:
    first = Bench(before, "repr(x)")
    await first.restore()
    second = first.again(after, "repr(x)")
    runs = await second.restore()
    assert how(runs)["c2"] == "run"
    assert text(runs["c2"]) == repr(repr(second.value("x")))


async def test_a_widget_runs_exactly_its_descendants() -> None:
    bench = Bench(
        "import tiffin as tn",
        "k = tn.ui.slider(1, 9, value=4)\nk",
        "a = k.value * 2",
        "b = a + 1\nb",
        "c = 7",
    )
    await bench.restore()
    bench.events.clear()
    runs = await bench.set(k=5)
    assert how(runs) == {"c3": "run", "c4": "run"}
    assert text(runs["c4"]) == "11"
    assert [e.value for e in bench.events if isinstance(e, ElementChanged)] == [5]
    assert how(await bench.set(k=5)) == {}
    assert how(await bench.set(k=4)) == {"c3": "cache", "c4": "cache"}


async def test_widget_values_reach_the_next_session_through_the_cache() -> None:
    bench = Bench(
        "import tiffin as tn", "k = tn.ui.slider(1, 9)\nk", "big = list(range(10))", "k.value + big[3]"
    )
    await bench.restore()
    second = bench.again()
    assert set(how(await second.restore()).values()) == {"cache"}
    runs = await second.set(k=8)
    assert how(runs) == {"c4": "run"}
    assert text(runs["c4"]) == "11"
    assert second.kernel.stats().values_materialised == 1


async def test_widgets_in_a_list_are_followed_too() -> None:
    bench = Bench(
        "import tiffin as tn", "ks = [tn.ui.slider(1, 9), tn.ui.slider(1, 9)]", "sum(k.value for k in ks)"
    )
    await bench.restore()
    element = bench.value("ks")[1]
    runs = await bench.set(**{element.id: 7})
    assert how(runs) == {"c3": "run"}
    assert text(runs["c3"]) == "8"
    assert text((await bench.set(**{element.id: 1}))["c3"]) == "2"


async def test_a_wrong_widget_value_is_said_and_ends_the_run() -> None:
    bench = Bench("import tiffin as tn\nk = tn.ui.slider(1, 9)")
    await bench.restore()
    assert await bench.set(k=10) == {}
    assert await bench.set(nothing=1) == {}
    assert "takes a number from 1 to 9, not 10" in bench.notices[0]
    assert "there is no widget 'nothing'; known: k" in bench.notices[1]
    completed = [event.success for event in bench.events if isinstance(event, RunCompleted)]
    assert completed == [True, False, False]


async def test_a_failing_cell_cancels_its_descendants_and_nothing_else() -> None:
    bench = Bench("x = 1 / 0", "y = x", "z = y", "w = 1")
    runs = await bench.restore()
    assert how(runs) == {"c1": "error", "c2": "cancelled", "c3": "cancelled", "c4": "run"}
    assert runs["c3"].reason == "c1, which it depends on, failed"
    error = runs["c1"].error
    assert error is not None
    assert (error.kind, error.message) == ("ZeroDivisionError", "division by zero")
    assert [(frame.where, frame.text) for frame in error.frames] == [("nb.py, line 1", "x = 1 / 0")]


async def test_a_failure_is_never_cached() -> None:
    bench = Bench("x = 1 / 0")
    await bench.restore()
    assert how(await bench.again().restore()) == {"c1": "error"}


async def test_problems_between_cells_leave_the_rest_running() -> None:
    bench = Bench("x = 1", "x = 2", "y = x", "z =", "w = 3\nw")
    runs = await bench.restore()
    assert how(runs) == {"c1": "error", "c2": "error", "c3": "cancelled", "c4": "error", "c5": "run"}
    assert runs["c4"].error is not None
    assert runs["c4"].error.frames[0].where == "nb.py, line 1"


async def test_a_function_is_restored_by_replaying_with_what_it_uses() -> None:
    bench = Bench(
        "import math\n_scale = 10",
        "def area(r):\n    return math.pi * r ** 2 * factor",
        "factor = 2",
        "r = 1",
        "area(r)",
    )
    await bench.restore()
    second = bench.again(
        "import math\n_scale = 10",
        "def area(r):\n    return math.pi * r ** 2 * factor",
        "factor = 2",
        "r = 2",
        "area(r)",
    )
    runs = await second.restore()
    assert how(runs) == {"c1": "cache", "c2": "cache", "c3": "cache", "c4": "run", "c5": "run"}
    assert text(runs["c5"]) == "25.132741228718345"


async def test_a_changed_helper_makes_its_callers_run() -> None:
    def cells(helper: str) -> tuple[str, ...]:
        return f"def helper(x):\n    {helper}", "def f(x):\n    return helper(x)", "f(1)"

    bench = Bench(*cells("return x + 1"))
    await bench.restore()
    assert how(await bench.again(*cells("return x + 1  # same")).restore())["c3"] == "cache"
    runs = await bench.again(*cells("return x + 2")).restore()
    assert how(runs)["c3"] == "run"
    assert text(runs["c3"]) == "3"


async def test_recursive_and_mutually_recursive_functions() -> None:
    source = "def even(n):\n    return n == 0 or odd(n - 1)\ndef odd(n):\n    return n != 0 and even(n - 1)"
    bench = Bench(source, "n = 7", "odd(n)")
    await bench.restore()
    second = bench.again(source, "n = 8", "odd(n)")
    runs = await second.restore()
    assert how(runs) == {"c1": "cache", "c2": "run", "c3": "run"}
    assert text(runs["c3"]) == "False"


async def test_classes_of_the_notebook_and_their_instances() -> None:
    cells = (
        "from dataclasses import dataclass\n_unit = 'm'\n@dataclass\nclass Point:\n    x: int\n"
        "    def show(self):\n        return f'{self.x}{_unit}{suffix}'",
        "suffix = '!'",
        "p = [Point(1), Point(2)]",
    )
    bench = Bench(*cells, "p[0].show()")
    assert text((await bench.restore())["c4"]) == "'1m!'"
    second = bench.again(*cells, "p[1].show()")
    runs = await second.restore()
    assert how(runs) == {"c1": "cache", "c2": "cache", "c3": "cache", "c4": "run"}
    assert text(runs["c4"]) == "'2m!'"


async def test_an_unavailable_value_is_produced_again_once() -> None:
    bench = Bench("g = (i for i in range(3))\nprint('made')", "n = 1", "list(g)[:n]")
    await bench.restore()
    second = bench.again("g = (i for i in range(3))\nprint('made')", "n = 2", "list(g)[:n]")
    runs = await second.restore()
    assert how(runs) == {"c1": "run", "c2": "run", "c3": "run"}
    assert text(runs["c3"]) == "[0, 1]"
    assert second.kernel.stats().cells_run == 3
    assert "c1 runs again, to have 'g' (no codec takes a builtins.generator)" in second.notices


async def test_a_value_that_stays_unavailable_is_an_error_not_a_loop() -> None:
    cells = (
        "import os\nif os.environ.get('TN_TEST') is None:\n    g = (i for i in range(3))",
        "n = 1",
        "list(g)[:n]",
    )
    bench = Bench(*cells)
    await bench.restore()
    second = bench.again(cells[0], "n = 2", cells[2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TN_TEST", "1")
        runs = await second.restore()
    assert how(runs)["c3"] == "error"
    assert runs["c3"].error is not None
    assert "name 'g' is not defined" in runs["c3"].error.message


async def test_forcing_runs_the_body_and_what_follows_only_if_values_change() -> None:
    bench = Bench("x = 1", "y = x")
    await bench.restore()
    assert how(await bench.run("c1", force=True)) == {"c1": "run", "c2": "cache"}
    assert how(await bench.run()) == {"c1": "cache", "c2": "cache"}


async def test_forcing_salts_what_is_too_big_to_be_compared() -> None:
    bench = Bench("x = [0] * 600_000", "y = len(x)\ny")
    await bench.restore()
    assert how(await bench.run("c1", force=True)) == {"c1": "run", "c2": "run"}


async def test_big_values_are_known_by_lineage_and_never_fetched_unless_used() -> None:
    bench = Bench("x = list(range(500_000))", "y = x", "n = 1", "len(y) + n")
    await bench.restore()
    second = bench.again()
    assert set(how(await second.restore()).values()) == {"cache"}
    assert second.kernel.stats().values_materialised == 0
    identity = second.kernel.namespace.identity("x")
    assert identity is not None
    assert identity.startswith("lineage:")


async def test_what_the_page_shows_already_is_not_sent_again() -> None:
    bench = Bench("x = 1\nprint(x)\nx")
    first = await bench.restore()
    assert first["c1"].result is not None
    key = str(first["c1"].result.key)
    second = bench.again()
    await second.restore({"c1": key})
    ended = [event for event in second.events if isinstance(event, CellEnded)]
    assert [(e.origin, e.key, e.output, e.displays, e.console) for e in ended] == [
        ("cache", key, None, None, None)
    ]
    third = bench.again()
    await third.restore({"c1": "0" * 64})
    ended = [event for event in third.events if isinstance(event, CellEnded)]
    assert ended[0].output == {"text/plain": "1"}


async def test_a_cell_that_comes_back_brings_its_result_along() -> None:
    """A page has thrown away what it showed of a cell that was removed, or that was text meanwhile."""
    bench = Bench("x = 1\nx")
    await bench.restore()
    for as_text in (True, False):
        if as_text:
            await bench.edit(put={"c1": CellSource("c1", "x = 1\nx", "markdown")})
        else:
            await bench.edit(remove=["c1"])
        bench.events.clear()
        await bench.edit(put={"c1": "x = 1\nx"})
        [ended] = [event for event in bench.events if isinstance(event, CellEnded)]
        assert (ended.origin, ended.output) == ("cache", {"text/plain": "1"})


async def test_events_of_a_run_in_order() -> None:
    bench = Bench("print('a', end='')\nx = 1", "x")
    await bench.restore()
    kinds = [type(event).__name__ for event in bench.events]
    assert kinds == [
        "RunStarted",
        "CellStarted",
        "CellConsole",
        "CellEnded",
        "CellStarted",
        "CellEnded",
        "RunCompleted",
    ]
    assert isinstance(bench.events[0], RunStarted)
    assert {getattr(event, "run_id", None) for event in bench.events} == {"r"}
    assert isinstance(bench.events[1], CellStarted)


async def test_await_at_the_top_level() -> None:
    bench = Bench("import asyncio", "await asyncio.sleep(0)\nx = 3", "async def f(): return x\nawait f()")
    assert text((await bench.restore())["c3"]) == "3"


async def test_cells_marked_never_are_neither_answered_nor_saved() -> None:
    never = cell("x = 1", settings={"cache": "never"})
    bench = Bench("x = 1")
    await bench.restore()
    services = KernelServices(manifests=bench.manifests, blobs=bench.blobs)
    kernel = Kernel(Notebook("nb", "nb.py", (never,)), services, lambda event: None)
    summary = await kernel.handle(RunCells("r"))
    assert summary is not None
    assert [run.result.origin for run in summary.cells if run.result is not None] == ["run"]


async def test_displays_come_before_the_output_and_clear_output_takes_them_away() -> None:
    bench = Bench(
        "from IPython.display import HTML, clear_output\ndisplay(1)\nclear_output()\n"
        "display(HTML('<b>2</b>'), 3)\n4"
    )
    runs = await bench.restore()
    result = runs["c1"].result
    assert result is not None
    assert result.displays is not None
    assert [bundle.get("text/html", bundle["text/plain"]) for bundle in result.displays] == ["<b>2</b>", "3"]
    assert result.output == {"text/plain": "4"}
    again = (await bench.again().restore())["c1"].result
    assert again is not None
    assert again.displays == result.displays


async def test_magics_of_jupyter_notebooks() -> None:
    bench = Bench(
        "x = __tiffin__.time(lambda: (6 * 7))\nx",
        "with __tiffin__.capture() as seen:\n    print('hidden')\n    display('hidden too')",
        "seen.stdout",
        "with __tiffin__.timer(): y = 1",
        "__tiffin__.timeit(lambda: (1), number=10, repeat=2)",
    )
    runs = await bench.restore()
    assert text(runs["c1"]) == "42"
    assert text(runs["c3"]) == "'hidden\\n'"
    assert runs["c2"].result is not None
    assert (runs["c2"].result.console, runs["c2"].result.displays) == ((), ())
    for cell_id, words in (
        ("c1", "Wall time: "),
        ("c4", "Wall time: "),
        ("c5", "per loop (mean ± std. dev. of 2 runs"),
    ):
        result = runs[cell_id].result
        assert result is not None
        assert result.console is not None
        assert words in result.console[0][1]


async def test_an_author_finds_a_plain_main_module() -> None:
    bench = Bench(
        "import sys, pickle\nclass A:\n    pass\nmain = sys.modules['__main__']\n"
        "(__name__, main.A is A, type(pickle.loads(pickle.dumps(A()))) is A)"
    )
    assert text((await bench.restore())["c1"]) == "('__main__', True, True)"
    assert not hasattr(sys.modules["__main__"], "main")


async def test_a_cell_that_changes_anothers_value_runs_each_time_and_nothing_is_stale() -> None:
    cells = "x = [1]", "x.append(2)", "y = sum(x)\ny"
    bench = Bench(*cells)
    first = await bench.restore()
    assert text(first["c3"]) == "3"
    assert "c2: it changes 'x', which c1 defines, so it runs each time" in bench.notices
    second = bench.again()
    runs = await second.restore()
    assert how(runs) == {"c1": "cache", "c2": "run", "c3": "cache"}
    assert text(runs["c3"]) == "3"
    assert second.value("x") == [1, 2]


async def test_a_disabled_cell_and_what_depends_on_it_stay_out_without_failing() -> None:
    cells = (cell("x = 1 / 0", "c1", settings={"disabled": True}), cell("y = x", "c2"), cell("z = 1", "c3"))
    events: list[object] = []
    kernel = Kernel(Notebook("nb", "nb.py", cells), KernelServices(), events.append)
    summary = await kernel.handle(RunCells("r"))
    assert summary is not None
    assert {run.cell: (run.status, run.reason) for run in summary.cells} == {
        "c1": ("stale", "it is disabled"),
        "c2": ("stale", "it depends on c1: it is disabled"),
        "c3": ("idle", None),
    }
    assert summary.success


async def test_a_state_that_a_task_sets_when_its_cell_has_ended_runs_who_looks_at_it() -> None:
    bench = Bench(
        "import asyncio\nimport tiffin as tn\nget, put = tn.state(0)",
        "async def later():\n    await asyncio.sleep(0)\n    put(5)\ntask = asyncio.create_task(later())",
        "get()",
    )
    await bench.run()
    while bench.shown["c3"] != "5":
        await asyncio.sleep(0)
    assert next(e.run_id for e in bench.events if isinstance(e, RunCompleted)) == "r"


async def test_a_state_that_a_thread_sets_runs_who_looks_at_it() -> None:
    bench = Bench(
        "import threading\nimport tiffin as tn\nget, put = tn.state(0)\ngo = threading.Event()",
        "def later():\n    go.wait(10)\n    put(5)\nthread = threading.Thread(target=later)\nthread.start()",
        "get()",
    )
    await bench.run()
    assert bench.shown["c3"] == "0"
    bench.value("go").set()
    while bench.shown["c3"] != "5":
        await asyncio.sleep(0)
    bench.value("thread").join()


async def test_a_stopped_cell_is_answered_from_the_cache_as_a_stopped_one() -> None:
    cells = ("import tiffin as tn\nk = 1\ntn.stop(k < 5, 'too small')", "k", "3")
    bench = Bench(*cells)
    runs = await bench.run()
    assert how(runs) == {"c1": "run", "c2": "cancelled", "c3": "run"}
    assert runs["c2"].reason == "c1, which it depends on, stopped"
    again = bench.again()
    runs = await again.restore()
    assert how(runs) == {"c1": "cache", "c2": "cancelled", "c3": "cache"}
    assert text(runs["c1"]) == "'too small'"
    assert "k" not in again.kernel.namespace.globals
    completed = [event for event in again.events if isinstance(event, RunCompleted)]
    assert [event.success for event in completed] == [True]


async def test_no_handler_of_a_body_holds_up_a_stop() -> None:
    bench = Bench("import tiffin as tn\ntry:\n    tn.stop(True, 1)\nexcept Exception:\n    pass\n2")
    assert text((await bench.run())["c1"]) == "1"


async def test_a_cell_that_sets_a_state_sets_it_in_every_session() -> None:
    cells = ("import tiffin as tn\nget, put = tn.state(0)", "put(4)", "get()")
    bench = Bench(*cells)
    await bench.restore()
    assert bench.shown["c3"] == "4"
    again = bench.again()
    await again.restore()
    assert again.shown["c3"] == "4"


async def test_states_that_set_each_other_without_an_end_are_an_error() -> None:
    bench = Bench(
        "import tiffin as tn\na, set_a = tn.state(0)\nb, set_b = tn.state(0)",
        "set_b(a() + 1)",
        "set_a(b() + 1)",
        "7",
    )
    runs = await bench.run()
    failed = [run for run in runs.values() if run.status == "error"]
    assert [run.error is not None and "again and again, 1,000 times" in run.error.message for run in failed]
    assert how(runs)["c4"] == "run"


async def test_what_ran_unwatched_is_no_result_of_a_strict_notebook() -> None:
    cells = ("x = [1]", "x.sort()\n'x' in globals(), 'y' in globals()", "y = 1")
    bench = Bench(*cells)
    await bench.run("c3")
    await bench.run()
    assert bench.shown["c2"] == "(True, True)"
    strict = Bench(
        *cells, manifests=bench.manifests, blobs=bench.blobs, fields={"settings": {"strict": True}}
    )
    await strict.run()
    assert strict.shown["c2"] == "(True, False)"
