"""The changes lifecycle: after a body ran, which values of other cells it changed in place. The one place
where this is found out; what follows from it is for others to decide."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from tiffin.cache.key import CONTENT_LIMIT
from tiffin.cache.manifest import Definition
from tiffin.cache.snapshot import base_identity
from tiffin.ids import Bytes, Digest, digest
from tiffin.run.lifecycle import PROCEED, CellContext, Decision, Outcome
from tiffin.run.namespace import IMMUTABLE, Binding
from tiffin.run.reach import reach

ContentIdentity = Callable[[Any], str | None]
Pickled = Callable[[Any], Bytes | None]


class ChangesLifecycle:
    """Compares inputs before and after a body, and notes those that changed, directly or through functions.

    Content up to 1 MiB is compared by its identity, an object of the notebook's own by its encoding, and in
    document order a function by what it keeps between calls. Of other values it is known only that they
    changed if the code says so (`x[k] = v`, `x.append(v)`), or if they are iterators, which whoever takes
    them moves on.
    """

    def __init__(self, content_identity: ContentIdentity, pickled: Pickled) -> None:
        self._content_identity = content_identity
        self._pickled = pickled
        self._watched: list[tuple[str, Binding]] = []
        self._before: dict[str, Digest | None] = {}

    async def setup(self, context: CellContext) -> Decision:
        self._watched, self._before = [], {}
        versions = context.graph.order == "document"
        for name, binding, value in _inputs(context):
            self._watched.append((name, binding))
            definition = binding.definition
            if isinstance(value, FunctionType):
                if versions and (kept := _kept(value)):
                    self._before[name] = self._digest(kept)
            elif _is_watched(definition):
                self._before[name] = self._digest(value)
        if versions:
            context.namespace.enter(context.cell.id, context.made, context.taken)
        return PROCEED

    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome:
        for name, binding in self._watched:
            with contextlib.suppress(KeyError):
                identity = self._identity_now(context, name, binding, _value(context, name, binding))
                if identity != base_identity(binding.definition.identity):
                    context.notes.changed[name] = identity
        return outcome

    def _digest(self, value: Any) -> Digest | None:
        data = self._pickled(value)
        return None if data is None else digest(data)

    def _identity_now(self, context: CellContext, name: str, binding: Binding, value: Any) -> str | None:
        """The identity that a live input has now: the one of before, another, or None if it is lost."""
        before = base_identity(binding.definition.identity)
        if binding.elements:
            return before
        if before.startswith("content:") and not _was_changed(binding.definition):
            return self._content_identity(value)
        if hasattr(type(value), "__next__"):
            return None
        if name in self._before:
            now = _kept(value) if isinstance(value, FunctionType) else value
            return before if self._digest(now) == self._before[name] else None
        versions = context.graph.order == "document"
        if not before.startswith("lineage:") and not (versions and before.startswith("source:")):
            return before
        return None if name in _changed_by_code(context) else before


def _is_watched(definition: Definition) -> bool:
    """Whether the encodings of a value that its content does not identify tell of a change."""
    small = (definition.size or 0) <= CONTENT_LIMIT
    return small and (definition.holds_objects or _was_changed(definition))


def _was_changed(definition: Definition) -> bool:
    """Whether a run changed the value to something that its content does not identify."""
    return "+" in definition.identity


def _inputs(context: CellContext) -> Iterator[tuple[str, Binding, Any]]:
    """The live values of other cells that the body may have touched, as they were given to it."""
    namespace, taken, cell = context.namespace, context.taken, context.cell.id
    versions = context.graph.order == "document"
    mutable = [name for name in taken if type(namespace.globals.get(name)) not in IMMUTABLE]
    for name in mutable if versions else reach(mutable, context.graph, namespace):
        binding = namespace.binding(name)
        if binding is not None and binding.owner != cell and namespace.is_live(name):
            # In graph order a function can bind another value to a name of its own cell (`global`).
            yield name, binding, namespace.globals[name]


def _value(context: CellContext, name: str, binding: Binding) -> Any:
    """The value that the body was given; in document order it may have bound the name to another one."""
    if context.graph.order == "document":
        return context.namespace.value((name, binding.owner))
    return context.namespace.globals[name]


def _kept(function: FunctionType) -> list[Any]:
    """What a function keeps from one call to the next: variables of the function around it (`nonlocal n`),
    and defaults (`def f(x, met=[])`)."""
    kept = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for part in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # one that is not bound yet
            kept.append(part.cell_contents)
    return kept


def _changed_by_code(context: CellContext) -> set[str]:
    """The names that statements of the cell, and of functions that it may call, change in place."""
    found = set(context.cell.changes)
    if context.graph.order == "document":
        found |= context.made - context.cell.flow.binds
    for name in reach(context.taken, context.graph, context.namespace):
        binding = context.namespace.binding(name)
        if binding is not None and (source := context.graph.cells[binding.owner].sources.get(name)):
            found |= source.changes
    return found
