"""Cached blocks: `with persistent_cache("name"):` skips its body when equal code has run on equal inputs.

The body is skipped by a trace function, which raises at the first line (`sys.settrace`; the language
reference has no other way). What the body binds is stored, and bound again on a hit.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import FrameType
from typing import Any

from tiffin.cache.live_identity import References, Unidentified
from tiffin.cache.stored_calls import StoredCallServices, StoredKey, find_stored, keep_stored, stored_key
from tiffin.cache.surroundings import FilesUsed, Recording
from tiffin.cells.functions import LiveSource, read_block
from tiffin.cells.live_code import private_names
from tiffin.errors import UsageError


class _Skipped(BaseException):
    """Raised in a body that need not run."""


class CachedBlock:
    """One run of a block called `name`; `hit` says whether its body was skipped."""

    def __init__(self, name: str, services: StoredCallServices, frame: FrameType) -> None:
        self.name = name
        self.hit = False
        self._services = services
        self.frame = frame
        self._source: LiveSource | None = None
        self._references: References | None = None
        self._inputs: dict[str, Any] = {}
        self._moving: list[str] = []
        self._key: StoredKey | None = None
        self._recording = Recording()
        self._started = 0.0
        self._line = 0
        self._tracing = sys.gettrace(), frame.f_trace

    def begin(self) -> None:
        """Look for what the block gave before; from here on its body runs, or is skipped."""
        self._key = self._look()
        values = None if self._key is None else find_stored(self._services, self._key)
        if values is not None:
            self.hit = True
            _skip(self.frame, values, self._line)
            return
        self._recording = self._services.surroundings.begin()
        self._started = time.perf_counter()

    def _look(self) -> StoredKey | None:
        block = read_block(self.frame)
        if block is None:
            self._tell("its code cannot be found: write `with` and its body on lines of their own")
            return None
        if block.leaves is not None:
            raise UsageError(
                f"the cached block '{self.name}' holds '{block.leaves}', which a hit would leave out"
            )
        if not block.alone:
            self._tell("give it a `with` of its own")
            return None
        self._source, self._line, frame = block.source, block.line, self.frame
        written = private_names(frame.f_code)
        for name in block.source.references:
            real = written.get(name, name)
            for scope in (frame.f_locals, frame.f_globals):
                if real in scope:
                    self._inputs.setdefault(real, scope[real])
        identities = self._services.identities
        self._references = identities.block_references(
            block.source, [self._inputs], frame.f_code, str(frame.f_globals.get("__name__"))
        )
        try:
            self._moving = identities.moving(self._references)
        except Unidentified as problem:
            self._tell(f"it cannot be told what decides it ({problem})")
            return None
        inputs = {f"^moving {index}": identity for index, identity in enumerate(self._moving)}
        return stored_key(block.source.digest, {"^references": self._references.static, **inputs})

    def end(self, failed: BaseException | None) -> bool:
        """Store what the body bound, unless it `failed`; return whether it was only skipped."""
        if self.hit:
            # The interpreter takes a trace function that raises away.
            sys.settrace(self._tracing[0])
            self.frame.f_trace = self._tracing[1]
            return isinstance(failed, _Skipped)
        seconds = time.perf_counter() - self._started
        files = self._services.surroundings.end(self._recording, frozenset())
        if failed is None and self._key is not None:
            reason = self._keep(self._key, seconds, files)
            if reason is not None:
                self._tell(reason)
        return False

    def _keep(self, key: StoredKey, seconds: float, files: FilesUsed) -> str | None:
        assert self._source is not None
        assert self._references is not None
        try:
            if self._services.identities.moving(self._references) != self._moving:
                return "it changes what it uses in place"
        except Unidentified:
            return "it changes what it uses in place"
        written, scope = private_names(self.frame.f_code), self.frame.f_locals
        places = {name: written.get(name, name) for name in self._source.binds}
        values = {name: scope[place] for name, place in places.items() if place in scope}
        gone = [name for name, place in places.items() if place in self._inputs and place not in scope]
        if gone:
            return f"it deletes '{gone[0]}'"
        return keep_stored(self._services, key, values, seconds, files)

    def _tell(self, reason: str) -> None:
        self._services.notice(f"the block '{self.name}' runs each time: {reason}")


def _skip(frame: FrameType, values: Mapping[str, Any], line: int) -> None:
    """Let `frame` raise when it gets to `line`, with `values` bound."""
    written = private_names(frame.f_code)
    bound = {written.get(name, name): value for name, value in values.items()}

    def trace(_: FrameType, event: str, argument: Any) -> Any:  # noqa: ARG001 (the interpreter's signature)
        if frame.f_lineno < line:
            return trace  # the name after `as` is bound
        frame.f_locals.update(bound)  # in a function too: what a trace function puts there is taken over
        raise _Skipped

    sys.settrace(_trace_nothing)
    frame.f_trace = trace


def _trace_nothing(frame: FrameType, event: str, argument: Any) -> None:  # noqa: ARG001
    return None
