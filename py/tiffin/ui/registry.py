"""The owner of a notebook's elements: gives them ids and names, and takes the reader's values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from tiffin.errors import UsageError
from tiffin.ids import CellId, Digest, digest
from tiffin.ui.contained import elements_in
from tiffin.ui.element import Element

Json: TypeAlias = Any


class ElementRegistry:
    """Current elements by id.

    An id is made of the cell's code digest and the order of creation in it, so that it is the same in every
    session, wherever the cell stands.
    """

    def __init__(self) -> None:
        self._elements: dict[str, Element] = {}
        self._of_cell: dict[CellId, list[str]] = {}
        self._expected: dict[str, Json] = {}
        self._contents: dict[str, bytes] = {}
        self._pieces: dict[str, bytearray] = {}
        self._before: dict[str, Element] = {}
        self.tell: Callable[[Element, Json], bool] = lambda *_: False
        """What elements call when Python moves them: see `Element.tell`."""

    def begin(self, cell: CellId) -> None:
        """A cell is about to run, or to be restored: its elements of before are gone."""
        for element_id in self._of_cell.pop(cell, ()):
            element = self._elements.pop(element_id, None)
            if element is not None:
                element.leave()
                if element.keeps:
                    self._before[element_id] = element

    def adopt(self, element: Element, cell: CellId, code: Digest) -> Element:
        """Give a new element of `cell`, whose code digest is `code`, its id."""
        mine = self._of_cell.setdefault(cell, [])
        element.id = f"{code[:12]}-{len(mine)}"
        element.name = element.id
        mine.append(element.id)
        self._elements[element.id] = element
        self._take_expected(element)
        return element

    def restore(self, element: Element, element_id: str, cell: CellId) -> Element:
        """Take back an element whose id a manifest records, with the value that is expected of it."""
        element.id = element_id
        element.name = element_id
        mine = self._of_cell.setdefault(cell, [])
        if element_id not in mine:
            mine.append(element_id)
        self._elements[element_id] = element
        self._take_expected(element)
        return element

    def take(self, name: str, data: bytes, *, last: bool = True) -> None:
        """Take what a reader hands over under the digest `name`, piece by piece; what elements hold
        themselves by now is forgotten. `UsageError` if all of it has another digest."""
        if name in self._pieces or not last:
            self._pieces.setdefault(name, bytearray()).extend(data)
            if not last:
                return
            data = bytes(self._pieces.pop(name))
        if digest(data) != name:
            raise UsageError("its content came damaged: choose it again")
        held = [known for known in self._contents if any(e.holds(known) for e in self._elements.values())]
        for known in held:
            del self._contents[known]
        self._contents[name] = data

    def _take_expected(self, element: Element) -> None:
        element.contents, element.tell = self._contents, self.tell
        before = self._before.pop(element.id, None)
        if before is not None and element.follow(before):
            self._expected.setdefault(element.id, before.front_end)
        if element.id in self._expected:
            with suppress(UsageError):
                element.begin(element.check(self._expected.pop(element.id)))

    def known(self, element_id: str, record: Mapping[str, Any]) -> Element | None:
        """Return the element of this id if it is like the one that `record` tells of."""
        found = self._elements.get(element_id)
        same = found is not None and (
            (found.kind, found.arguments, found.data_identity)
            == (record["kind"], record["arguments"], record.get("data"))
        )
        return found if same else None

    def is_whole(self, value: Any) -> bool:
        """Return whether the parts of an element are those that this registry owns."""
        return not isinstance(value, Element) or all(
            self._elements.get(part.id, part) is part for part in elements_in(value)
        )

    def expect(self, values: Mapping[str, Json]) -> None:
        """Give elements that are made or restored from now on these front-end values, by id, once each."""
        self._expected = dict(values)
        self._before.clear()

    def name(self, bound: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Call each element by the first name that is bound to it."""
        for name, value in dict(bound).items():
            # An id is no identifier, nor is a place in another widget.
            if isinstance(value, Element) and not value.name.isidentifier():
                value.name = name
                value.name_parts()

    def find(self, name: str) -> Element:
        """Return the element of this id or name; `UsageError` if there is none."""
        if name in self._elements:
            return self._elements[name]
        for element in self._elements.values():
            if element.name == name:
                return element
        known = ", ".join(sorted(element.name for element in self._elements.values())) or "none"
        raise UsageError(f"there is no widget {name!r}; known: {known}")

    def set_value(self, name: str, front_end: Json) -> list[Element]:
        """Set a widget to a front-end value; return the elements that this has changed."""
        element = self.find(name)
        value = element.check(front_end)
        if type(value) is type(element.front_end) and value == element.front_end:
            return []
        return element.put(value)

    def heeding(self, changed: Iterable[Element]) -> list[Element]:
        """Return the elements that are to be told of changes by `on_change`: their own, or those of parts."""
        ids = {element.id for element in changed}
        return [
            element
            for element in self._elements.values()
            if element.heeds and any(part.id in ids for part in elements_in(element))
        ]

    def maker(self, element_id: str) -> CellId | None:
        """Return the cell that made an element."""
        return next((cell for cell, mine in self._of_cell.items() if element_id in mine), None)

    def acts(self, cell: CellId) -> bool:
        """Return whether `cell` made an element that no manifest can hold, such as one with a function."""
        return not all(self._elements[element].is_storable for element in self._of_cell.get(cell, ()))
