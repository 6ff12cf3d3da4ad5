"""Markdown notebooks: `.md` files with fenced Python cells, read and written through jupytext.

A fence that says `python` is a code cell; fences in other languages stay text. What a YAML header says
apart from Jupyter's own is kept in the setting `header`.
"""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tiffin.errors import NotebookError
from tiffin.notebook.draft import normalise_line_ends
from tiffin.notebook.ipynb import from_node, to_node
from tiffin.notebook.notebook import Notebook

_OTHER_LANGUAGE = re.compile(r"%%(\w+)[ \t]*([^\n]*)\n?(.*)\Z", re.DOTALL)
_HEADER = re.compile(r"---\n(.*)\n---\Z", re.DOTALL)


def read_markdown(text: str, filename: str) -> Notebook:
    """Return the notebook in the text of a Markdown file; `line` is where a cell's text begins in the file.

    `NotebookError` if jupytext cannot make sense of the file's header.
    """
    jupytext: Any = importlib.import_module("jupytext")
    text = normalise_line_ends(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            node = jupytext.reads(text, fmt="md")
        except Exception as error:  # noqa: BLE001 - YAML and jupytext have their own kinds of error
            reason = str(error).strip().split("\n")[0]
            raise NotebookError(f"{filename} cannot be read as a Markdown notebook: {reason}") from None
    lines = _find_lines(text, [cell["source"] for cell in node.cells])
    header = None
    if (
        node.cells
        and node.cells[0]["cell_type"] == "raw"
        and (found := _HEADER.match(node.cells[0]["source"]))
    ):
        header = found[1]
        del node.cells[0], lines[0]
    for index, cell in enumerate(node.cells):
        lines[index] += _unfence(cell, text, lines[index])
    notebook = from_node(node, filename, [None] * len(node.cells))
    cells = tuple(replace(cell, line=line) for cell, line in zip(notebook.cells, lines, strict=True))
    settings = notebook.settings if header is None else {**notebook.settings, "header": header}
    return replace(notebook, cells=cells, settings=settings)


def write_markdown(notebook: Notebook) -> str:
    """Return the text of a Markdown file, from which reading makes a notebook with the same cells."""
    jupytext: Any = importlib.import_module("jupytext")
    v4: Any = importlib.import_module("nbformat.v4")
    settings = dict(notebook.settings)
    header = settings.pop("header", None)
    node = to_node(replace(notebook, settings=settings))
    if isinstance(header, str):
        node.cells.insert(0, v4.new_raw_cell(f"---\n{header}\n---"))
    node.metadata["jupytext"] = {
        "notebook_metadata_filter": "kernelspec,tiffin,-all",
        "cell_metadata_filter": "name,tags,jupyter,tiffin,-all",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return str(jupytext.writes(node, fmt="md"))


def _unfence(cell: Any, text: str, line: int) -> int:
    """Make the fence in another language, which jupytext turned into a cell magic, text again.

    Returns how many lines the cell's text then begins before `line`: the fence is part of it.
    """
    if cell["cell_type"] != "code":
        return 0
    magic = _OTHER_LANGUAGE.match(cell["source"])
    fence = text.split("\n")[line - 2] if line >= 2 else ""
    opening = re.match(r"(`{3,})(\w+)", fence)
    if magic is None or opening is None or opening[2].lower() in ("python", "py", "ipython3"):
        return 0
    cell["cell_type"] = "markdown"
    cell["source"] = f"{fence}\n{magic[3]}\n{opening[1]}"
    return -1


def _find_lines(text: str, sources: Sequence[str]) -> list[int]:
    """Return the 1-based line on which each source begins: jupytext keeps their order, but no positions."""
    lines, found, at = text.split("\n"), [], 0
    for source in sources:
        wanted = source.split("\n")
        other = _OTHER_LANGUAGE.match(source)
        candidates = [wanted] + ([other[3].split("\n")] if other else [])
        where = next(
            (
                (index, len(candidate))
                for index in range(at, len(lines))
                for candidate in candidates
                if lines[index : index + len(candidate)] == candidate
            ),
            (min(at, len(lines) - 1), 0),
        )
        found.append(where[0] + 1)
        at = where[0] + where[1]
    return found
