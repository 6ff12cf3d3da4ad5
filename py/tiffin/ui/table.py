"""Tables: rows that a reader looks through, and selects."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias, Unpack

from tiffin.errors import UsageError
from tiffin.outputs.rows import Positions, rows_of
from tiffin.outputs.table import Column, TextTable
from tiffin.ui.element import Common, Element

Json: TypeAlias = Any

WHOLE_ROWS, WHOLE_BYTES = 1_000, 200_000
"""A table of up to so many rows, in so many bytes of JSON, goes to the page as a whole."""

FIRST_ROWS = 50
"""How many rows of others go with the page."""

MOST_ASKED = 20_000
"""How many rows one answer holds at most."""

_SELECTIONS = ("none", "single", "multi")


class Table(Element):
    """Rows to look through: sorted, filtered and downloaded by the reader, which changes no value; and
    selected, with `selection` `single` or `multi`: `.value` is the selected rows, in the kind of the data.

    `data` is a frame of pandas, polars or pyarrow, a structured or two-dimensional array, a list of dicts, or
    a dict of columns. `columns` says which are shown, or maps them to what they are called; `format` maps
    columns to format specifications (`",.2f"`); `page_size` is how many rows are seen at once. `value` are
    the numbers of the rows that are selected at first.
    """

    kind: ClassVar[str] = "table"

    def __init__(
        self,
        data: Any,
        selection: str = "none",
        page_size: int = 10,
        columns: Iterable[str] | Mapping[str, str] | None = None,
        format: Mapping[str, str] | None = None,  # noqa: A002 (the author's word)
        label: str = "",
        value: Sequence[int] = (),
        **common: Unpack[Common],
    ) -> None:
        if selection not in _SELECTIONS:
            raise UsageError(f"table: selection is one of {', '.join(_SELECTIONS)}, not {selection!r}")
        if type(page_size) is not int or not 1 <= page_size <= 100:
            raise UsageError(f"table: page_size must be a whole number from 1 to 100, not {page_size!r}")
        rows = rows_of(data)
        titles = (
            dict(columns) if isinstance(columns, Mapping) else {name: name for name in columns or rows.names}
        )
        formats = dict(format or {})
        for name in (*titles, *formats):
            if str(name) not in rows.names:
                raise UsageError(f"table: there is no column {name!r}; known: {', '.join(rows.names)}")
        arguments = {
            "label": label,
            "selection": selection,
            "page_size": page_size,
            "count": rows.count,
            "columns": [
                {"name": str(name), "title": str(title), "format": _specification(formats.get(name))}
                for name, title in titles.items()
            ],
        }
        super().__init__(arguments, list(value), **common)
        self.fill(data)

    def fill(self, data: Any) -> None:
        """Take the data, as they were given or stored."""
        self.data = data
        columns = [Column(**column) for column in self.arguments["columns"]]
        self._table = TextTable(rows_of(data), columns)
        self._view: tuple[str, Positions] = ("", range(self._table.rows.count))

    @classmethod
    def restored(cls, arguments: Mapping[str, Json], initial: Json, kept: Any) -> Table:
        made = cls.__new__(cls)
        made.data = None
        common = {name: arguments[name] for name in ("help", "disabled") if name in arguments}
        Element.__init__(made, arguments, initial, **common)
        return made

    @property
    def rows(self) -> int:
        return max(1, min(int(self.arguments["page_size"]), int(self.arguments["count"])))

    def to_python(self, front_end: Json) -> Any:
        return self._here.rows.take(front_end)

    @property
    def _here(self) -> TextTable:
        if self.data is None:
            raise UsageError("the rows of this table are not here: run its cell")
        return self._table

    def check(self, front_end: Json) -> Json:
        count, selection = self.arguments["count"], self.arguments["selection"]
        right = isinstance(front_end, list) and all(
            type(row) is int and 0 <= row < count for row in front_end
        )
        if not right:
            raise self.refuse(front_end, f"numbers of rows, from 0 to {count - 1}")
        most = {"none": 0, "single": 1}.get(selection, count)
        if len(set(front_end)) > most:
            raise self.refuse(front_end, "no selection" if most == 0 else f"{most} row at most")
        return sorted(set(front_end))

    def __repr__(self) -> str:
        chosen = f", {len(self.front_end):,} selected" if self.front_end else ""
        return f"<table {self.name or 'not shown yet'}: {self.arguments['count']:,} rows{chosen}>"

    # -- what the page sees -----------------------------------------------------------------------------

    def answer(self, asked: Mapping[str, Json]) -> Json:
        """Return rows as a reader sees them (`rows`), or as CSV (`csv`), from `start` on, `count` of them: of
        those that `filter` and `filters` leave, in the order of `sort`."""
        rows = self._positions(asked)
        start, count = _whole(asked, "start"), min(_whole(asked, "count"), MOST_ASKED)
        part = rows[start : start + count]
        match asked.get("what"):
            case "rows":
                return {"total": len(rows), "rows": self._here.shown(part), "positions": list(part)}
            case "csv":
                return {"total": len(rows), "csv": self._here.csv(part, head=start == 0)}
        raise UsageError("ask a table for rows or csv")

    def _positions(self, asked: Mapping[str, Json]) -> Positions:
        """Which rows a reader sees, in which order; the last answer is kept, since pages of it come next."""
        view = {name: asked.get(name) for name in ("sort", "filter", "filters")}
        name = json.dumps(view, sort_keys=True)
        if name != self._view[0]:
            self._view = (name, self._look(view))
        return self._view[1]

    def _look(self, view: Mapping[str, Json]) -> Positions:
        table = self._here
        positions: Positions = range(table.rows.count)
        sort = view["sort"]
        if sort:
            positions = table.order(sort["column"], descending=bool(sort["descending"]))
        wanted = str(view["filter"] or "").lower()
        for column, text in (view["filters"] or {}).items():
            positions = table.matching(positions, [int(column)], str(text).lower())
        if wanted:
            positions = table.matching(positions, range(len(table.columns)), wanted)
        return positions

    def shown_arguments(self) -> Mapping[str, Json]:
        table, count = self._here, self.arguments["count"]
        whole = table.whole(WHOLE_BYTES) if count <= WHOLE_ROWS else None
        first = {"rows": table.shown(range(min(FIRST_ROWS, count)))} if whole is None else whole
        return {**self.arguments, "columns": table.heads(), "first": first}

    def to_html(self) -> str:
        """Return the custom element around a plain table of the first rows."""
        title = self.arguments["label"] or (self.name if self.name.isidentifier() else "Table")
        text = html.escape(self.arguments.get("help", ""))
        about = f'<p class="tn-widget-help">{text}</p>' if text else ""
        return self.wrap(self._here.to_html(self.rows, title) + about)


def _specification(text: str | None) -> str | None:
    """A format specification, given as it is or in braces."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise UsageError(f"table: format takes specifications like ',.2f', not {text!r}")
    return text.removeprefix("{:").removesuffix("}") if text.startswith("{:") else text


def _whole(asked: Mapping[str, Json], name: str) -> int:
    value = asked.get(name)
    if type(value) is not int or value < 0:
        raise UsageError(f"ask a table with {name}, a number of rows")
    return value


KINDS: Mapping[str, type[Element]] = {Table.kind: Table}
"""The kinds of this module, by their names."""
