"""The owner of the elements."""

from __future__ import annotations

import pytest

from tiffin.errors import UsageError
from tiffin.ids import CellId, Digest
from tiffin.ui.element import Element
from tiffin.ui.inputs import Checkbox, Slider
from tiffin.ui.registry import ElementRegistry

C1, C2 = CellId("c1"), CellId("c2")
CODE = Digest("ab" * 32)
OTHER = Digest("cd" * 32)


@pytest.fixture
def registry() -> ElementRegistry:
    return ElementRegistry()


def test_ids_say_the_code_and_the_order_of_creation(registry: ElementRegistry) -> None:
    made = [registry.adopt(Slider(1, 9), C1, CODE) for _ in range(2)]
    made.append(registry.adopt(Slider(1, 9), C2, OTHER))
    assert [element.id for element in made] == ["abababababab-0", "abababababab-1", "cdcdcdcdcdcd-0"]
    registry.begin(C1)
    assert registry.adopt(Slider(1, 9), C1, CODE).id == "abababababab-0"


def test_a_cell_that_begins_again_loses_its_elements_and_no_others(registry: ElementRegistry) -> None:
    mine, other = registry.adopt(Slider(1, 9), C1, CODE), registry.adopt(Slider(1, 9), C2, OTHER)
    registry.begin(C1)
    registry.begin(CellId("never seen"))
    assert registry.find(other.id) is other
    with pytest.raises(UsageError):
        registry.find(mine.id)


def test_an_element_is_called_by_the_first_name_bound_to_it(registry: ElementRegistry) -> None:
    element = registry.adopt(Slider(1, 9), C1, CODE)
    registry.name({"x": 1, "cups": element, "again": element})
    registry.name([("later", element)])
    assert element.name == "cups"
    assert registry.find("cups") is registry.find(element.id) is element


def test_a_restored_element_keeps_its_id_and_goes_with_its_cell(registry: ElementRegistry) -> None:
    element = registry.restore(Slider(1, 9), "abababababab-3", C1)
    again = registry.restore(Slider(1, 9), "abababababab-3", C1)
    assert element.name == element.id == "abababababab-3"
    assert registry.find("abababababab-3") is again
    registry.begin(C1)
    with pytest.raises(UsageError, match="there is no widget 'cups'; known: none"):
        registry.find("cups")


def test_an_unknown_name_lists_the_known_ones(registry: ElementRegistry) -> None:
    registry.name({"b": registry.adopt(Slider(1, 9), C1, CODE), "a": registry.adopt(Checkbox(), C1, CODE)})
    with pytest.raises(UsageError, match="there is no widget 'c'; known: a, b"):
        registry.set_value("c", 1)


def test_setting_tells_whether_anything_changed(registry: ElementRegistry) -> None:
    element = registry.adopt(Slider(1, 9), C1, CODE)
    assert registry.set_value(element.id, 1) == []
    assert registry.set_value(element.id, 1.0) == []
    assert registry.set_value(element.id, 2.0) == [element]
    assert element.value == 2


def test_a_wrong_value_changes_nothing(registry: ElementRegistry) -> None:
    element = registry.adopt(Slider(1, 9), C1, CODE)
    with pytest.raises(UsageError):
        registry.set_value(element.id, 10)
    assert element.value == 1


class Heeding(Checkbox):
    """Keeps its value where it is made as before, and notes when it is left."""

    keeps = True
    left = 0

    def follow(self, before: Element) -> bool:
        return bool(before.initial == self.initial)

    def leave(self) -> None:
        self.left += 1


def test_what_is_made_anew_follows_what_was_there_if_it_wants_to(registry: ElementRegistry) -> None:
    first = registry.adopt(Heeding(), C1, CODE)
    registry.set_value(first.id, True)
    registry.begin(C1)
    assert isinstance(first, Heeding)
    assert first.left == 1
    assert registry.adopt(Heeding(), C1, CODE).value is True
    registry.begin(C1)
    assert registry.adopt(Heeding(value=True), C1, CODE).value is True
    registry.set_value(first.id, False)
    registry.begin(C1)
    assert registry.adopt(Heeding(), C1, CODE).value is False


def test_it_tells_for_its_elements_and_who_made_them(registry: ElementRegistry) -> None:
    told: list[tuple[str, object]] = []

    def tell(element: Element, said: object) -> bool:
        told.append((element.id, said))
        return True

    registry.tell = tell
    element = registry.adopt(Slider(1, 9), C2, CODE)
    assert element.tell(element, {"content": 1})
    assert told == [(element.id, {"content": 1})]
    assert registry.maker(element.id) == C2
    assert registry.maker("nobody") is None
