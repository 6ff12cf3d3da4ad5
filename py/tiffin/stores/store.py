"""The protocol of stores, and the form of their keys."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, Protocol, TypeAlias, TypeVar

from tiffin.errors import KeyFormError
from tiffin.ids import Bytes, is_digest

T = TypeVar("T")

Mark: TypeAlias = tuple[int, ...]
"""What tells whether bytes are still those that were looked at: to be compared, and nothing else."""

Buffer: TypeAlias = bytes | bytearray | memoryview
"""What can be put. A store keeps the bytes as they are at that moment, and gives them back as `bytes`."""


class Store(Protocol):
    """Bytes by key. Keys are 64 hexadecimal digits; any other is a `KeyFormError` before any I/O.

    `get` returns None for a missing key; `get_many` leaves missing keys out, and may give what is big as a
    view. `put` is all or nothing: a
    reader sees the old bytes or the new. `delete` of a missing key does nothing. A store that cannot be
    written raises `OSError`.
    """

    async def get(self, key: str) -> bytes | None: ...
    async def get_many(self, keys: Iterable[str]) -> Mapping[str, Bytes]: ...
    async def put(self, key: str, data: Buffer) -> None: ...
    async def delete(self, key: str) -> None: ...
    async def contains(self, key: str) -> bool: ...
    async def keys(self) -> frozenset[str]: ...


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` gives, which never waits: that of a store whose input and output is done at once."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    work.close()
    raise RuntimeError("a store that waits was used where nothing can be waited for")


def check_key(key: str) -> str:
    """Return `key` if it has a key's form; `KeyFormError` otherwise, so that no key ever names a path."""
    if not is_digest(key):
        raise KeyFormError(f"{str(key)[:80]!r} is no store key: keys are 64 lower-case hexadecimal digits")
    return key
