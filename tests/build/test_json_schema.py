"""JSON Schemas of what goes over the wire."""

from __future__ import annotations

import dataclasses
import decimal
from typing import Any, Literal

import pytest

from json_schema import describe, object_schema, parts_of, schema_of
from tiffin import commands, events


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, {"type": "string"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (bool, {"type": "boolean"}),
        (Any, {}),
        (str | None, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        (Literal["a", "b"], {"enum": ["a", "b"]}),
        (tuple[str, ...], {"type": "array", "items": {"type": "string"}}),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (events.Blocked, {"$ref": "#/components/schemas/Blocked"}),
    ],
)
def test_every_kind_of_field_has_its_schema(annotation: Any, expected: Any) -> None:
    assert schema_of(annotation) == expected


@pytest.mark.parametrize("annotation", [bytes, dict[int, str], tuple[str, int], list[str], decimal.Decimal])
def test_what_is_not_json_has_none(annotation: Any) -> None:
    with pytest.raises(TypeError, match="no JSON schema for"):
        schema_of(annotation)


@dataclasses.dataclass(frozen=True)
class Dish:
    """A dish
    was served.

    More about it.
    """

    name: str
    hot: float | None = None


def test_in_a_request_what_has_a_default_may_be_left_out_and_nothing_may_be_added() -> None:
    schema = object_schema(Dish, tagged=True, request=True, rules={"hot": {"maximum": 9}})
    assert schema["required"] == ["type", "name"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["type"] == {"const": "Dish"}
    assert schema["properties"]["hot"] == {"anyOf": [{"type": "number"}, {"type": "null"}], "maximum": 9}


def test_in_an_answer_every_field_is_there_and_more_may_come() -> None:
    schema = object_schema(Dish)
    assert schema["required"] == ["name", "hot"]
    assert "additionalProperties" not in schema


def test_a_description_keeps_its_paragraphs() -> None:
    assert describe(Dish) == "A dish was served.\n\nMore about it."


def test_the_parts_of_a_dataclass_are_those_of_its_fields_and_itself() -> None:
    assert list(parts_of(commands.EditCells)) == [commands.CellSource, commands.EditCells]
    assert list(parts_of(events.CellEnded)) == [
        events.ConsoleText,
        events.Frame,
        events.ErrorReport,
        events.CellEnded,
    ]
