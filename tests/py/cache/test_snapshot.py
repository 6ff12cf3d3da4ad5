"""Snapshots: what is recorded of each kind of value."""

from __future__ import annotations

import math
from typing import Any

import pytest
from notebooks import compiled

from tiffin.cache.snapshot import Snapshot, SnapshotMaker
from tiffin.codecs.standard import standard_codecs
from tiffin.ids import Digest, Key
from tiffin.ui.inputs import Dropdown, Slider

KEY = Key("1" * 64)


def take(source: str, *, large: bool = True, others: dict[str, str] | None = None, **given: Any) -> Snapshot:
    cell = compiled(source)
    scope: dict[str, Any] = dict(given)
    if not given:
        body = cell.code().body
        assert body is not None
        exec(body, scope)
    names = cell.definitions | cell.private
    maker = SnapshotMaker(
        standard_codecs(lambda: scope), (others or {}).get, lambda module: None, large=large
    )
    return maker.take(cell, KEY, {name: scope[name] for name in names if name in scope})


CASES = [
    ("x = 1", "inline", "content:plain:"),
    ("x = {1: [2, (3,)]}", "inline", "content:plain:"),
    ("x = 'a' * 5000", "blob", "content:plain:"),
    ("x = b'a' * 5000", "blob", "content:bytes:"),
    ("x = list(range(400_000))", "blob", "lineage:"),
    ("x = object()", "blob", "lineage:"),
    ("x = (i for i in range(3))", "unavailable", "lineage:"),
    ("import math as x", "import", "module:math"),
    ("import os.path as x", "import", "module:os.path"),
    ("from math import sqrt as x", "import", "import:math:sqrt"),
    ("import importlib\nx = importlib.import_module('math')", "import", "module:math"),
    ("def x(): pass", "source", "source:"),
    ("class x: pass", "source", "source:"),
    ("x = lambda: 1", "source", "source:"),
    ("def make():\n return lambda: 1\nx = make()", "unavailable", "lineage:"),
]


@pytest.mark.parametrize(("source", "kind", "identity"), CASES, ids=[case[0][:40] for case in CASES])
def test_each_kind_of_value(source: str, kind: str, identity: str) -> None:
    definition = take(source).definitions["x"]
    assert (definition.kind, definition.identity[: len(identity)]) == (kind, identity)


def test_blobs_are_named_by_their_digest_and_stored_once() -> None:
    snapshot = take("x = 'a' * 5000\ny = 'a' * 5000")
    assert {d.blob for d in snapshot.definitions.values()} == set(snapshot.blobs)
    assert len(snapshot.blobs) == 1


def test_without_large_values_nothing_big_is_encoded() -> None:
    snapshot = take("x = list(range(400_000))\ny = 1", large=False)
    assert {name: d.kind for name, d in snapshot.definitions.items()} == {"x": "unavailable", "y": "inline"}
    assert snapshot.definitions["x"].identity == take("x = list(range(400_000))").definitions["x"].identity


def test_private_names_are_recorded_only_where_functions_need_them() -> None:
    assert set(take("_a = 1\n_b = 2\ndef f(): return _a").definitions) == {"f", "_a"}
    assert set(take("_a = 1\nx = _a").definitions) == {"x"}
    assert set(take("_a = 1\ndef _g(): return _a\ndef f(): return _g()").definitions) == {"f", "_g", "_a"}


def identity(source: str, name: str = "f", others: dict[str, str] | None = None) -> str:
    return take(source, others=others).definitions[name].identity


def test_the_identity_of_a_function_follows_what_it_uses() -> None:
    plain = identity("def f(x): return x + 1")
    assert plain == identity("def f( x ):\n    return x + 1  # one more")
    assert plain != identity("def f(x): return x + 2")
    assert identity("_k = 1\ndef f(): return _k") != identity("_k = 2\ndef f(): return _k")
    assert identity("def g(): return 1\ndef f(): return g()") != identity(
        "def g(): return 2\ndef f(): return g()"
    )
    one, two = {"rate": "content:plain:1"}, {"rate": "content:plain:2"}
    assert identity("def f(): return rate", others=one) != identity("def f(): return rate", others=two)
    assert identity("def f(): return rate", others=one) == identity("def f(): return rate", others=one)
    assert identity("def f(): return len") == identity("def f(): return len", others=one)


def test_recursive_functions_have_an_identity() -> None:
    source = "def f(n): return n and g(n)\ndef g(n): return f(n - 1)"
    assert identity(source) == identity(source)
    assert identity(source, "f") != identity(source, "g")


def test_elements_are_recorded_with_what_makes_them_again() -> None:
    slider, choice = Slider(1, 9, value=4), Dropdown({"a": math.inf, "b": (1, 2)})
    slider.id, choice.id = "e-0", "e-1"
    snapshot = take("x = y = 0", x=slider, y=choice)
    x, y = snapshot.definitions["x"], snapshot.definitions["y"]
    assert (x.kind, y.kind) == ("element", "element")
    assert x.element is not None
    assert (x.element["id"], x.element["initial"], x.element["kind"]) == ("e-0", 4, "slider")
    slider.front_end = 7
    moved = take("x = y = 0", x=slider, y=choice).definitions["x"]
    assert moved.identity == x.identity  # what is recorded is the state as made
    odd = take("x = 0", x=Dropdown({"a": object()})).definitions["x"]
    assert odd.kind == "unavailable"


def test_content_identities_tell_types_apart() -> None:
    maker = SnapshotMaker(standard_codecs(dict), lambda name: None, lambda module: Digest(""))
    values: list[Any] = [1, 1.0, True, "1", b"1", 1 + 0j, [1], (1,), {1}, None, {1: "a"}, {"1": "a"}]
    assert len({maker.content_identity(value) for value in values}) == len(values)
    assert maker.content_identity(object()) is None


def test_functions_that_share_their_callees_are_identified_in_no_time() -> None:
    lines = [f"def f{i}(): return ({', '.join(f'f{j}' for j in range(i))})" for i in range(40)]
    assert take("\n".join(lines)).definitions["f39"].identity.startswith("source:")
