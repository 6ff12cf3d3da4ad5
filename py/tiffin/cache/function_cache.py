"""Cached functions: a call is answered by what an equal call of the same code has given before.

What decides a call: the function's source, all that it refers to, and its arguments, each by what it is and
not by where it lies. A call that changes one of these in place, or returns what can be used only once, is not
kept.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any, NamedTuple, Protocol

from tiffin.cache.live_identity import LiveIdentities, References, Unidentified
from tiffin.cache.manifest import FileRead
from tiffin.cache.surroundings import NO_FILES, FilesUsed, Surroundings
from tiffin.cells.functions import read_code
from tiffin.cells.texts import function_texts, held_texts
from tiffin.errors import UsageError
from tiffin.ids import Digest

_EXACT = frozenset({int, str, bytes, bool, type(None)})
"""Types whose equal values are the same: not floats, for 0.0 == -0.0."""

_GENERATES = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


class CacheInfo(NamedTuple):
    """What a cache has done so far, as `functools.lru_cache` tells it."""

    hits: int
    misses: int
    maxsize: int | None
    currsize: int


class CallServices(Protocol):
    """What caches of calls need of where they run; `notice` tells a person, in a sentence, what is wrong."""

    @property
    def identities(self) -> LiveIdentities: ...
    @property
    def surroundings(self) -> Surroundings: ...
    def notice(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `name` for people, `source` the digest of the function's own text, `static` that of all it
    refers to, `moving` the identities of what may change in place, and the arguments as the function has
    them."""

    name: str
    source: Digest
    static: Digest
    moving: tuple[str, ...]
    values: tuple[Any, ...]
    named: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What an equal call returned."""

    value: Any


class Results(Protocol):
    """Where results of calls are kept.

    `key` says what decides a call, equal for equal ones. `keep` returns why a result cannot be kept, None
    when it is. `clear` forgets the calls of a source.
    """

    maxsize: int | None

    def __len__(self) -> int: ...
    def key(self, services: Any, call: Call) -> Any: ...
    def find(self, services: Any, key: Any) -> Found | None: ...
    def keep(
        self, services: Any, key: Any, call: Call, value: Any, seconds: float, files: FilesUsed
    ) -> str | None: ...
    def clear(self, services: Any, source: Digest) -> None: ...


class MemoryResults:
    """Results in memory, the least recently used of which go first beyond `maxsize`."""

    def __init__(self, maxsize: int | None) -> None:
        self.maxsize = maxsize
        self._kept: OrderedDict[Hashable, tuple[Any, tuple[FileRead, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def key(self, services: CallServices, call: Call) -> Hashable:
        values, kinds = call.values, tuple(map(type, call.values))
        if not call.named and _EXACT.issuperset(kinds):
            return (call.static, call.moving, kinds, values)
        of = services.identities.of
        named = tuple((name, of(value)) for name, value in call.named)
        told = tuple(
            value if kind in _EXACT else of(value) for kind, value in zip(kinds, values, strict=True)
        )
        return (call.static, call.moving, kinds, told, named)

    def find(self, services: CallServices, key: Hashable) -> Found | None:
        entry = self._kept.get(key)
        if entry is None:
            return None
        value, files = entry
        if files:
            if not all(map(services.surroundings.unchanged, files)):
                return None
            services.surroundings.count(files)
        if self.maxsize is not None:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
        return Found(value)

    def keep(
        self,
        services: CallServices,
        key: Hashable,
        call: Call,
        value: Any,
        seconds: float,
        files: FilesUsed,
    ) -> str | None:
        with self._lock:
            self._kept[key] = (value, files.read)
            self._kept.move_to_end(key)
            if self.maxsize is not None and len(self._kept) > self.maxsize:
                self._kept.popitem(last=False)
        return None

    def clear(self, services: CallServices, source: Digest) -> None:
        with self._lock:
            self._kept.clear()


@dataclass(frozen=True, slots=True)
class _Begun:
    """A call under way: its key is None where it cannot be told what decides it."""

    services: CallServices
    call: Call | None
    key: Any
    found: Found | None


class CachedCalls:
    """Answers calls of `function` from `results` where it can; `services` gives what the place has where a
    call is made."""

    def __init__(
        self, function: FunctionType, results: Results, services: Callable[[], CallServices]
    ) -> None:
        self.function = function
        self.results = results
        self.hits = self.misses = 0
        self._services = services
        self._references: References | None = None
        self._source = read_code(function.__code__)
        self._signature = inspect.signature(function)
        parameters = self._signature.parameters.values()
        simple = all(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
        self._count = len(parameters) if simple else -1
        self._told: set[str] = set()

    def begin(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> _Begun:
        """Return what is known of a call before the function runs; `TypeError` if its arguments do not
        fit."""
        services = self._services()
        call = None
        try:
            call = self._call(services, args, kwargs)
            key = self.results.key(services, call)
            found = self.results.find(services, key)
        except (Unidentified, RecursionError) as problem:
            self._tell(services, f"it cannot be told what decides the call ({problem})")
            return _Begun(services, None, None, None)
        if found is None:
            self.misses += 1
        else:
            self.hits += 1
        return _Begun(services, call, key, found)

    @contextlib.contextmanager
    def running(self, begun: _Begun) -> Iterator[Callable[[Any], None]]:
        """Watch the function run; yields a function that takes what it returned, which is kept at the end."""
        returned: list[Any] = []
        recording = begun.services.surroundings.begin()
        started = time.perf_counter()
        files = NO_FILES
        try:
            yield returned.append
        finally:
            seconds = time.perf_counter() - started
            files = begun.services.surroundings.end(recording, frozenset(), self._texts(begun))
        for value in returned:
            self._end(begun, value, seconds, files)

    def _texts(self, begun: _Begun) -> Iterator[str]:
        """The texts that may name files which a library opens by itself."""
        yield from function_texts(self.function)
        if begun.call is not None:
            yield from held_texts((begun.call.values, dict(begun.call.named)))

    def _end(self, begun: _Begun, value: Any, seconds: float, files: FilesUsed) -> None:
        """Keep what the function returned, unless a later call with this key had to get something else."""
        services, call = begun.services, begun.call
        if call is None:
            return
        reason: str | None
        if hasattr(type(value), "__next__") or inspect.isawaitable(value):
            reason = f"it returns a {type(value).__name__}, which can be used only once"
        elif self._has_changed(begun):
            reason = "it changes an argument, or a global that it uses, in place"
        else:
            reason = self.results.keep(services, begun.key, call, value, seconds, files)
        if reason is not None:
            self._tell(services, reason)

    def _has_changed(self, begun: _Begun) -> bool:
        services, call = begun.services, begun.call
        assert call is not None
        references = self._references
        try:
            if references is None or not references.hold():
                return self._look(services).static != call.static
            moved = tuple(services.identities.moving(references)) if references.moving else ()
            return moved != call.moving or self.results.key(services, call) != begun.key
        except (Unidentified, RecursionError):
            return True

    def info(self) -> CacheInfo:
        """Return hits, misses, and how many results are kept of how many."""
        return CacheInfo(self.hits, self.misses, self.results.maxsize, len(self.results))

    def clear(self) -> None:
        """Forget all results of the function as it is now, and start counting again."""
        self.hits = self.misses = 0
        services = self._services()
        try:
            self.results.clear(services, self._source.digest)
        except OSError as error:
            services.notice(f"results of {self.function.__qualname__} stay in their store: {error}")

    def _call(self, services: CallServices, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Call:
        references = self._references
        if references is None or not references.hold():
            references = self._look(services)
        moving = tuple(services.identities.moving(references)) if references.moving else ()
        values, named = self._arguments(args, kwargs)
        function = self.function
        return Call(function.__qualname__, self._source.digest, references.static, moving, values, named)

    def _look(self, services: CallServices) -> References:
        self._references = references = services.identities.references(self.function)
        return references

    def _arguments(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
        """Arguments as the function gets them: by position as far as possible, defaults filled in."""
        if not kwargs and self._count >= 0:
            lacking = self._count - len(args)
            if lacking == 0:
                return args, ()
            defaults = self.function.__defaults__ or ()
            if 0 < lacking <= len(defaults):
                return args + defaults[-lacking:], ()
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.function.__qualname__}(): {error}") from None
        bound.apply_defaults()
        return bound.args, tuple(sorted(bound.kwargs.items()))

    def _tell(self, services: CallServices, reason: str) -> None:
        if reason not in self._told:
            self._told.add(reason)
            services.notice(f"{self.function.__qualname__} runs each time: {reason}")


def cache_calls(target: Any, results: Results, services: Callable[[], CallServices]) -> Any:
    """Return `target`, a function or a static or class method, with its calls cached in `results`.

    It has `cache_info` and `cache_clear`, which are those of `functools.lru_cache`, and `cache_bypass`, the
    function itself. `UsageError` for what no cache can stand for.
    """
    if isinstance(target, staticmethod | classmethod):
        return type(target)(cache_calls(target.__func__, results, services))
    function = target
    if not isinstance(function, FunctionType):
        raise UsageError(f"a cache goes around a function, not around {function!r}")
    bound = read_code(function.__code__).binds
    if bound:
        raise UsageError(
            f"{function.__qualname__} sets the global '{bound[0]}', which a cached result would leave out: "
            "return the value instead"
        )
    if function.__code__.co_flags & _GENERATES:
        raise UsageError(
            f"{function.__qualname__} is a generator, which can be used only once: return a list instead"
        )
    calls = CachedCalls(function, results, services)
    wrapper = (
        _cache_async(calls, function) if inspect.iscoroutinefunction(function) else _cache(calls, function)
    )
    functools.update_wrapper(wrapper, function)
    vars(wrapper).update(cache_info=calls.info, cache_clear=calls.clear, cache_bypass=function)
    return wrapper


def _cache(calls: CachedCalls, function: FunctionType) -> Callable[..., Any]:
    def cached(*args: Any, **kwargs: Any) -> Any:
        begun = calls.begin(args, kwargs)
        if begun.found is not None:
            return begun.found.value
        with calls.running(begun) as keep:
            value = function(*args, **kwargs)
            keep(value)
        return value

    return cached


def _cache_async(calls: CachedCalls, function: FunctionType) -> Callable[..., Any]:
    async def cached(*args: Any, **kwargs: Any) -> Any:
        begun = calls.begin(args, kwargs)
        if begun.found is not None:
            return begun.found.value
        with calls.running(begun) as keep:
            value = await function(*args, **kwargs)
            keep(value)
        return value

    return cached
