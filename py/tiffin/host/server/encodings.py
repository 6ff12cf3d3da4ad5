"""Content encodings: which one of those that a file has is sent to whom (RFC 9110, section 12.5.3)."""

from __future__ import annotations

import re
from collections.abc import Sequence

IDENTITY = "identity"
_ITEM = re.compile(
    r"\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?"
)
_OLD_NAMES = {"x-gzip": "gzip"}


def read_accepted(header: str) -> dict[str, float]:
    """Return the weight of each encoding that an `Accept-Encoding` names, `*` among them, from 0 to 1.

    What is not as the standard has it counts as not said.
    """
    weights: dict[str, float] = {}
    for item in header.split(","):
        found = _ITEM.fullmatch(item)
        if found is not None:
            name = found[1].lower()
            weights[_OLD_NAMES.get(name, name)] = float(found[2] or 1)
    return weights


def choose_encoding(header: str, offered: Sequence[str]) -> str:
    """Return the encoding of those `offered`, best first, that the reader likes most; `identity` if none.

    `identity` need not be offered. It comes last, and is sent even where it was refused: better than nothing.
    """
    weights = read_accepted(header)
    rest = weights.get("*", 0.0)
    best = max(offered, key=lambda name: weights.get(name, rest), default=IDENTITY)
    weight = weights.get(best, rest)
    # Without a word on it `identity` may be sent, but whoever names others would rather have those.
    return best if weight > 0 and weight >= weights.get(IDENTITY, 0.0) else IDENTITY
