"""Rows of tables of any kind: what is shown of them, their order, some of them in their own kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from tiffin.errors import UsageError

Positions: TypeAlias = Sequence[int]
"""Rows by their numbers in the data, from 0."""


class Rows(Protocol):
    """A table's rows. `names` are its columns, `count` the number of rows.

    `values` gives a column as Python's own values, whole or at some positions, what is missing as None or
    NaN; `order` the positions by a column, stable, with what is missing last; `take` some rows in the kind of
    the data.
    """

    names: list[str]
    count: int

    def values(self, column: int, at: Positions | None = None) -> list[Any]: ...
    def order(self, column: int, *, descending: bool) -> Positions: ...
    def take(self, at: Positions) -> Any: ...


def is_missing(value: Any) -> bool:
    """Return whether a value stands for none: None or NaN."""
    return value is None or (isinstance(value, float) and value != value)


def order_of(values: Sequence[Any], *, descending: bool) -> list[int]:
    """Return the positions of values by size, stable, what is missing last; what cannot be compared goes by
    type, and then by its text."""
    present = [index for index, value in enumerate(values) if not is_missing(value)]
    missing = [index for index, value in enumerate(values) if is_missing(value)]
    try:
        present.sort(key=values.__getitem__, reverse=descending)
    except TypeError:
        keys = [(_rank(value), str(value)) for value in values]
        present.sort(key=keys.__getitem__, reverse=descending)
    return present + missing


def _rank(value: Any) -> str:
    return "" if isinstance(value, int | float) else type(value).__name__


class PlainRows:
    """Lists of dicts, and dicts of columns."""

    def __init__(self, data: Sequence[Mapping[Any, Any]] | Mapping[Any, Any]) -> None:
        self._data = data
        if isinstance(data, Mapping):
            self._columns = {name: list(column) for name, column in data.items()}
            lengths = {len(column) for column in self._columns.values()}
            if len(lengths) > 1:
                raise UsageError("table: the columns of a dict must have the same length")
            self.count = lengths.pop() if lengths else 0
        else:
            names = dict.fromkeys(name for row in data for name in row)
            self._columns = {name: [row.get(name) for row in data] for name in names}
            self.count = len(data)
        self.names = [str(name) for name in self._columns]
        self._lists = list(self._columns.values())

    def values(self, column: int, at: Positions | None = None) -> list[Any]:
        found = self._lists[column]
        return found if at is None else [found[index] for index in at]

    def order(self, column: int, *, descending: bool) -> Positions:
        return order_of(self._lists[column], descending=descending)

    def take(self, at: Positions) -> Any:
        if isinstance(self._data, Mapping):
            return {name: [column[index] for index in at] for name, column in self._columns.items()}
        return [self._data[index] for index in at]


class NumpyRows:
    """NumPy arrays: structured ones, and those of one or two dimensions."""

    def __init__(self, data: Any) -> None:
        self._data = data
        names = data.dtype.names
        if names is None and data.ndim not in (1, 2):
            raise UsageError(f"table: an array must have one or two dimensions, not {data.ndim}")
        if names is not None and data.ndim != 1:
            raise UsageError("table: a structured array must have one dimension")
        self.count = len(data)
        self._keys = list(names) if names is not None else list(range(data.shape[1] if data.ndim == 2 else 1))
        self.names = [str(key) for key in self._keys]

    def _column(self, column: int) -> Any:
        if self._data.dtype.names is not None:
            return self._data[self._keys[column]]
        return self._data if self._data.ndim == 1 else self._data[:, column]

    def values(self, column: int, at: Positions | None = None) -> list[Any]:
        found = self._column(column)
        if found.dtype.kind in "Mm":
            found = found.astype(f"{found.dtype.kind}8[us]")  # those of nanoseconds become ints in Python
        values: list[Any] = found.tolist() if at is None else found[list(at)].tolist()
        return values

    def order(self, column: int, *, descending: bool) -> Positions:
        return order_of(self.values(column), descending=descending)

    def take(self, at: Positions) -> Any:
        return self._data[list(at)]


class PandasRows:
    """Frames of pandas; an index that says something comes first."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self.count = len(data)
        index = data.index
        self._levels = 0 if type(index).__name__ == "RangeIndex" and index.name is None else index.nlevels
        levels = ["" if name is None else str(name) for name in list(index.names)[: self._levels]]
        self.names = levels + [_joined(name) for name in data.columns]

    def _column(self, column: int) -> Any:
        if column < self._levels:
            return self._data.index.get_level_values(column).to_series().reset_index(drop=True)
        return self._data.iloc[:, column - self._levels].reset_index(drop=True)

    def values(self, column: int, at: Positions | None = None) -> list[Any]:
        found = self._column(column)
        if at is not None:
            found = found.iloc[list(at)]
        values: list[Any] = found.astype(object).where(found.notna().to_numpy(), None).tolist()
        return values

    def order(self, column: int, *, descending: bool) -> Positions:
        found = self._column(column)
        try:
            ordered = found.sort_values(ascending=not descending, kind="stable", na_position="last")
        except TypeError:
            return order_of(self.values(column), descending=descending)
        positions: list[int] = ordered.index.tolist()
        return positions

    def take(self, at: Positions) -> Any:
        return self._data.iloc[list(at)]


def _joined(name: Any) -> str:
    return " / ".join(map(str, name)) if isinstance(name, tuple) else str(name)


class PolarsRows:
    """Frames of polars."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self.count, self.names = data.height, list(data.columns)

    def values(self, column: int, at: Positions | None = None) -> list[Any]:
        found = self._data.to_series(column)
        values: list[Any] = found.to_list() if at is None else found[list(at)].to_list()
        return values

    def order(self, column: int, *, descending: bool) -> Positions:
        found = self._data.to_series(column).alias("value")
        if found.dtype.is_float():
            found = found.fill_nan(None)
        frame = found.to_frame().with_row_index("position")
        options = {"descending": descending, "nulls_last": True, "maintain_order": True}
        positions: list[int] = frame.sort("value", **options).get_column("position").to_list()
        return positions

    def take(self, at: Positions) -> Any:
        return self._data[list(at)]


class ArrowRows:
    """Tables and record batches of pyarrow."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self.count, self.names = data.num_rows, list(data.schema.names)

    def values(self, column: int, at: Positions | None = None) -> list[Any]:
        found = self._data.column(column)
        values: list[Any] = found.to_pylist() if at is None else found.take(list(at)).to_pylist()
        return values

    def order(self, column: int, *, descending: bool) -> Positions:
        return order_of(self.values(column), descending=descending)

    def take(self, at: Positions) -> Any:
        import pyarrow as pa

        return self._data.take(pa.array(list(at), pa.int64()))


_KINDS: Mapping[str, type[Any]] = {
    "pandas.DataFrame": PandasRows,
    "polars.DataFrame": PolarsRows,
    "pyarrow.Table": ArrowRows,
    "pyarrow.RecordBatch": ArrowRows,
    "numpy.ndarray": NumpyRows,
    "numpy.recarray": NumpyRows,
}


def rows_of(data: Any) -> Rows:
    """Return the rows of data; `UsageError` if it is of no kind that has some."""
    for kind in type(data).__mro__:
        found = _KINDS.get(f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}")
        if found is not None:
            rows: Rows = found(data)
            return rows
    if isinstance(data, Mapping):
        return PlainRows(data)
    if isinstance(data, list | tuple) and all(isinstance(row, Mapping) for row in data):
        return PlainRows(data)
    raise UsageError(
        "table: data is a frame of pandas, polars or pyarrow, an array of NumPy, a list of dicts, or a dict "
        f"of columns, not {type(data).__name__}"
    )
