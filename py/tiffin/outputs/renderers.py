"""What shows values of types that do not show themselves: functions by the full name of a type.

They come from tiffin, from `tn.renderers.register`, and from installed packages, under the entry-point group
`tiffin.render`. No library is imported to find one.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tiffin.errors import UsageError

Json: TypeAlias = Any
Renderer: TypeAlias = Callable[[Any], Mapping[str, Json]]
"""From a value to its MIME bundle; what it raises is said beside the value's text."""

OFFERED = "tiffin.outputs.offered"
_AT_HOME = frozenset({"__main__", "builtins", "tiffin"})


class Renderers:
    """Renderers by type; the nearest class of a value's has the say, then what was registered."""

    def __init__(self) -> None:
        self._registered: dict[str, Renderer] = {}
        self._own: Mapping[str, Renderer | str] = {}

    def register(self, kind: type | str, renderer: Renderer) -> None:
        """Have values of a type, given itself or by its full name (`package.module.Type`), be shown by
        what `renderer` makes of them: a MIME bundle, such as `{"text/html": "…"}`. So are types derived from
        it."""
        name = full_name(kind) if isinstance(kind, type) else kind
        if not all(part.isidentifier() for part in name.split(".") if part != "<locals>"):
            raise UsageError(f"register: takes a type or its full name, not {kind!r}")
        if not callable(renderer):
            raise UsageError(f"register: takes a function from a value to a MIME bundle, not {renderer!r}")
        self._registered[name] = renderer

    def supply(self, own: Mapping[str, Renderer | str]) -> None:
        """Take tiffin's own, each a function or where it is (`module:function`)."""
        self._own = own

    def find(self, kind: type) -> Renderer | None:
        """Return what shows values of a type; None where they show themselves."""
        names = [full_name(each) for each in kind.__mro__]
        offered: Mapping[str, Renderer] = {}
        if any(name.split(".")[0] not in _AT_HOME | sys.stdlib_module_names for name in names):
            offered = importlib.import_module(OFFERED).offered()
        for name in names:
            for found in (self._registered.get(name), self._own.get(name), offered.get(name)):
                if found is not None:
                    return _load(found) if isinstance(found, str) else found
        return None


def full_name(kind: type) -> str:
    """Return the name of a type with that of its module."""
    return f"{kind.__module__}.{kind.__qualname__}"


def _load(place: str) -> Renderer:
    module, _, name = place.partition(":")
    renderer: Renderer = getattr(importlib.import_module(module), name)
    return renderer


renderers = Renderers()
