"""A read-only store over HTTP: the `public/cache` of an exported site."""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from tiffin.ids import Bytes
from tiffin.stores.store import Buffer, check_key

Fetch: TypeAlias = Callable[[Sequence[str]], Awaitable[Sequence[bytes | None]]]
"""Fetches URLs concurrently; for each the body, or None when it could not be had."""


class HttpStore:
    """Files `<base>/<key[:2]>/<key><suffix>` of a server.

    Only keys in `shipped` are ever asked for, so that a session makes no request that must fail. What could
    not be had counts as missing. Nothing can be written.
    """

    def __init__(self, base: str, fetch: Fetch, shipped: Iterable[str], suffix: str = "") -> None:
        self._base = base.rstrip("/")
        self._fetch = fetch
        self._shipped = frozenset(check_key(key) for key in shipped)
        self._suffix = suffix
        self.fetched = 0
        """How many bodies came over the network so far."""

    def url(self, key: str) -> str:
        """Return the address of `key`."""
        return f"{self._base}/{check_key(key)[:2]}/{key}{self._suffix}"

    async def get(self, key: str) -> bytes | None:
        data = (await self.get_many([key])).get(key)
        return None if data is None else bytes(data)

    async def get_many(self, keys: Iterable[str]) -> Mapping[str, Bytes]:
        wanted = [key for key in dict.fromkeys(check_key(key) for key in keys) if key in self._shipped]
        if not wanted:
            return {}
        bodies = await self._fetch([self.url(key) for key in wanted])
        found = {key: body for key, body in zip(wanted, bodies, strict=True) if body is not None}
        self.fetched += len(found)
        return found

    async def put(self, key: str, data: Buffer) -> None:
        raise OSError(errno.EROFS, f"a store over HTTP is read-only: {self.url(key)}")

    async def delete(self, key: str) -> None:
        raise OSError(errno.EROFS, f"a store over HTTP is read-only: {self.url(key)}")

    async def contains(self, key: str) -> bool:
        return check_key(key) in self._shipped

    async def keys(self) -> frozenset[str]:
        return self._shipped
