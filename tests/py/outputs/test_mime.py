"""MIME bundles."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.outputs.mime import PREFERENCE, best, is_json, is_text, to_data


@pytest.mark.parametrize(
    ("types", "shown"),
    [
        ([], None),
        (["application/x-unknown"], None),
        (["text/plain"], "text/plain"),
        (["text/plain", "image/png"], "image/png"),
        (["text/plain", "image/png", "text/html"], "text/html"),
        (["application/json", "text/latex"], "text/latex"),
    ],
)
def test_a_page_shows_the_richest_type_it_knows(types: list[str], shown: str | None) -> None:
    assert best(dict.fromkeys(types, "")) == shown


def test_plain_text_is_the_last_resort() -> None:
    assert PREFERENCE[-1] == "text/plain"
    assert len(set(PREFERENCE)) == len(PREFERENCE)


@pytest.mark.parametrize(
    ("mime", "text", "json"),
    [
        ("text/html", True, False),
        ("image/svg+xml", True, False),
        ("application/json", False, True),
        ("application/vnd.vega.v5+json", False, True),
        ("image/png", False, False),
    ],
)
def test_what_data_of_a_type_is(mime: str, text: bool, json: bool) -> None:
    assert (is_text(mime), is_json(mime)) == (text, json)


@given(st.binary())
def test_bytes_of_an_image_become_base64_and_come_back(data: bytes) -> None:
    assert base64.b64decode(to_data("image/png", data)) == data
    assert to_data("image/png", bytearray(data)) == to_data("image/png", data)


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml"])
def test_bytes_of_a_text_type_become_text(mime: str) -> None:
    assert to_data(mime, "<b>ü</b>".encode()) == "<b>ü</b>"
    assert to_data(mime, b"\xff") == "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("data", ["iVBORw0KGgo=", {"a": 1}, None])
def test_what_has_its_form_already_is_left_alone(data: object) -> None:
    assert to_data("image/png", data) is data
