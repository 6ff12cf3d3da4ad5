"""Fetching through the worker, with plain Python in place of JavaScript."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tiffin.host.browser.fetch import make_fetch


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
