"""Drafts of cells, as a format's reader finds them, and the notebook that is assembled from them."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from tiffin.errors import NotebookError
from tiffin.ids import CellId
from tiffin.notebook.notebook import CellKind, Notebook, NotebookCell, NotebookOrder

# What nbformat accepts as a cell's id, and what is safe in a URL fragment and in a DOM attribute.
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z", re.ASCII)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*\Z")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


@dataclass
class Draft:
    """A cell before its identity is decided. `own_id` is the id that the file itself gives it, if any."""

    kind: CellKind
    source: str
    name: str | None = None
    own_id: str | None = None
    code: str | None = None
    line: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None


def assemble(
    filename: str,
    drafts: Sequence[Draft],
    *,
    requirements: Iterable[str] = (),
    settings: Mapping[str, Any] | None = None,
    title: str | None = None,
    order: NotebookOrder = "graph",
) -> Notebook:
    """Return the notebook of these drafts: ids decided, order taken from `settings`, title from its text.

    `order` is that of the format, where the settings name none. `title` is the fall-back where no Markdown
    cell holds a first-level heading. A requirement that is named twice counts once. `NotebookError` if the
    order is unknown.
    """
    kept = dict(settings or {})
    cells = tuple(
        NotebookCell(
            id=CellId(cell_id),
            kind=draft.kind,
            source=draft.source,
            name=draft.name,
            code=draft.code,
            line=draft.line,
            settings=draft.settings,
            problem=draft.problem,
        )
        for cell_id, draft in zip(decide_ids(drafts), drafts, strict=True)
    )
    decided = _order(filename, kept.pop("order", order))
    return Notebook(
        name=PurePath(filename).stem,
        filename=filename,
        cells=cells,
        requirements=tuple(dict.fromkeys(requirements)),
        settings=kept,
        order=decided,
        title=find_title(cells) or title,
    )


def decide_ids(drafts: Sequence[Draft]) -> list[str]:
    """Return an id for each draft: the file's own, else its name, else `c1`, `c2`, ... by position.

    An own id or a name counts only if it is made of at most 64 ASCII letters, digits, `-` and `_`, and
    if no earlier cell has it; a positional id that somebody's name already is gets `_` added.
    """
    ids: list[str | None] = [None] * len(drafts)
    taken: set[str] = set()
    for claims in ([draft.own_id for draft in drafts], [draft.name for draft in drafts]):
        for index, claim in enumerate(claims):
            if ids[index] is None and claim is not None and claim not in taken and _ID.match(claim):
                ids[index] = claim
                taken.add(claim)
    decided = []
    for position, cell_id in enumerate(ids, start=1):
        chosen = cell_id or f"c{position}"
        while cell_id is None and chosen in taken:
            chosen += "_"
        taken.add(chosen)
        decided.append(chosen)
    return decided


def find_title(cells: Iterable[NotebookCell]) -> str | None:
    """Return the text of the first first-level Markdown heading (`# Title`), without its markup."""
    for cell in cells:
        if cell.kind != "markdown" or cell.settings.get("raw"):
            continue
        fence: str | None = None
        for line in cell.source.split("\n"):
            opening = _FENCE.match(line)
            if opening and fence is None:
                fence = opening[1]
            elif opening and fence is not None and opening[1].startswith(fence):
                fence = None
            elif fence is None and (heading := _HEADING.match(line)):
                text = _LINK.sub(r"\1", heading[1])
                return re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text).strip() or None
    return None


def normalise_line_ends(text: str) -> str:
    r"""Return `text` with every line end written `\n`, as Python's own tokenizer reads a file."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def strip_blank_lines(lines: Sequence[str]) -> tuple[int, list[str]]:
    """Return how many blank lines stood before the first other one, and the lines without blank ends."""
    first, end = 0, len(lines)
    while first < end and not lines[first].strip():
        first += 1
    while end > first and not lines[end - 1].strip():
        end -= 1
    return first, list(lines[first:end])


def parse_python(source: str) -> ast.Module | None:
    """Return the syntax tree of `source` (top-level `await` allowed), or None if it is no Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _order(filename: str, value: object) -> NotebookOrder:
    if value == "graph" or value == "document" or value == "auto":
        return value
    raise NotebookError(f"{filename}: order={value} is unknown; the orders are graph, document and auto")
