"""The author's caches: `tn.cache`, `tn.lru_cache`, `tn.persistent_cache`.

They work in a cell, in a plain script, and in the browser.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

from tiffin.cache.block_cache import CachedBlock
from tiffin.cache.function_cache import CacheInfo, MemoryResults, cache_calls
from tiffin.cache.stored_calls import StoredResults
from tiffin.session.ambient import current
from tiffin.session.calls import Calls

P = ParamSpec("P")
R = TypeVar("R", covariant=True)
T = TypeVar("T")


class CachedFunction(Protocol[P, R]):
    """A function with its cache: its statistics, a way to empty it, and the function itself."""

    cache_info: Callable[[], CacheInfo]
    cache_clear: Callable[[], None]
    cache_bypass: Callable[..., Any]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...


def cache(function: Callable[P, T]) -> CachedFunction[P, T]:
    """Answer calls of `function` with what equal calls have returned before in this session.

    Equal are calls of the same source (whatever its comments, formatting, and names of locals), with equal
    arguments, while all that the function refers to is the same: globals, closures, other functions. A hit
    gives the very object that was returned before. Takes functions, async ones too, and methods of every
    kind.
    """
    return cast("CachedFunction[P, T]", cache_calls(function, MemoryResults(None), _call_services))


@overload
def lru_cache(function: Callable[P, T], /) -> CachedFunction[P, T]: ...
@overload
def lru_cache(*, maxsize: int | None = 128) -> Callable[[Callable[P, T]], CachedFunction[P, T]]: ...
@overload
def lru_cache(maxsize: int | None, /) -> Callable[[Callable[P, T]], CachedFunction[P, T]]: ...
def lru_cache(function: Any = None, /, *, maxsize: int | None = 128) -> Any:
    """Do as `cache` does, and keep only the `maxsize` results that were used last; None keeps all."""
    if function is None or isinstance(function, int):
        limit = maxsize if function is None else function
        return lambda target: cache_calls(target, MemoryResults(limit), _call_services)
    return cache_calls(function, MemoryResults(maxsize), _call_services)


class PersistentCache:
    """A cache called `name`: a decorator for functions, or the head of a `with` block."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._blocks: list[CachedBlock] = []

    def __call__(self, function: Callable[P, T]) -> CachedFunction[P, T]:
        return cast("CachedFunction[P, T]", cache_calls(function, StoredResults(), _call_services))

    def __enter__(self) -> CachedBlock:
        block = CachedBlock(self.name, _call_services(), sys._getframe(1))  # noqa: SLF001
        self._blocks.append(block)
        try:
            block.begin()
        except BaseException:
            self._blocks.remove(block)
            raise
        return block

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        frame = sys._getframe(1)  # noqa: SLF001
        # Tasks that share this cache leave their blocks in any order.
        block = next(block for block in reversed(self._blocks) if block.frame is frame)
        self._blocks.remove(block)
        return block.end(error)


@overload
def persistent_cache(target: Callable[P, T], /) -> CachedFunction[P, T]: ...
@overload
def persistent_cache(target: str | None = None, /, *, name: str | None = None) -> PersistentCache: ...
def persistent_cache(target: Any = None, /, *, name: str | None = None) -> Any:
    """Keep results in the notebook's cache: they outlive the session, and travel with an exported page.

    `@persistent_cache` on a function does as `cache` does; a hit gives a new, equal object. In
    `with persistent_cache("name"):` the body is skipped on a hit, and what it binds is bound as it was.
    `name` is for messages.
    """
    if target is None or isinstance(target, str):
        return PersistentCache(name or target or "")
    return cache_calls(target, StoredResults(), _call_services)


def _call_services() -> Calls:
    ambient = current.get()
    if ambient is None:
        # By name: this module is left out of the browser's kernel, where there always is an ambient.
        services = importlib.import_module("tiffin.session.script").call_services()
    else:
        services = ambient.calls
    assert isinstance(services, Calls)
    return services
