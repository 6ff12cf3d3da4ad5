"""The OpenAPI document against a live server: what it says is taken is taken, what it says is answered is."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from live_server import TOKEN, LiveServer
from schemathesis.checks import positive_data_acceptance
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from shell import LUNCH
from transcripts import CASES, FOLDER, Case

import tiffin.host.server.app
from tiffin.session.pieces import PIECES

from .conftest import Serve

DOCUMENT = json.loads(tiffin.host.server.app.DESCRIPTION.read_text("utf-8"))
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
STREAM = "/api/kernel/events"
COMMANDS = "/api/kernel/commands"


def validator(name: str) -> jsonschema.Draft202012Validator:
    """What says whether a document is the component `name`."""
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    )


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that everything may be tried on."""
    path = tmp_path_factory.mktemp("fuzzed") / "nb.py"
    path.write_text(LUNCH)
    with LiveServer(path) as server:
        yield server


def call(case: Any, server: LiveServer) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return case.call(base_url=f"http://{server.host}:{server.port}", headers=headers, timeout=20)


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), [where for where in OPERATIONS if where[0] != STREAM])
def test_what_the_server_does_is_what_the_document_says(
    fuzzed: LiveServer, path: str, method: str, mode: GenerationMode
) -> None:
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method]
    # A command that is right in form can be one that cannot be carried out.
    excluded = [positive_data_acceptance] if path == COMMANDS else []
    seen: set[int] = set()

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def try_it(case: Any) -> None:
        response = call(case, fuzzed)
        seen.add(response.status_code)
        case.validate_response(response, excluded_checks=excluded)

    try_it()
    assert fuzzed.process.poll() is None
    assert all(status < 500 for status in seen)
    if mode is GenerationMode.POSITIVE:
        assert any(200 <= status < 300 for status in seen)
    else:
        assert 401 in seen


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Done", {"required": ["success", "output", "mood"]}),
        ("Shown", {"properties": {"mimetype": {"type": "integer"}}}),
    ],
)
def test_an_answer_that_the_document_does_not_describe_is_noticed(
    fuzzed: LiveServer, name: str, change: Any
) -> None:
    wrong = copy.deepcopy(DOCUMENT)
    wrong["components"]["schemas"][name].update(change)
    operation = schemathesis.openapi.from_dict(wrong)["/api/kernel/execute"]["post"]
    case = operation.Case(body={"code": "1"}, media_type="application/json")
    with pytest.raises(FailureGroup):
        case.validate_response(call(case, fuzzed))


def test_the_stream_is_what_the_document_says(serve: Serve) -> None:
    server = serve()
    with server.listen() as listener:
        listener.rest()
        listener.until_done(server.put(c1="print('x')\n1 / 0", new="import tiffin as tn\nprint(1)\n[1]"))
        listener.until_done(server.command("Execute", code="print(1)\ndisplay(2)\n3"))
    for message in listener.heard:
        validator({None: "Event", "snapshot": "Snapshot", "lost": "Lost"}[message.name]).validate(
            message.data
        )
    kinds = {message.data["type"] for message in listener.heard if message.name is None}
    assert {
        "RunStarted",
        "NotebookEdited",
        "CellConsole",
        "CellEnded",
        "ScratchEnded",
        "RunCompleted",
    } <= kinds
    with server.listen(after=1) as late:
        lost = late.next()
    assert lost.name == "lost"
    validator("Lost").validate(lost.data)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_recorded_piece_is_what_the_document_says(case: Case) -> None:
    pieces = json.loads((FOLDER / f"{case.name}.json").read_text("utf-8"))["answer"]
    assert pieces
    for piece in pieces:
        validator(PIECES[piece["event"]].__name__).validate(piece["data"])


def test_the_server_offers_its_document(lunch: LiveServer) -> None:
    answer = lunch.request("GET", "/api/kernel/openapi.json")
    assert (answer.headers["content-type"], answer.json) == ("application/json", DOCUMENT)
