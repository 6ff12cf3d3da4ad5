"""The store over HTTP."""

from __future__ import annotations

import pytest
from store_contract import Server, StoreContract, fuzzed_keys, key, refuse_all

from tiffin.errors import KeyFormError
from tiffin.stores.http import HttpStore
from tiffin.stores.store import Store


def url(name: str) -> str:
    return f"https://site/cache/{name[:2]}/{name}.json"


class TestHttpStore(StoreContract):
    writable = False

    def make(self, entries: dict[str, bytes]) -> Store:
        server = Server({url(name): data for name, data in entries.items()})
        return HttpStore("https://site/cache/", server.fetch, entries, ".json")


async def test_what_was_not_shipped_is_never_asked_for() -> None:
    server = Server({url(key("a")): b"1"})
    store = HttpStore("https://site/cache", server.fetch, [key("a")], ".json")
    assert await store.get(key("b")) is None
    assert await store.get_many([key("b"), key("c")]) == {}
    assert server.batches == []


async def test_a_batch_is_one_request_for_each_key_and_no_more() -> None:
    server = Server({url(key("a")): b"1", url(key("b")): b"2"})
    store = HttpStore("https://site/cache", server.fetch, [key("a"), key("b")], ".json")
    found = await store.get_many([key("b"), key("a"), key("b"), key("z")])
    assert dict(found) == {key("a"): b"1", key("b"): b"2"}
    assert server.batches == [[url(key("b")), url(key("a"))]]
    assert store.fetched == 2


async def test_what_the_server_lost_is_missing() -> None:
    server = Server({})
    store = HttpStore("https://site/cache", server.fetch, [key("a")], ".json")
    assert await store.get(key("a")) is None
    assert store.fetched == 0


async def test_no_text_but_a_key_becomes_a_request() -> None:
    server = Server({})
    await refuse_all(HttpStore("https://site/cache", server.fetch, [key("a")]), fuzzed_keys(10_000))
    assert server.batches == []
    with pytest.raises(KeyFormError):
        HttpStore("https://site/cache", server.fetch, ["../secret"])
