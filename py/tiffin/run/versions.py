"""Document order at run time: the versions that a body made, what it shares with others, what it used up."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from tiffin.cache.key import ABSENT
from tiffin.cache.manifest import Definition
from tiffin.cache.snapshot import base_identity
from tiffin.graph.graph import Graph
from tiffin.ids import CellId
from tiffin.run.lifecycle import CellContext
from tiffin.run.namespace import Namespace, Version
from tiffin.run.sharing import find_shared

ABOVE = "^"
"""In a definition, this in front of a shared name says that it is the version above, not one of the same
run."""


class Versions:
    """What one body did to versions of names: `notes.changed` says which inputs it changed in place.

    What has mutable parts in common with a changed value is changed too.
    """

    def __init__(self, context: CellContext, content_identity: Callable[[Any], str | None]) -> None:
        self._context = context
        self._content_identity = content_identity

    @cached_property
    def _spent(self) -> frozenset[Version]:
        """Every version whose value is not what it was, also those that the cell cannot see."""
        context = self._context
        names = context.notes.changed.keys() | context.cell.flow.changes
        taken = {(name, context.taken[name]) for name in names if name in context.taken}
        others = (version for version in sharers(context.namespace, taken) if self._is_changed(version))
        return frozenset(taken).union(others)

    @cached_property
    def _changed(self) -> frozenset[Version]:
        """Those of which the cell makes the next one."""
        graph, cell = self._context.graph, self._context.cell.id
        return frozenset((name, maker) for name, maker in self._spent if graph.above(name, cell) == maker)

    def _is_changed(self, version: Version) -> bool:
        namespace = self._context.namespace
        binding = namespace.version(version)
        try:
            value = namespace.value(version)
        except KeyError:
            return binding is not None  # where it is live, it changes with the others
        if binding is None or not binding.definition.identity.startswith("content:"):
            return binding is not None
        return self._content_identity(value) != base_identity(binding.definition.identity)

    def were_parted(self) -> bool:
        """Whether a value that the body changed had been restored by itself, without what it shares.

        That could not be known before: the cell has to run again, on values that are made together.
        """
        graph, namespace, cell = self._context.graph, self._context.namespace, self._context.cell
        group = self._spent | sharers(namespace, set(self._spent))
        replaced = cell.flow.binds - self._context.taken.keys()
        seen = [
            (name, maker)
            for name, maker in group
            if name not in replaced and graph.above(name, cell.id) == maker
        ]
        parted = any(namespace.is_apart(version) for version in seen)
        if parted:
            self._remember({name for name, _ in seen})
            self.spend()
            namespace.forget(cell)
        return parted

    def _remember(self, changed: set[str]) -> None:
        context = self._context
        observed = changed - context.made
        if observed:
            before = context.memory.observed.get(context.cell.id, frozenset())
            context.memory.observed[context.cell.id] = before | observed

    def more_inputs(self) -> Mapping[str, str]:
        """Return the identities that changed values had which the code does not name: they are inputs too."""
        names = {name for name, _ in self._changed} - self._context.taken.keys()
        return {name: input_identity(self._context, name) for name in names}

    def made(self) -> Mapping[str, Any]:
        """Return the values of all versions that the body made; what its code did not show is remembered."""
        context = self._context
        for name, maker in self._changed:
            if name not in context.taken and name not in context.made:
                context.namespace.stage({name: maker}, ())
        self._remember({name for name, _ in self._changed})
        values = context.namespace.globals
        return {name: values[name] for name in context.made if name in values}

    def shares(self, made: Mapping[str, Any]) -> Mapping[str, frozenset[Version]]:
        """Return for each made value the versions that it has mutable parts in common with."""
        context, others = self._context, dict[Version, Any]()
        for version in context.taken.items():
            with contextlib.suppress(KeyError):
                others[version] = context.namespace.value(version)
        found = find_shared({(name, context.cell.id): value for name, value in made.items()}, others)
        return {name: versions for (name, _), versions in found.items()}

    def is_replaced(self, version: Version) -> bool:
        """Whether a version was changed into one that the body made, and nobody else has parts of it."""
        return version in self._spent and not (
            sharers(self._context.namespace, {version}) - self._spent - {(version[0], self._context.cell.id)}
        )

    def spend(self) -> None:
        """What the body changed is no longer the value of the version that it was."""
        for version in self._spent:
            self._context.namespace.hand_on(version, self._context.cell.id)


def sharers(
    namespace: Namespace, versions: set[Version], counts: Callable[[Version], bool] = lambda version: True
) -> set[Version]:
    """Return the versions, others than `versions`, that have parts in common with them, also through others.

    Only those that `counts` accepts are looked at.
    """
    found, waiting = set(versions), list(versions)
    while waiting:
        for other in namespace.shared_with(waiting.pop()) - found:
            if counts(other):
                found.add(other)
                waiting.append(other)
    return found - versions


def find_changers(
    graph: Graph, namespace: Namespace, versions: Iterable[Version] | None = None
) -> dict[CellId, frozenset[str]]:
    """Return the names that cells change beside those which the graph knows of: who changes one of several
    values that have parts in common changes all that it sees of them.

    `versions` are those to begin with, all of which such is known if None.
    """
    found: dict[CellId, frozenset[str]] = {}
    met = set[Version]()
    for version in namespace.with_shares() if versions is None else versions:
        together = set[Version]() if version in met else {version} | sharers(namespace, {version})
        met |= together
        for name, maker in together:
            for user in graph.users(name, maker) if maker in graph.cells else ():
                if name in graph.made[user]:
                    group = {(name, maker)} | sharers(namespace, {(name, maker)}, _above(graph, user))
                    seen = frozenset(other for other, by in group if graph.above(other, user) == by)
                    if more := seen - graph.made[user]:
                        found[user] = found.get(user, frozenset()) | more
    return found


def note_changers(context: CellContext, shares: Mapping[str, frozenset[Version]]) -> None:
    """Remember what cells below change, now that values of the cell have parts in common with others."""
    observed, positions = context.memory.observed, context.graph.positions
    mine = {(name, context.cell.id) for name in shares}
    for changer, names in find_changers(context.graph, context.namespace, mine).items():
        if positions[changer] > positions[context.cell.id]:
            observed[changer] = observed.get(changer, frozenset()) | names


def _above(graph: Graph, cell: CellId) -> Callable[[Version], bool]:
    position = graph.positions[cell]
    return lambda version: graph.positions.get(version[1], position) < position


def spend_below(graph: Graph, namespace: Namespace, cell: CellId) -> None:
    """The cell is about to run again: what others below made of the values that it made the last time has
    parts in common with these, and not with those that it will make now."""
    mine = {(name, cell) for name in namespace.names_of(cell)}
    for version in sharers(namespace, mine):
        if graph.positions.get(version[1], -1) > graph.positions[cell]:
            namespace.spend(version)


def input_identity(context: CellContext, name: str) -> str:
    """Return the identity of the version of `name` that stands above the cell."""
    maker = context.graph.above(name, context.cell.id)
    binding = None if maker is None else context.namespace.version((name, maker))
    return ABSENT if binding is None else binding.definition.identity


def passed_on(context: CellContext, definitions: Mapping[str, Definition]) -> dict[str, Definition]:
    """Return the definitions of names that the cell might have changed and, as its manifest shows, did not:
    they are those of the versions above."""
    found: dict[str, Definition] = {}
    for name in context.made - context.cell.flow.binds - definitions.keys():
        maker = context.taken.get(name)
        binding = None if maker is None else context.namespace.version((name, maker))
        if binding is not None:
            found[name] = binding.definition
    return found


def recorded_shares(
    context: CellContext, definitions: Mapping[str, Definition]
) -> Mapping[str, frozenset[Version]]:
    """Return the versions that a manifest of the cell says its values have parts in common with."""
    return {
        name: frozenset(_recorded(context.graph, context.cell.id, definition))
        for name, definition in definitions.items()
        if definition.shares
    }


def _recorded(graph: Graph, maker: CellId, definition: Definition) -> Iterator[Version]:
    for written in definition.shares:
        other = written.removeprefix(ABOVE)
        source = maker if other == written else graph.edges[maker].get(other)
        if source is not None:
            yield other, source


def is_parted(context: CellContext, version: Version) -> bool:
    """Return whether some cell changes a value in place that has mutable parts in common with `version`.

    Each restored by itself, they would go separate ways then.
    """
    graph = context.graph
    met, waiting = {version}, [version]
    while waiting:
        name, maker = waiting.pop()
        if any(name in graph.made[user] for user in graph.users(name, maker)):
            return True
        binding = context.namespace.version((name, maker))
        for other in () if binding is None else _recorded(graph, maker, binding.definition):
            if other not in met:
                met.add(other)
                waiting.append(other)
    return False
