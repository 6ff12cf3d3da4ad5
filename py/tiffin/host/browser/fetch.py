"""Fetching over HTTP in a worker: a batch at a time, concurrently, one hand-over."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeAlias

from tiffin.stores.http import Fetch

FetchBatch: TypeAlias = Callable[[str], Awaitable[Any]]
"""The worker's function: takes a JSON array of URLs, resolves to typed arrays, undefined where not."""


def make_fetch(fetch_batch: FetchBatch) -> Fetch:
    """Return the fetch function of an `HttpStore` that goes through the worker's `fetch_batch`."""

    async def fetch(urls: Sequence[str]) -> Sequence[bytes | None]:
        bodies = await fetch_batch(json.dumps(list(urls)))
        return [None if body is None else to_bytes(body) for body in bodies]

    return fetch


class Inside(Protocol):
    """What the worker gives for code that runs and is not async: `run_sync` waits for a promise where
    `can_run_sync()` says that it can (JSPI); `fetch_now` does as `FetchBatch`, and blocks."""

    def can_run_sync(self) -> bool: ...
    def run_sync(self, promise: Awaitable[Any]) -> Any: ...
    def fetch_now(self, urls: str) -> Any: ...


def make_fetch_inside(fetch_batch: FetchBatch, inside: Inside) -> Fetch:
    """Return the fetch function for code inside a body: it never waits in Python's sense."""

    async def fetch(urls: Sequence[str]) -> Sequence[bytes | None]:
        text = json.dumps(list(urls))
        waits = inside.can_run_sync()
        bodies = inside.run_sync(fetch_batch(text)) if waits else inside.fetch_now(text)
        return [None if body is None else to_bytes(body) for body in bodies]

    return fetch


def to_bytes(body: Any) -> bytes:
    """Copy a JavaScript buffer's content; a plain bytes-like object, as in tests, is taken as it is."""
    return bytes(body.to_bytes()) if hasattr(body, "to_bytes") else bytes(body)
