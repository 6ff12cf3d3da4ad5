"""MIME bundles: one output in several representations, as Jupyter has them.

Text types hold strings, JSON types hold JSON, other types (images) hold Base64 text.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Any
Bundle: TypeAlias = Mapping[str, Json]

DENSITY = "application/vnd.tiffin.density+json"
"""Beside an image: how many of its pixels stand on one of the page (a number); 1 where it is missing."""

PREFERENCE = (
    "application/vnd.vegalite.v6+json",
    "application/vnd.vegalite.v5+json",
    "application/vnd.vega.v6+json",
    "application/vnd.vega.v5+json",
    "application/vnd.plotly.v1+json",
    "text/html",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "text/markdown",
    "text/latex",
    "application/json",
    "text/plain",
)
"""MIME types that a page shows, best first."""


def best(bundle: Bundle) -> str | None:
    """Return the type of `bundle` that a page shows, or None for an empty or unknown one."""
    return next((mime for mime in PREFERENCE if mime in bundle), None)


def is_text(mime: str) -> bool:
    """Return whether data of this type is text rather than Base64."""
    return mime.startswith("text/") or mime == "image/svg+xml"


def is_json(mime: str) -> bool:
    """Return whether data of this type is JSON."""
    return mime == "application/json" or mime.endswith("+json")


def to_data(mime: str, data: Any) -> Json:
    """Return `data`, as a `_repr_*_` method gave it, in the form that bundles have."""
    if isinstance(data, bytes | bytearray) and not is_text(mime):
        return base64.b64encode(data).decode("ascii")
    if isinstance(data, bytes | bytearray):
        return data.decode("utf-8", "replace")
    return data
