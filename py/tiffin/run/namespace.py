"""The globals that cells share, with an owner and an identity for each name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tiffin.cache.key import ABSENT
from tiffin.cache.manifest import Definition
from tiffin.cache.snapshot import live_identity
from tiffin.cells.cell import Cell
from tiffin.cells.names import is_private, mangle
from tiffin.ids import CellId, Key
from tiffin.ui.contained import elements_in
from tiffin.ui.element import Element


@dataclass(frozen=True)
class Binding:
    """What is known of a bound name: the cell that owns it, the key of its run, and its definition.

    `elements` are the widgets that the value is made of, where a run bound it.
    """

    owner: CellId
    key: Key
    definition: Definition
    elements: tuple[Element, ...] = ()


class Namespace:
    """Names of a notebook. A name is *live* when its value is in `globals`, otherwise a reference: known by
    its definition, to be materialised before somebody uses it."""

    def __init__(self, globals_: dict[str, Any]) -> None:
        self.globals = globals_
        self._bindings: dict[str, Binding] = {}
        self._names_of: dict[CellId, set[str]] = {}
        self._keys: dict[CellId, Key] = {}

    def bind(self, cell: CellId, key: Key, definitions: Mapping[str, Definition], *, live: bool) -> None:
        """Bind what a run of `cell` defined; with `live`, the values are in `globals` already.

        As references, they replace live values, except those that are the very same.
        """
        before = {
            name: self._bindings[name] for name in self._names_of.get(cell, ()) if name in self._bindings
        }
        self._drop(cell, keep_values=True)
        self._keys[cell] = key
        mine = self._names_of.setdefault(cell, set())
        for written, definition in definitions.items():
            name = mangle(written, cell) if is_private(written) else written
            mine.add(name)
            elements = tuple(elements_in(self.globals.get(name))) if live else ()
            self._bindings[name] = Binding(cell, key, definition, elements)
            old = before.get(name)
            same = old is not None and old.definition.identity == definition.identity and old.key == key
            if not live and not same:
                self.globals.pop(name, None)
        for name in before.keys() - mine:
            self.globals.pop(name, None)

    def release(self, cells: Iterable[CellId]) -> None:
        """Make references again of live values of `cells` that may be made of a class that is made anew.

        Widgets, and what holds them, stay: their reader has moved them.
        """
        for cell in cells:
            for name in self._names_of.get(cell, ()):
                binding = self._bindings[name]
                kind, codec = binding.definition.kind, binding.definition.codec
                if not binding.elements and (kind in ("source", "unavailable") or codec == "pickle"):
                    self.globals.pop(name, None)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a cell bound."""
        return tuple(self._bindings)

    def revise(self, name: str, identity: str) -> None:
        """Give a live name another identity: its value was changed in place."""
        binding = self._bindings[name]
        self._bindings[name] = replace(binding, definition=replace(binding.definition, identity=identity))

    def forget(self, cell: Cell) -> None:
        """Unbind all that `cell` defined, or may have left half done."""
        self._drop(cell.id, keep_values=False)
        for name in (*cell.definitions, *cell.private):
            if name not in self._bindings:
                self.globals.pop(name, None)

    def _drop(self, cell: CellId, *, keep_values: bool) -> None:
        self._keys.pop(cell, None)
        for name in self._names_of.pop(cell, ()):
            self._bindings.pop(name, None)
            if not keep_values:
                self.globals.pop(name, None)

    def binding(self, name: str) -> Binding | None:
        """Return what is known of a name that a cell bound, or None."""
        return self._bindings.get(name)

    def key_of(self, cell: CellId) -> Key | None:
        """Return the key of the run whose definitions of `cell` are bound now."""
        return self._keys.get(cell)

    def is_live(self, name: str) -> bool:
        """Return whether the value of `name` is in `globals`."""
        return name in self.globals

    def identity(self, name: str) -> str | None:
        """Return the present identity of a name, None if no cell bound it."""
        binding = self._bindings.get(name)
        if binding is None:
            return None
        identity = binding.definition.identity
        if name not in self.globals:
            return identity
        return live_identity(identity, self.globals[name], binding.elements)

    def identities(self, names: Iterable[str]) -> dict[str, str]:
        """Return the identity of each of `names`; a definer that left a name unbound gives `absent`."""
        return {name: self.identity(name) or ABSENT for name in names}

    def names_holding(self, element_id: str) -> tuple[str, ...]:
        """Return the names whose live value is, or holds, the element with this id."""
        return tuple(
            name
            for name, binding in self._bindings.items()
            if name in self.globals
            and any(e.id == element_id for e in _elements(self.globals[name], binding))
        )


def _elements(value: Any, binding: Binding) -> tuple[Element, ...]:
    return (value,) if isinstance(value, Element) else binding.elements
