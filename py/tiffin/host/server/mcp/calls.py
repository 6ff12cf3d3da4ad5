"""What the tools do with a live kernel."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from mcp_types import CallToolResult

from tiffin.commands import EditCells, RunCells, RunStale, command_from_json
from tiffin.errors import TiffinError, UsageError
from tiffin.graph.edit import new_problems
from tiffin.graph.graph import graph_of
from tiffin.host.server.execute import Execution, Starting, join, read_execute, with_run_id
from tiffin.host.server.kernel_state import CellState
from tiffin.host.server.live_kernel import KernelGone, LiveKernel, RunConflict
from tiffin.host.server.mcp import answers
from tiffin.host.server.mcp.room import Room, show_plainly
from tiffin.host.server.mcp.tools import arguments_of
from tiffin.host.server.notebook_file import Check
from tiffin.notebook.notebook import Notebook
from tiffin.session.answer import Piece

Json: TypeAlias = Any
Progress: TypeAlias = Callable[[str], Awaitable[None]]
"""Tells of text that a run has printed, while it runs."""

MORE = "characters more were printed: too many for an answer\n"


class ToolCalls:
    """Carries out calls of tools. A run that a call has started is stopped if the call is cancelled."""

    def __init__(self, kernel: LiveKernel) -> None:
        self._kernel = kernel
        self.tools: dict[str, Callable[[Json, Progress], Awaitable[CallToolResult]]] = {
            "execute_code": self._execute_code,
            "list_cells": self._list_cells,
            "read_cell": self._read_cell,
            "edit_cells": self._edit_cells,
            "run_cells": self._run_cells,
            "get_errors": self._get_errors,
            "get_variables": self._get_variables,
            "interrupt": self._interrupt,
            "restart": self._restart,
        }
        """By the names of `TOOLS`."""

    async def call(self, tool: str, arguments: Mapping[str, Json], progress: Progress) -> CallToolResult:
        """Carry out a call of one of `tools`; what cannot be done is an answer too."""
        try:
            odd = arguments.keys() - arguments_of(tool).keys()
            if odd:
                known = ", ".join(arguments_of(tool)) or "nothing"
                raise UsageError(f"{tool} takes {known}; not {', '.join(sorted(odd))}")
            return await self.tools[tool](dict(arguments), progress)
        except TiffinError as error:
            return answers.refuse(str(error))

    # -- tools that start runs --------------------------------------------------------------------------

    async def _execute_code(self, arguments: Json, progress: Progress) -> CallToolResult:
        command = read_execute(arguments)
        return answers.tell_execution(command.run_id, await self._carry_out(command, progress))

    async def _edit_cells(self, arguments: Json, progress: Progress) -> CallToolResult:
        skips = _flag(arguments, "skip_validation")
        if not arguments.keys() & {"put", "remove", "order", "settings"}:
            raise UsageError("edit_cells takes put, remove, order or settings: there is nothing to change")
        put, known = arguments.get("put"), [cell.id for cell in self._kernel.file.notebook.cells]
        if isinstance(put, list):
            arguments["put"] = _with_ids(put, known)
        command = command_from_json(with_run_id({"type": EditCells.__name__, **arguments}))
        assert isinstance(command, EditCells)

        def check(before: Notebook, after: Notebook) -> None:
            # Two edits at once may have been given the same id for a new cell.
            taken = ({cell.id for cell in before.cells} - set(known)) & {cell.id for cell in command.put}
            if taken:
                raise RunConflict(f"another edit has just put {', '.join(sorted(taken))}: look at it first")
            if not skips:
                check_edit(before, after)

        pieces = await self._carry_out(command, progress, check)
        return answers.tell_run(command.run_id, pieces, self._kernel.state.cells)

    async def _run_cells(self, arguments: Json, progress: Progress) -> CallToolResult:
        kind = RunStale if _flag(arguments, "stale") else RunCells
        asked = arguments.get("cells")
        if isinstance(asked, list):
            arguments["cells"] = [self._find(cell)["id"] for cell in asked]
        command = command_from_json(with_run_id({"type": kind.__name__, **arguments}))
        assert isinstance(command, RunStale | RunCells)
        pieces = await self._carry_out(command, progress)
        return answers.tell_run(command.run_id, pieces, self._kernel.state.cells)

    async def _carry_out(
        self, command: Starting, progress: Progress, check: Check | None = None
    ) -> Sequence[Piece]:
        """Return all that is told of a run, once that very run is over."""
        execution = Execution(self._kernel, command, show_plainly)
        await execution.begin(check)
        room = Room()
        told: list[Piece] = []
        try:
            async with contextlib.aclosing(execution.pieces()) as coming:
                async for pieces in coming:
                    text = ""
                    for name, data in pieces:
                        if name == "output" and data["clear"]:
                            told = _drop_outputs(told, room)
                        if name == "done" and room.dropped:
                            told.append(("stderr", {"data": f"{room.dropped:,} {MORE}"}))
                        kept = room.fit(name, data)
                        if kept is not None:
                            told.append(kept)
                            text += kept[1]["data"] if name in ("stdout", "stderr") else ""
                    if text:
                        await progress(text)
        finally:
            execution.end()
        return join(told)

    # -- tools that look around -------------------------------------------------------------------------

    async def _list_cells(self, arguments: Json, progress: Progress) -> CallToolResult:
        return answers.tell_cells(self._kernel.snapshot())

    async def _read_cell(self, arguments: Json, progress: Progress) -> CallToolResult:
        cell = self._find(arguments.get("cell"))
        return answers.tell_cell(cell, self._kernel.state.cells.get(cell["id"], CellState()))

    async def _get_errors(self, arguments: Json, progress: Progress) -> CallToolResult:
        return answers.tell_errors(self._kernel.snapshot())

    async def _get_variables(self, arguments: Json, progress: Progress) -> CallToolResult:
        await self._wait(lambda: self._kernel.status in ("idle", "busy"))
        return answers.tell_variables(await self._kernel.variables())

    def _find(self, called: Json) -> Json:
        """The entry in a snapshot of the cell with an id or a name."""
        cells = self._kernel.snapshot()["cells"]
        by_id = [cell for cell in cells if cell["id"] == called]
        found = by_id or [cell for cell in cells if cell["name"] == called and called is not None]
        if len(found) != 1:
            problem = "several cells are" if found else "no cell is"
            known = ", ".join(cell["id"] for cell in cells) or "none"
            raise UsageError(f"{problem} called {called!r}; the ids are: {known}")
        return found[0]

    # -- tools for the kernel itself --------------------------------------------------------------------

    async def _interrupt(self, arguments: Json, progress: Progress) -> CallToolResult:
        run_id = arguments.get("run_id")
        if run_id is not None and not isinstance(run_id, str):
            raise UsageError("interrupt takes a run_id, which is a text")
        self._kernel.interrupt(run_id)
        return answers.tell("the run was asked to stop: its own result says how it ended", {"run_id": run_id})

    async def _restart(self, arguments: Json, progress: Progress) -> CallToolResult:
        kernel, before = self._kernel, self._kernel.lives
        await kernel.restart()
        await self._wait(lambda: kernel.lives > before and kernel.is_restored)
        stale = list(kernel.state.stale)
        left = f"; stale: {', '.join(stale)}" if stale else ""
        return answers.tell(f"the kernel was restarted{left}", {"stale": stale})

    async def _wait(self, come: Callable[[], bool]) -> None:
        """Wait for what the log tells of; `KernelGone` if there is no kernel that could bring it."""
        kernel = self._kernel
        while not come():
            if kernel.log.closed or kernel.status == "failed":
                raise KernelGone("the kernel could not be started: run a cell to see why")
            await kernel.log.wait(kernel.log.newest)


def check_edit(before: Notebook, after: Notebook) -> None:
    """`UsageError` if cells would have problems that they have not now.

    Nothing is run or imported for that, so what star imports bind is not known here.
    """
    problems = new_problems(graph_of(before), graph_of(after))
    if problems:
        raise UsageError(
            f"nothing was changed, for there would be errors: {'; '.join(problems)} "
            "(with skip_validation it is changed all the same)"
        )


def _drop_outputs(told: Sequence[Piece], room: Room) -> list[Piece]:
    """What is left when a display has cleared those before it."""
    for name, data in told:
        if name == "output":
            room.release(data)
    return [piece for piece in told if piece[0] != "output"]


def _flag(arguments: Json, name: str) -> bool:
    """Take an argument that says yes or no."""
    value = arguments.pop(name, None)
    if value is not None and not isinstance(value, bool):
        raise UsageError(f"{name} is true or false")
    return bool(value)


def _with_ids(put: Sequence[Json], known: Sequence[str]) -> list[Json]:
    """Cells to put, with an id for each new one that has none."""
    taken = {
        *known,
        *(cell["id"] for cell in put if isinstance(cell, dict) and isinstance(cell.get("id"), str)),
    }
    number = len(known)
    sources: list[Json] = []
    for cell in put:
        if isinstance(cell, dict) and cell.get("id") is None:
            number += 1
            while f"c{number}" in taken:
                number += 1
            cell = {**cell, "id": f"c{number}"}
        sources.append(cell)
    return sources
