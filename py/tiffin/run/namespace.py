"""The globals that cells share: for each name the version that the running cell sees, with owner and
identity."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from tiffin.cache.key import ABSENT
from tiffin.cache.manifest import Definition
from tiffin.cache.snapshot import live_identity
from tiffin.cells.cell import Cell
from tiffin.ids import CellId, Key
from tiffin.ui.contained import elements_in
from tiffin.ui.element import Element, Reactive

Version = tuple[str, CellId]
IMMUTABLE = frozenset({int, float, str, bool, bytes, complex, type(None), range})


class Binding(NamedTuple):
    """What is known of a bound name: the cell that owns it, the key of its run, and its definition.

    `elements` are the widgets and states that the value is made of, where a run bound it; `shares` the
    versions whose values have mutable parts in common with it.
    """

    owner: CellId
    key: Key
    definition: Definition
    elements: tuple[Reactive, ...] = ()
    shares: frozenset[Version] = frozenset()


class Namespace:
    """Names of a notebook, each in as many versions as cells make of it; `stage` puts those in place that a
    cell sees. A name is *live* when its value is in `globals`, otherwise a reference: known by its
    definition, to be materialised before somebody uses it."""

    def __init__(self, globals_: dict[str, Any]) -> None:
        self.globals = globals_
        self._bindings: dict[str, Binding] = {}
        self._versions: dict[CellId, dict[str, Binding]] = {}
        self._parked: dict[Version, Any] = {}
        self._keys: dict[CellId, Key] = {}
        self._with_elements: set[Version] = set()
        self._shares: dict[Version, set[Version]] = {}
        self._apart: set[Version] = set()
        self._handed_on: dict[Version, CellId] = {}
        self._entered: CellId | None = None
        self._entered_made: tuple[str, ...] = ()

    # -- what a cell sees -------------------------------------------------------------------------------

    def stage(self, seen: Mapping[str, CellId], hidden: Iterable[str]) -> None:
        """Put the versions of `seen` (by name and maker) in place; names of `hidden` are bound to nothing."""
        for name, maker in seen.items():
            current = self._bindings.get(name)
            if current is None or current.owner != maker:
                self._park(name)
                binding = self._versions.get(maker, {}).get(name)
                if binding is not None:
                    self._bindings[name] = binding
                    if (name, maker) in self._parked:
                        self.globals[name] = self._parked.pop((name, maker))
        for name in hidden:
            self._park(name)

    def _park(self, name: str) -> None:
        current = self._bindings.pop(name, None)
        if name in self.globals:
            value = self.globals.pop(name)
            if current is not None:
                self._parked[name, current.owner] = value

    def enter(self, cell: CellId, made: Iterable[str], taken: Container[str]) -> None:
        """`cell`, which makes versions of `made`, is about to run: what it sees of these stays known, and
        what it does not see is out of its way."""
        self._entered, self._entered_made = cell, tuple(made)
        for name in self._entered_made:
            binding = self._bindings.get(name)
            if binding is None or binding.owner == cell:
                continue
            if name not in taken:
                self._park(name)
            elif name in self.globals:
                self._parked[name, binding.owner] = self.globals[name]

    def hand_on(self, version: Version, cell: CellId) -> None:
        """The value of a version was changed in place: it belongs to the next version, by `cell`, and this
        one is a reference again. For that cell, who has parts of it has them of the next one."""
        self.spend(version)
        self._handed_on[version] = cell

    def take_back(self, cell: CellId) -> None:
        """What `cell` made of versions above it is about to be no more: these are no longer handed on."""
        self._handed_on = {version: by for version, by in self._handed_on.items() if by != cell}

    def spend(self, version: Version) -> None:
        """Make a reference of a live version again."""
        self._parked.pop(version, None)
        self._apart.discard(version)
        binding = self._bindings.get(version[0])
        if binding is not None and binding.owner == version[1]:
            self.globals.pop(version[0], None)

    def value(self, version: Version) -> Any:
        """Return the live value of a version; `KeyError` if it has none."""
        if version in self._parked:
            return self._parked[version]
        name, owner = version
        binding = self._bindings.get(name)
        if binding is None or binding.owner != owner:
            raise KeyError(version)
        return self.globals[name]

    def has_value(self, version: Version) -> bool:
        """Return whether a version has a live value, in place or not."""
        try:
            self.value(version)
        except KeyError:
            return False
        return True

    def put(self, version: Version, value: Any) -> None:
        """Give a version its live value; another version of the name that is in place stays there."""
        name, owner = version
        binding = self._bindings.get(name)
        if binding is not None and binding.owner == owner:
            self.globals[name] = value
        else:
            self._parked[version] = value

    # -- binding ----------------------------------------------------------------------------------------

    def bind(
        self,
        cell: CellId,
        key: Key,
        definitions: Mapping[str, Definition],
        *,
        live: bool,
        shares: Mapping[str, frozenset[Version]] | None = None,
    ) -> None:
        """Bind what a run of `cell` defined; with `live`, the values are in `globals` already.

        As references, they replace live values of this cell, except those that are the very same.
        """
        before = self._versions.get(cell, {})
        mine: dict[str, Binding] = {}
        for name, definition in definitions.items():
            elements: tuple[Reactive, ...] = ()
            if live and type(value := self.globals.get(name)) not in IMMUTABLE:
                elements = tuple(elements_in(value))
            shared = frozenset[Version]() if shares is None else shares.get(name, frozenset())
            mine[name] = binding = Binding(cell, key, definition, elements, shared)
            self._index(name, binding)
            current = self._bindings.get(name)
            if live:
                self._bindings[name] = binding
                self._parked.pop((name, cell), None)
                self._apart.discard((name, cell))
                continue
            old = before.get(name)
            same = old is not None and old.key == key and old.definition.identity == definition.identity
            if same and old is not None:
                mine[name] = binding = binding._replace(elements=old.elements)
                self._index(name, binding)
            if current is None or current.owner == cell:
                self._bindings[name] = binding
                if not same or current is None:
                    self.globals.pop(name, None)
            elif not same:
                self._parked.pop((name, cell), None)
        for name in before.keys() - mine.keys():
            self._unbind(name, cell)
        self._versions[cell] = mine
        self._keys[cell] = key
        if self._entered == cell:
            self._entered = None

    def part(self, version: Version, user: CellId) -> None:
        """The value of a version was restored by itself for `user`: what it had in common with others, it
        lacks."""
        others = () if self._handed_on.get(version) == user else self._shares.get(version, ())
        for other in (version, *others):
            binding = self.version(other)
            if binding is not None and binding.definition.shares:
                self._apart.add(other)

    def is_apart(self, version: Version) -> bool:
        """Return whether a live value lacks what it has in common with others where both were made."""
        return version in self._apart

    def with_shares(self) -> tuple[Version, ...]:
        """Return the versions of which it is known that they have mutable parts in common with others."""
        return tuple(self._shares)

    def shared_with(self, version: Version) -> frozenset[Version]:
        """Return the versions that have mutable parts in common with this one, as far as runs have shown."""
        return frozenset(self._shares.get(version, ()))

    def _index(self, name: str, binding: Binding) -> None:
        for other in binding.shares:
            self._handed_on.pop(other, None)
            self._shares.setdefault(other, set()).add((name, binding.owner))
            self._shares.setdefault((name, binding.owner), set()).add(other)
        if _is_reactive(binding):
            self._with_elements.add((name, binding.owner))

    def _unbind(self, name: str, cell: CellId) -> None:
        """Forget the version of `name` that `cell` made."""
        self._parked.pop((name, cell), None)
        self._with_elements.discard((name, cell))
        self._handed_on.pop((name, cell), None)
        self._apart.discard((name, cell))
        for other in self._shares.pop((name, cell), ()):
            self._shares.get(other, set()).discard((name, cell))
        current = self._bindings.get(name)
        if current is not None and current.owner == cell:
            del self._bindings[name]
            self.globals.pop(name, None)

    def forget(self, cell: Cell) -> None:
        """Unbind all that `cell` defined, or may have left half done."""
        self._keys.pop(cell.id, None)
        for name in self._versions.pop(cell.id, ()):
            self._unbind(name, cell.id)
        for name in (*cell.definitions, *cell.private):
            if name not in self._bindings:
                self.globals.pop(name, None)
        if self._entered == cell.id:
            self._entered = None
            for name in self._entered_made:
                # The body may have bound it anew already; the version from above waits in its place.
                self._bindings.pop(name, None)
                self.globals.pop(name, None)

    def retain(self, cell: CellId, names: Container[str]) -> None:
        """Forget the versions by `cell` of names other than these: it makes them no longer."""
        for name in [name for name in self._versions.get(cell, ()) if name not in names]:
            del self._versions[cell][name]
            self._unbind(name, cell)

    def release(self, cells: Iterable[CellId]) -> None:
        """Make references again of live values of `cells` that may be made of a class that is made anew.

        Widgets, and what holds them, stay: their reader has moved them.
        """
        for cell in cells:
            for name, binding in self._versions.get(cell, {}).items():
                definition = binding.definition
                made = definition.kind in ("source", "unavailable") or definition.holds_objects
                if made and not binding.elements:
                    self.spend((name, cell))

    def revise(self, name: str, identity: str) -> None:
        """Give a name another identity: its value was changed in place."""
        binding = self._bindings[name]
        revised = binding._replace(definition=replace(binding.definition, identity=identity))
        self._bindings[name] = self._versions[binding.owner][name] = revised

    # -- what is known ----------------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of which a version is in place."""
        return tuple(self._bindings)

    def binding(self, name: str) -> Binding | None:
        """Return what is known of the version of a name that is in place, None if no cell bound it."""
        return self._bindings.get(name)

    def version(self, version: Version) -> Binding | None:
        """Return what is known of a version."""
        return self._versions.get(version[1], {}).get(version[0])

    def names_of(self, cell: CellId) -> tuple[str, ...]:
        """Return the names of which a version by `cell` is bound."""
        return tuple(self._versions.get(cell, ()))

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
        if not _is_reactive(binding) or name not in self.globals:
            return identity
        return live_identity(identity, self.globals[name], binding.elements)

    def reactive(self, seen: Mapping[str, CellId]) -> list[Version]:
        """Return those of `seen` (names and makers) that are widgets or states, or hold some."""
        if not self._with_elements:
            return []
        return [version for version in seen.items() if version in self._with_elements]

    def identity_of(self, version: Version) -> str | None:
        """Return the present identity of a version, None if it is not bound."""
        binding = self.version(version)
        if binding is None:
            return None
        try:
            return live_identity(binding.definition.identity, self.value(version), binding.elements)
        except KeyError:
            return binding.definition.identity

    def identities(self, names: Iterable[str]) -> dict[str, str]:
        """Return the identity of each of `names`; a definer that left a name unbound gives `absent`."""
        return {name: self.identity(name) or ABSENT for name in names}

    def holders(self, element_id: str) -> tuple[Version, ...]:
        """Return the versions whose live value is, or holds, the widget or state with this id."""
        return tuple(version for version in self._with_elements if self._holds(version, element_id))

    def _holds(self, version: Version, element_id: str) -> bool:
        binding = self.version(version)
        if binding is None:
            return False
        try:
            value = self.value(version)
        except KeyError:
            return False
        parts = elements_in(value) if isinstance(value, Reactive) else binding.elements
        return any(element.id == element_id for element in parts)

    def is_fleeting(self, version: Version) -> bool:
        """Return whether a version is, or holds, a widget at a value that never comes again."""
        binding = self.version(version)
        held = () if binding is None else elements_in(self.value(version))
        return any(isinstance(e, Element) and e.fleeting and e.front_end != e.initial for e in held)


def _is_reactive(binding: Binding) -> bool:
    return bool(binding.elements) or binding.definition.kind == "element"
