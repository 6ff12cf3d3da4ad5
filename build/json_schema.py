"""JSON Schemas (2020-12) of the dataclasses that go over the wire."""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias, Union

Json: TypeAlias = Any

_SIMPLE: dict[Any, Json] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}


def reference(name: str) -> Json:
    """Return a reference to a component of an OpenAPI document."""
    return {"$ref": f"#/components/schemas/{name}"}


def schema_of(annotation: Any) -> Json:
    """Return the schema of a field's annotation; `TypeError` for one that is not JSON."""
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if dataclasses.is_dataclass(annotation):
        return reference(str(getattr(annotation, "__name__", annotation)))
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of(part) for part in arguments]}
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is dict and arguments[0] is str:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    raise TypeError(f"no JSON schema for {annotation!r}")


def describe(kind: type) -> str:
    """Return the docstring of a class or function as one paragraph after another."""
    return "\n\n".join(
        " ".join(paragraph.split()) for paragraph in inspect.cleandoc(kind.__doc__ or "").split("\n\n")
    )


def object_schema(
    kind: type, *, tagged: bool = False, request: bool = False, rules: Mapping[str, Json] | None = None
) -> Json:
    """Return the schema of a dataclass; `tagged` ones carry their name as `type`.

    In a `request`, what has a default may be left out, and nothing else may be sent; in an answer every field
    is there, and more may come with later versions. `rules` are further ones for fields, by name.
    """
    hints = typing.get_type_hints(kind)
    properties: dict[str, Json] = {"type": {"const": kind.__name__}} if tagged else {}
    required = list(properties)
    for field in dataclasses.fields(kind):
        schema = schema_of(hints[field.name])
        rule = (rules or {}).get(field.name)
        properties[field.name] = schema if rule is None else {**schema, **rule}
        has_default = field.default is not dataclasses.MISSING
        if not (request and has_default):
            required.append(field.name)
    closed = {"additionalProperties": False} if request else {}
    return {
        "type": "object",
        "description": describe(kind),
        "properties": properties,
        "required": required,
        **closed,
    }


def parts_of(kind: type) -> Iterator[type]:
    """Yield the dataclasses that a dataclass is made of, itself last."""
    for hint in typing.get_type_hints(kind).values():
        yield from _dataclasses_in(hint)
    yield kind


def _dataclasses_in(annotation: Any) -> Iterator[type]:
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        yield from parts_of(annotation)
    for argument in typing.get_args(annotation):
        yield from _dataclasses_in(argument)
