"""Code that scripts of a page have run: the worker answers as every other host does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import Served, serving
from engines import Engine, EngineView
from hosts import Host
from transcripts import CASES, PLAIN, Case, Json, Piece, carry_out, check

pytestmark = pytest.mark.browser

KILLED = "Python was restarted\n"
EVERYWHERE = {
    "plain-output",
    "print-then-error",
    "state-last-descendant-fails",
    "code-mode-good",
    "time-out-of-a-busy-loop",
    "time-out-of-an-await",
    "interrupt-of-a-busy-loop",
    "kernel-killed",
}
"""The cases that engines may see differently; all others are Python's affair."""

Sites = Callable[..., Path]
OpenCells = Callable[..., EngineView]


class PageDriver:
    """The kernel in a page's worker, as the table of transcripts drives it."""

    def __init__(self, view: EngineView) -> None:
        self.view = view

    def execute(self, code: str, timeout: float | None, run_id: str) -> Iterator[Piece]:
        options = {"runId": run_id} | ({} if timeout is None else {"timeout": timeout})
        begin(self.view, "answer", code, **options)
        yield from rest(self.view, "answer")

    def interrupt(self, run_id: str) -> None:
        self.view.evaluate(f"tiffin.interrupt({json.dumps(run_id)})")

    def kill(self) -> None:
        self.view.evaluate("void tiffin.restart()")

    def start_other(self) -> None:
        self.view.evaluate("void tiffin.run()")


def begin(view: EngineView, name: str, code: str, **options: Json) -> None:
    """Have code run, and keep the answer in a variable of the page."""
    view.evaluate(f"void (window.{name} = tiffin.execute({json.dumps(code)}, {json.dumps(options)}))")


def rest(view: EngineView, name: str) -> Iterator[Piece]:
    """What is told from now on, to the end of the answer."""
    while not (step := view.evaluate(f"{name}.next()"))["done"]:
        yield step["value"]["event"], step["value"]["data"]


def write_cells(folder: Path, *cells: str) -> str:
    """Write a notebook; its path."""
    path = folder / "nb.py"
    path.write_text("".join(f"# %%\n{cell}\n\n" for cell in cells))
    return str(path)


@pytest.fixture(scope="module")
def open_cells(engine: Engine, sites: Sites, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenCells]:
    """Opens a notebook of these cells, exported once; at the end no page may have complained, but for those
    that `may_complain`."""
    views: list[EngineView] = []
    quiet: list[EngineView] = []
    with ExitStack() as stack:
        served: dict[tuple[str, ...], Served] = {}

        def start(*cells: str, query: str = "", may_complain: bool = False) -> EngineView:
            if cells not in served:
                folder = tmp_path_factory.mktemp("cells")
                site = sites(write_cells(folder, *cells))
                served[cells] = stack.enter_context(serving(site, folder / "served"))
                engine.prepare(served[cells].folder)
            views.append(engine.open(served[cells].url + query))
            if not may_complain:
                quiet.append(views[-1])
            return views[-1]

        yield start
    complaints = [line for view in quiet for line in view.complaints()]
    for view in views:
        view.close()
    assert complaints == []


@pytest.fixture(scope="module")
def pages(open_cells: OpenCells) -> Callable[[Case], EngineView]:
    """The page of a case's notebook, whose cells have run; one for all cases that leave it as it was."""
    shared: dict[tuple[str, ...], EngineView] = {}

    def find(case: Case) -> EngineView:
        if case.cells in shared and not case.alone:
            return shared[case.cells]
        # Firefox tells of a worker that was ended in the midst of something.
        view = open_cells(*case.cells, may_complain=case.name == "kernel-killed")
        view.evaluate(f"tiffin.run({json.dumps([f'c{number + 1}' for number in range(len(case.cells))])})")
        if not case.alone:
            shared[case.cells] = view
        return view

    return find


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_an_answer_is_as_recorded(case: Case, pages: Callable[[Case], EngineView]) -> None:
    check(case, carry_out(case, PageDriver(pages(case))), KILLED)


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name in EVERYWHERE], ids=lambda case: case.name
)
@pytest.mark.parametrize("engine", ["firefox", "webkit"], indirect=True)
def test_an_answer_is_the_same_in_every_engine(case: Case, pages: Callable[[Case], EngineView]) -> None:
    check(case, carry_out(case, PageDriver(pages(case))), KILLED)


# -- what only a page does ---------------------------------------------------------------------------------

chromium_only = pytest.mark.parametrize("engine", ["chromium"], indirect=True)
Serve = Callable[[Path], Served]
Hosting = Callable[[Path, Mapping[str, str]], Host]
FAILED = {"success": False, "output": {"mimetype": "text/plain", "data": ""}}
BUSY = "print('ready')\nwhile True: pass"


def execute(view: EngineView, code: str, **options: Json) -> list[Piece]:
    """Have code run; the whole answer."""
    begin(view, "answer", code, **options)
    return list(rest(view, "answer"))


def value(pieces: list[Piece]) -> Json:
    """What came of code that went well and said nothing."""
    ((name, data),) = pieces
    assert (name, data["success"]) == ("done", True), pieces
    return data["output"]["data"]


def scratchpad_of(view: EngineView) -> str:
    """The path of the scratchpad's archive in the site."""
    return "/" + str(
        view.evaluate("JSON.parse(document.getElementById('tn-config').textContent).runtime.scratchpad.url")
    )


@chromium_only
@pytest.mark.parametrize("options", [(), ("--pyodide", "0.27.7"), ("--snapshot", "none")], ids=str)
def test_the_scratchpad_is_fetched_once_when_code_first_comes(
    engine: Engine, sites: Sites, serve: Serve, tmp_path: Path, options: tuple[str, ...]
) -> None:
    served = serve(sites(write_cells(tmp_path, *PLAIN), *options))
    view = engine.open(served.url)
    view.wait_ready()
    view.evaluate("tiffin.run(['c1'])")
    address = scratchpad_of(view)
    assert (address in served.paths(), served.paths(404)) == (False, [])
    assert value(execute(view, "x + y")) == "41"
    assert execute(view, BUSY, timeout=0.1)[1:] == [
        ("stderr", {"data": "the run took longer than 0.1 s and was stopped\n"}),
        ("done", FAILED),
    ]
    assert value(execute(view, "add(1)")) == "21"
    assert (served.paths().count(address), served.paths(404)) == (1, [])
    assert view.notices() == []
    assert view.complaints() == []
    view.close()


@chromium_only
def test_code_starts_python_where_nobody_else_has(open_cells: OpenCells) -> None:
    view = open_cells(*PLAIN, query="?boot=never")
    assert view.kernel == "off"
    assert value(execute(view, "x + y")) == "41"
    assert view.kernel == "ready"
    assert view.stats["cellsRun"] == 0  # what was exported is restored for it


@chromium_only
def test_who_reads_no_further_stops_the_run_and_no_other(open_cells: OpenCells) -> None:
    view = open_cells(*PLAIN)
    for code in (BUSY, "import asyncio\nprint('ready')\nawait asyncio.sleep(600)"):
        begin(view, "left", code)
        assert view.evaluate("left.next()")["value"] == {"event": "stdout", "data": {"data": "ready\n"}}
        begin(view, "next", "'mine'")
        begin(view, "unwanted", "print('never')")
        view.evaluate("unwanted.return()")
        assert view.evaluate("left.return()")["done"]
        assert view.evaluate("left.next()")["done"]
        assert value(list(rest(view, "next"))) == "'mine'"
    view.evaluate(f"(async () => {{ for await (const _ of tiffin.execute({json.dumps(BUSY)})) break; }})()")
    view.wait_ready()
    assert view.notices() == []


@chromium_only
def test_a_run_that_waits_is_called_off(open_cells: OpenCells) -> None:
    view = open_cells(*PLAIN)
    begin(view, "first", "import asyncio\nprint('ready')\nawait asyncio.sleep(600)", runId="first")
    view.evaluate("first.next()")
    begin(view, "second", "print('never')", runId="second")
    assert view.evaluate("tiffin.interrupt('second')") is True
    assert view.evaluate("tiffin.interrupt('third')") is False
    assert view.evaluate("tiffin.interrupt('first')") is True
    assert list(rest(view, "first")) == [
        ("stderr", {"data": "the run was interrupted\n"}),
        ("done", FAILED),
    ]
    assert list(rest(view, "second")) == [
        ("stderr", {"data": "the run was called off before it began\n"}),
        ("done", FAILED),
    ]


@chromium_only
def test_many_at_once_are_each_answered_with_its_own_in_order(open_cells: OpenCells) -> None:
    view = open_cells(*PLAIN)
    code = (
        "async number => { const said = []; for await (const message of tiffin.execute("
        "`print('n', ${number})\\n${number} * 2`)) said.push(message); ended.push(number); return said; }"
    )
    answers = view.evaluate(f"(window.ended = [], Promise.all([...Array(50).keys()].map({code})))")
    for number, said in enumerate(answers):
        assert said == [
            {"event": "stdout", "data": {"data": f"n {number}\n"}},
            {
                "event": "done",
                "data": {"success": True, "output": {"mimetype": "text/plain", "data": str(number * 2)}},
            },
        ]
    assert view.evaluate("ended") == list(range(50))


@chromium_only
def test_what_makes_no_sense_is_refused_and_an_id_is_taken_once(open_cells: OpenCells) -> None:
    view = open_cells(*PLAIN)
    problem = "(() => {{ try {{ tiffin.execute({}); }} catch (error) {{ return error.message; }} }})()"
    for arguments, says in (
        ("", "give the code as a string"),
        ("'1', {timeout: 0}", "timeout is a number of seconds, more than 0"),
        ("'1', {timeout: NaN}", "timeout is a number of seconds, more than 0"),
    ):
        assert view.evaluate(problem.format(arguments)) == says
    begin(view, "first", "1", runId="one")
    assert "give each run an id of its own" in view.evaluate(problem.format("'2', {runId: 'one'}"))
    assert value(list(rest(view, "first"))) == "1"
    assert value(execute(view, "2", runId="one")) == "2"


@chromium_only
def test_code_has_no_place_where_it_could_ask(open_cells: OpenCells) -> None:
    view = open_cells(*PLAIN)
    pieces = execute(view, "input('Who? ')")
    assert "input() was called" in pieces[0][1]["data"]
    assert pieces[1:] == [("done", FAILED)]


@chromium_only
def test_a_worker_that_dies_ends_every_answer_and_the_next_one_works(open_cells: OpenCells) -> None:
    view = open_cells(*PLAIN, may_complain=True)
    begin(view, "first", "from _pyodide_core import trigger_fatal_error\nprint('on')\ntrigger_fatal_error()")
    begin(view, "second", "print('never')")
    ended = [("stderr", {"data": "intentionally triggered fatal error!\n"}), ("done", FAILED)]
    assert list(rest(view, "first")) == [("stdout", {"data": "on\n"}), *ended]
    assert list(rest(view, "second")) == ended
    assert value(execute(view, "x + y")) == "41"


@chromium_only
def test_a_scratchpad_that_cannot_be_had_is_said_and_asked_for_again(
    engine: Engine, sites: Sites, serve: Serve, tmp_path: Path
) -> None:
    served = serve(sites(write_cells(tmp_path, *PLAIN)))
    view = engine.open(served.url)
    archive = served.folder / scratchpad_of(view).lstrip("/")
    archive.rename(archive.with_suffix(".gone"))
    (name, data), last = execute(view, "x")
    assert (name, last) == ("stderr", ("done", FAILED))
    address = f"{served.url}{archive.relative_to(served.folder)}"
    assert data["data"] == f"the scratchpad could not be loaded from {address}: status 404\n"
    archive.with_suffix(".gone").rename(archive)
    assert value(execute(view, "x")) == "20"
    view.close()


@chromium_only
def test_without_shared_memory_stopping_is_restarting(
    engine: Engine, sites: Sites, hosting: Hosting, tmp_path: Path
) -> None:
    view = engine.open(hosting(sites(write_cells(tmp_path, *PLAIN)), {}).url)
    view.wait_ready()
    assert view.root("isolated") == "false"
    assert execute(view, "import asyncio\nawait asyncio.sleep(600)", timeout=0.1) == [
        ("stderr", {"data": "the run took longer than 0.1 s and was stopped\n"}),
        ("done", FAILED),
    ]
    assert view.notices() == []
    told = "Python did not stop by itself and was restarted; every result is still there."
    late = "the run took longer than 0.1 s, and did not stop: Python was restarted\n"
    assert execute(view, BUSY, timeout=0.1)[1:] == [("stderr", {"data": late}), ("done", FAILED)]
    begin(view, "left", BUSY)
    view.evaluate("left.next()")
    begin(view, "waiting", "'never'")
    view.evaluate("left.return()")
    assert list(rest(view, "waiting")) == [("stderr", {"data": "Python was restarted\n"}), ("done", FAILED)]
    assert value(execute(view, "x + y")) == "41"
    assert view.notices() == [told]
    assert view.stats["cellsRun"] == 0
    view.close()


EDIT = """import tiffin as tn
async with tn.code_mode() as nb:
    nb.edit_cell('c1', 'x = 5')
    made = nb.create_cell('y * 2', after='c1', name='twice')
    nb.create_cell('Some *words*', before='c1', kind='markdown')
    nb.move_cell('c2', before=made)
    nb.delete_cell('c3')
"""


@chromium_only
def test_the_page_follows_an_edit_and_keeps_it(open_cells: OpenCells) -> None:
    view = open_cells(PLAIN[0], "y = x + 1\ny", PLAIN[2])
    view.wait_ready()
    assert execute(view, EDIT)[-1][1]["success"]
    order = "[...document.querySelectorAll('.tn-notebook > .tn-cell')].map(cell => cell.dataset.cell)"
    code = "document.querySelector('[data-cell=c1] .tn-code').textContent"
    for _ in range(2):
        assert view.evaluate(order) == ["c5", "c1", "c2", "c4"]
        assert view.outputs() == {"c5": "Some words", "c1": "", "c2": "6", "c4": "12"}
        assert [view.status(cell) for cell in ("c1", "c2", "c4")] == ["idle", "idle", "idle"]
        assert view.evaluate(code) == "x = 5"
        assert (
            view.evaluate("document.querySelector('[data-cell=c4] summary').textContent") == "Code of twice"
        )
        assert value(execute(view, "x, y")) == "(5, 6)"
        view.evaluate("tiffin.restart()")
    assert view.notices() == ["Python was restarted; every result is still there."]
    failing = EDIT.replace("x = 5", "x = 1 / 0").replace("    made", "    return_\n    made")
    assert not execute(view, failing)[-1][1]["success"]
    assert view.evaluate(code) == "x = 5"
    assert not execute(
        view, "import tiffin as tn\nasync with tn.code_mode() as nb:\n    nb.edit_cell('c1', 'x = 1 / 0')"
    )[-1][1]["success"]
    assert (view.status("c1"), view.status("c2")) == ("error", "cancelled")
    assert "ZeroDivisionError" in view.error("c1")


DOCUMENTED = Path(__file__).parents[2] / "docs" / "how-to" / "scripts.md"


@chromium_only
def test_what_the_documentation_shows(engine: Engine, sites: Sites, serve: Serve, tmp_path: Path) -> None:
    """A `json` fence behind one of JavaScript is the value of its last line."""
    text = DOCUMENTED.read_text("utf-8")
    (notebook,) = re.findall(r"^```python file=lunch.py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "lunch.py").write_text(notebook)
    view = engine.open(serve(sites(str(tmp_path / "lunch.py"))).url)
    shown = re.findall(r"^```js\n(.*?)^```\n\n```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(shown) == 2
    for script, says in shown:
        *before, last = script.rstrip().split("\n")
        body = "\n".join([*before, f"return {last}"])
        assert view.evaluate(f"(async () => {{ {body} }})()") == json.loads(says)
    assert view.complaints() == []
    view.close()
