"""A notebook's facts: what compiling its cells finds out, as an export carries it.

They hold for the very notebook that they were found for, read by the same version of tiffin.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from tiffin.cells.facts import cell_of, facts_of
from tiffin.graph.graph import Graph, build_graph, graph_of
from tiffin.ids import digest
from tiffin.notebook.notebook import Notebook, Order
from tiffin.version import __version__

Json: TypeAlias = Any

FORMAT = 1
"""Counts changes of what facts are made of, and of how they are found, between versions of tiffin."""


def notebook_facts(notebook: Notebook, document: bytes) -> Json:
    """Return the facts of a notebook, of which `document` is the JSON; None where cells cannot be compiled:
    another Python may know what this one does not."""
    graph = graph_of(notebook)
    if any(cell.problem is not None for cell in graph):
        return None
    return {
        "made": _made(document),
        "order": graph.order,
        "cells": {cell.id: facts_of(cell) for cell in graph},
    }


def graph_by(facts: Json, notebook: Notebook, document: bytes) -> Graph:
    """Return the graph of a notebook, as `graph_of` does: by facts if they are of it, else by compiling."""
    try:
        if facts is not None and facts["made"] == _made(document):
            order: Order = "document" if facts["order"] == "document" else "graph"
            cells = [
                cell_of(facts["cells"][cell.id], cell, notebook.filename, order) for cell in notebook.cells
            ]
            return build_graph(cells, order)
    except (AttributeError, KeyError, TypeError, ValueError):
        pass  # damaged: they are found anew
    return graph_of(notebook)


def _made(document: bytes) -> list[Any]:
    return [FORMAT, __version__, digest(document)]
