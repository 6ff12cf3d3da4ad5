"""The namespace: live names, references, owners and identities."""

from __future__ import annotations

from typing import Any

from notebooks import compiled

from tiffin.cache.manifest import Definition
from tiffin.ids import CellId, Key
from tiffin.run.namespace import Namespace
from tiffin.ui.inputs import Slider

ONE, TWO = Key("1" * 64), Key("2" * 64)
C1 = CellId("c1")


def inline(identity: str) -> Definition:
    return Definition("inline", identity, "int", plain=1)


def test_references_replace_live_values_of_another_run() -> None:
    globals_: dict[str, Any] = {"x": 1}
    namespace = Namespace(globals_)
    namespace.bind(C1, ONE, {"x": inline("a")}, live=True)
    assert namespace.is_live("x")
    namespace.bind(C1, ONE, {"x": inline("a")}, live=False)
    assert globals_ == {"x": 1}
    namespace.bind(C1, TWO, {"x": inline("b")}, live=False)
    assert globals_ == {}
    assert namespace.identity("x") == "b"
    assert namespace.key_of(C1) == TWO


def test_a_name_that_is_no_longer_defined_goes() -> None:
    globals_: dict[str, Any] = {"x": 1, "y": 2}
    namespace = Namespace(globals_)
    namespace.bind(C1, ONE, {"x": inline("a"), "y": inline("b")}, live=True)
    namespace.bind(C1, TWO, {"y": inline("b")}, live=True)
    assert globals_ == {"y": 2}
    assert namespace.identity("x") is None
    assert namespace.identities(["x", "y"]) == {"x": "absent", "y": "b"}


def test_forgetting_takes_half_done_names_too_but_not_those_of_others() -> None:
    globals_: dict[str, Any] = {"x": 1, "half": 2, "theirs": 3}
    namespace = Namespace(globals_)
    namespace.bind(C1, ONE, {"x": inline("a")}, live=True)
    namespace.bind(CellId("c2"), ONE, {"theirs": inline("b")}, live=True)
    namespace.forget(compiled("x = 1\nhalf = 2\ntheirs = 3"))
    assert globals_ == {"theirs": 3}


def test_the_identity_of_an_element_follows_its_value() -> None:
    slider = Slider(1, 9)
    slider.id = "e-0"
    namespace = Namespace({"k": slider, "ks": [slider]})
    namespace.bind(C1, ONE, {"k": inline("ui:x"), "ks": inline("lineage:y")}, live=True)
    before = namespace.identities(["k", "ks"])
    slider.front_end = 5
    after = namespace.identities(["k", "ks"])
    assert before["k"] != after["k"]
    assert before["ks"] != after["ks"]
    assert set(namespace.holders("e-0")) == {("k", "c1"), ("ks", "c1")}
    assert namespace.holders("other") == ()
