"""Document order: which version of each name a cell sees, and which it makes. A version is named by its
maker."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tiffin.cells.cell import Cell, CellProblem
from tiffin.ids import CellId

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Latent:
    """What a value may use, and may bind or change, when it is called: names, to be found by the caller."""

    uses: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()

    def __or__(self, other: Latent) -> Latent:
        if self == other or other == _INERT:
            return self
        return Latent(self.uses | other.uses, self.writes | other.writes)


_INERT = Latent()


@dataclass
class Versions:
    """What reading the cells from top to bottom finds.

    `edges` maps each cell to the names that it takes and the cell that made the version it sees; `made` to
    the names of which it makes a version; `hidden` to names that it may use, of which no version stands
    above it.
    """

    edges: dict[CellId, dict[str, CellId]] = field(default_factory=dict)
    made: dict[CellId, frozenset[str]] = field(default_factory=dict)
    hidden: dict[CellId, frozenset[str]] = field(default_factory=dict)
    problems: dict[CellId, CellProblem] = field(default_factory=dict)


def find_versions(cells: Iterable[Cell], observed: Mapping[CellId, frozenset[str]]) -> Versions:
    """Return the versions of `cells`, given from top to bottom.

    `observed` are names that a cell was seen to change when it ran, beside those that its code shows.
    """
    return _Reading(tuple(cells), observed).versions


class _Reading:
    """One reading from top to bottom: the latest version of each name, and what it may do when called."""

    def __init__(self, cells: tuple[Cell, ...], observed: Mapping[CellId, frozenset[str]]) -> None:
        self.versions = Versions()
        self._above: dict[str, CellId] = {}
        self._latent: dict[str, Latent] = {}
        self._kept: dict[tuple[str, CellId], CellId] = {}
        self._defined = {name for cell in cells for name in cell.flow.binds}
        self._first: dict[str, CellId] = {}
        for cell in cells:
            for name in cell.flow.binds:
                self._first.setdefault(name, cell.id)
        for cell in cells:
            self._read(cell, observed.get(cell.id, _NOTHING))
        self._keep_what_lives_on()

    def _read(self, cell: Cell, observed: frozenset[str]) -> None:
        flow, above = cell.flow, self._above
        used, changed = self._reach(flow.reads)
        changed |= flow.changes | observed
        taken = used | changed
        changed &= above.keys() | self._defined
        self.versions.edges[cell.id] = {name: above[name] for name in sorted(taken) if name in above}
        hidden = {name for name in taken if name in self._defined and name not in above}
        if hidden:
            self.versions.hidden[cell.id] = frozenset(hidden)
            self._complain(cell, hidden)
        made = flow.binds | changed
        self.versions.made[cell.id] = frozenset(made)
        before = {name: self._latent.get(name, _INERT) for name in made | flow.reads}
        for name in made:
            if name in flow.kept and name in above:
                self._kept[name, cell.id] = above[name]
            latent = Latent(flow.latent.get(name, _NOTHING), flow.writes.get(name, _NOTHING))
            for other in flow.carriers.get(name, _NOTHING):
                latent |= before.get(other, _INERT)
            if name not in flow.binds or name in flow.kept:
                latent |= before[name]
            if latent == _INERT:
                self._latent.pop(name, None)
            else:
                self._latent[name] = latent
        above.update(dict.fromkeys(made, cell.id))

    def _reach(self, names: frozenset[str]) -> tuple[set[str], set[str]]:
        """All that code which looks at `names` may use, and may bind or change, through what it calls."""
        used, changed = set(names), set[str]()
        waiting = [name for name in names if name in self._latent]
        while waiting:
            latent = self._latent[waiting.pop()]
            changed |= latent.writes
            fresh = latent.uses - used
            used |= fresh
            waiting += [name for name in fresh if name in self._latent]
        return used, changed

    def _complain(self, cell: Cell, hidden: set[str]) -> None:
        """A name that the code cannot do without, and that only cells below define, is the cell's error."""
        for name, line in cell.flow.needed.items():
            if name in hidden and not hasattr(builtins, name):
                first = self._first[name]
                text = f"'{name}' is used above its first definition, which is in {first}: move one of them"
                self.versions.problems[cell.id] = CellProblem("above-definition", text, line)
                return

    def _keep_what_lives_on(self) -> None:
        """Where a cell binds a name on some paths only, and somebody looks at it, the version above is
        taken."""
        edges = self.versions.edges
        waiting = [(name, maker) for taken in edges.values() for name, maker in taken.items()]
        while waiting:
            name, maker = waiting.pop()
            above = self._kept.pop((name, maker), None)
            if above is not None and name not in edges[maker]:
                edges[maker][name] = above
                waiting.append((name, above))
