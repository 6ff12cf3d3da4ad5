"""Settings in comments: `# tiffin: key=value ...` on a line of a notebook, and options after `# %%`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tiffin.errors import NotebookError

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)
_PAIR = re.compile(r"[ \t]*([A-Za-z_][A-Za-z0-9_.-]*)=", re.ASCII)
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_.+/-]*\Z", re.ASCII)
_COMMENT = re.compile(r"#[ \t]?tiffin:[ \t]*(.*)\Z", re.DOTALL)
_BLANK = re.compile(r"[ \t]")
_NOT_BARE = {"true", "false", "null", "NaN", "Infinity"}


class MalformedSettings(ValueError):
    """Text that sets out as `key=value` pairs, but does not stay so; the message says where."""


def read_settings(text: str) -> dict[str, Any]:
    """Return the values of `key=value` pairs separated by blanks.

    A value is JSON (`3`, `true`, `"two words"`, `["a", "b"]`); a word that is no JSON stands for itself
    (`cache=never`). `MalformedSettings` if anything else stands between or behind the pairs.
    """
    settings: dict[str, Any] = {}
    position = 0
    text = text.rstrip(" \t")
    while position < len(text):
        pair = _PAIR.match(text, position)
        if pair is None:
            raise MalformedSettings(f"{text[position:].strip()!r} is not of the form key=value")
        settings[pair[1]], position = _read_value(text, pair.end())
    return settings


def write_settings(settings: Mapping[str, Any]) -> str:
    """Return `key=value` pairs that `read_settings` reads back as an equal mapping.

    `NotebookError` for a key that is no word, and for a value that is not made of JSON values.
    """
    pairs = []
    for key, value in settings.items():
        if not _KEY.fullmatch(key):
            raise NotebookError(f"the setting {key!r} cannot be written: a key is a word of ASCII letters")
        if isinstance(value, str) and _BARE.match(value) and value not in _NOT_BARE:
            pairs.append(f"{key}={value}")
            continue
        try:
            pairs.append(f"{key}={json.dumps(value, ensure_ascii=False)}")
        except (TypeError, ValueError):
            raise NotebookError(f"the setting {key} cannot be written: {value!r} is no JSON value") from None
    return " ".join(pairs)


def read_comment(line: str) -> dict[str, Any] | None:
    """Return the settings on the comment line `# tiffin: key=value ...`, None if it is no such line.

    A line whose first word has no `=` is prose about tiffin, not settings. `MalformedSettings` if the
    line sets out as settings and goes on as something else.
    """
    comment = _COMMENT.match(line)
    if comment is None or not _PAIR.match(comment[1]):
        return None
    return read_settings(comment[1])


def write_comment(settings: Mapping[str, Any]) -> str:
    """Return the comment line that holds these settings."""
    return f"# tiffin: {write_settings(settings)}"


def _read_value(text: str, position: int) -> tuple[Any, int]:
    """Return the value that starts at `position`, and the position behind it."""
    if text[position : position + 1] in ('"', "[", "{"):
        try:
            value, end = json.JSONDecoder().raw_decode(text, position)
        except ValueError:
            raise MalformedSettings(f"{text[position:]!r} is not a JSON value") from None
    else:
        found = _BLANK.search(text, position)
        end = found.start() if found else len(text)
        if end == position:
            raise MalformedSettings(f"nothing stands behind {text[:position].split()[-1]!r}")
        try:
            value = json.loads(text[position:end])
        except ValueError:
            value = text[position:end]
    if text[end : end + 1] not in ("", " ", "\t"):
        raise MalformedSettings(f"a blank is missing before {text[end:]!r}")
    return value, end
