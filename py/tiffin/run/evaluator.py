"""The evaluator: an executor inside its lifecycles."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from tiffin.errors import Stop
from tiffin.run.executor import Executor
from tiffin.run.lifecycle import PROCEED, CellContext, Lifecycle, Outcome, Rerun, Skip
from tiffin.run.result import Result


class Evaluator:
    """Set-ups in order, body, tear-downs in reverse over the lifecycles whose set-up was entered."""

    def __init__(self, lifecycles: Sequence[Lifecycle], executor: Executor) -> None:
        self._lifecycles = tuple(lifecycles)
        self._executor = executor

    async def evaluate(self, context: CellContext) -> Outcome:
        """Return what came of the cell; exceptions are in the result, never raised."""
        entered: list[Lifecycle] = []
        try:
            outcome = await self._set_up_and_execute(context, entered)
        except BaseException as error:  # noqa: BLE001 (what a cell raises is its result)
            outcome = failure(error)
        for lifecycle in reversed(entered):
            try:
                outcome = await lifecycle.teardown(context, outcome)
            except BaseException as error:  # noqa: BLE001
                kept = outcome if isinstance(outcome, Result) else Result()
                _chain(error, kept.exception)
                outcome = replace(kept, status=_status(error), exception=error)
        return outcome

    async def _set_up_and_execute(self, context: CellContext, entered: list[Lifecycle]) -> Outcome:
        for lifecycle in self._lifecycles:
            entered.append(lifecycle)
            decision = await lifecycle.setup(context)
            if decision is not PROCEED:
                match decision:
                    case Skip(result):
                        return result
                    case Rerun() as rerun:
                        return rerun
        value = await self._executor.execute(context.cell, context.namespace.globals)
        return Result(value=value)


def failure(error: BaseException) -> Result:
    """Return the result of a cell that raised `error`; `tn.stop` is no failure, and gives an output."""
    if isinstance(error, Stop):
        return Result(status="stopped", value=error.output)
    return Result(status=_status(error), exception=error)


def _status(error: BaseException) -> Literal["interrupted", "error"]:
    return "interrupted" if isinstance(error, KeyboardInterrupt | asyncio.CancelledError) else "error"


def _chain(error: BaseException, earlier: BaseException | None) -> None:
    """Put `earlier` at the end of the chain of `error`, which wins over it: neither is lost."""
    last, met = error, {id(earlier)}
    while last.__context__ is not None and id(last) not in met:
        met.add(id(last))
        last = last.__context__
    if id(last) not in met:
        last.__context__ = earlier
