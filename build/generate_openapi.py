"""Write the OpenAPI document of a live kernel, and its reference, from the dataclasses that go over the wire.

    python build/generate_openapi.py [--check]

Addresses and what they do come from `KernelApi`, commands, events and answers from their modules. With
`--check` nothing is written: the exit code is 1 when a file is stale.
"""

from __future__ import annotations

import json
import sys
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from starlette.routing import Route

from http_reference import write_page
from json_schema import describe, object_schema, parts_of, reference
from tiffin import commands, events
from tiffin.host.server import answers
from tiffin.host.server.app import KernelApi
from tiffin.host.server.bodies import Limits
from tiffin.session.pieces import PIECES
from tiffin.version import __version__

Json: TypeAlias = Any

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "py" / "tiffin" / "host" / "server" / "openapi.json"
PAGE = ROOT / "docs" / "reference" / "http.md"

EVENTS: tuple[type, ...] = typing.get_args(events.Event)
COMMANDS: tuple[type, ...] = typing.get_args(commands.Command)
NO_RUN = (commands.Interrupt, commands.AnswerInput, commands.PutContent)
RULES = {"timeout": {"exclusiveMinimum": 0, "maximum": commands.LONGEST_TIMEOUT}}
STREAM = "text/event-stream"


@dataclass(frozen=True)
class Operation:
    """What an address takes and gives; `errors` are the statuses besides those of every address."""

    status: int
    meaning: str
    content: Json = None
    body: str | None = None
    parameters: tuple[Json, ...] = ()
    errors: tuple[int, ...] = ()


def json_of(name: str) -> Json:
    """Return the content of an answer or body in JSON."""
    return {"application/json": {"schema": reference(name)}}


def message(name: str, kinds: str, *, numbered: bool) -> Json:
    """Return the schema of one server-sent event, as its fields are."""
    properties = {
        "event": {"const": name},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": reference(kinds),
        },
    }
    number = {"id": {"type": "string", "pattern": "^[0-9]+$"}} if numbered else {}
    return {"type": "object", "properties": {**properties, **number}, "required": [*properties, *number]}


AFTER = (
    {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "The id of the last event that was heard: those after it are sent.",
        "schema": {"type": "string"},
    },
    {
        "name": "after",
        "in": "query",
        "description": "The same, for whoever cannot send that header.",
        "schema": {"type": "string"},
    },
)
OPERATIONS: dict[str, Operation] = {
    "listen": Operation(
        200,
        "The stream of events, which has no end.",
        {
            STREAM: {
                "itemSchema": {
                    "anyOf": [
                        message("message", "Event", numbered=True),
                        message("snapshot", "Snapshot", numbered=True),
                        message("lost", "Lost", numbered=False),
                    ]
                }
            }
        },
        parameters=AFTER,
        errors=(503,),
    ),
    "command": Operation(
        202, "The command was taken.", json_of("RunAnswer"), "Command", errors=(400, 408, 409, 413, 415, 422)
    ),
    "execute": Operation(
        200,
        "What comes of the code, to its `done`.",
        {
            STREAM: {
                "itemSchema": {
                    "anyOf": [message(name, kind.__name__, numbered=False) for name, kind in PIECES.items()]
                }
            }
        },
        "ExecuteRequest",
        errors=(400, 408, 409, 413, 415, 422),
    ),
    "interrupt": Operation(204, "The run under way, if there is one, was told to stop."),
    "restart": Operation(204, "The kernel's process is being replaced.", errors=(409,)),
    "state": Operation(200, "The state as it is now.", json_of("Snapshot")),
    "variables": Operation(200, "The variables as they are now.", json_of("VariablesAnswer"), errors=(503,)),
    "describe": Operation(200, "This document.", {"application/json": {"schema": {"type": "object"}}}),
}
"""What the addresses take and give, by the name of the method of `KernelApi` that answers."""

ERRORS = {
    400: "The body is no JSON, or the request is none.",
    401: "The token is missing or wrong.",
    403: "The request comes from a page of another origin.",
    408: "The request did not come whole in time.",
    409: "Not now: the run's id is in use, too many runs wait, or the file cannot be written or read.",
    413: "The body is too long.",
    415: "The body is not sent as JSON.",
    421: "The server goes by another name.",
    422: "The command cannot be carried out; nothing was changed.",
    500: "The server failed.",
    503: "There is no kernel at the moment, or too many listen.",
}
EVERYWHERE = (401, 403, 421, 500)


def routes() -> Iterator[tuple[str, str, Callable[..., Any], Operation]]:
    """Yield path, method, handler and operation of every address; `KeyError` for one without."""
    for route in KernelApi(typing.cast("Any", None), Limits()).routes:
        assert isinstance(route, Route)
        (method,) = (route.methods or set()) - {"HEAD"}
        handler: Any = route.endpoint
        yield route.path, method.lower(), handler, OPERATIONS[handler.__name__]


def components() -> dict[str, Json]:
    """Return the schema of every dataclass that goes over the wire, and of the unions of them."""
    schemas: dict[str, Json] = {}
    for kind in (*COMMANDS, answers.ExecuteRequest):
        for part in parts_of(kind):
            schema = object_schema(part, tagged=part in COMMANDS, request=True, rules=RULES)
            schemas[part.__name__] = schema
        # Over HTTP, a run that brings no id of its own is given one.
        if kind in COMMANDS and kind not in NO_RUN:
            schemas[kind.__name__]["required"].remove("run_id")
    shapes = (
        answers.Snapshot,
        answers.Lost,
        answers.RunAnswer,
        answers.VariablesAnswer,
        answers.ProblemAnswer,
    )
    for kind in (*EVENTS, *shapes, *PIECES.values()):
        for part in parts_of(kind):
            schemas[part.__name__] = object_schema(part, tagged=part in EVENTS)
    for name, kinds in (("Command", COMMANDS), ("Event", EVENTS)):
        schemas[name] = {
            "oneOf": [reference(kind.__name__) for kind in kinds],
            "discriminator": {"propertyName": "type"},
        }
    return dict(sorted(schemas.items()))


def summarise(handler: Callable[..., Any]) -> tuple[str, str]:
    """Return what the docstring of a handler says after the address: a sentence, and what follows it."""
    text = describe(typing.cast("type", handler)).partition(": ")[2]
    first, _, rest = text.partition("\n\n")
    return first[0].upper() + first[1:], rest


def document() -> Json:
    """Return the OpenAPI document."""
    paths: dict[str, Json] = {}
    for path, method, handler, operation in routes():
        summary, description = summarise(handler)
        problems = {
            str(status): {"$ref": f"#/components/responses/Problem{status}"}
            for status in sorted({*EVERYWHERE, *operation.errors})
        }
        success = {"description": operation.meaning}
        if operation.content is not None:
            success["content"] = operation.content
        given: dict[str, Json] = {"operationId": handler.__name__, "summary": summary}
        if description:
            given["description"] = description
        if operation.parameters:
            given["parameters"] = list(operation.parameters)
        if operation.body is not None:
            given["requestBody"] = {"required": True, "content": json_of(operation.body)}
        if handler.__name__ == "listen":
            given["security"] = [{"bearer": []}, {"query": []}]
        paths.setdefault(path, {})[method] = {
            **given,
            "responses": {str(operation.status): success, **problems},
        }
    return {
        "openapi": "3.2.0",
        "info": {
            "title": "tiffin kernel",
            "version": __version__,
            "description": "The live kernel of one notebook, as `tiffin kernel` offers it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:8642"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": components(),
            "responses": {
                f"Problem{status}": {
                    "description": meaning,
                    "content": {"application/problem+json": {"schema": reference("ProblemAnswer")}},
                }
                for status, meaning in ERRORS.items()
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "query": {"type": "apiKey", "in": "query", "name": "token"},
            },
        },
    }


def generate() -> dict[Path, str]:
    """Return the text of every file."""
    api = document()
    return {DOCUMENT: json.dumps(api, indent=1) + "\n", PAGE: write_page(api)}


def main(arguments: list[str]) -> int:
    """Write or check the files; return the exit code."""
    stale = [
        path for path, text in generate().items() if not path.is_file() or path.read_text("utf-8") != text
    ]
    if "--check" in arguments:
        for path in stale:
            print(
                f"{path.relative_to(ROOT)} is stale: run 'python build/generate_openapi.py'", file=sys.stderr
            )
        return 1 if stale else 0
    for path, text in generate().items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
