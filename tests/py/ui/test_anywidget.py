"""Widgets of the anywidget package, by themselves: a counter, and one with bytes and messages."""

from __future__ import annotations

import html
import json
import pickle
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import anywidget
import pytest
import traitlets

from tiffin.errors import UsageError
from tiffin.ids import digest
from tiffin.ui.anywidget import LARGEST, AnyWidget, State, remote_code
from tiffin.ui.element import Element

ESM = "export default { render({ model, el }) { el.textContent = `</script> ${model.get('count')}`; } }"


class Counter(anywidget.AnyWidget):
    _esm = ESM
    _css = ".counter { color: teal; }"
    count = traitlets.Int(0, max=100).tag(sync=True)
    factor = traitlets.Float(1.0).tag(sync=True)
    secret = traitlets.Int(7)


class Picture(anywidget.AnyWidget):
    _esm = ESM
    pixels = traitlets.Bytes(b"").tag(sync=True)
    heard: list[Any]

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.heard = []
        self.on_msg(self._hear)

    def _hear(self, _: Any, content: Any, buffers: list[bytes]) -> None:
        self.heard.append((content, buffers))
        self.send({"answer": content}, [b"\x00\x01"])


def told(element: AnyWidget) -> list[Any]:
    """What an element tells from now on."""
    heard: list[Any] = []

    def tell(_: Element, said: Any) -> bool:
        heard.append(said)
        return False

    element.tell = tell
    return heard


def test_its_value_is_the_synced_traits_and_does_not_change() -> None:
    element = AnyWidget(Counter(count=3))
    assert element.value == {"count": 3, "factor": 1.0}
    with pytest.raises(TypeError, match="set the trait of the widget itself"):
        element.value["count"] = 4
    for name in ("update", "pop", "clear", "setdefault"):
        with pytest.raises(TypeError):
            getattr(element.value, name)("count")
    assert pickle.loads(pickle.dumps(element.value)) == element.value
    assert type(pickle.loads(pickle.dumps(element.value))) is State


def test_a_value_of_the_page_is_set_on_the_object_when_it_is_heard() -> None:
    counter = Counter()
    changes: list[tuple[int, int]] = []
    counter.observe(lambda change: changes.append((change["old"], change["new"])), names="count")
    element = AnyWidget(counter)
    assert element.put(element.check({"count": 5})) == [element]
    assert element.value["count"] == 5
    assert element.heeds
    element.hear()
    assert (counter.count, changes) == (5, [(0, 5)])
    assert element.value == {"count": 5, "factor": 1.0}


def test_what_observers_make_of_a_value_is_the_value() -> None:
    class Clamped(Counter):
        @traitlets.observe("count")
        def _clamp(self, change: Any) -> None:
            self.factor = change["new"] * 2.0
            self.count = min(change["new"], 10)

    element = AnyWidget(Clamped())
    heard = told(element)
    element.put(element.check({"count": 50}))
    element.hear()
    assert element.value == {"count": 10, "factor": 20.0}
    assert heard == []  # whoever had it hear tells the page


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (5, "takes values for count, factor"),
        ({"counts": 1}, "takes values for count, factor"),
        ({"count": "many"}, "int"),
        ({"count": 101}, "count"),
        ({"secret": 1}, "takes values for"),
        ({"factor": {"$float": "one"}}, "form of nothing|that of nothing"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(value: Any, why: str) -> None:
    counter = Counter(count=3)
    element = AnyWidget(counter)
    with pytest.raises(UsageError, match=why):
        element.check(value)
    assert (counter.count, element.value["count"]) == (3, 3)


def test_a_trait_that_python_sets_is_told() -> None:
    counter = Counter()
    element = AnyWidget(counter)
    heard = told(element)
    counter.count = 4
    assert (element.value["count"], heard) == (4, [None])
    counter.secret = 8
    counter.count = 4
    assert heard == [None]
    assert element.initial == {"count": 0, "factor": 1.0}
    element.leave()
    counter.count = 5
    assert heard == [None]


def test_what_its_own_cell_sets_is_what_it_is_at_first() -> None:
    counter = Counter()
    element = AnyWidget(counter)
    element.tell = lambda *_: True
    counter.count = 4
    assert element.initial == element.front_end == {"count": 4, "factor": 1.0}
    assert element.is_storable


def test_bytes_and_messages_go_both_ways() -> None:
    picture = Picture(pixels=b"\xff\x00")
    element = AnyWidget(picture)
    heard = told(element)
    assert element.front_end == {"pixels": {"$bytes": "/wA="}}
    element.put(element.check({"pixels": {"$bytes": b64encode(b"\x01\x02").decode()}}))
    element.hear()
    assert (picture.pixels, element.value["pixels"]) == (b"\x01\x02", b"\x01\x02")
    asked = {"what": "message", "content": {"at": [1, 2]}, "buffers": [b64encode(b"ab").decode()]}
    assert element.answer(asked) is None
    assert picture.heard == [({"at": [1, 2]}, [b"ab"])]
    assert heard == [{"content": {"answer": {"at": [1, 2]}}, "buffers": ["AAE="]}]
    with pytest.raises(UsageError, match="answers no questions"):
        element.answer({"what": "rows"})


def test_two_elements_of_one_object_hear_the_same() -> None:
    counter = Counter()
    one, other = AnyWidget(counter), AnyWidget(counter)
    heard, also = told(one), told(other)
    counter.send("hello")
    counter.count = 2
    assert [said and said["content"] for said in heard] == ["hello", None]
    assert [said and said["content"] for said in also] == ["hello", None]
    one.leave()
    counter.send("again")
    assert (len(heard), len(also)) == (2, 3)


def test_a_restored_one_has_the_state_and_no_object() -> None:
    first = AnyWidget(Counter(count=3), "Cups", help="How many?")
    made = AnyWidget.restored(first.arguments, first.initial, first.kept())
    assert made.value == first.value
    assert made.to_html() == first.to_html()
    assert made.identity_document() == first.identity_document()
    assert (made.lacks, made.heeds) == ("widget", False)
    made.put(made.check({"count": 9}))
    assert made.value["count"] == 9
    made.hear()
    with pytest.raises(UsageError, match="not here, only its stored state"):
        _ = made.widget


@pytest.mark.parametrize("way", ["observe", "validate", "message", "later"])
def test_one_that_does_something_in_python_says_so(way: str) -> None:
    class Acting(Counter):
        if way == "observe":

            @traitlets.observe("count")
            def _observed(self, _: Any) -> None: ...

        if way == "validate":

            @traitlets.validate("count")
            def _valid(self, proposal: Any) -> Any:
                return proposal["value"]

    counter = Acting()
    if way == "message":
        counter.on_msg(print)
    if way == "later":
        counter.observe(print)
    first = AnyWidget(counter)
    assert first.kept()["acts"]
    assert AnyWidget.restored(first.arguments, first.initial, first.kept()).heeds


def test_made_anew_as_before_it_goes_on_with_its_state() -> None:
    before, same, other = AnyWidget(Counter()), AnyWidget(Counter()), AnyWidget(Counter(count=1))
    before.put(before.check({"count": 6}))
    assert same.follow(before)
    same.begin(same.check(before.front_end))
    assert same.widget.count == 6
    heard = told(other)
    assert not other.follow(before)
    assert heard == [None]


def test_in_a_state_of_its_reader_its_cell_is_not_stored() -> None:
    element = AnyWidget(Counter())
    assert element.is_storable
    element.put(element.check({"count": 6}))
    assert not element.is_storable


def test_its_html_holds_the_code_where_no_markdown_reads_it() -> None:
    shown = AnyWidget(Counter(count=2), "Cups *and* more").to_html()
    (code,) = re.findall(r'<tn-anywidget data-code="([^"]*)"', shown)
    assert json.loads(html.unescape(code)) == {"esm": ESM, "css": Counter._css}
    assert shown.endswith(">Cups *and* more: this widget needs JavaScript</tn-anywidget>")
    (arguments,) = re.findall(r'data-args="([^"]*)"', shown)
    assert json.loads(html.unescape(arguments))["esm"] == digest(ESM.encode())


@pytest.mark.parametrize(
    ("wrapped", "why"),
    [
        (Counter, "an object of the anywidget package"),
        (5, "an object of the anywidget package"),
        (traitlets.HasTraits(), "has no _esm"),
    ],
)
def test_what_is_no_anywidget_is_refused(wrapped: Any, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        AnyWidget(wrapped)


def test_a_trait_without_a_form_is_named() -> None:
    class Odd(Counter):
        odd = traitlets.Any(object()).tag(sync=True)

    with pytest.raises(UsageError, match="the trait 'odd' holds a object"):
        AnyWidget(Odd())


def test_a_state_has_an_end() -> None:
    with pytest.raises(UsageError, match="a page takes 10,000,000 at most"):
        AnyWidget(Picture(pixels=bytes(LARGEST)))


def test_traits_say_themselves_what_they_are_in_json() -> None:
    class Pair(Counter):
        pair = traitlets.Any((1, 2)).tag(
            sync=True,
            to_json=lambda value, _: {"x": value[0], "y": value[1]},
            from_json=lambda form, _: (form["x"], form["y"]),
        )

    element = AnyWidget(Pair())
    assert element.front_end["pair"] == {"x": 1, "y": 2}
    element.put(element.check({"pair": {"x": 5, "y": 6}}))
    element.hear()
    assert element.widget.pair == (5, 6)


@pytest.mark.parametrize(
    ("esm", "address"),
    [
        ("https://cdn.example/widget.js", "https://cdn.example/widget.js"),
        ('import React from "https://esm.sh/react@18";', "https://esm.sh/react@18"),
        ("import { a,\n b } from 'https://esm.sh/x';", "https://esm.sh/x"),
        ("let a;import 'https://esm.sh/x'", "https://esm.sh/x"),
        ("export * from '//esm.sh/x'", "//esm.sh/x"),
        ("// import of https://esm.sh/x\nexport default {}", ""),
        ('const text = "import x from https://esm.sh/x";', ""),
        ("el.innerHTML = '<a href=\"https://esm.sh/x\">';", ""),
    ],
)
def test_code_of_other_sites_is_seen(esm: str, address: str) -> None:
    assert remote_code(esm) == address


@pytest.fixture
def module_file(tmp_path: Path) -> Path:
    path = tmp_path / "widget.js"
    path.write_text(ESM)
    return path


def test_code_may_lie_in_a_file(module_file: Path) -> None:
    class Filed(anywidget.AnyWidget):
        _esm = module_file

    assert AnyWidget(Filed()).arguments["esm"] == digest(ESM.encode())
