"""A store in an object store, through obstore: S3, Google Cloud Storage, Azure, a folder or memory by URL."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import importlib
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

from tiffin.errors import UsageError
from tiffin.ids import Bytes, is_digest
from tiffin.stores.store import Buffer, check_key

R = TypeVar("R")

Bucket: TypeAlias = Any
"""A store of obstore."""

SCHEMES = ("s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "adl", "file", "memory")

PART = 4 << 20
"""Bigger objects are read in parts of this many bytes, so that the time limit is one for each part."""

_AT_ONCE = 8
_REQUEST = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=30)}
_RETRIES = {
    "max_retries": 2,
    "retry_timeout": timedelta(seconds=20),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=1)},
}
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_NO_PLACE = ("NoSuchBucket", "ContainerNotFound", "specified bucket does not exist")


class ObjectStore:
    """Objects `<prefix>/<key[:2]>/<key><suffix>` of `bucket`; an object is there whole, or not at all.

    What a server does not give, for whatever reason but that it is not there, is an `OSError` in one line:
    `PermissionError` if access was denied. Time and retries are limited, so that a request always ends. With
    `by_content` a key is the digest of its bytes: what is there already, in the same size, is not sent again.
    """

    def __init__(self, bucket: Bucket, prefix: str, suffix: str = "", *, by_content: bool = False) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._suffix = suffix
        self._by_content = by_content
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self.fetched = 0
        """How many objects came from the store so far."""

    def path(self, key: str) -> str:
        """Return the path of `key` in the bucket, whether it is there or not."""
        return f"{self._prefix}/{check_key(key)[:2]}/{key}{self._suffix}"

    async def get(self, key: str) -> bytes | None:
        data = await self._call(partial(_read, self._bucket, self.path(key)))
        if data is not None:
            self.fetched += 1
        return data

    async def get_many(self, keys: Iterable[str]) -> Mapping[str, Bytes]:
        wanted = list(dict.fromkeys([check_key(key) for key in keys]))
        found = await asyncio.gather(*[self.get(key) for key in wanted])
        return {key: data for key, data in zip(wanted, found, strict=True) if data is not None}

    async def put(self, key: str, data: Buffer) -> None:
        path, data = self.path(key), bytes(data)
        # A bucket that may not be listed denies access to what it does not have.
        with contextlib.suppress(PermissionError):
            if self._by_content and await self._size(path) == len(data):
                return
        if await self._call(partial(_put, self._bucket, path, data)) is None:
            raise FileNotFoundError(errno.ENOENT, "there is no such place")

    async def delete(self, key: str) -> None:
        path = self.path(key)
        await self._call(partial(self._bucket.delete, path))

    async def contains(self, key: str) -> bool:
        return await self._size(self.path(key)) is not None

    async def _size(self, path: str) -> int | None:
        found = await self._call(partial(self._bucket.head, path))
        return None if found is None else int(found["size"])

    async def keys(self) -> frozenset[str]:
        found = await self._call(partial(_list, self._bucket, self._prefix)) or []
        names = (path.rpartition("/")[2] for path in found if path.endswith(self._suffix))
        ours = (name.removesuffix(self._suffix) for name in names)
        return frozenset(name for name in ours if is_digest(name))

    async def _call(self, call: Callable[[], R]) -> R | None:
        """Return what `call` gives, in a thread; None if it says that there is no such object."""
        # A thread, since one of obstore's own asynchronous requests that fails shortly before the program
        # ends can abort it (0.12.1; docs/decisions/017-stores.md).
        async with self._turns:
            return await asyncio.get_running_loop().run_in_executor(None, _explaining, call)


def open_bucket(url: str, environment: Mapping[str, str]) -> Bucket:
    """Return what `url` names, with the endpoint and credentials that the environment gives.

    `UsageError` if there is no such kind of place, or obstore is not installed.
    """
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise UsageError(f"{url} is no place for a cache: known are {', '.join(f'{s}://' for s in SCHEMES)}")
    try:
        stores = importlib.import_module("obstore.store")
    except ImportError:
        raise UsageError(
            f"a cache in {scheme}:// needs obstore: install it with pip install 'tiffin[objects]'"
        ) from None
    options: dict[str, Any] = {}
    if scheme == "file":
        options["mkdir"] = True
    elif scheme != "memory":
        plain = any(environment.get(name, "").startswith("http://") for name in _ENDPOINTS)
        client = {**_REQUEST, "allow_http": True} if plain else dict(_REQUEST)
        options = {"client_options": client, "retry_config": _RETRIES}
    try:
        return stores.from_url(url, **options)
    except Exception as error:
        raise UsageError(f"{url} cannot be used as a cache: {_line(error)}") from error


def _read(bucket: Bucket, path: str) -> bytes:
    answer = bucket.get(path)
    size = answer.meta["size"]
    if size <= PART:
        return bytes(answer.bytes())
    del answer
    return b"".join(bucket.get_range(path, start=at, end=min(at + PART, size)) for at in range(0, size, PART))


def _put(bucket: Bucket, path: str, data: bytes) -> bool:
    bucket.put(path, data, max_concurrency=_AT_ONCE)
    return True


def _list(bucket: Bucket, prefix: str) -> list[str]:
    return [item["path"] for some in bucket.list(prefix) for item in some]


def _explaining(call: Callable[[], R]) -> R | None:
    """Return what `call` gives, None for what is not there; any other error becomes an `OSError`."""
    try:
        return call()
    except Exception as error:
        text = str(error)
        no_place = any(place in text for place in _NO_PLACE)
        if no_place:
            raise FileNotFoundError(errno.ENOENT, "there is no such bucket") from error
        if isinstance(error, FileNotFoundError):
            return None
        if type(error).__name__ in ("PermissionDeniedError", "UnauthenticatedError"):
            raise PermissionError(errno.EACCES, "access is denied") from error
        raise OSError(errno.EIO, _line(error)) from error


def _line(error: Exception) -> str:
    """What an error of obstore says, in a line, without the address and the debug print."""
    text = " ".join(str(error).split("\n\nDebug source")[0].split()) or type(error).__name__
    if "error sending request" in text:
        return "the server does not answer"
    text = text.rpartition(" - ")[2]
    return text if len(text) <= 200 else f"{text[:199]}…"
