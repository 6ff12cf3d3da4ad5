"""Star imports: what `from module import *` binds, found out natively while a notebook is read."""

from __future__ import annotations

import ast
import contextlib
import importlib
import sys
import types
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tiffin.notebook.draft import parse_python
from tiffin.notebook.notebook import Notebook, NotebookCell


def look_up_stars(notebook: Notebook, folder: Path) -> Notebook:
    """Return the notebook with `stars` of each cell filled in, by importing what its cells import by star.

    Modules in `folder` are found as a script there would find them, and forgotten afterwards. A module
    that cannot be imported is the problem of the cell that asks for it.
    """
    if not any(cell.kind == "code" and "*" in cell.python for cell in notebook.cells):
        return notebook
    with _importing_from(folder):
        cells = tuple(_look_up(cell) for cell in notebook.cells)
    return replace(notebook, cells=cells)


def _look_up(cell: NotebookCell) -> NotebookCell:
    tree = parse_python(cell.python) if cell.kind == "code" else None
    if tree is None:
        return cell
    stars: dict[str, tuple[str, ...]] = {}
    problem = cell.problem
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or [alias.name for alias in node.names] != ["*"]:
            continue
        where = f"line {node.lineno + (cell.line or 1) - 1}"
        if node.level or node.module is None:
            written = "." * node.level + (node.module or "")
            problem = problem or f"{where}: `from {written} import *`: a notebook is in no package"
            continue
        names = _names_of(node.module)
        if isinstance(names, str):
            problem = problem or f"{where}: `from {node.module} import *`: {names}"
        else:
            stars[node.module] = names
    return replace(cell, stars=stars, problem=problem)


def _names_of(module_name: str) -> tuple[str, ...] | str:
    """Return the names that a star import binds, or a sentence that says why they cannot be known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            module = importlib.import_module(module_name)
            exported = getattr(module, "__all__", None)
            if exported is None:
                return tuple(sorted(name for name in vars(module) if not name.startswith("_")))
            return tuple(dict.fromkeys(str(name) for name in exported))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a module may raise whatever it likes
            reason = str(error).strip().split("\n")[0] or type(error).__name__
            return f"the module cannot be imported ({type(error).__name__}: {reason})"


@contextlib.contextmanager
def _importing_from(folder: Path) -> Iterator[None]:
    """Put `folder` at the head of the import path, and forget modules in it on the way out."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if _lies_in(sys.modules[name], folder):
                del sys.modules[name]


def _lies_in(module: types.ModuleType, folder: Path) -> bool:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        return False
    path = Path(file).resolve()
    return path.is_relative_to(folder.resolve()) and "site-packages" not in path.parts
