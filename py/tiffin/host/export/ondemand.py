"""Whether a notebook uses modules that are in the archive on demand: then its page fetches that at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tiffin.host.export.cook import Cooked
from tiffin.notebook.notebook import Notebook
from tiffin.ui.kinds import MODULES

AT_HAND = "inputs"
"""The module of `tiffin.ui` whose kinds are in the kernel."""

NAMES = frozenset(
    {
        *("cache", "lru_cache", "persistent_cache", "hstack", "vstack"),
        *("callout", "stat", "image", "audio", "video", "output", "progress", "spinner"),
    }
)
"""What else of the author's API is in the archive: `tn.cache` and the like."""


def uses_modules_on_demand(notebook: Notebook, cooked: Cooked | None) -> bool:
    """Return whether results hold widgets of the archive, or a cell names something of it.

    It may be wrong either way, as with `getattr`: then the page fetches the archive for nothing, or later.
    """
    kinds = {kind for kind, module in MODULES.items() if module != AT_HAND}
    if cooked is not None:
        for cell in cooked.cells.values():
            definitions = cell.manifest.definitions.values() if cell.manifest is not None else ()
            if any(found.element is not None and found.element["kind"] in kinds for found in definitions):
                return True
    trees = [_parse(cell.python) for cell in notebook.cells if cell.kind == "code"]
    tiffin, widgets = {"tiffin"}, {"ui"}
    for tree in trees:
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=names):
                    tiffin |= {alias.asname for alias in names if alias.name == "tiffin" and alias.asname}
                case ast.ImportFrom(module="tiffin", names=names):
                    widgets |= {alias.asname for alias in names if alias.name == "ui" and alias.asname}
                    if NAMES & {alias.name for alias in names}:
                        return True
    return any(
        (name in NAMES and of in tiffin) or (name in kinds and of in widgets) or (name == "batch" and not of)
        for tree in trees
        for of, name in _attributes(tree)
    )


def _attributes(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each attribute that code names, after the name that it is of."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=of), attr=name):
                yield of, name
            case ast.Attribute(value=ast.Attribute(attr=of), attr=name):
                yield of, name
            case ast.Attribute(value=ast.Call(), attr=name):
                yield "", name


def _parse(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
