"""Sizes and times as people write and read them."""

from __future__ import annotations

import re

from tiffin.errors import UsageError

_SIZES = {"": 1, "B": 1}
_SIZES |= {f"{letter}B": 1000 ** (power + 1) for power, letter in enumerate("KMGT")}
_SIZES |= {letter: 1000 ** (power + 1) for power, letter in enumerate("KMGT")}
_SIZES |= {f"{letter}IB": 1024 ** (power + 1) for power, letter in enumerate("KMGT")}
_AGES = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*\Z", re.ASCII)


def parse_size(text: str, where: str) -> int:
    """Return bytes: `500MB`, `2 GB`, `1.5 GiB`, or a number; `UsageError`, naming `where`, otherwise."""
    found = _AMOUNT.match(text)
    if found is None or found[2].upper() not in _SIZES:
        raise UsageError(f"{where} takes a size like 500MB or 2GB, not {text!r}")
    return int(float(found[1]) * _SIZES[found[2].upper()])


def parse_age(text: str, where: str) -> float:
    """Return seconds: `30d`, `12h`, `2w`; `UsageError`, naming `where`, otherwise."""
    found = _AMOUNT.match(text)
    if found is None or found[2] not in _AGES:
        raise UsageError(f"{where} takes a time like 30d, 12h or 2w, not {text!r}")
    return float(found[1]) * _AGES[found[2]]


def readable_size(size: float) -> str:
    """Return bytes in at most three digits and a unit."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 9.95 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"


def readable_age(seconds: float) -> str:
    """Return a time in its biggest unit: `3 min`, `2 h`, `40 d`."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"
