"""Renderers that installed packages offer, under the entry-point group `tiffin.render`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

GROUP = "tiffin.render"

_known: dict[str, Callable[[Any], Any]] = {}
_places: tuple[tuple[str, float], ...] | None = None


def offered() -> Mapping[str, Callable[[Any], Any]]:
    """Return the renderers by the full name of the type; packages are looked at again when some came.

    Their modules are imported when the first value of the type is shown.
    """
    global _known, _places
    places = tuple(_changes())
    if places != _places:
        _known = {entry.name: _later(entry) for entry in entry_points(group=GROUP)}
        _places = places
    return _known


def _changes() -> list[tuple[str, float]]:
    found = []
    for place in sys.path:
        try:
            found.append((place, Path(place).stat().st_mtime))
        except OSError:
            continue
    return found


def _later(entry: EntryPoint) -> Callable[[Any], Any]:
    return lambda value: entry.load()(value)
