"""Small programs for tests of live code: each is a module of its own, whose text is only in `linecache`."""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tiffin.cache.cell_cache import CellCache
from tiffin.cache.live_identity import LiveIdentities
from tiffin.cache.surroundings import ShippedSurroundings, Surroundings
from tiffin.codecs.standard import standard_codecs
from tiffin.ids import Digest, Key
from tiffin.session.calls import Calls
from tiffin.stores.memory import MemoryStore
from tiffin.stores.store import Store

_numbers = itertools.count()


def run_program(text: str, into: dict[str, Any] | None = None, **names: Any) -> dict[str, Any]:
    """Run `text` as if it were a script, with `names` bound before; return its names, those of `into`."""
    filename = f"/programs/program-{next(_numbers)}.py"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace = {} if into is None else into
    namespace.update(names, __name__="__main__", __file__=filename)
    exec(compile(text, filename, "exec", dont_inherit=True), namespace)
    return namespace


def own_module(name: str, text: str) -> ModuleType:
    """Return a module with this text; it is in no `sys.modules`."""
    module = ModuleType(name)
    filename = f"/programs/{name}-{next(_numbers)}.py"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    module.__file__ = filename
    exec(compile(text, filename, "exec", dont_inherit=True), vars(module))
    return module


class Place:
    """What caches of calls have somewhere: stores in memory, and a list of what was told.

    `namespace` is that of the script or notebook; `lineages` are identities of names in it, `modules` digests
    of own modules.
    """

    def __init__(
        self,
        namespace: dict[str, Any] | None = None,
        *,
        manifests: Store | None = None,
        blobs: Store | None = None,
        surroundings: Surroundings | None = None,
        lineages: dict[str, str] | None = None,
        modules: dict[str, str] | None = None,
    ) -> None:
        self.namespace = {} if namespace is None else namespace
        self.manifests = MemoryStore() if manifests is None else manifests
        self.blobs = MemoryStore() if blobs is None else blobs
        self.notices: list[str] = []
        self.used: list[Key] = []
        digests = {name: Digest(text) for name, text in (modules or {}).items()}
        codecs = standard_codecs(lambda: self.namespace)
        self.identities = LiveIdentities(
            codecs, lambda: self.namespace, (lineages or {}).get, lambda name: digests.get(name.split(".")[0])
        )
        self.calls = Calls(
            self.identities,
            surroundings or ShippedSurroundings(),
            CellCache(self.manifests, self.blobs, codecs, {}),
            self.used.append,
            self.notices.append,
        )

    def __call__(self) -> Calls:
        return self.calls

    def caching(self, decorate: Callable[..., Any], results: Callable[[], Any]) -> Callable[[Any], Any]:
        """Return a decorator that caches here, as `decorate(target, results, services)` does."""
        return lambda target: decorate(target, results(), self)
