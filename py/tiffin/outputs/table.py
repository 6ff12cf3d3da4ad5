"""Rows of tables as a page has them: text in cells, what it needs to sort by itself, CSV, and plain HTML."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tiffin.outputs.rows import Positions, Rows, is_missing, order_of

Json: TypeAlias = Any

LONGEST_CELL = 500
_SAMPLE = 200


@dataclass(frozen=True)
class Column:
    """A column that is shown: its name in the data, what it is called, and a format specification."""

    name: str
    title: str
    format: str | None = None


class TextTable:
    """Some columns of rows, as text. Columns are known by their place among those shown, rows by their place
    in the data."""

    def __init__(self, rows: Rows, columns: Sequence[Column]) -> None:
        self.rows, self.columns = rows, columns
        self._numbers = [rows.names.index(column.name) for column in columns]
        self._texts: dict[int, Callable[[Any], str]] = {}

    def order(self, column: int, *, descending: bool) -> Positions:
        """Return all rows by the values of a column; stable, what is missing last."""
        return self.rows.order(self._numbers[column], descending=descending)

    def matching(self, positions: Positions, columns: Iterable[int], wanted: str) -> Positions:
        """Return those rows in which one of the columns has a text with `wanted` in it; its case is lower."""
        found: set[int] = set()
        for column in columns:
            text = self._text(column)
            found |= {
                index
                for index, value in enumerate(self._values(column))
                if not is_missing(value) and wanted in text(value).lower()
            }
        return [index for index in positions if index in found]

    def shown(self, at: Positions) -> list[list[str | None]]:
        """Return rows as they are shown; None for what is missing."""
        shown = []
        for column in range(len(self.columns)):
            text = self._text(column)
            values = self._values(column, at)
            shown.append([None if is_missing(value) else text(value)[:LONGEST_CELL] for value in values])
        return [list(row) for row in zip(*shown, strict=True)]

    def csv(self, at: Positions, *, head: bool) -> str:
        """Return rows as CSV (RFC 4180), with the titles before them if it is the `head`."""
        values = [self._values(column, at) for column in range(len(self.columns))]
        text = io.StringIO()
        writer = csv.writer(text)  # commas, quotes where needed, CRLF
        if head:
            writer.writerow(column.title for column in self.columns)
        writer.writerows(
            ["" if is_missing(value) else _raw(value) for value in row] for row in zip(*values, strict=True)
        )
        return text.getvalue()

    def whole(self, most_bytes: int) -> Json | None:
        """Return all rows, the rank of each in the order of each column, and cells as CSV has them where that
        is not what is shown; None if that is more JSON than `most_bytes`."""
        shown = self.shown(range(self.rows.count))
        ranks, raws = [], {}
        for column in range(len(self.columns)):
            values = self._values(column)
            ranks.append(ranks_of(values))
            raw = ["" if is_missing(value) else _raw(value) for value in values]
            if raw != [row[column] or "" for row in shown]:
                raws[str(column)] = raw
        whole = {"rows": shown, "ranks": ranks, "raws": raws}
        return whole if len(json.dumps(whole)) <= most_bytes else None

    def heads(self) -> list[dict[str, Json]]:
        """Return what the page is told of each column."""
        return [
            {"title": column.title, "number": self._is_number(number)}
            for number, column in enumerate(self.columns)
        ]

    def to_html(self, seen: int, title: str) -> str:
        """Return a plain table of the first rows, which says in its caption how many there are."""
        count = self.rows.count
        heads = "".join(f'<th scope="col">{html.escape(column.title)}</th>' for column in self.columns)
        first = self.shown(range(min(seen, count)))
        body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in first)
        note = f"{count:,} rows" if count <= len(first) else f"the first {len(first)} of {count:,} rows"
        caption = f"<caption>{html.escape(title)}: {note}</caption>"
        return (
            f'<div class="tn-tb-plain"><table class="tn-table">{caption}'
            f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _values(self, column: int, at: Positions | None = None) -> list[Any]:
        return self.rows.values(self._numbers[column], at)

    def _sample(self, column: int) -> list[Any]:
        return self._values(column, range(min(_SAMPLE, self.rows.count)))

    def _text(self, column: int) -> Callable[[Any], str]:
        if column not in self._texts:
            self._texts[column] = text_of(self._sample(column), self.columns[column].format)
        return self._texts[column]

    def _is_number(self, column: int) -> bool:
        found = [value for value in self._sample(column) if not is_missing(value)]
        return bool(found) and all(_is_plain_number(value) for value in found)


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


def _is_plain_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _raw(value: Any) -> str:
    """A value as CSV has it."""
    if hasattr(value, "isoformat"):
        text: str = value.isoformat()
        return text.replace("T", " ").removesuffix(" 00:00:00")
    return str(value)
