"""Tables: rows that a reader looks through, and selects."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias, Unpack

from tiffin.errors import UsageError
from tiffin.ui.element import Common, Element
from tiffin.ui.rows import Positions, Rows, is_missing, order_of, rows_of

Json: TypeAlias = Any

WHOLE_ROWS, WHOLE_BYTES = 1_000, 200_000
"""A table of up to so many rows, in so many bytes of JSON, goes to the page as a whole."""

FIRST_ROWS = 50
"""How many rows of others go with the page."""

MOST_ASKED = 20_000
"""How many rows one answer holds at most."""

LONGEST_CELL = 500
_SAMPLE = 200
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
        self._fill(data, rows)
        super().__init__(arguments, list(value), **common)

    def _fill(self, data: Any, rows: Rows) -> None:
        self.data = data
        self._rows = rows
        self._texts: dict[int, Callable[[Any], str]] = {}
        self._view: tuple[str, Positions] = ("", range(rows.count))

    def fill(self, data: Any) -> None:
        """Take the data that were stored."""
        self._fill(data, rows_of(data))

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
        return self._here.take(front_end)

    @property
    def _here(self) -> Rows:
        if self.data is None:
            raise UsageError("the rows of this table are not here: run its cell")
        return self._rows

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
                return {"total": len(rows), "rows": self._shown(part), "positions": list(part)}
            case "csv":
                return {"total": len(rows), "csv": self._csv(part, head=start == 0)}
        raise UsageError("ask a table for rows or csv")

    def _positions(self, asked: Mapping[str, Json]) -> Positions:
        """Which rows a reader sees, in which order; the last answer is kept, since pages of it come next."""
        view = {name: asked.get(name) for name in ("sort", "filter", "filters")}
        name = json.dumps(view, sort_keys=True)
        if name != self._view[0]:
            self._view = (name, self._look(view))
        return self._view[1]

    def _look(self, view: Mapping[str, Json]) -> Positions:
        rows = self._here
        positions: Positions = range(rows.count)
        sort = view["sort"]
        if sort:
            positions = rows.order(self._number(sort["column"]), descending=bool(sort["descending"]))
        wanted = str(view["filter"] or "").lower()
        for column, text in (view["filters"] or {}).items():
            positions = self._matching(positions, [int(column)], str(text).lower())
        if wanted:
            positions = self._matching(positions, range(len(self.arguments["columns"])), wanted)
        return positions

    def _matching(self, positions: Positions, columns: Iterable[int], wanted: str) -> Positions:
        found: set[int] = set()
        for column in columns:
            number = self._number(column)
            text = self._text(number)
            found |= {
                index
                for index, value in enumerate(self._here.values(number))
                if not is_missing(value) and wanted in text(value).lower()
            }
        return [index for index in positions if index in found]

    def _number(self, shown: int) -> int:
        """The number in the data of a column as shown."""
        return self._here.names.index(self.arguments["columns"][shown]["name"])

    def _text(self, number: int) -> Callable[[Any], str]:
        if number not in self._texts:
            name = self._here.names[number]
            given = [column["format"] for column in self.arguments["columns"] if column["name"] == name]
            sample = self._here.values(number, range(min(_SAMPLE, self._here.count)))
            self._texts[number] = text_of(sample, given[0] if given else None)
        return self._texts[number]

    def _shown(self, at: Positions) -> list[list[str | None]]:
        numbers = [self._number(column) for column in range(len(self.arguments["columns"]))]
        shown = []
        for number in numbers:
            text = self._text(number)
            values = self._here.values(number, at)
            shown.append([None if is_missing(value) else text(value)[:LONGEST_CELL] for value in values])
        return [list(row) for row in zip(*shown, strict=True)]

    def _csv(self, at: Positions, *, head: bool) -> str:
        columns = self.arguments["columns"]
        values = [self._here.values(self._number(column), at) for column in range(len(columns))]
        text = io.StringIO()
        writer = csv.writer(text)  # RFC 4180: commas, quotes where needed, CRLF
        if head:
            writer.writerow(column["title"] for column in columns)
        writer.writerows(
            ["" if is_missing(value) else _raw(value) for value in row] for row in zip(*values, strict=True)
        )
        return text.getvalue()

    def shown_arguments(self) -> Mapping[str, Json]:
        columns = [
            {"title": column["title"], "number": self._is_number(number)}
            for number, column in enumerate(self.arguments["columns"])
        ]
        whole = self._whole() if self.arguments["count"] <= WHOLE_ROWS else None
        if whole is not None and len(json.dumps(whole)) > WHOLE_BYTES:
            whole = None
        first = {"rows": self._shown(range(min(FIRST_ROWS, self.arguments["count"])))}
        return {**self.arguments, "columns": columns, "first": first if whole is None else whole}

    def _whole(self) -> Json:
        """All rows, the rank of each in the order of each column, and cells as CSV has them where that is not
        what is shown."""
        every = range(self._here.count)
        shown = self._shown(every)
        ranks, raws = [], {}
        for column in range(len(self.arguments["columns"])):
            values = self._here.values(self._number(column))
            ranks.append(ranks_of(values))
            raw = ["" if is_missing(value) else _raw(value) for value in values]
            if raw != [row[column] or "" for row in shown]:
                raws[str(column)] = raw
        return {"rows": shown, "ranks": ranks, "raws": raws}

    def _is_number(self, column: int) -> bool:
        at = range(min(_SAMPLE, self._here.count))
        found = [v for v in self._here.values(self._number(column), at) if not is_missing(v)]
        return bool(found) and all(_is_plain_number(value) for value in found)

    def to_html(self) -> str:
        """Return the custom element around a plain table of the first rows."""
        columns, count = self.arguments["columns"], self.arguments["count"]
        heads = "".join(f'<th scope="col">{html.escape(column["title"])}</th>' for column in columns)
        first = self._shown(range(self.rows if count else 0))
        body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in first)
        title = html.escape(self.arguments["label"] or (self.name if self.name.isidentifier() else "Table"))
        note = f"{count:,} rows" if count <= len(first) else f"the first {len(first)} of {count:,} rows"
        text = html.escape(self.arguments.get("help", ""))
        about = f'<p class="tn-widget-help">{text}</p>' if text else ""
        return self.wrap(
            f'<div class="tn-tb-plain"><table class="tn-table"><caption>{title}: {note}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>{about}"
        )


def _cell(text: str | None) -> str:
    return f"<td>{html.escape(text or '')}</td>"


def ranks_of(values: Sequence[Any]) -> list[int | None]:
    """Return the place of each value in their order, equal ones the same; None for what is missing."""
    order = [index for index in order_of(values, descending=False) if not is_missing(values[index])]
    ranks: list[int | None] = [None] * len(values)
    rank = -1
    for before, index in zip([None, *order], order, strict=False):
        if before is None or not _is_same(values[before], values[index]):
            rank += 1
        ranks[index] = rank
    return ranks


def _is_same(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except Exception:  # noqa: BLE001 (not everything that can be in a table can be compared)
        return False


def text_of(sample: Iterable[Any], format: str | None) -> Callable[[Any], str]:  # noqa: A002 (the author's word)
    """Return what shows the values of a column as text: by a format specification, or floats with as many
    decimals as the longest of a sample needs, four at most; times without what none of them has."""
    if format is not None:
        return lambda value: _formatted(value, format)
    floats = [value for value in sample if isinstance(value, float) and not is_missing(value)]
    sizes = [abs(value) for value in floats if value not in (0, float("inf"), float("-inf"))]
    wide = bool(sizes) and (max(sizes) >= 1e12 or min(sizes) < 1e-4)
    decimals = max((len(f"{value:.4f}".rstrip("0").partition(".")[2]) for value in floats), default=1)
    shape = ".6g" if wide else f".{max(1, decimals)}f"

    def text(value: Any) -> str:
        return format_float(value, shape) if isinstance(value, float) else _raw(value)

    return text


def format_float(value: float, shape: str) -> str:
    """Return a float by a specification, without a sign before zero."""
    shown = f"{value:{shape}}"
    return shown.removeprefix("-") if not shown.strip("-0.") else shown


def _formatted(value: Any, specification: str) -> str:
    try:
        return f"{value:{specification}}"
    except (ValueError, TypeError):
        return str(value)


def _specification(text: str | None) -> str | None:
    """A format specification, given as it is or in braces."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise UsageError(f"table: format takes specifications like ',.2f', not {text!r}")
    return text.removeprefix("{:").removesuffix("}") if text.startswith("{:") else text


def _is_plain_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _raw(value: Any) -> str:
    """A value as CSV has it."""
    if hasattr(value, "isoformat"):
        text: str = value.isoformat()
        return text.replace("T", " ").removesuffix(" 00:00:00")
    return str(value)


def _whole(asked: Mapping[str, Json], name: str) -> int:
    value = asked.get(name)
    if type(value) is not int or value < 0:
        raise UsageError(f"ask a table with {name}, a number of rows")
    return value


KINDS: Mapping[str, type[Element]] = {Table.kind: Table}
"""The kinds of this module, by their names."""
