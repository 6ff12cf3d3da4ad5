"""What every store promises. A test class inherits `StoreContract` and makes stores of its kind."""

from __future__ import annotations

import abc
import asyncio
import hashlib
import random
from collections.abc import Sequence

import pytest

from tiffin.errors import KeyFormError
from tiffin.stores.store import Buffer, Store


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


def fuzzed_keys(count: int, seed: int = 20) -> list[str]:
    """Return texts that are no keys: paths, addresses, keys but for a character or two, and noise."""
    made = random.Random(seed)
    pieces = [
        "..",
        "/",
        "\\",
        "\0",
        "%2e%2e",
        "~",
        ".",
        ":",
        "\n",
        "?",
        "#",
        "s3://",
        "http://",
        "C:",
        " ",
        "é",
        "İ",
        "١",
    ]
    found: list[str] = []
    while len(found) < count:
        good = "".join(made.choices("0123456789abcdef", k=64))
        kind = made.randrange(5)
        if kind == 0:
            text = "".join(made.choices(pieces, k=made.randrange(1, 30)))
        elif kind == 1:
            at, piece = made.randrange(64), made.choice(pieces)
            text = good[:at] + piece + good[at + len(piece) :]
        elif kind == 2:
            text = made.choice(["", "../", "/", "./", "//"]) + good[: made.randrange(64)]
        elif kind == 3:
            text = good + made.choice([*pieces, good])
        else:
            text = "".join(chr(made.randrange(1, 0x3000)) for _ in range(made.choice([1, 3, 64])))
        if not (len(text) == 64 and set(text) <= set("0123456789abcdef")):
            found.append(text)
    return found


async def refuse_all(store: Store, keys: Sequence[object]) -> None:
    """Assert that every method of `store` refuses each of `keys`, before and beside good ones."""
    for bad in keys:
        for call in (store.get, store.contains, store.delete):
            with pytest.raises(KeyFormError):
                await call(bad)  # type: ignore[arg-type]
        with pytest.raises(KeyFormError):
            await store.put(bad, b"1")  # type: ignore[arg-type]
        with pytest.raises(KeyFormError):
            await store.get_many([key("a"), bad])  # type: ignore[list-item]


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

    async def test_no_text_but_a_key_is_taken(self) -> None:
        store = self.make({})
        await refuse_all(store, [*fuzzed_keys(300), None, 1, b"a" * 64, ("a",)])
        assert await store.keys() == frozenset()

    async def test_many_keys_in_any_order_and_number(self) -> None:
        entries = {key(str(number)): str(number).encode() for number in range(50)}
        store = self.make(entries)
        wanted = [*entries, *(key(f"no {number}") for number in range(50)), *reversed(entries)]
        assert dict(await store.get_many(iter(wanted))) == entries
        assert await store.keys() == entries.keys()

    async def test_deleting_what_is_not_there_does_nothing(self) -> None:
        if self.writable:
            store = self.make({key("a"): b"1"})
            await store.delete(key("b"))
            assert await store.keys() == {key("a")}

    async def test_bytes_of_any_kind_and_size_come_back_as_bytes(self) -> None:
        if not self.writable:
            return
        store = self.make({})
        large = random.Random(1).randbytes(20_000_001)
        given: list[Buffer] = [
            b"",
            b"\0",
            bytearray(b"ab"),
            memoryview(b"abcd")[1:3],
            memoryview(b"abcd").cast("H"),
            large,
        ]
        for number, data in enumerate(given):
            await store.put(key(str(number)), data)
        for number, data in enumerate(given):
            found = await store.get(key(str(number)))
            assert type(found) is bytes
            assert found == bytes(data)

    async def test_what_was_put_does_not_change_with_its_buffer(self) -> None:
        if self.writable:
            store, data = self.make({}), bytearray(b"before")
            await store.put(key("a"), data)
            data[:] = b"after!"
            assert await store.get(key("a")) == b"before"

    async def test_many_at_once(self) -> None:
        if not self.writable:
            return
        store = self.make({key("old"): b"old"})
        names = [key(str(number % 20)) for number in range(100)]
        values = {name: name.encode() * 50 for name in names}
        await asyncio.gather(*[store.put(name, values[name]) for name in names])
        read = await asyncio.gather(*[store.get(name) for name in names])
        assert read == [values[name] for name in names]

        async def turn(number: int) -> bytes | None:
            name = names[number % 3]
            if number % 5 == 0:
                await store.delete(name)
            await store.put(name, values[name])
            return await store.get(name)

        found = await asyncio.gather(*[turn(number) for number in range(60)])
        assert {data for data in found if data is not None} <= set(values.values())
        assert await store.get(key("old")) == b"old"
