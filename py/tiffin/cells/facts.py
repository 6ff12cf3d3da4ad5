"""A cell's facts as JSON: what compiling finds out about it, so that who has them compiles only what runs."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from tiffin.cells.cell import NO_FLOW, Cell, CellCode, Flow, ImportedName, SourceDefinition
from tiffin.cells.compile import code_filename, compile_cell, remember_source
from tiffin.notebook.notebook import NotebookCell, Order

Json: TypeAlias = Any

_SETS = ("definitions", "private", "references", "changes", "modules")
_FLOW_SETS = ("reads", "binds", "kept", "changes")
_FLOW_MAPS = ("latent", "writes", "carriers")


def facts_of(cell: Cell) -> Json:
    """Return the facts of a cell that nothing is wrong with; what is empty is left out."""
    facts = {
        "digest": cell.digest,
        "has_code": cell.has_code,
        **{name: sorted(getattr(cell, name)) for name in _SETS},
        "imports": {name: list(asdict(imported).values()) for name, imported in cell.imports.items()},
        "sources": {
            name: [
                source.kind,
                source.digest,
                *map(sorted, (source.references, source.eager, source.changes)),
            ]
            for name, source in cell.sources.items()
        },
        "flow": _flow_facts(cell.flow),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _flow_facts(flow: Flow) -> Json:
    facts: dict[str, Json] = {name: sorted(getattr(flow, name)) for name in _FLOW_SETS}
    for name in _FLOW_MAPS:
        facts[name] = {key: sorted(names) for key, names in getattr(flow, name).items()}
    return {name: fact for name, fact in {**facts, "needed": dict(flow.needed)}.items() if fact}


def cell_of(facts: Json, cell: NotebookCell, filename: str, order: Order) -> Cell:
    """Return `cell` as `compile_cell` does, by its facts; its code is compiled when it is first needed.

    Facts that are no facts raise AttributeError, KeyError, TypeError or ValueError. Where this Python cannot
    compile the cell after all, asking for its code raises SyntaxError.
    """
    named = code_filename(filename, cell)
    remember_source(named, cell.python)

    @functools.cache
    def code() -> CellCode:
        compiled = compile_cell(cell, filename, order)
        if compiled.problem is not None:
            raise SyntaxError(compiled.problem.text)
        return compiled.code()

    sets: dict[str, Any] = {name: frozenset(facts.get(name, ())) for name in _SETS}
    return Cell(
        id=cell.id,
        source=cell.python,
        filename=named,
        digest=facts["digest"],
        imports={name: ImportedName(*imported) for name, imported in facts.get("imports", {}).items()},
        sources={name: _source_of(*source) for name, source in facts.get("sources", {}).items()},
        flow=_flow_of(facts["flow"]) if "flow" in facts else NO_FLOW,
        has_code=facts.get("has_code", False),
        code=code,
        settings=cell.settings,
        line=cell.line,
        **sets,
    )


def _source_of(
    kind: Any, digest: Any, references: Iterable[str], eager: Iterable[str], changes: Iterable[str]
) -> SourceDefinition:
    return SourceDefinition(kind, digest, frozenset(references), frozenset(eager), frozenset(changes))


def _flow_of(facts: Mapping[str, Any]) -> Flow:
    parts: dict[str, Any] = {name: frozenset(facts.get(name, ())) for name in _FLOW_SETS}
    for name in _FLOW_MAPS:
        parts[name] = {key: frozenset(names) for key, names in facts.get(name, {}).items()}
    return Flow(needed=facts.get("needed", {}), **parts)
