"""Finding the flow of a cell: what it takes from above in document order, changes, and hands on."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tiffin.cells.cell import Flow
from tiffin.cells.names import PRESETS
from tiffin.cells.scope import ModuleScope, StatementScope

Names = Mapping[str, frozenset[str]]


def find_flow(scope: ModuleScope, functions: Collection[int]) -> Flow:
    """Return the flow of a cell with this scope; `functions` are the statements that define one, or a
    class."""
    defining = {i: _defined(scope.statements[i]) for i in functions}
    latent: dict[str, set[str]] = {}
    writes: dict[str, set[str]] = {}
    carriers: dict[str, set[str]] = {}
    for index, statement in enumerate(scope.statements):
        deferred = {use.name for use in statement.uses if use.deferred}
        changed = {use.name for use in statement.uses if use.effect == "changes"}
        if index in defining:
            name = defining[index]
            latent.setdefault(name, set()).update(deferred)
            writes.setdefault(name, set()).update(changed & deferred)
            writes[name].update(binding.name for binding in statement.bindings if binding.deferred)
        else:
            for name in {binding.name for binding in statement.bindings} | changed:
                latent.setdefault(name, set()).update(deferred)
                carriers.setdefault(name, set()).update(use.name for use in statement.uses)
    _carry(carriers, latent, writes)
    binds = {binding.name for binding in scope.bindings if not binding.deferred}
    reads, needed, changes, used = _look_above(scope, defining, binds)
    called = _called(used, latent, set(defining.values()))
    for name, index in called.items():
        sure = scope.sure_after[index - 1] if index else frozenset()
        reads |= latent.get(name, set()) - sure
        changes |= writes.get(name, set()) - sure
    at_end = scope.sure_after[-1] if scope.sure_after else frozenset()
    return Flow(
        reads=frozenset(reads) - PRESETS,
        needed={name: line for name, line in needed.items() if name not in PRESETS},
        binds=frozenset(binds) - PRESETS,
        kept=frozenset(binds - at_end) - PRESETS,
        changes=frozenset(changes) - PRESETS,
        latent=_frozen(latent),
        writes=_frozen(writes),
        carriers=_frozen(carriers),
    )


def _carry(carriers: dict[str, set[str]], latent: dict[str, set[str]], writes: dict[str, set[str]]) -> None:
    """Give a value what others of its own cell, which it may be made of, may use and do when called: what a
    function returns may be another one."""
    for name, carried in carriers.items():
        waiting = list(carried)
        while waiting:
            other = waiting.pop()
            latent[name] |= latent.get(other, set())
            writes.setdefault(name, set()).update(writes.get(other, ()))
            more = carriers.get(other, set()) - carried
            carried |= more
            waiting += more


def _defined(statement: StatementScope) -> str:
    return next(binding.name for binding in reversed(statement.bindings) if not binding.deferred)


def _look_above(
    scope: ModuleScope, defining: Mapping[int, str], binds: set[str]
) -> tuple[set[str], dict[str, int], set[str], dict[str, int]]:
    """What the statements read and change of other cells, without functions; and where a name is first
    used."""
    reads: set[str] = set()
    needed: dict[str, int] = {}
    changes: set[str] = set()
    used: dict[str, int] = {}
    for index, statement in enumerate(scope.statements):
        for use in statement.uses:
            if use.deferred and index in defining:
                continue
            used.setdefault(use.name, index)
            if use.sure:
                continue
            reads.add(use.name)
            if use.effect == "changes":
                changes.add(use.name)
            if use.depth == 0 and not use.deferred and use.name not in binds:
                needed.setdefault(use.name, use.line)
    return reads, needed, changes, used


def _called(
    used: Mapping[str, int], latent: Mapping[str, set[str]], functions: set[str]
) -> Mapping[str, int]:
    """The functions of the cell that its statements use, directly or through others, and from where on."""
    found: dict[str, int] = {}
    waiting = sorted(((used[name], name) for name in functions & used.keys()), reverse=True)
    while waiting:
        index, name = waiting.pop()
        if found.get(name, index + 1) > index:
            found[name] = index
            waiting += [(index, other) for other in latent.get(name, set()) & functions]
    return found


def _frozen(names: Mapping[str, set[str]]) -> Names:
    return {name: frozenset(others) for name, others in names.items() if others}
