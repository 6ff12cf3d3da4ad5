"""Fetching through the worker, with plain Python in place of JavaScript."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tiffin.host.browser.fetch import make_fetch, make_fetch_inside
from tiffin.stores.store import at_once


class TypedArray:
    """Like the proxy of a JavaScript typed array."""

    def to_bytes(self) -> bytes:
        return b"dal"


async def test_a_batch_is_one_hand_over() -> None:
    asked: list[str] = []

    async def fetch_batch(urls: str) -> list[Any]:
        asked.append(urls)
        return [TypedArray(), None, b"rice", bytearray(b""), memoryview(b"x")]

    urls = ["a", 'b"', "ü", "d", "e"]
    assert await make_fetch(fetch_batch)(urls) == [b"dal", None, b"rice", b"", b"x"]
    assert [json.loads(text) for text in asked] == [urls]


async def test_what_the_worker_rejects_is_raised() -> None:
    async def fetch_batch(urls: str) -> list[Any]:
        raise OSError("the worker is gone")

    with pytest.raises(OSError, match="the worker is gone"):
        await make_fetch(fetch_batch)(["a"])


class Worker:
    """What a worker gives code inside a body; `waits` as with JSPI."""

    def __init__(self, waits: bool) -> None:
        self.waits = waits
        self.calls: list[str] = []

    def can_run_sync(self) -> bool:
        return self.waits

    def run_sync(self, promise: Any) -> Any:
        self.calls.append("waited")
        return at_once(promise)

    def fetch_now(self, urls: str) -> Any:
        self.calls.append("blocked")
        return [url.encode() for url in json.loads(urls)]

    async def fetch_batch(self, urls: str) -> list[Any]:
        return [TypedArray() for _ in json.loads(urls)]


@pytest.mark.parametrize(
    ("waits", "call", "bodies"), [(True, "waited", [b"dal", b"dal"]), (False, "blocked", [b"a", b"b"])]
)
def test_inside_a_body_nothing_suspends(waits: bool, call: str, bodies: list[bytes]) -> None:
    worker = Worker(waits)
    fetch = make_fetch_inside(worker.fetch_batch, worker)

    async def work() -> list[bytes | None]:
        return list(await fetch(["a", "b"]))

    assert at_once(work()) == bodies
    assert worker.calls == [call]
