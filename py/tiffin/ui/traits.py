"""The state of an anywidget as JSON: what a trait holds, in a form that a page reads.

JSON's own values are themselves. Bytes are `{"$bytes": <Base64>}`, numbers that JSON has not
`{"$float": "NaN"}`; an object of the author's that has one name, which begins with a dollar, gets one dollar
more. `js/page/widgets/anywidget/traits.ts` reads and writes the same; `tests/contracts/traits.json` holds
both to it.
"""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, TypeAlias

from tiffin.errors import UsageError

Json: TypeAlias = Any

LARGEST_INT = 2**53 - 1
_REFERENCES = ("IPY_MODEL_", "anywidget:")
_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def to_form(value: Any) -> Json:
    """Return what a trait holds as JSON; `UsageError` for what a page cannot have, in words that go on after
    the trait's name."""
    match value:
        case None | bool():
            return value
        case str():
            if value.startswith(_REFERENCES):
                raise UsageError("refers to another widget, which a page does not find: show that by itself")
            return value
        case int():
            if abs(value) > LARGEST_INT:
                raise UsageError(f"holds {value}, and JavaScript counts to 2**53 - 1")
            return int(value)
        case float():
            return _float(float(value))
        case bytes() | bytearray() | memoryview():
            return {"$bytes": b64encode(bytes(value)).decode("ascii")}
        case list() | tuple():
            return [to_form(item) for item in value]
        case Mapping():
            return _object(value)
    raise UsageError(f"holds a {type(value).__name__}, which has no form in JSON: give the trait a to_json")


def _float(value: float) -> Json:
    if math.isfinite(value):
        return value
    return {"$float": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}


def _object(value: Mapping[Any, Any]) -> Json:
    form: dict[str, Json] = {}
    for name, item in value.items():
        if isinstance(name, bool) or not isinstance(name, str | int):
            raise UsageError(f"has a key of type {type(name).__name__}: a page knows text and whole numbers")
        form[str(name)] = to_form(item)
    if len(form) == 1 and (name := next(iter(form))).startswith("$"):
        return {f"${name}": form[name]}
    return form


def from_form(form: Json) -> Any:
    """Return what has this form; `UsageError` for JSON that is the form of nothing."""
    if isinstance(form, list):
        return [from_form(item) for item in form]
    if not isinstance(form, dict):
        return form
    if len(form) != 1 or not (name := next(iter(form))).startswith("$"):
        return {name: from_form(item) for name, item in form.items()}
    if name.startswith("$$"):
        return {name[1:]: from_form(form[name])}
    try:
        if name == "$bytes":
            return b64decode(form[name], validate=True)
        if name == "$float":
            return _NUMBERS[form[name]]
    except (KeyError, TypeError, ValueError):
        pass
    raise UsageError(f"the trait has the form {str(form)[:80]}, which is that of nothing")
