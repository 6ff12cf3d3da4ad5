"""Every kind of element by its name; the module that makes it is imported when it is first asked for.

The kinds of `inputs` are in the kernel that every page loads, the others in an archive on demand.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from tiffin.ui.element import Element

MODULES: Mapping[str, str] = {
    kind: module
    for module, kinds in {
        "inputs": "slider number text checkbox dropdown",
        "fields": "range_slider text_area switch",
        "choices": "radio multiselect",
        "calendar": "date datetime time",
        "containers": "array dictionary batch form",
        "panels": "tabs accordion",
        "buttons": "button run_button refresh",
        "files": "file",
        "table": "table",
        "anywidget": "anywidget",
    }.items()
    for kind in kinds.split()
}
"""Kind -> module of this package, whose `KINDS` has its class."""


def find_kind(name: str) -> type[Element] | None:
    """Return the class of a kind, None if there is none of this name; `ImportError` if its module cannot be
    had."""
    module = MODULES.get(name)
    if module is None:
        return None
    kinds: Mapping[str, type[Element]] = importlib.import_module(f"tiffin.ui.{module}").KINDS
    return kinds[name]
