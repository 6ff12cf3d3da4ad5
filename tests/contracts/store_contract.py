"""What every store promises. A test class inherits `StoreContract` and makes stores of its kind."""

from __future__ import annotations

import abc
import hashlib
from collections.abc import Sequence

import pytest

from tiffin.errors import KeyFormError
from tiffin.stores.store import Store


def key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Server:
    """A server in memory that counts what it is asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.batches: list[list[str]] = []

    async def fetch(self, urls: Sequence[str]) -> Sequence[bytes | None]:
        self.batches.append(list(urls))
        return [self.files.get(url) for url in urls]


BAD_KEYS = [
    "",
    "a",
    "../../../etc/passwd",
    key("a").upper(),
    key("a")[:-1],
    f"{key('a')}\n",
    f"{key('a')[:-1]}/",
    f"{key('a')[:62]}..",
    "\0" * 64,
    "ａ" * 64,
]


class StoreContract(abc.ABC):
    """The promises of the protocol `Store`."""

    writable = True

    @abc.abstractmethod
    def make(self, entries: dict[str, bytes]) -> Store:
        """Return a fresh store that holds `entries`."""

    async def test_a_missing_key_is_none(self) -> None:
        store = self.make({key("a"): b"1"})
        assert await store.get(key("b")) is None
        assert not await store.contains(key("b"))

    async def test_gets_what_is_there(self) -> None:
        store = self.make({key("a"): b"1", key("b"): b""})
        assert await store.get(key("a")) == b"1"
        assert await store.get(key("b")) == b""
        assert await store.contains(key("a"))
        assert await store.keys() == {key("a"), key("b")}

    async def test_get_many_leaves_missing_keys_out(self) -> None:
        store = self.make({key("a"): b"1", key("b"): b"2"})
        wanted = [key("a"), key("c"), key("b"), key("a")]
        assert dict(await store.get_many(wanted)) == {key("a"): b"1", key("b"): b"2"}
        assert dict(await store.get_many([])) == {}

    @pytest.mark.parametrize("bad", BAD_KEYS)
    async def test_a_key_of_another_form_is_an_error(self, bad: str) -> None:
        store = self.make({})
        with pytest.raises(KeyFormError, match="no store key"):
            await store.get(bad)
        with pytest.raises(KeyFormError):
            await store.get_many([key("a"), bad])
        with pytest.raises(KeyFormError):
            await store.contains(bad)
        if self.writable:
            with pytest.raises(KeyFormError):
                await store.put(bad, b"1")
            with pytest.raises(KeyFormError):
                await store.delete(bad)

    async def test_puts_and_replaces(self) -> None:
        store = self.make({key("a"): b"old"})
        if not self.writable:
            with pytest.raises(OSError, match="read-only"):
                await store.put(key("a"), b"new")
            assert await store.get(key("a")) == b"old"
            return
        await store.put(key("a"), b"new")
        await store.put(key("b"), b"\0" * 100_000)
        assert await store.get(key("a")) == b"new"
        assert await store.get(key("b")) == b"\0" * 100_000
        assert await store.keys() == {key("a"), key("b")}

    async def test_deletes(self) -> None:
        store = self.make({key("a"): b"1"})
        if not self.writable:
            with pytest.raises(OSError, match="read-only"):
                await store.delete(key("a"))
            return
        await store.delete(key("a"))
        await store.delete(key("a"))
        assert await store.get(key("a")) is None
        assert not await store.contains(key("a"))
        assert await store.keys() == frozenset()
        await store.put(key("a"), b"2")
        assert await store.get(key("a")) == b"2"
