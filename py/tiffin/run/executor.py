"""Executors: they run one cell body, nothing else."""

from __future__ import annotations

import inspect
from types import CodeType
from typing import Any, Protocol

from tiffin.cells.cell import Cell


class Executor(Protocol):
    """Runs the body of `cell` with `globals_` and returns the value of its trailing expression, or None.

    Whatever the body raises comes out as it is.
    """

    async def execute(self, cell: Cell, globals_: dict[str, Any]) -> Any: ...


class DefaultExecutor:
    """Runs bodies here and now; `await` at the top level of a cell is allowed."""

    async def execute(self, cell: Cell, globals_: dict[str, Any]) -> Any:
        code = cell.code()
        if code.body is not None:
            await _evaluate(code.body, globals_)
        return await _evaluate(code.tail, globals_) if code.tail is not None else None


async def _evaluate(code: CodeType, globals_: dict[str, Any]) -> Any:
    value = eval(code, globals_)  # noqa: S307 (running the author's code is what this is for)
    return await value if code.co_flags & inspect.CO_COROUTINE else value
