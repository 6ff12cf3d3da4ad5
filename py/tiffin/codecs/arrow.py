"""Tables of pandas, polars and pyarrow as Arrow IPC streams.

Source: the Arrow columnar format, "IPC streaming format"; pandas' own metadata restores index and dtypes.
What would not come back equal (object columns of odd things, attributes) is refused, and goes to pickle.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from tiffin.codecs.registry import NotEncodable
from tiffin.errors import CodecError


def _pyarrow() -> Any:
    try:
        return importlib.import_module("pyarrow")
    except ImportError:
        return None


def _write(table: Any) -> bytes:
    pa = _pyarrow()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _read(data: bytes) -> Any:
    pa = _pyarrow()
    if pa is None:
        raise CodecError("an Arrow table cannot be read here: pyarrow is not installed")
    try:
        with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise CodecError(f"not an Arrow stream: {error}") from error
    return table


class _ArrowCodec:
    """What the three have in common: Arrow tables on the wire."""

    safe = True
    library: str

    def size(self, value: Any) -> int:
        return 0

    def takes(self, value: Any) -> bool:
        module = sys.modules.get(self.library)
        return module is not None and type(value) in self.kinds(module) and _pyarrow() is not None

    def kinds(self, module: Any) -> tuple[type, ...]:
        raise NotEncodable(self.library)


class ArrowTableCodec(_ArrowCodec):
    """`pyarrow.Table`."""

    name = "arrow"
    modules = frozenset({"pyarrow"})
    library = "pyarrow"

    def kinds(self, module: Any) -> tuple[type, ...]:
        return (module.Table,)

    def size(self, value: Any) -> int:
        return int(value.nbytes)

    def encode(self, value: Any) -> bytes:
        return _write(value)

    def decode(self, data: bytes) -> Any:
        return _read(data)


class PandasCodec(_ArrowCodec):
    """`pandas.DataFrame`, index and dtypes included."""

    name = "arrow-pandas"
    modules = frozenset({"pyarrow", "pandas"})
    library = "pandas"

    def kinds(self, module: Any) -> tuple[type, ...]:
        return (getattr(module, "DataFrame", type(None)),)

    def size(self, value: Any) -> int:
        return int(value.memory_usage(index=False, deep=False).sum()) // 8

    def _table(self, frame: Any) -> Any:
        pa = _pyarrow()
        try:
            table = pa.Table.from_pandas(frame)
            back = table.to_pandas()
            importlib.import_module("pandas.testing").assert_frame_equal(
                frame, back, check_exact=True, check_freq=False
            )
        except (pa.ArrowException, ValueError, TypeError, AssertionError, KeyError, AttributeError) as error:
            raise NotEncodable(str(error)) from error
        return table

    def encode(self, value: Any) -> bytes:
        if value.attrs:
            raise NotEncodable("a frame with attributes")
        return _write(self._table(value))

    def decode(self, data: bytes) -> Any:
        return _to_pandas(_read(data))


class PandasSeriesCodec(PandasCodec):
    """`pandas.Series`, as a frame of one column."""

    name = "arrow-pandas-series"
    _UNNAMED = "__tiffin_unnamed__"

    def kinds(self, module: Any) -> tuple[type, ...]:
        return (getattr(module, "Series", type(None)),)

    def size(self, value: Any) -> int:
        return int(value.memory_usage(index=False, deep=False)) // 8

    def encode(self, value: Any) -> bytes:
        if not (value.name is None or type(value.name) is str) or value.name == self._UNNAMED:
            raise NotEncodable("a series whose name is no string")
        return super().encode(value.to_frame(self._UNNAMED if value.name is None else value.name))

    def decode(self, data: bytes) -> Any:
        series = super().decode(data).iloc[:, 0]
        return series.rename(None) if series.name == self._UNNAMED else series


def _to_pandas(table: Any) -> Any:
    try:
        return table.to_pandas()
    except (ImportError, ValueError, TypeError, KeyError) as error:
        raise CodecError(f"the Arrow stream is no pandas frame: {error}") from error


class PolarsCodec(_ArrowCodec):
    """`polars.DataFrame`."""

    name = "arrow-polars"
    modules = frozenset({"pyarrow", "polars"})
    library = "polars"

    def kinds(self, module: Any) -> tuple[type, ...]:
        return (getattr(module, "DataFrame", type(None)),)

    def size(self, value: Any) -> int:
        return int(value.estimated_size()) // 8

    def encode(self, value: Any) -> bytes:
        table = value.to_arrow()
        back = importlib.import_module("polars").from_arrow(table)
        if not back.equals(value) or back.schema != value.schema:
            raise NotEncodable("a frame that Arrow does not hold exactly")
        return _write(table)

    def decode(self, data: bytes) -> Any:
        table = _read(data)
        try:
            return importlib.import_module("polars").from_arrow(table)
        except (ImportError, ValueError, TypeError) as error:
            raise CodecError(f"the Arrow stream is no polars frame: {error}") from error
