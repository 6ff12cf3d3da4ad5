"""Code in the scratchpad over HTTP, against a real server: every answer is its own, and whole."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from live_server import PATIENCE, TOKEN, LiveServer, children
from shell import LUNCH
from transcripts import CASES, Case, Piece, carry_out, check

from tiffin.host.server.run_events import RunEvents
from tiffin.session.answer import ExecuteAnswer, show

from .conftest import Serve

EXECUTE = "/api/kernel/execute"
FAILED = {"success": False, "output": {"mimetype": "text/plain", "data": ""}}
SLEEPER = "# %%\nimport time\n\n# %%\nprint('first')\nfor _ in range(40):\n    time.sleep(0.02)\n"


class Answering:
    """One answer as it comes. Closing it is what a client does that goes away."""

    def __init__(self, server: LiveServer, code: str, **fields: Any) -> None:
        self.connection = http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        self.connection.request("POST", EXECUTE, json.dumps({"code": code, **fields}), headers)
        self.response = self.connection.getresponse()
        assert self.response.status == 200, self.response.read()
        assert self.response.headers["Content-Type"] == "text/event-stream; charset=utf-8"

    def pieces(self) -> Iterator[Piece]:
        """What is told, to the end of the answer, which is a `done`."""
        last = None
        while line := self.response.readline().decode():
            if line.startswith("event: "):
                last = line[7:-1]
            elif line.startswith("data: "):
                assert last is not None
                yield last, json.loads(line[6:])
        assert last == "done", last

    def close(self) -> None:
        self.response.close()
        self.connection.close()


Ask = Callable[..., Answering]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Posts code, as `Answering` does; all is closed at the end."""
    with ExitStack() as stack:
        yield lambda *arguments, **fields: stack.enter_context(
            contextlib.closing(Answering(*arguments, **fields))
        )


def execute(server: LiveServer, code: str, **fields: Any) -> list[Piece]:
    """Run code in the scratchpad; the whole answer."""
    with contextlib.closing(Answering(server, code, **fields)) as answering:
        pieces = list(answering.pieces())
    assert [name for name, _ in pieces].count("done") == 1
    return pieces


def text(pieces: list[Piece], stream: str = "stdout") -> str:
    return "".join(data["data"] for name, data in pieces if name == stream)


class HttpDriver:
    """The kernel behind a server, as the table of transcripts drives it."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server

    def execute(self, code: str, timeout: float | None, run_id: str) -> Iterator[Piece]:
        with contextlib.closing(Answering(self.server, code, timeout=timeout, run_id=run_id)) as answering:
            yield from answering.pieces()

    def interrupt(self, run_id: str) -> None:
        self.server.command("Interrupt", run_id=run_id)

    def kill(self) -> None:
        os.kill(children(self.server.process.pid)[0], signal.SIGKILL)

    def start_other(self) -> None:
        self.server.command("RunCells")


Notebook = Callable[[Case], LiveServer]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """Serves the notebook of a case; one server for all cases that leave it as it was."""
    with ExitStack() as stack:
        shared: dict[tuple[str, ...], LiveServer] = {}

        def start(case: Case) -> LiveServer:
            if case.cells not in shared or case.alone:
                path = tmp_path_factory.mktemp(case.name) / "nb.py"
                path.write_text("".join(f"# %%\n{cell}\n\n" for cell in case.cells))
                server = LiveServer(path)
                if case.alone:
                    return server
                shared[case.cells] = stack.enter_context(server)
            return shared[case.cells]

        yield start


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_answer_is_as_recorded(case: Case, notebook: Notebook) -> None:
    server = notebook(case)
    with server if case.alone else contextlib.nullcontext():
        check(case, carry_out(case, HttpDriver(server)))


def test_an_answer_comes_while_the_code_runs(serve: Serve, ask: Ask) -> None:
    server = serve()
    go = server.notebook.with_name("go")
    code = f"import os\nprint('waiting')\nwhile not os.path.exists({str(go)!r}):\n    pass\n'went'"
    pieces = ask(server, code).pieces()
    assert next(pieces) == ("stdout", {"data": "waiting\n"})
    go.touch()
    assert list(pieces)[-1][1] == {
        "success": True,
        "output": {"mimetype": "text/plain", "data": "'went'"},
    }


def test_the_run_at_the_start_and_others_complete_meanwhile(serve: Serve) -> None:
    server = serve(SLEEPER)
    with server.listen() as listener, ThreadPoolExecutor(2) as pool:
        # It waits for the run at the start, and another one waits behind it.
        mine = pool.submit(execute, server, "import asyncio\nawait asyncio.sleep(0.1)\n'mine'", run_id="mine")
        yours = pool.submit(execute, server, "print('yours')", run_id="yours")
        assert mine.result(PATIENCE) == [
            ("done", {"success": True, "output": {"mimetype": "text/plain", "data": "'mine'"}})
        ]
        assert text(yours.result(PATIENCE)) == "yours\n"
        completed = [listener.until_at_rest()[-1]["run_id"] for _ in range(3)]
    assert set(completed[1:]) == {"mine", "yours"}


def test_a_run_that_waits_is_called_off(serve: Serve, ask: Ask) -> None:
    server = serve()
    first = ask(server, "import asyncio\nprint('on')\nawait asyncio.sleep(60)", run_id="first")
    pieces = first.pieces()
    assert next(pieces)[0] == "stdout"
    second = ask(server, "print('never')", run_id="second")
    server.command("Interrupt", run_id="second")
    assert list(second.pieces()) == [
        ("stderr", {"data": "the run was called off before it began\n"}),
        ("done", FAILED),
    ]
    # The one under way has heard nothing of it.
    server.command("Interrupt", run_id="first")
    assert list(pieces)[-2:] == [("stderr", {"data": "the run was interrupted\n"}), ("done", FAILED)]


@pytest.mark.parametrize(
    "code", ["while True: pass", "import time\ntime.sleep(60)", "import os\nos.system('sleep 60')"]
)
def test_a_client_that_goes_away_stops_its_run(serve: Serve, code: str, ask: Ask) -> None:
    server = serve()
    with server.listen() as listener:
        answering = ask(server, f"print('on', flush=True)\n{code}", run_id="left")
        assert next(answering.pieces())[0] == "stdout"
        answering.close()
        listener.until_done("left")
    assert text(execute(server, "print(x)")) == "20\n"


def test_a_client_that_goes_away_before_its_turn_stops_nothing_else(serve: Serve, ask: Ask) -> None:
    server = serve()
    with server.listen() as listener:
        first = ask(server, "import asyncio\nprint('on')\nawait asyncio.sleep(1)\nprint('whole')")
        pieces = first.pieces()
        assert next(pieces)[0] == "stdout"
        ask(server, "print('never')", run_id="left").close()
        events = listener.until_done("left")
        assert not events[-1]["success"]
        rest = list(pieces)
        assert (text(rest), rest[-1][1]["success"]) == ("whole\n", True)
    assert not [event for event in events if event["type"] == "ScratchConsole" and event["run_id"] == "left"]


EDIT = """import tiffin as tn
async with tn.code_mode() as nb:
    nb.edit_cell('c1', 'x = 5')
    nb.create_cell('z = y * 2', after='c1')
    nb.delete_cell('c3')
"""


def test_an_edit_in_code_mode_is_in_the_file_when_anybody_hears_of_it(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        pieces = execute(server, EDIT, run_id="edit")
        assert pieces[-1][1]["success"]
        assert server.notebook.read_text() == "# %%\nx = 5\n\n# %%\nz = y * 2\n\n# %%\ny = x + 1\n"
        events = listener.until_done("edit")
        assert [event["put"] for event in events if event["type"] == "NotebookEdited"] == [["c1", "c4"]]
        assert [cell["source"] for cell in server.state()["cells"]] == ["x = 5", "z = y * 2", "y = x + 1"]
        # A kernel that starts anew has it.
        server.request("POST", "/api/kernel/restart")
        listener.until(lambda event: event["type"] == "KernelRestarted")
    assert execute(server, "x, y, z")[-1][1]["output"]["data"] == "(5, 6, 12)"


def test_two_edits_in_one_run_are_both_in_the_file(serve: Serve) -> None:
    server = serve()
    twice = f"{EDIT}\nasync with tn.code_mode() as nb:\n    nb.edit_cell('c1', 'x = 7')\n"
    assert execute(server, twice)[-1][1]["success"]
    assert server.notebook.read_text() == "# %%\nx = 7\n\n# %%\nz = y * 2\n\n# %%\ny = x + 1\n"


def test_an_edit_that_cannot_be_saved_is_told_on_stderr(serve: Serve) -> None:
    server = serve()
    execute(server, "1")
    server.notebook.write_text("# %%\nx = 'of my own'\n")
    pieces = execute(server, EDIT)
    assert "the notebook's file has not: nb.py was changed by another program" in text(pieces, "stderr")
    assert server.notebook.read_text() == "# %%\nx = 'of my own'\n"


def test_the_same_id_twice_is_refused_and_the_first_goes_on(serve: Serve, ask: Ask) -> None:
    server = serve()
    first = ask(server, "import asyncio\nprint('on')\nawait asyncio.sleep(0.5)\n1", run_id="one")
    pieces = first.pieces()
    assert next(pieces)[0] == "stdout"
    answer = server.request("POST", EXECUTE, {"code": "2", "run_id": "one"})
    assert (answer.status, answer.json["detail"]) == (
        409,
        "run 'one' is under way: give each run an id of its own",
    )
    assert [data["success"] for name, data in pieces if name == "done"] == [True]
    assert execute(server, "2", run_id="one")[-1][1]["success"]


def test_a_restart_ends_what_runs_and_what_waits(serve: Serve, ask: Ask) -> None:
    server = serve()
    first = ask(server, "print('on')\nwhile True: pass")
    pieces = first.pieces()
    assert next(pieces)[0] == "stdout"
    second = ask(server, "print('never')")
    assert server.request("POST", "/api/kernel/restart").status == 204
    ended = [("stderr", {"data": "the kernel was restarted\n"}), ("done", FAILED)]
    assert list(pieces) == ended
    assert list(second.pieces()) == ended
    assert text(execute(server, "print(x)")) == "20\n"


def test_200_requests_at_once_are_each_answered_with_its_own(serve: Serve) -> None:
    server = serve()
    gate = threading.Barrier(200)

    def one(number: int) -> list[Piece]:
        gate.wait(PATIENCE)
        return execute(server, f"print('n', {number})\n{number} * 2")

    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(one, range(200)))
    for number, pieces in enumerate(answers):
        assert text(pieces) == f"n {number}\n"
        assert [name for name, _ in pieces if name != "stdout"] == ["done"]
        assert pieces[-1][1]["output"]["data"] == str(number * 2)


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"{", 400, "the body is no JSON"),
        (b"[]", 422, "send a JSON object: {code, run_id?, timeout?}"),
        (b"{}", 422, "wrong or missing: code"),
        (b'{"code": 1}', 422, "wrong or missing: code"),
        (b'{"code": "1", "timeout": 0}', 422, "wrong or missing: timeout"),
        (b'{"code": "1", "timeout": 1e999}', 422, "wrong or missing: timeout"),
        (b'{"code": "1", "run_id": 7}', 422, "wrong or missing: run_id"),
        (b'{"code": "1", "cell": "c1"}', 422, "wrong or missing: cell"),
        (b'{"type": "RunStale", "code": "1"}', 422, "wrong or missing: code"),
        (b'{"type": "RunStale"}', 422, "POST RunStale to /api/kernel/commands"),
        pytest.param(b'{"code": "' + b"x" * 10_000_001 + b'"}', 413, "10,000,000 bytes", id="long"),
    ],
)
def test_what_is_refused(lunch: LiveServer, body: bytes, status: int, says: str) -> None:
    answer = lunch.request("POST", EXECUTE, body)
    assert (answer.status, answer.json["status"]) == (status, status)
    assert says in answer.json["detail"]
    assert text(execute(lunch, "print(1)")) == "1\n"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": None}, 401),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Host": "elsewhere.example"}, 421),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_who_is_refused(lunch: LiveServer, headers: dict[str, str | None], status: int) -> None:
    assert lunch.request("POST", EXECUTE, {"code": "1"}, headers).status == status


def test_a_server_that_ends_says_so(tmp_path: Path, ask: Ask) -> None:
    path = tmp_path / "nb.py"
    path.write_text(LUNCH)
    with LiveServer(path) as server:
        answering = ask(server, "print('on')\nwhile True: pass")
        pieces = answering.pieces()
        assert next(pieces)[0] == "stdout"
        server.process.send_signal(signal.SIGINT)
        assert list(pieces) == [
            ("stderr", {"data": "the server was stopped before the run had completed\n"}),
            ("done", FAILED),
        ]


# -- the parts ---------------------------------------------------------------------------------------------


def test_the_best_of_a_bundle_is_shown() -> None:
    assert show({"text/plain": "a", "text/html": "<b>a</b>"}) == {
        "mimetype": "text/html",
        "data": "<b>a</b>",
    }
    assert show(None) == show({"application/odd": 1}) == {"mimetype": "text/plain", "data": ""}


def test_a_run_whose_client_reads_too_slowly_keeps_its_end_only() -> None:
    events = RunEvents(most_bytes=100)
    for _ in range(5):
        events.append({"type": "ScratchConsole", "run_id": "r"}, 60)
    events.append({"type": "RunCompleted", "run_id": "r"}, 60)
    assert events.overrun
    assert [event["type"] for event in events.take()] == ["ScratchConsole", "RunCompleted"]
    assert events.take() == ()


def test_a_run_that_fails_shows_no_output() -> None:
    answer = ExecuteAnswer()
    assert list(answer.pieces({"type": "ScratchEnded", "output": {"text/plain": "1"}})) == []
    assert not answer.done
    assert list(answer.pieces({"type": "RunCompleted", "success": False})) == [("done", FAILED)]
    assert answer.done
