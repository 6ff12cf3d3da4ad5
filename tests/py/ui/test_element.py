"""What all widgets have in common."""

from __future__ import annotations

import copy
import html
import importlib
import json
import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest
from notebooks import compiled

from tiffin.cache.manifest import Definition
from tiffin.cache.snapshot import SnapshotMaker, restore_element
from tiffin.codecs.plain import to_plain
from tiffin.codecs.standard import standard_codecs
from tiffin.errors import UsageError
from tiffin.ids import Key
from tiffin.outputs.render import render
from tiffin.ui.anywidget import AnyWidget
from tiffin.ui.buttons import Button, Refresh, RunButton
from tiffin.ui.calendar import Date, DateTime, Time
from tiffin.ui.choices import MultiSelect, Radio
from tiffin.ui.containers import Array, Batch, Dictionary, Form, Group
from tiffin.ui.element import Element
from tiffin.ui.fields import RangeSlider, Switch, TextArea
from tiffin.ui.files import FileInput
from tiffin.ui.inputs import Checkbox, Dropdown, NumberInput, Slider, Text
from tiffin.ui.kinds import MODULES, find_kind
from tiffin.ui.panels import Accordion, Tabs
from tiffin.ui.table import Table

Make = Callable[[], Element]

# Each with a front-end value other than the initial one.
EXAMPLES: dict[str, tuple[Make, Any]] = {
    "slider": (lambda: Slider(1, 9, value=4, label="cups"), 7),
    "float slider": (lambda: Slider(0.0, 1.0, 0.25), 0.5),
    "number": (lambda: NumberInput(0, 10, 1, 3), None),
    "empty number": (NumberInput, 2.5),
    "text": (lambda: Text("dal", placeholder="dish", kind="email", max_length=9), "rice"),
    "checkbox": (lambda: Checkbox(label="hot"), True),
    "dropdown": (lambda: Dropdown(["dal", "rice"]), "rice"),
    "crossed dropdown": (lambda: Dropdown({"a": "b", "b": "a"}), "b"),
    "dropdown of twins": (lambda: Dropdown({"x": 1, "y": 1, "none": None}, 1), "y"),
    "dropdown of nothing": (lambda: Dropdown({"x": 1, "none": None}, "none", allow_none=True), None),
    "helpful slider": (lambda: Slider(1, 9, help="How many?", disabled=True), 2),
    "range": (lambda: RangeSlider(1, 9, value=(2, 3)), [2, 9]),
    "float range": (lambda: RangeSlider(0.0, 1.0, 0.25, (0, 1)), [0.25, 0.5]),
    "text area": (lambda: TextArea("dal", rows=2, max_length=9), "rice\nand"),
    "switch": (lambda: Switch(True, label="hot"), False),
    "radio": (lambda: Radio({"x": 1, "y": None}, help="Which?"), "y"),
    "inline radio": (lambda: Radio(["x", "y"], allow_none=True, inline=True), "y"),
    "multiselect": (lambda: MultiSelect({"x": 1, "y": (2, 3)}, [1], max_selections=2), ["x", "y"]),
    "date": (lambda: Date("2026-01-01", "2026-12-31", "2026-11-22"), "2026-02-28"),
    "no date": (Date, "2026-02-28"),
    "datetime": (lambda: DateTime(value="2026-11-22T13:45"), "2026-02-28T00:00"),
    "time": (lambda: Time(value="13:45", label="at"), "00:00"),
    "button": (Button, 1),
    "run button": (RunButton, True),
    "refresh": (lambda: Refresh(2.5), 1_700_000_000_000),
    "array": (lambda: Array([Slider(1, 9), Checkbox()], label="Both"), [3, True]),
    "dictionary": (lambda: Dictionary({"a": Slider(1, 9), "b": Array([Text("x")])}), {"a": 2, "b": ["y"]}),
    "batch": (lambda: Batch("{a} and {b}", {"a": Text(), "b": Dropdown({"x": 1})}), {"a": "z", "b": "x"}),
    "form": (lambda: Form(Dictionary({"a": Slider(1, 9), "b": Text()}), "Go"), [5, "z"]),
    "submitted form": (lambda: Form(Slider(1, 9), submitted=True, clear=True), [5]),
    "tabs": (lambda: Tabs({"A": "some *text*", "B": [Slider(1, 9), 42]}), "B"),
    "accordion": (lambda: Accordion({"A": "text", "B": Checkbox()}, ["A"], several=False), ["B"]),
    "dropdown of numbers": (lambda: Dropdown([1, 2.0, (3, 4)], value=2.0), "(3, 4)"),
}
every = pytest.mark.parametrize(("make", "other"), EXAMPLES.values(), ids=EXAMPLES)


def definition_of(element: Element) -> Definition:
    """What a manifest says of `element`, after a journey through JSON."""
    maker = SnapshotMaker(standard_codecs(dict), lambda _: None, lambda _: None)
    definition = maker.take(compiled("w = 1"), Key("0" * 64), {"w": element}).definitions["w"]
    assert definition.kind == "element", definition.reason
    return Definition(**{**vars(definition), "element": json.loads(json.dumps(definition.element))})


@every
def test_is_restored_as_it_was_made(make: Make, other: Any) -> None:
    element = make()
    element.id = "c-0"
    record = definition_of(element).element
    assert record is not None
    again = restore_element(record)
    assert type(again) is type(element)
    assert again.identity_document() == element.identity_document()
    for one, two in ((again.arguments, element.arguments), (again.front_end, element.front_end)):
        assert json.dumps(one) == json.dumps(two)
    assert (again.value, type(again.value)) == (element.value, type(element.value))
    again.front_end, element.front_end = again.check(other), element.check(other)
    assert (again.value, type(again.value)) == (element.value, type(element.value))


@every
def test_is_recorded_as_first_made_wherever_its_reader_moved_it(make: Make, other: Any) -> None:
    still, moved = make(), make()
    moved.front_end = moved.check(other)
    assert definition_of(moved) == definition_of(still)


@every
def test_identity_follows_the_front_end_value(make: Make, other: Any) -> None:
    element = make()
    before = element.identity_document()
    assert before == {"kind": element.kind, "args": element.arguments, "value": element.front_end}
    element.front_end = element.check(other)
    assert element.identity_document() != before
    assert json.loads(json.dumps(element.identity_document())) == element.identity_document()


@every
def test_its_markup_can_be_read_back(make: Make, other: Any) -> None:
    element = make()
    element.id, element.name = "c-0", 'a "<name>"'
    if isinstance(element, Group):
        texts = (element.to_html(), html.unescape(element.to_html()))  # Markdown is escaped once more
        assert all(any(member.to_html() in text for text in texts) for member in element.members)
        return
    first = element.to_html().partition(">")[0]
    attributes = dict(re.findall(r' ([a-z-]+)="([^"]*)"', first))
    assert element.to_html().startswith(f"<{element.tag} name=")
    assert html.unescape(attributes["name"]) == 'a "<name>"'
    assert attributes["data-element"] == "c-0"
    assert json.loads(html.unescape(attributes["data-value"])) == element.front_end
    shown = json.loads(html.unescape(attributes["data-args"]))
    assert shown.items() <= element.arguments.items()


@every
def test_shows_itself_and_keeps_its_value_from_assignment(make: Make, other: Any) -> None:
    element = make()
    assert render(element)["text/html"] == element.to_html() == f"{element}" == element._repr_html_()
    with pytest.raises(AttributeError, match=f"the value of a {element.kind} is set by its reader"):
        element.value = 1


@every
def test_is_neither_pickled_nor_copied(make: Make, other: Any) -> None:
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="restored from its kind and arguments"):
            attempt(make())


@pytest.mark.parametrize(
    "make",
    [
        lambda text: Slider(1, 2, label=text),
        lambda text: Text(text, label=text),
        lambda text: Checkbox(label=text),
        lambda text: Dropdown([text], label=text),
    ],
)
def test_text_of_the_author_is_no_markup(make: Callable[[str], Element]) -> None:
    evil = "</tn-slider><script>'\"&amp;"
    markup = make(evil).to_html()
    assert "<script" not in markup
    assert html.escape(evil) in markup
    assert markup.count("<") == 2


@pytest.mark.parametrize(
    ("element", "text"),
    [
        (Slider(1, 9, label="cups"), "cups: 1"),
        (Slider(1, 9), "1"),
        (NumberInput(label="n"), "n: "),
        (Checkbox(True), "True"),
        (Dropdown({"Lentils": 1}), "Lentils"),
    ],
)
def test_is_readable_without_a_script(element: Element, text: str) -> None:
    assert re.sub("<[^>]*>", "", element.to_html()) == text


def test_a_format_applies_to_the_value() -> None:
    assert f"{Slider(0.0, 1.0, 0.25, 0.5):.2f}" == "0.50"
    assert f"{Dropdown(['dal']):>5}" == "  dal"


def test_its_repr_names_it_once_it_has_a_name() -> None:
    slider = Slider(1, 9)
    assert repr(slider) == "<slider not shown yet: 1>"
    slider.name = "cups"
    assert repr(slider) == "<slider cups: 1>"


def test_a_refusal_names_the_widget_if_it_has_a_name() -> None:
    slider = Slider(1, 9)
    assert str(slider.refuse(0, "more")) == "slider takes more, not 0"
    slider.id = "c-0"
    assert str(slider.refuse(0, "more")) == "slider 'c-0' takes more, not 0"
    slider.name = "cups"
    assert str(slider.refuse(0, "more")) == "slider 'cups' takes more, not 0"
    assert isinstance(slider.refuse(0, "more"), UsageError)


def test_every_kind_has_its_own_name_and_an_example() -> None:
    kinds = {name: find_kind(name) for name in MODULES}
    # A file has no value before its content has come, a table none before its data: see their own tests, and
    # that of anywidgets.
    assert {type(make()) for make, _ in EXAMPLES.values()} | {FileInput, Table, AnyWidget} == set(
        kinds.values()
    )
    assert all(kind is not None and name == kind.kind for name, kind in kinds.items())
    for name, module in MODULES.items():
        assert set(importlib.import_module(f"tiffin.ui.{module}").KINDS) >= {name}
    assert find_kind("no such kind") is None


def test_options_that_are_not_shown_stay_in_python() -> None:
    element = Dropdown({"one": "the secret of the house"})
    assert "secret" not in element.to_html()
    assert to_plain(element.kept()) is not None
    assert element.value == "the secret of the house"
