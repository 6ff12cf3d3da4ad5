"""Help for whoever writes a cell: completions, descriptions, and what is wrong before anything runs."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from notebooks import Bench

from tiffin.commands import CellSource
from tiffin.session.assistance import (
    MOST_COMPLETIONS,
    Check,
    Completions,
    Describe,
    Problems,
    answer,
    answer_json,
    complete,
    describe,
)
from tiffin.session.known_names import known_names


class Box:
    """Holds a lunch.

    And more.
    """

    size = 3

    def __init__(self) -> None:
        self.lid = "steel"

    @property
    def cooked(self) -> int:
        raise AssertionError("nothing may be computed")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("nothing may be computed")

    def open(self, slowly: bool, *, times: int = 2) -> None:
        """Opens it."""

    @classmethod
    def make(cls, lid: str) -> Box:
        return cls()


NAMES = {"box": Box(), "Box": Box, "math": math, "boxes": [1, 2], "_hidden": 1, "name": "dal" * 100}


def labels(found: Completions) -> list[str]:
    return [item.label for item in found.items]


@pytest.mark.parametrize(
    ("code", "length", "expected"),
    [
        ("bo", 2, ["bool", "box", "boxes", "Box"]),
        ("x = Bo", 2, ["Box", "bool", "box", "boxes"]),
        ("_hi", 3, ["_hidden"]),
        ("box.o", 1, ["open"]),
        ("box. op", 2, ["open"]),
        ("(box.li", 2, ["lid"]),
        ("box.co", 2, ["cooked"]),
        ("math.fl", 2, ["floor"]),
        ("box.lid.upp", 3, ["upper"]),
        ("nothing.x", 1, []),
        ("f().x", 1, []),
        ("1.re", 2, []),
        ("12", 2, []),
        ("import jso", 3, ["json"]),
        ("import os, jso", 3, ["json"]),
        ("x = 1\nimport json.dec", 3, ["decoder"]),
        ("from js", 2, ["json"]),
        ("from json import JSOND", 5, ["JSONDecodeError", "JSONDecoder"]),
        ("from json import dumps, loa", 3, ["load", "loads"]),
        ("from json import (\n    dumps,\n    loa", 3, ["load", "loads"]),
        ("from nowhere import x", 1, []),
        ("whi", 3, ["while"]),
        ("dinn", 4, ["dinner"]),
    ],
)
def test_a_word_is_completed(code: str, length: int, expected: list[str]) -> None:
    found = complete(NAMES, {"dinner"}, code)
    assert found.length == length
    assert [label for label in labels(found) if label in expected] == expected
    if not expected:
        assert found.items == ()


def test_a_completion_says_what_it_is() -> None:
    found = {item.label: item.kind for item in complete(NAMES, {"dinner"}, "").items}
    assert [found[name] for name in ("box", "Box", "math", "len", "dinner", "for")] == [
        "variable", "class", "module", "function", "variable", "keyword",
    ]  # fmt: skip
    of_box = {item.label: item.kind for item in complete(NAMES, (), "box.").items}
    assert (of_box["open"], of_box["make"], of_box["cooked"], of_box["lid"]) == (
        "function", "function", "property", "property",
    )  # fmt: skip
    assert not any(name.startswith("_") for name in of_box)


def test_completions_are_limited() -> None:
    names = {f"name_{number}": number for number in range(2 * MOST_COMPLETIONS)}
    assert len(complete(names, (), "name_").items) == MOST_COMPLETIONS


def test_a_type_that_fails_to_list_its_names_has_those_of_its_class() -> None:
    class Broken:
        size = 1

        def __dir__(self) -> Any:
            raise RuntimeError

    assert "size" in labels(complete({"it": Broken()}, (), "it."))


def signature(code: str) -> str:
    found = describe(NAMES, code)
    assert found is not None
    return found.signature


def test_a_name_is_described() -> None:
    found = describe(NAMES, "x = box.open")
    assert found is not None
    assert (found.title, found.documentation) == ("box.open: method", "Opens it.")
    assert found.signature == "open(slowly: 'bool', *, times: 'int' = 2) -> 'None'"
    assert found.parameters == ("slowly: 'bool'", "times: 'int' = 2")
    assert [signature(code) for code in ("Box.open", "Box.make", "box.make", "boxes.append")] == [
        "open(self, slowly: 'bool', *, times: 'int' = 2) -> 'None'",
        "make(lid: 'str') -> 'Box'",
        "make(lid: 'str') -> 'Box'",
        "append(object, /)",
    ]
    plain = describe(NAMES, "boxes")
    assert plain is not None
    assert (plain.title, plain.value) == ("boxes: list", "2 items")
    text = describe(NAMES, "name")
    assert text is not None
    assert (text.value[:4], len(text.value)) == ("'dal", 201)
    described = describe(NAMES, "Box")
    assert described is not None
    assert described.title == "Box: class"
    assert described.documentation.startswith("Holds a lunch.")


@pytest.mark.parametrize(
    "code", ["", "x = ", "for", "nothing", "f().open", "box.cooked", "box.nothing", "nothing.at.all"]
)
def test_what_is_unknown_is_not_described(code: str) -> None:
    assert describe(NAMES, code) is None


def test_shapes_of_frames_are_told() -> None:
    pandas = pytest.importorskip("pandas")
    found = describe({"frame": pandas.DataFrame({"a": [1, 2]})}, "frame")
    assert found is not None
    assert (found.title, found.value) == ("frame: DataFrame", "shape (2, 1)")


async def test_values_that_are_stored_are_known_by_their_type() -> None:
    first = Bench("import json\nfrom math import floor", "squares = [1, 4]", "def double(n): return 2 * n")
    await first.run()
    second = first.again()
    await second.restore()
    assert "squares" not in second.kernel.namespace.globals
    names = known_names(second.kernel.namespace)
    assert "append" in labels(complete(names, (), "squares.ap"))
    assert "dumps" in labels(complete(names, (), "json.du"))
    found = describe(names, "squares")
    assert found is not None
    assert (found.title, found.value) == ("squares: list", "")
    method = describe(names, "squares.append")
    assert method is not None
    assert (method.title, method.signature) == ("squares.append: method", "append(object, /)")
    assert method.documentation.startswith("Append object")
    assert [describe(names, name) is not None for name in ("floor", "json", "nothing")] == [True, True, False]
    assert "squares" not in second.kernel.namespace.globals


def test_what_would_be_wrong_is_told_and_nothing_changes() -> None:
    bench = Bench("x = 1", "y = x + 1")
    kernel = bench.kernel
    before = (kernel.notebook, kernel.graph)
    edits = kernel.beside().edits

    def wrong(**sources: str) -> list[tuple[str, str]]:
        put = tuple(CellSource(cell, source) for cell, source in sources.items())
        found = answer(kernel.namespace, edits, Check(put))
        assert isinstance(found, Problems)
        return [(item.cell, item.text.partition(":")[0]) for item in found.items]

    assert wrong() == []
    assert wrong(c2="x = 2") == [
        ("c1", "'x' is also defined by c2"),
        ("c2", "'x' is also defined by c1"),
    ]
    assert wrong(c1="x = y") == [
        ("c1", "these cells need each other's results"),
        ("c2", "these cells need each other's results"),
    ]
    assert wrong(c2="y = (\n1 +") == []  # it is not finished yet
    assert (kernel.notebook, kernel.graph) == before


def test_a_question_about_another_notebook_finds_nothing() -> None:
    bench = Bench("x = 1")
    found = answer(bench.kernel.namespace, bench.kernel.beside().edits, Check((), ("gone",)))
    assert found == Problems(())


def test_answers_are_json() -> None:
    bench = Bench("x = 1")
    edits = bench.kernel.beside().edits
    questions: list[dict[str, Any]] = [
        {"type": "Complete", "code": "le"},
        {"type": "Describe", "code": "len"},
        {"type": "Describe", "code": "nothing"},
        {"type": "Check", "put": [{"id": "c2", "source": "x = 2"}], "remove": [], "order": None},
        {"type": "Check", "put": [], "remove": ["c1"], "order": ["c1"]},
    ]
    found = [
        json.loads(json.dumps(answer_json(bench.kernel.namespace, edits, question))) for question in questions
    ]
    assert found[0]["items"][0] == {"label": "len", "kind": "function"}
    assert found[1]["title"] == "len: builtin_function_or_method"
    assert found[2] is None
    assert [item["cell"] for item in found[3]["items"]] == ["c1", "c2"]
    assert describe({}, "len") == answer(bench.kernel.namespace, edits, Describe("len"))
