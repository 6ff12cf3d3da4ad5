"""The strict lifecycle: a body sees the names that it refers to, and changes nothing of other cells."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tiffin.cells.names import PRESETS, unmangle
from tiffin.cells.scope import ModuleScope
from tiffin.run.lifecycle import PROCEED, CellContext, Decision, Outcome
from tiffin.run.reach import reach
from tiffin.run.report import CellFailure
from tiffin.run.result import Result


class StrictLifecycle:
    """Hides from a body every name that it does not refer to, directly or through functions, and makes a
    change of another cell's value (`notes.changed`) the error of the cell that made it. `asked_for` says
    whether the notebook wants this now."""

    def __init__(self, asked_for: Callable[[], bool]) -> None:
        self._asked_for = asked_for
        self._strict = False
        self._hidden: dict[str, Any] = {}

    async def setup(self, context: CellContext) -> Decision:
        self._strict = self._asked_for()
        if not self._strict:
            return PROCEED
        globals_ = context.namespace.globals
        seen = {*reach(context.taken, context.graph, context.namespace), *PRESETS}
        self._hidden = {name: globals_.pop(name) for name in globals_.keys() - seen}
        return PROCEED

    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome:
        globals_ = context.namespace.globals
        own = context.cell.definitions | context.cell.private
        for name, value in self._hidden.items():
            if name not in own:
                globals_.setdefault(name, value)
        self._hidden = {}
        changed = sorted(context.notes.changed.keys() - context.graph.made[context.cell.id])
        if self._strict and changed and isinstance(outcome, Result) and outcome.exception is None:
            blame = _blame(context, changed[0])
            for name in changed:
                # The change is undone: whoever takes the value next has it restored as its owner made it.
                binding = context.namespace.binding(name)
                if binding is not None:
                    context.namespace.spend((name, binding.owner))
                del context.notes.changed[name]
            raise blame
        return outcome


def _blame(context: CellContext, name: str) -> CellFailure:
    binding = context.namespace.binding(name)
    owner = "another cell" if binding is None else binding.owner
    text = (
        f"{context.cell.id} changes '{unmangle(name)}', which belongs to {owner}: change it there, or a copy"
    )
    return CellFailure(text, (context.cell, _line_of_change(context, name)))


def _line_of_change(context: CellContext, name: str) -> int:
    """The line where the body hands the value to somebody who may change it, or calls who refers to it."""
    uses = list(ModuleScope(ast.parse(context.cell.source)).uses)
    through = {n for n in context.taken if n != name and name in reach([n], context.graph, context.namespace)}
    for lines in (
        [use.line for use in uses if use.name == name and use.effect == "changes"],
        [use.line for use in uses if use.name == name and use.effect == "touches"],
        [use.line for use in uses if use.name in through],
    ):
        if lines:
            return min(lines)
    return min((use.line for use in uses if use.name == name), default=1)
