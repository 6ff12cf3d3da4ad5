"""The HTTP interface against a real server: commands, state, and the stream of events."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from live_server import LiveServer

from tiffin.notebook.files import read_notebook

from .conftest import Serve


def kinds(events: list[dict[str, object]]) -> list[object]:
    return [event["type"] for event in events]


def test_a_new_listener_hears_the_run_at_the_start(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        first = listener.next()
        assert first.name == "snapshot"
        if first.data["kernel"] != "idle":
            assert listener.until_at_rest()[-1]["success"]
    cells = {cell["id"]: cell for cell in server.state()["cells"]}
    assert cells["c3"]["output"]["text/plain"] == "42"
    assert cells["c3"]["console"] == [{"stream": "stdout", "text": "served\n"}]
    assert [cell["status"] for cell in cells.values()] == ["idle"] * 3


def test_an_edit_is_written_and_what_depends_on_it_runs(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        events = listener.until_done(server.put(c1="x = 30"))
    mine = [event for event in events if event.get("run_id") == events[-1]["run_id"]]
    assert kinds(mine)[:2] == ["NotebookEdited", "RunStarted"]
    assert mine[-1]["success"]
    ended = {event["cell"]: event for event in mine if event["type"] == "CellEnded"}
    assert ended["c3"]["output"]["text/plain"] == "62"
    assert read_notebook(server.notebook).cells[0].source == "x = 30"
    assert server.cell("c1")["source"] == "x = 30"


def test_a_client_may_name_its_run(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        assert server.command("RunCells", run_id="mine", cells=["c3"], force=True) == "mine"
        events = listener.until_done("mine")
    assert [event["cell"] for event in events if event["type"] == "CellConsole"][-1:] == ["c3"]


def test_a_run_id_that_is_in_use_is_refused(serve: Serve) -> None:
    server = serve("# %%\nimport time\n\n# %%\ntime.sleep(60 if 'go' in globals() else 0)\n")
    with server.listen() as listener:
        first = server.put(c1="import time\ngo = 1\nprint('goes')", c2="go\ntime.sleep(60)")
        listener.until(lambda event: event["type"] == "CellStarted" and event["cell"] == "c2")
        answer = server.request("POST", "/api/kernel/commands", {"type": "RunStale", "run_id": first})
        assert (answer.status, answer.json["detail"]) == (
            409,
            f"run {first!r} is under way: give each run an id of its own",
        )
        server.request("POST", "/api/kernel/interrupt")
        assert not listener.until_done(first)[-1]["success"]


def test_setting_a_widget_and_bringing_up_to_date(serve: Serve) -> None:
    server = serve(
        "# tiffin: autorun=false\n# %%\nimport tiffin as tn\ns = tn.ui.slider(0, 10, value=1)\n\n"
        "# %%\ns.value * 2\n"
    )
    with server.listen() as listener:
        events = listener.until_done(server.command("SetValues", values={"s": 4}))
        assert any(event["type"] == "ElementChanged" and event["value"] == 4 for event in events)
        assert server.state()["stale"] == ["c2"]
        assert listener.until_done(server.command("RunStale"))[-1]["success"]
    assert server.cell("c2")["output"]["text/plain"] == "8"
    assert server.state()["stale"] == []
    assert [known["value"] for known in server.state()["elements"].values()] == [4]


def test_variables(lunch: LiveServer) -> None:
    variables = lunch.request("GET", "/api/kernel/variables").json["variables"]
    assert [(variable["name"], variable["cell"]) for variable in variables] == [("x", "c1"), ("y", "c2")]


def test_an_edit_that_makes_no_sense_is_refused_at_once(lunch: LiveServer) -> None:
    before = lunch.notebook.read_bytes()
    answer = lunch.request("POST", "/api/kernel/commands", {"type": "EditCells", "remove": ["c9"]})
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "there is no cell 'c9' to remove; known: c1, c2, c3",
    }
    assert lunch.notebook.read_bytes() == before


def test_a_value_that_a_widget_does_not_take_is_told_in_the_stream(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        events = listener.until_done(server.command("SetValues", values={"nothing": 1}))
    assert kinds(events)[-2:] == ["Notice", "RunCompleted"]
    assert not events[-1]["success"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"{", 400, "the body is no JSON"),
        pytest.param(b"[" * 200_000, 400, "nested too deeply", id="deep"),
        (b'{"type": NaN}', 400, "JSON has no NaN"),
        (b"\xff\xfe", 400, "the body is no JSON"),
        (b"[]", 422, "a command is a JSON object"),
        (b"{}", 422, "unknown command None; known: "),
        (b'{"type": "Format"}', 422, "unknown command 'Format'"),
        (b'{"type": "RunCells", "cells": "c1"}', 422, "wrong or missing: cells"),
        (b'{"type": "RunCells", "run_id": 7}', 422, "wrong or missing: run_id"),
    ],
)
def test_what_is_no_command(lunch: LiveServer, body: bytes, status: int, says: str) -> None:
    answer = lunch.request("POST", "/api/kernel/commands", body)
    assert (answer.status, answer.json["status"]) == (status, status)
    assert says in answer.json["detail"]
    assert "\n" not in answer.json["detail"]


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_refused(lunch: LiveServer, media_type: str | None) -> None:
    headers = {"Content-Type": media_type}
    answer = lunch.request("POST", "/api/kernel/commands", {"type": "RunStale"}, headers)
    assert (answer.status, answer.json["detail"]) == (415, "send JSON, with 'Content-Type: application/json'")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/api/kernel", 404),
        ("GET", "/api/kernel/commands", 405),
        ("POST", "/api/kernel/state", 405),
        ("DELETE", "/api/kernel/state", 405),
        ("HEAD", "/api/kernel/events", 405),
    ],
)
def test_other_addresses_and_methods(lunch: LiveServer, method: str, path: str, status: int) -> None:
    answer = lunch.request(method, path)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_two_listeners_hear_the_same(serve: Serve) -> None:
    server = serve()
    with server.listen() as one, server.listen() as two:
        last = [server.put(c1=f"x = {number}") for number in range(5)][-1]
        one.until_done(last)
        two.until_done(last)
    heard = [
        {m.id: m.data for m in listener.heard if m.name is None and m.id is not None}
        for listener in (one, two)
    ]
    shared = sorted(heard[0].keys() & heard[1].keys())
    assert shared == list(range(shared[0], shared[-1] + 1))
    assert [heard[0][number] for number in shared] == [heard[1][number] for number in shared]
    assert len(shared) > 5 * 8


def test_a_stream_is_taken_up_where_it_was_lost(serve: Serve) -> None:
    server = serve()
    with server.listen() as whole:
        whole.next()
        with server.listen() as listener:
            first = server.put(c1="x = 1")
            listener.until(lambda event: event["type"] == "CellStarted" and event["run_id"] == first)
            lost_at = listener.last_id
        # Nobody listens here, and more happens.
        second = server.put(c1="x = 2")
        with server.listen(after=lost_at) as again:
            again.until_done(second)
        whole.until_done(second)
    ids = [message.id for message in again.heard]
    assert ids == list(range(lost_at + 1, lost_at + 1 + len(ids)))
    assert again.heard == [message for message in whole.heard if (message.id or 0) > lost_at]


@pytest.mark.parametrize("after", [1, 10**17])
def test_an_id_that_is_not_kept_is_answered_by_a_snapshot(lunch: LiveServer, after: int) -> None:
    with lunch.listen(after=after) as listener:
        lost, snapshot = listener.next(), listener.next()
    assert (lost.name, lost.id, lost.data["after"]) == ("lost", None, after)
    assert snapshot.name == "snapshot"
    assert snapshot.id == snapshot.data["last_event"] == lunch.state()["last_event"]
    assert [cell["status"] for cell in snapshot.data["cells"]] == ["idle"] * 3


def test_state_and_stream_fit_together(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.until_done(server.put(c1="x = 5"))
    seen = server.state()["last_event"]
    with server.listen(after=seen) as listener:
        run_id = server.put(c1="x = 6")
        assert listener.until_done(run_id)[0] == listener.heard[0].data
        assert listener.heard[0].id == seen + 1


def test_many_commands_at_once_are_each_completed(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.next()
        with ThreadPoolExecutor(20) as pool:
            runs = set(pool.map(lambda _: server.command("RunCells", cells=["c3"]), range(100)))
        assert len(runs) == 100
        left = set(runs)
        while left:
            left.discard(listener.until_at_rest()[-1]["run_id"])
    completed = [
        m.data["run_id"] for m in listener.heard if m.name is None and m.data["type"] == "RunCompleted"
    ]
    assert len(completed) == len(set(completed))


def test_too_many_listeners(serve: Serve) -> None:
    server = serve()
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(server.listen())
        answer = server.request("GET", "/api/kernel/events")
        assert (answer.status, answer.json["detail"]) == (
            503,
            "100 clients listen already: close one of them",
        )
        assert server.state()["kernel"] in ("starting", "busy", "idle")


def test_what_is_no_json_number_reaches_clients_as_null(serve: Serve) -> None:
    server = serve("# %%\nimport tiffin as tn\nn = tn.ui.number(value=1.0)\n\n# %%\nn.value\n")
    with server.listen() as listener:
        body = b'{"type": "SetValues", "run_id": "r", "values": {"n": 1e999}}'
        assert server.request("POST", "/api/kernel/commands", body).status in (202, 400, 422)
        listener.until_done("r")
    json.dumps([message.data for message in listener.heard], allow_nan=False)
