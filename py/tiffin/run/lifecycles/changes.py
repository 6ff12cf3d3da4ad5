"""The changes lifecycle: after a body ran, which values of other cells it changed in place. The one place
where this is found out; what follows from it is for others to decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tiffin.cache.key import CONTENT_LIMIT
from tiffin.cache.snapshot import base_identity
from tiffin.ids import Digest, digest
from tiffin.run.lifecycle import CellContext, Decision, Outcome, Proceed
from tiffin.run.namespace import Binding
from tiffin.run.reach import reach

IMMUTABLE = frozenset({int, float, str, bool, bytes, complex, type(None), range})

ContentIdentity = Callable[[Any], str | None]
Pickled = Callable[[Any], bytes | None]


class ChangesLifecycle:
    """Compares inputs before and after a body, and notes those that changed, directly or through functions.

    Content up to 1 MiB is compared by its identity, an object that only pickle takes by its pickle.
    Of other values it is known only that they changed if the code says so (`x[k] =
    v`, `x.append(v)`), or if they are iterators, which whoever takes them moves on.
    """

    def __init__(self, content_identity: ContentIdentity, pickled: Pickled) -> None:
        self._content_identity = content_identity
        self._pickled = pickled
        self._before: dict[str, Digest | None] = {}

    async def setup(self, context: CellContext) -> Decision:
        self._before = {}
        if context.taken or context.graph.order == "document":
            self._note_pickles(context)
            if context.graph.order == "document":
                context.namespace.enter(context.cell.id, context.made, context.taken)
        return Proceed()

    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome:
        if context.taken:
            for name, binding, value in _inputs(context):
                identity = self._identity_now(context, name, binding, value)
                if identity != base_identity(binding.definition.identity):
                    context.notes.changed[name] = identity
        return outcome

    def _note_pickles(self, context: CellContext) -> None:
        for name, binding, value in _inputs(context):
            definition = binding.definition
            if definition.codec == "pickle" and (definition.size or 0) <= CONTENT_LIMIT:
                self._before[name] = self._digest(value)

    def _digest(self, value: Any) -> Digest | None:
        data = self._pickled(value)
        return None if data is None else digest(data)

    def _identity_now(self, context: CellContext, name: str, binding: Binding, value: Any) -> str | None:
        """The identity that a live input has now: the one of before, another, or None if it is lost."""
        before = base_identity(binding.definition.identity)
        if binding.elements:
            return before
        if before.startswith("content:"):
            return self._content_identity(value)
        if hasattr(type(value), "__next__"):
            return None
        if name in self._before:
            return before if self._digest(value) == self._before[name] else None
        if not before.startswith("lineage:"):
            return before
        return None if name in _changed_by_code(context) else before


def _inputs(context: CellContext) -> Iterator[tuple[str, Binding, Any]]:
    """The live values of other cells that the body may have touched, as they were given to it."""
    namespace, taken, cell = context.namespace, context.taken, context.cell.id
    versions = context.graph.order == "document"
    for name in taken if versions else reach(taken, context.graph, namespace):
        binding = namespace.binding(name)
        if binding is None or binding.owner == cell:
            continue
        try:
            value = namespace.value((name, binding.owner)) if versions else namespace.globals[name]
        except KeyError:
            continue
        # In graph order a function of its own cell can bind another value to a name (`global`).
        if type(value) not in IMMUTABLE or not (versions or name in taken):
            yield name, binding, value


def _changed_by_code(context: CellContext) -> set[str]:
    """The names that statements of the cell, and of functions that it may call, change in place."""
    found = set(context.cell.changes)
    for name in reach(context.taken, context.graph, context.namespace):
        binding = context.namespace.binding(name)
        if binding is not None and (source := context.graph.cells[binding.owner].sources.get(name)):
            found |= source.changes
    return found
