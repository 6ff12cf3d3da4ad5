"""What traits hold, as JSON: the table that the page is held to as well, and every value there and back."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.errors import UsageError
from tiffin.ui.traits import from_form, to_form

CASES = json.loads((Path(__file__).parents[2] / "contracts" / "traits.json").read_text("utf-8"))


def meant(case: dict[str, Any]) -> Any:
    if "bytes" in case:
        return bytes(case["bytes"])
    return float(case["float"]) if "float" in case else case["json"]


@pytest.mark.parametrize("case", CASES["forms"], ids=lambda case: json.dumps(case["form"]))
def test_the_table(case: dict[str, Any]) -> None:
    value = meant(case)
    assert to_form(value) == case["form"]
    found = from_form(case["form"])
    assert type(found) is type(value)
    assert found == value or (math.isnan(found) and math.isnan(value))


@pytest.mark.parametrize("form", CASES["of nothing"], ids=json.dumps)
def test_forms_of_nothing_are_refused(form: Any) -> None:
    with pytest.raises(UsageError, match="that of nothing"):
        from_form(form)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False)
    | st.text().filter(lambda text: not text.startswith(("IPY_MODEL_", "anywidget:")))
    | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["$bytes", "$float", "$", "$$bytes", "a"]) | st.text(), inner)
    ),
)


@given(VALUES)
def test_every_value_comes_back(value: Any) -> None:
    form = to_form(value)
    assert from_form(json.loads(json.dumps(form, allow_nan=False))) == value
    assert to_form(from_form(form)) == form


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ((1, 2), [1, 2]),
        (bytearray(b"a"), {"$bytes": "YQ=="}),
        (memoryview(b"a"), {"$bytes": "YQ=="}),
        ({1: "a"}, {"1": "a"}),
    ],
)
def test_what_is_like_a_value_of_json_has_the_form_of_that(value: Any, form: Any) -> None:
    assert to_form(value) == form


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (object(), "holds a object"),
        ([{1, 2}], "holds a set"),
        (2**53, "counts to 2"),
        ({None: 1}, "a key of type NoneType"),
        ("IPY_MODEL_123", "refers to another widget"),
        (["anywidget:123"], "refers to another widget"),
    ],
)
def test_what_a_page_cannot_have_is_refused_in_words(value: Any, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        to_form(value)
