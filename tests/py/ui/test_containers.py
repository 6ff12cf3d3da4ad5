"""Widgets made of widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.errors import UsageError
from tiffin.ui.containers import Array, Batch, Dictionary, Form, Group, leaves
from tiffin.ui.element import Element
from tiffin.ui.inputs import Checkbox, Slider, Text


def slider() -> Element:
    return Slider(0, 9)


plain = st.sampled_from([slider, Checkbox, Text])
trees = st.recursive(
    plain.map(lambda make: make()),
    lambda inner: (
        st.lists(inner, max_size=3).map(Array)
        | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3).map(Dictionary)
    ),
    max_leaves=6,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "slider": st.integers(0, 9),
    "checkbox": st.booleans(),
    "text": st.text(max_size=3),
}


@given(trees, st.data())
def test_the_value_is_a_live_view_of_the_parts(tree: Element, data: st.DataObject) -> None:
    for leaf in leaves(tree):
        leaf.put(leaf.check(data.draw(VALUES[leaf.kind])))
    assert tree.value == expected(tree)
    assert tree.check(tree.front_end) == tree.front_end


def expected(element: Element) -> Any:
    if isinstance(element, Dictionary):
        return {key: expected(part) for key, part in zip(element._keys, element.members, strict=True)}
    return [expected(part) for part in element.members] if isinstance(element, Group) else element.value


@given(trees, st.data())
def test_a_form_takes_what_its_parts_say_and_hands_it_on(tree: Element, data: st.DataObject) -> None:
    parts = list(leaves(tree))
    for number, leaf in enumerate(parts):
        leaf.id = f"c-{number}"
    form = Form(tree)
    assert form.value is None
    sent = {leaf.id: leaf.check(data.draw(VALUES[leaf.kind])) for leaf in parts}
    changed = form.put(form.check(sent))
    assert changed[0] is form
    assert form.value == tree.value == expected(tree)
    assert [leaf.front_end for leaf in parts] == list(sent.values())


def test_setting_the_whole_changes_only_what_is_another_value() -> None:
    one, two = slider(), slider()
    whole = Array([one, two])
    assert whole.put(whole.check([0, 5])) == [two]
    assert whole.value == [0, 5]


def test_a_form_that_clears_leaves_its_parts_as_they_were_at_first() -> None:
    text = Text("")
    form = Form(text, clear=True)
    assert form.put(form.check(["hot"])) == [form]
    assert (form.value, text.value) == ("hot", "")


def test_a_form_that_is_submitted_from_the_start() -> None:
    assert Form(Dictionary({"a": Slider(1, 9, value=4)}), submitted=True).value == {"a": 4}


def test_parts_without_a_name_are_called_by_their_place() -> None:
    inner = Dictionary({"a": slider()})
    whole = Array([inner, slider()])
    whole.name = "whole"
    whole.name_parts()
    assert [part.name for part in leaves(whole)] == ["whole[0].a", "whole[1]"]


def test_a_batch_stands_in_its_text() -> None:
    text = Batch("Take {a}, {not this}", {"a": slider()}, "html")
    assert text.to_html() == f'<div class="tn-batch">Take {text.members[0].to_html()}, {{not this}}</div>'


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: Array([1]), "each part must be a widget, not 1"),  # type: ignore[list-item]
        (lambda: Dictionary({1: slider()}), "a mapping from names to widgets"),  # type: ignore[dict-item]
        (lambda: Batch("no place", {"a": slider()}), "the text has no place for a"),
        (lambda: Batch("{a}", {"a": slider()}, "rst"), "markup is markdown or html"),
        (lambda: Form("text"), "it takes a widget"),  # type: ignore[arg-type]
        (lambda: Form(Array([Form(slider())])), "a form cannot be inside another one"),
    ],
)
def test_what_cannot_be_made(make: Callable[[], Element], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        make()


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (lambda: Array([slider()]), [10]),
        (lambda: Array([slider()]), []),
        (lambda: Array([slider()]), {"a": 1}),
        (lambda: Dictionary({"a": slider()}), {"b": 1}),
        (lambda: Dictionary({"a": slider()}), [1]),
        (lambda: Form(slider()), [10]),
        (lambda: Form(slider()), {"other": 1}),
        (lambda: Form(slider()), 1),
    ],
)
def test_hostile_values_are_refused(make: Callable[[], Element], value: Any) -> None:
    with pytest.raises(UsageError, match="takes"):
        make().check(value)
