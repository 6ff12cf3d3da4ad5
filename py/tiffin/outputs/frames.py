"""Frames of pandas, polars and pyarrow as outputs: tables that a reader sorts, filters and downloads."""

from __future__ import annotations

import html
import json
from typing import Any, TypeAlias

from tiffin.errors import UsageError
from tiffin.outputs.rows import Rows, rows_of
from tiffin.outputs.table import Column, TextTable

Json: TypeAlias = Any

SEEN_ROWS = 10
"""How many rows are seen at once; a frame of no more is a plain table."""

MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 1_000, 50, 100_000
"""What an output carries as a whole: of larger frames it shows the ends."""

ENDS = 20
"""How many rows and columns of a larger frame are shown, half of them from each end."""


def render_pandas(frame: Any) -> dict[str, Json]:
    """Return the bundle of a pandas frame."""
    table = _alive(frame)
    if table is None:
        plain = frame.to_html(max_rows=ENDS, max_cols=ENDS, border=0, classes="tn-table", justify="inherit")
        # Above an index without a name there is no heading, as far as who hears the page is concerned.
        table = _ends(plain.replace("<th></th>", "<td></td>"), frame.shape)
    return {"text/html": table, "text/plain": repr(frame)}


def render_series(series: Any) -> dict[str, Json]:
    """Return the bundle of a pandas series."""
    bundle = render_pandas(series.to_frame(series.name if series.name is not None else ""))
    return {**bundle, "text/plain": repr(series)}


def render_polars(frame: Any) -> dict[str, Json]:
    """Return the bundle of a polars frame."""
    return {"text/html": _alive(frame) or frame._repr_html_(), "text/plain": repr(frame)}


def render_arrow(table: Any) -> dict[str, Json]:
    """Return the bundle of a table of pyarrow."""
    bundle = {"text/plain": repr(table)}
    found = _alive(table)
    return bundle if found is None else {"text/html": found, **bundle}


def _alive(frame: Any) -> str | None:
    """The element of a table with all rows; None for a frame that is too small for it, or too big."""
    try:
        rows = rows_of(frame)
    except UsageError:
        return None
    if not SEEN_ROWS < rows.count <= MOST_ROWS or not 0 < len(rows.names) <= MOST_COLUMNS:
        return None
    if len(set(rows.names)) < len(rows.names):
        return None  # columns are known by their names
    return _element(rows)


def _element(rows: Rows) -> str | None:
    table = TextTable(rows, [Column(name, name) for name in rows.names])
    whole = table.whole(MOST_BYTES)
    if whole is None:
        return None
    arguments = {
        "label": "",
        "selection": "none",
        "page_size": SEEN_ROWS,
        "count": rows.count,
        "columns": table.heads(),
        "first": whole,
    }
    told = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    plain = table.to_html(SEEN_ROWS, "Table")
    return f'<tn-table data-args="{html.escape(told)}" style="--tn-rows:{SEEN_ROWS}">{plain}</tn-table>'


def _ends(table: str, shape: tuple[int, int]) -> str:
    rows, columns = shape
    note = f"{rows:,} rows × {columns:,} columns"
    if rows > MOST_ROWS:
        note += "; tn.ui.table shows all of them"
    cut = rows > ENDS or columns > ENDS
    return f'<div class="tn-table-frame">{table}</div>' + (
        f'<p class="tn-table-note">{note}</p>' if cut else ""
    )
