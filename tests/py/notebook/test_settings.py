"""Settings as `key=value` pairs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.notebook.settings import (
    MalformedSettings,
    read_comment,
    read_settings,
    write_comment,
    write_settings,
)


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("", {}),
        ("cache=never", {"cache": "never"}),
        ("a=1 b=1.5 c=true d=null", {"a": 1, "b": 1.5, "c": True, "d": None}),
        (
            'a="1" b="two words"  c=["x", "y z"]\t d={"k": "="}',
            {"a": "1", "b": "two words", "c": ["x", "y z"], "d": {"k": "="}},
        ),
        ("path=data/x.csv a=b=c", {"path": "data/x.csv", "a": "b=c"}),
        ("a=1 a=2", {"a": 2}),
    ],
)
def test_what_pairs_say(text: str, settings: dict[str, Any]) -> None:
    assert read_settings(text) == settings


@pytest.mark.parametrize("text", ["a", "a=", "a= 1", "=1", "a=1 b", 'a="x', 'a="x"y', "a=[1", "2=3"])
def test_malformed_pairs(text: str) -> None:
    with pytest.raises(MalformedSettings):
        read_settings(text)


def test_comments() -> None:
    assert read_comment("# tiffin: a=1") == {"a": 1}
    assert read_comment("#tiffin: a=1") == {"a": 1}
    assert read_comment("# tiffin: is good for a=1") is None
    assert read_comment("# tiffins: a=1") is None
    assert read_comment(" # tiffin: a=1") is None
    assert write_comment({"a": "never", "b": "true"}) == '# tiffin: a=never b="true"'


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]*", fullmatch=True),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text()
        | st.lists(st.text()),
    )
)
def test_what_is_written_is_read(settings: dict[str, Any]) -> None:
    assert read_settings(write_settings(settings)) == settings
