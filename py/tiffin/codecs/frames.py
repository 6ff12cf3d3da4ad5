"""Tables of pandas and polars as Arrow IPC streams.

pandas' own metadata restores index and dtypes; ours adds what that leaves out. What would not come back equal
(object columns of odd things, attributes) is refused, and goes to other codecs.
"""

from __future__ import annotations

import importlib
import json
import warnings
from typing import Any

from tiffin.codecs.arrow import ArrowCodec, read_stream
from tiffin.codecs.registry import Encoding, NotEncodable
from tiffin.errors import CodecError
from tiffin.ids import Bytes

_NOTES = b"tiffin"
_UNNAMED = "__tiffin_unnamed__"
_EXACT_OBJECTS = frozenset({"string", "bytes", "empty", "decimal", "date"})


class PandasCodec(ArrowCodec):
    """`pandas.DataFrame`, index and dtypes included."""

    name = "arrow-pandas"
    library = "pandas"

    def is_of(self, value: Any, module: Any) -> bool:
        return type(value) is getattr(module, "DataFrame", None)

    def size(self, value: Any) -> int:
        return int(value.memory_usage(index=False, deep=False).sum()) // 8

    def encode(self, value: Any) -> Encoding:
        if value.attrs or not value.flags.allows_duplicate_labels:
            raise NotEncodable("a frame with attributes or flags")
        pa = importlib.import_module("pyarrow")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                table = pa.Table.from_pandas(value)
                notes = json.dumps(_notes(value), sort_keys=True, separators=(",", ":"))
                table = table.replace_schema_metadata({**table.schema.metadata, _NOTES: notes})
                back = _frame(table)
                _require_equal(value, back)
            return self.encoded(table)
        except NotEncodable:
            raise
        except Exception as error:  # pandas and pyarrow raise all kinds, and warnings are errors here
            raise NotEncodable(f"{type(error).__name__}: {error}") from error

    def decode(self, data: Bytes) -> Any:
        table = read_stream(data)
        try:
            return _frame(table)
        except ImportError as error:
            raise CodecError("a frame cannot be read here: pandas is not installed") from error
        except Exception as error:
            raise CodecError(f"the Arrow stream is no pandas frame: {error}") from error


def _notes(frame: Any) -> dict[str, Any]:
    """What pandas' own metadata does not say: NaNs among text, frequencies, ranges as column labels."""
    pd = importlib.import_module("pandas")
    notes: dict[str, Any] = {}
    nans = [
        number
        for number in range(frame.shape[1])
        if frame.dtypes.iloc[number] == "object" and _nulls_are_nan(pd, frame.iloc[:, number])
    ]
    if nans:
        notes["nan"] = nans
    for level in range(frame.index.nlevels):
        labels = frame.index.get_level_values(level)
        if labels.dtype == "object" and _nulls_are_nan(pd, labels):
            raise NotEncodable("an index of text with gaps")
    freq = getattr(frame.index, "freqstr", None)
    if freq is not None:
        notes["freq"] = freq
    columns = frame.columns
    if type(columns) is pd.RangeIndex:
        notes["columns"] = [columns.start, columns.stop, columns.step]
    return notes


def _nulls_are_nan(pd: Any, values: Any) -> bool:
    """Whether the gaps in an object column are NaN rather than None; `NotEncodable` if it holds odd
    things."""
    if pd.api.types.infer_dtype(values, skipna=True) not in _EXACT_OBJECTS:
        raise NotEncodable("an object column of other things than text, bytes, decimals or dates")
    gaps = {type(value) for value in values[values.isna()]}
    if not gaps <= {type(None)} and gaps != {float}:
        raise NotEncodable("an object column with gaps of several kinds")
    return gaps == {float}


def _frame(table: Any) -> Any:
    """The frame in a table; its columns can be written to, and share nothing."""
    pd = importlib.import_module("pandas")
    notes = json.loads((table.schema.metadata or {}).get(_NOTES, b"{}"))
    frame = table.to_pandas()
    for number in notes.get("nan", ()):
        column = frame.iloc[:, number]
        frame.isetitem(number, column.where(column.notna(), float("nan")))
    if "columns" in notes:
        frame.columns = pd.RangeIndex(*notes["columns"])
    frame = frame.copy()
    if "freq" in notes:
        frame.index.freq = notes["freq"]
    return frame


def _require_equal(frame: Any, back: Any) -> None:
    importlib.import_module("pandas.testing").assert_frame_equal(
        frame, back, check_exact=True, check_index_type=True, check_column_type=True, check_freq=True
    )
    for before, after in ((frame.index, back.index), (frame.columns, back.columns)):
        if type(before) is not type(after) or before.dtype != after.dtype:
            raise NotEncodable(f"an index that comes back as {type(after).__name__}")


class PandasSeriesCodec(PandasCodec):
    """`pandas.Series`, as a frame of one column."""

    name = "arrow-pandas-series"

    def is_of(self, value: Any, module: Any) -> bool:
        return type(value) is getattr(module, "Series", None)

    def size(self, value: Any) -> int:
        return int(value.memory_usage(index=False, deep=False)) // 8

    def encode(self, value: Any) -> Encoding:
        if not (value.name is None or type(value.name) is str) or value.name == _UNNAMED:
            raise NotEncodable("a series whose name is no string")
        return super().encode(value.to_frame(_UNNAMED if value.name is None else value.name))

    def decode(self, data: Bytes) -> Any:
        frame = super().decode(data)
        if frame.shape[1] != 1:
            raise CodecError("the Arrow stream is no series")
        series = frame.iloc[:, 0].copy()
        return series.rename(None) if series.name == _UNNAMED else series


class PandasIndexCodec(PandasCodec):
    """The indexes of pandas, as a frame without columns."""

    name = "arrow-pandas-index"

    def is_of(self, value: Any, module: Any) -> bool:
        kind = getattr(module, "Index", None)
        return kind is not None and isinstance(value, kind) and type(value).__module__.startswith("pandas.")

    def size(self, value: Any) -> int:
        return 0

    def encode(self, value: Any) -> Encoding:
        return super().encode(importlib.import_module("pandas").DataFrame(index=value))

    def decode(self, data: Bytes) -> Any:
        frame = super().decode(data)
        if frame.shape[1] != 0:
            raise CodecError("the Arrow stream is no index")
        return frame.index


class PolarsCodec(ArrowCodec):
    """`polars.DataFrame`."""

    name = "arrow-polars"
    library = "polars"

    def is_of(self, value: Any, module: Any) -> bool:
        return type(value) is getattr(module, "DataFrame", None)

    def size(self, value: Any) -> int:
        return int(value.estimated_size()) // 8

    def encode(self, value: Any) -> Encoding:
        try:
            table = value.to_arrow()
            back = importlib.import_module("polars").from_arrow(table)
        except Exception as error:
            raise NotEncodable(f"{type(error).__name__}: {error}") from error
        if back.schema != value.schema or not back.equals(value):
            raise NotEncodable("a frame that Arrow does not hold exactly")
        return self.encoded(table)

    def decode(self, data: Bytes) -> Any:
        table = read_stream(data)
        try:
            return importlib.import_module("polars").from_arrow(table)
        except ImportError as error:
            raise CodecError("a frame cannot be read here: polars is not installed") from error
        except Exception as error:
            raise CodecError(f"the Arrow stream is no polars frame: {error}") from error


class PolarsSeriesCodec(PolarsCodec):
    """`polars.Series`, as a frame of one column."""

    name = "arrow-polars-series"

    def is_of(self, value: Any, module: Any) -> bool:
        return type(value) is getattr(module, "Series", None)

    def encode(self, value: Any) -> Encoding:
        if value.name == _UNNAMED:
            raise NotEncodable("a series of that name")
        return super().encode(value.alias(value.name or _UNNAMED).to_frame())

    def decode(self, data: Bytes) -> Any:
        frame = super().decode(data)
        if frame.width != 1:
            raise CodecError("the Arrow stream is no series")
        series = frame.to_series(0)
        return series.alias("") if series.name == _UNNAMED else series
