"""The HTTP interface of a live kernel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from tiffin.commands import command_from_json
from tiffin.errors import NotebookError, TiffinError, UsageError
from tiffin.host.server.answers import RunAnswer
from tiffin.host.server.bodies import Limits, read_json
from tiffin.host.server.execute import Execution, read_execute, with_run_id
from tiffin.host.server.frames import to_json
from tiffin.host.server.guard import EVENTS_PATH, Access, Guard
from tiffin.host.server.live_kernel import KernelGone, LiveKernel, RunConflict
from tiffin.host.server.problems import Problem, Refused
from tiffin.host.server.sse import EventStream, messages, parse_id

DESCRIPTION = Path(__file__).with_name("openapi.json")
"""Written by `build/generate_openapi.py`."""

_STATUS: dict[type[TiffinError], int] = {
    UsageError: 422,
    NotebookError: 409,
    RunConflict: 409,
    KernelGone: 503,
}


class KernelApi:
    """What the addresses under `/api/kernel` do."""

    def __init__(self, kernel: LiveKernel, limits: Limits) -> None:
        self._kernel = kernel
        self._limits = limits
        self._listeners = 0

    @property
    def routes(self) -> list[BaseRoute]:
        """The addresses."""
        return [
            Route(EVENTS_PATH, self.listen, methods=["GET"]),
            Route("/api/kernel/commands", self.command, methods=["POST"]),
            Route("/api/kernel/execute", self.execute, methods=["POST"]),
            Route("/api/kernel/interrupt", self.interrupt, methods=["POST"]),
            Route("/api/kernel/restart", self.restart, methods=["POST"]),
            Route("/api/kernel/state", self.state, methods=["GET"]),
            Route("/api/kernel/variables", self.variables, methods=["GET"]),
            Route("/api/kernel/openapi.json", self.describe, methods=["GET"]),
        ]

    async def listen(self, request: Request) -> ASGIApp:
        """`GET events`: the stream of events, from the one after `Last-Event-ID` on, or from a snapshot.

        The query's `after` does the same for whoever cannot send that header.
        """
        if request.method != "GET":  # HEAD: there is no end to wait for
            raise HTTPException(405, headers={"Allow": "GET"})
        if self._listeners >= self._limits.listeners:
            return Problem(503, f"{self._listeners} clients listen already: close one of them").to_response()
        self._listeners += 1
        after = parse_id(request.headers.get("last-event-id") or request.query_params.get("after"))
        parts = messages(self._kernel.log, self._kernel.snapshot, after)
        return EventStream(parts, self._left)

    def _left(self) -> None:
        self._listeners -= 1

    async def command(self, request: Request) -> Response:
        """`POST commands`: take a command; the answer is the id of the run that it starts."""
        document = with_run_id(await read_json(request, self._limits))
        run_id = await self._kernel.post(command_from_json(document))
        return Response(to_json(vars(RunAnswer(run_id))), 202, media_type="application/json")

    async def execute(self, request: Request) -> ASGIApp:
        """`POST execute`: run code in the scratchpad; the answer is the stream of what comes of it.

        A client that goes away before its end stops the run.
        """
        command = read_execute(await read_json(request, self._limits))
        execution = Execution(self._kernel, command)
        await execution.begin()
        return EventStream(execution.messages(), execution.end)

    async def interrupt(self, request: Request) -> Response:
        """`POST interrupt`: stop the run under way."""
        self._kernel.interrupt()
        return Response(status_code=204)

    async def restart(self, request: Request) -> Response:
        """`POST restart`: replace the kernel's process."""
        await self._kernel.restart()
        return Response(status_code=204)

    async def state(self, request: Request) -> Response:
        """`GET state`: cells with their sources, states and outputs, widgets, runs under way."""
        return Response(to_json(self._kernel.snapshot()), media_type="application/json")

    async def variables(self, request: Request) -> Response:
        """`GET variables`: the names that cells have bound, also while a cell runs."""
        document = {"variables": await self._kernel.variables()}
        return Response(to_json(document), media_type="application/json")

    async def describe(self, request: Request) -> Response:
        """`GET openapi.json`: what can be asked for at which address, as an OpenAPI document."""
        return Response(DESCRIPTION.read_bytes(), media_type="application/json")


def make_app(
    kernel: LiveKernel, access: Access, limits: Limits, further: Sequence[BaseRoute] = ()
) -> ASGIApp:
    """Return the application that offers `kernel` to those who have `access`, with `further` addresses."""
    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        Refused: _refuse,
        TiffinError: _explain,
        HTTPException: _name,
        Exception: _confess,
    }
    routes = [*KernelApi(kernel, limits).routes, *further]
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False  # an address is one address
    return Guard(app, access)


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return error.problem.to_response()


async def _explain(_: Request, error: Exception) -> Response:
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)
    return Problem(status, str(error)).to_response()


async def _name(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentences = {
        404: "there is nothing at this address: the kernel's addresses begin with /api/kernel/",
        405: "this address takes another method",
    }
    detail = sentences.get(error.status_code, error.detail)
    return Problem(error.status_code, detail, dict(error.headers or {})).to_response()


async def _confess(_: Request, error: Exception) -> Response:
    return Problem(500, f"the server failed: {type(error).__name__}").to_response()
