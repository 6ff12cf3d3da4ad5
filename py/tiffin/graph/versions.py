"""Document order: which version of each name a cell sees, and which it makes. A version is named by its
maker."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True)
class CellVersions:
    """What one cell does to versions of names.

    `taken`: the names that it takes, and the maker of the version that it sees. `kept`: the same for names
    that it binds on some paths only; these are taken if somebody looks at what it makes of them. `made`:
    the names of which it makes a version; `latent`: what these versions may do when they are called, if
    anything. `hidden`: names that it may use, of which no version stands above it.
    """

    taken: dict[str, CellId]
    kept: dict[str, CellId]
    made: frozenset[str]
    latent: dict[str, Latent]
    hidden: frozenset[str]
    problem: CellProblem | None


def read_cell(
    cell: Cell,
    observed: frozenset[str],
    above: Callable[[str], CellId | None],
    latent_above: Callable[[str], Latent | None],
    first: Callable[[str], CellId | None],
) -> CellVersions:
    """Return what `cell` does, where the latest version of a name above it is made by `above(name)`, which
    may do `latent_above(name)` when called, and where `first(name)` is the first cell of all that binds the
    name.

    `observed` are names that the cell was seen to change when it ran, beside those that its code shows.
    """
    flow = cell.flow
    used, changed = _reach(flow.reads, latent_above)
    # What only cells below define now, and nothing above, cannot be what the cell was seen to change.
    changed |= flow.changes | {name for name in observed if above(name) is not None or first(name) is None}
    seen = {name: maker for name in sorted(used | changed) if (maker := above(name)) is not None}
    hidden = frozenset(name for name in used | changed if name not in seen and first(name) is not None)
    made = flow.binds | {name for name in changed if name in seen or name in hidden}
    latent: dict[str, Latent] = {}
    for name in made:
        found = Latent(flow.latent.get(name, _NOTHING), flow.writes.get(name, _NOTHING))
        for other in flow.carriers.get(name, _NOTHING):
            found |= latent_above(other) or _INERT
        if name not in flow.binds or name in flow.kept:
            found |= latent_above(name) or _INERT
        if found != _INERT:
            latent[name] = found
    kept = {name: maker for name in flow.kept if (maker := above(name)) is not None}
    problem = _find_problem(cell, hidden, first) if hidden else None
    return CellVersions(seen, kept, frozenset(made), latent, hidden, problem)


def _reach(names: frozenset[str], latent_above: Callable[[str], Latent | None]) -> tuple[set[str], set[str]]:
    """All that code which looks at `names` may use, and may bind or change, through what it calls."""
    used, changed = set(names), set[str]()
    waiting = list(names)
    while waiting:
        latent = latent_above(waiting.pop())
        if latent is not None:
            changed |= latent.writes
            fresh = latent.uses - used
            used |= fresh
            waiting += fresh
    return used, changed


def _find_problem(
    cell: Cell, hidden: frozenset[str], first: Callable[[str], CellId | None]
) -> CellProblem | None:
    """A name that the code cannot do without, and that only cells below define, is the cell's error."""
    for name, line in cell.flow.needed.items():
        if name in hidden and not hasattr(builtins, name):
            text = f"'{name}' is used above its first definition, which is in {first(name)}: move one of them"
            return CellProblem("above-definition", text, line)
    return None


def find_versions(
    cells: Iterable[Cell], observed: Mapping[CellId, frozenset[str]]
) -> dict[CellId, CellVersions]:
    """Return what each of `cells`, given from top to bottom, does to versions of names.

    What lives on in cells that bind a name on some paths only is among what these take, if somebody looks.
    """
    ordered = tuple(cells)
    first: dict[str, CellId] = {}
    for cell in ordered:
        for name in cell.flow.binds:
            first.setdefault(name, cell.id)
    above: dict[str, CellId] = {}
    latent: dict[str, Latent] = {}
    found: dict[CellId, CellVersions] = {}
    for cell in ordered:
        read = read_cell(cell, observed.get(cell.id, _NOTHING), above.get, latent.get, first.get)
        found[cell.id] = read
        for name in read.made:
            above[name] = cell.id
            if name in read.latent:
                latent[name] = read.latent[name]
            elif latent:
                latent.pop(name, None)
    waiting = [item for read in found.values() for item in read.taken.items()]
    while waiting:
        name, maker = waiting.pop()
        read = found[maker]
        if name in read.kept and name not in read.taken:
            read.taken[name] = read.kept[name]
            waiting.append((name, read.kept[name]))
    return found
