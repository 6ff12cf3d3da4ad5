"""Topological order with ties in document order, and the cycles that have none."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Set

from tiffin.ids import CellId

Parents = Mapping[CellId, Collection[CellId]]


def topological_order(cells: Collection[CellId], parents: Parents) -> tuple[CellId, ...]:
    """Return `cells` so that each stands after its parents, otherwise in the order given.

    Cells on a cycle, and those that depend on one, are left out. Source: Kahn (1962), with a heap.
    """
    position = {cell: index for index, cell in enumerate(cells)}
    waiting = {cell: sum(parent in position for parent in parents.get(cell, ())) for cell in cells}
    children: dict[CellId, list[CellId]] = {cell: [] for cell in cells}
    for cell in cells:
        for parent in parents.get(cell, ()):
            if parent in position:
                children[parent].append(cell)
    ready = [(position[cell], cell) for cell in cells if waiting[cell] == 0]
    heapq.heapify(ready)
    ordered: list[CellId] = []
    while ready:
        _, cell = heapq.heappop(ready)
        ordered.append(cell)
        for child in children[cell]:
            waiting[child] -= 1
            if waiting[child] == 0:
                heapq.heappush(ready, (position[child], child))
    return tuple(ordered)


def order_within(
    cells: Set[CellId],
    edges: Mapping[CellId, Mapping[str, CellId]],
    children: Mapping[CellId, Collection[CellId]],
    positions: Mapping[CellId, int],
) -> list[CellId]:
    """Return `cells` so that each stands after those of them that it takes names from, else by position."""
    waiting = {cell: len({maker for maker in edges[cell].values() if maker in cells}) for cell in cells}
    ready = [(positions[cell], cell) for cell, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    ordered: list[CellId] = []
    while ready:
        _, cell = heapq.heappop(ready)
        ordered.append(cell)
        for child in children[cell]:
            if child in cells:
                waiting[child] -= 1
                if waiting[child] == 0:
                    heapq.heappush(ready, (positions[child], child))
    return ordered


def find_cycles(cells: Collection[CellId], parents: Parents) -> tuple[tuple[CellId, ...], ...]:
    """Return the strongly connected components of more than one cell, each in the order of `cells`.

    Source: Tarjan (1972), iterative, so that long chains need no deep stack.
    """
    position = {cell: index for index, cell in enumerate(cells)}
    number: dict[CellId, int] = {}
    low: dict[CellId, int] = {}
    stack: list[CellId] = []
    on_stack: set[CellId] = set()
    found: list[tuple[CellId, ...]] = []
    for root in cells:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter([p for p in parents.get(root, ()) if p in position]))]
        while work:
            cell, remaining = work[-1]
            nxt = next(remaining, None)
            if nxt is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[cell])
                if low[cell] == number[cell]:
                    component = _pop_until(stack, on_stack, cell)
                    if len(component) > 1:
                        found.append(tuple(sorted(component, key=position.__getitem__)))
            elif nxt not in number:
                number[nxt] = low[nxt] = len(number)
                stack.append(nxt)
                on_stack.add(nxt)
                work.append((nxt, iter([p for p in parents.get(nxt, ()) if p in position])))
            elif nxt in on_stack:
                low[cell] = min(low[cell], number[nxt])
    return tuple(sorted(found, key=lambda component: position[component[0]]))


def _pop_until(stack: list[CellId], on_stack: set[CellId], last: CellId) -> list[CellId]:
    component: list[CellId] = []
    while True:
        cell = stack.pop()
        on_stack.discard(cell)
        component.append(cell)
        if cell == last:
            return component
