"""Tables, record batches and arrays of pyarrow as Arrow IPC streams, and how such streams are read.

Source: the Arrow columnar format, "IPC streaming format" and "Message.fbs". Bytes that are small and hold
much are refused, both ways: compressed bodies, and columns that take no space for a row.
"""

from __future__ import annotations

import importlib
import struct
import sys
from typing import Any

from tiffin.codecs.registry import Encoding, NotEncodable
from tiffin.errors import CodecError
from tiffin.ids import Bytes

_DICTIONARY, _RECORDS = 2, 3  # the headers of those messages that have buffers
_PYARROW = frozenset({"pyarrow"})


def _pyarrow() -> Any:
    try:
        return importlib.import_module("pyarrow")
    except ImportError:
        return None


def write_stream(table: Any) -> bytes:
    """Return a table as an Arrow IPC stream; `NotEncodable` if `read_stream` would not take it back."""
    pa = _pyarrow()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=None)) as writer:
        writer.write_table(table)
    data = sink.getvalue().to_pybytes()
    problem = _hollow(table, len(data))
    if problem is not None:
        raise NotEncodable(problem)
    return bytes(data)


def read_stream(data: Bytes) -> Any:
    """Return the table in an Arrow IPC stream; `CodecError` unless it is whole, sound, and as big as it
    looks."""
    pa = _pyarrow()
    if pa is None:
        raise CodecError("an Arrow table cannot be read here: pyarrow is not installed")
    try:
        _refuse_compressed(pa, data)
        with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
            table = reader.read_all()
        table.validate(full=True)
        problem = _hollow(table, len(data))
    except (pa.ArrowException, OSError, ValueError, TypeError, struct.error, MemoryError) as error:
        raise CodecError(f"not an Arrow stream: {error}") from error
    if problem is not None:
        raise CodecError(f"not an Arrow stream that is read: {problem}")
    return table


def _refuse_compressed(pa: Any, data: Bytes) -> None:
    """Look at each message's description, which is never compressed, before anything is read."""
    for message in pa.ipc.MessageReader.open_stream(pa.py_buffer(data)):
        header = message.metadata.to_pybytes()
        (root,) = struct.unpack_from("<I", header)
        kind = _field(header, root, 1)
        if kind is None or header[kind] not in (_DICTIONARY, _RECORDS):
            continue
        batch = _follow(header, _field(header, root, 2))
        if header[kind] == _DICTIONARY:
            batch = _follow(header, _field(header, batch, 1))
        if _field(header, batch, 3) is not None:
            raise CodecError("not an Arrow stream that is read: it is compressed")


def _field(header: bytes, table: int, number: int) -> int | None:
    """Where a field of a FlatBuffers table is, None if the table has none."""
    (back,) = struct.unpack_from("<i", header, table)
    (size,) = struct.unpack_from("<H", header, table - back)
    place = 4 + 2 * number
    if place + 2 > size:
        return None
    (offset,) = struct.unpack_from("<H", header, table - back + place)
    return table + offset if offset else None


def _follow(header: bytes, place: int | None) -> int:
    if place is None:
        raise CodecError("not an Arrow stream: a message describes nothing")
    (offset,) = struct.unpack_from("<I", header, place)
    return place + int(offset)


def _hollow(table: Any, size: int) -> str | None:
    """Why a table holds more rows, or more in a row, than its bytes show; None if it does not."""
    if table.num_columns and table.num_rows > 8 * size:
        return f"{table.num_rows} rows in {size} bytes"
    odd = next((field for field in table.schema if _is_hollow(field.type, nested=False)), None)
    return None if odd is None else f"the column {odd.name!r} is of type {odd.type}"


def _is_hollow(kind: Any, *, nested: bool) -> bool:
    """Whether an element of a type may take no space at all."""
    types = _pyarrow().types
    kind = getattr(kind, "storage_type", kind)
    if types.is_null(kind):
        return nested
    if types.is_run_end_encoded(kind) or (types.is_fixed_size_binary(kind) and kind.byte_width == 0):
        return True
    if types.is_fixed_size_list(kind) and kind.list_size == 0:
        return True
    if types.is_dictionary(kind):
        return _is_hollow(kind.value_type, nested=True)
    if types.is_struct(kind) and kind.num_fields == 0:
        return True
    return any(_is_hollow(kind.field(index).type, nested=True) for index in range(kind.num_fields))


class ArrowCodec:
    """What all have in common: types of a library, Arrow tables on the wire."""

    safe = True
    library = "pyarrow"

    def takes(self, value: Any) -> bool:
        module = sys.modules.get(self.library)
        return module is not None and self.is_of(value, module) and _pyarrow() is not None

    def is_of(self, value: Any, module: Any) -> bool:
        raise NotImplementedError

    def encoded(self, table: Any) -> Encoding:
        return Encoding(write_stream(table), modules=_PYARROW | {self.library})


class ArrowTableCodec(ArrowCodec):
    """`pyarrow.Table`."""

    name = "arrow"

    def is_of(self, value: Any, module: Any) -> bool:
        return type(value) is getattr(module, "Table", None)

    def size(self, value: Any) -> int:
        return int(value.nbytes) // 2  # a slice is written without what it leaves out

    def encode(self, value: Any) -> Encoding:
        return self.encoded(value)

    def decode(self, data: Bytes) -> Any:
        return read_stream(data)


class ArrowBatchCodec(ArrowTableCodec):
    """`pyarrow.RecordBatch`."""

    name = "arrow-batch"

    def is_of(self, value: Any, module: Any) -> bool:
        return type(value) is getattr(module, "RecordBatch", None)

    def encode(self, value: Any) -> Encoding:
        return self.encoded(_pyarrow().Table.from_batches([value]))

    def decode(self, data: Bytes) -> Any:
        table = read_stream(data).combine_chunks()
        batches = table.to_batches() or table.schema.empty_table().to_batches()
        if len(batches) == 1:
            return batches[0]
        if table.num_rows == 0:
            return _pyarrow().RecordBatch.from_pylist([], schema=table.schema)
        raise CodecError(f"the Arrow stream holds {len(batches)} record batches, not one")


class ArrowArrayCodec(ArrowTableCodec):
    """Arrays of pyarrow, as a table of one column."""

    name = "arrow-array"

    def is_of(self, value: Any, module: Any) -> bool:
        kind = getattr(module, "Array", None)
        return kind is not None and isinstance(value, kind) and type(value).__module__ == "pyarrow.lib"

    def encode(self, value: Any) -> Encoding:
        table = _pyarrow().table({"": value})
        encoding = self.encoded(table)
        back = self.decode(encoding.data)
        if type(back) is not type(value) or back.type != value.type or not back.equals(value):
            raise NotEncodable("an array that Arrow does not hold exactly")
        return encoding

    def decode(self, data: Bytes) -> Any:
        table = read_stream(data)
        if table.num_columns != 1:
            raise CodecError("the Arrow stream is no single array")
        column = table.column(0)
        if column.num_chunks == 1:
            return column.chunk(0)
        return (
            _pyarrow().concat_arrays(column.chunks)
            if column.num_chunks
            else _pyarrow().array([], column.type)
        )
