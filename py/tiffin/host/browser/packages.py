"""Packages in the browser: a module is installed when something live imports it, from the runtime's lock or,
where cells may import anything, from a package index, when the reader says so."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol

PATCH = "pyodide_http"
MICROPIP = "micropip"


class Installing(Protocol):
    """The worker's functions, for package names as a JSON array: `load` resolves when these packages of the
    lock are installed, `say` tells the page what is being installed, `installed` what was for its cells.
    `offer` has it ask its reader for a package of an index: a JSON object of the `module` that cells import,
    the `name` of the package, and the ids of these `cells`."""

    def load(self, names: str) -> Awaitable[Any]: ...
    def say(self, names: str) -> None: ...
    def installed(self, names: str) -> None: ...
    def offer(self, offer: str) -> None: ...


class LockedPackages:
    """Installs what the runtime's lock has, and what the notebook's `requirements` (PEP 508) name; anything
    else of an index is offered, and fails at its import until it is allowed.

    `known` is what the exporter wrote: `providers` maps import names to packages of the lock; `extra` are
    packages that come with the first that is installed; `restored`, where there are any, those whose modules
    came with a snapshot of Python, without their files; `network` are modules that need the network as a
    browser has it; `installer`, where there is one, has the `index` to ask for other packages, and the
    `names` of packages that differ from their modules'.
    """

    def __init__(
        self,
        known: Mapping[str, Any],
        worker: Installing,
        patch: Callable[[], None] | None = None,
        *,
        requirements: Iterable[str] = (),
        importers: Callable[[str], list[str]] = lambda root: [],
    ) -> None:
        self._providers: Mapping[str, str] = known["providers"]
        self._extra = known["extra"]
        self._network = known["network"]
        self._restored = frozenset(known.get("restored", ()))
        self._installer: Any = known.get("installer")
        self._worker = worker
        self._patch = patch or patch_network
        self._asked: set[str] = set()
        self._refused = Refusals()
        self._required = {_project(text): text for text in requirements}
        self._importers = importers
        self._offered: set[str] = set()
        self._allowed: set[str] = set()

    async def ensure(self, modules: frozenset[str]) -> None:
        """Install the packages that provide `modules`, all in one go; one that cannot be had fails later, at
        its import, with a sentence."""
        wanted = {found for module in modules if (found := self._provider(module)) is not None}
        reaches = PATCH in self._providers and any(_within(module, self._network) for module in modules)
        if reaches:
            wanted.add(self._providers[PATCH])
        fresh = sorted(wanted - self._asked)
        await self._load(wanted)
        if self._installer is not None:
            self._tell(fresh)
            known = {"", *self._refused.reasons.keys() - self._offered, *map(_root, self._providers)}
            roots = set(map(_root, modules)) - known
            await self._install(sorted(root for root in roots if not is_there(root)))
        if reaches:
            self._patch()

    async def _load(self, wanted: set[str]) -> None:
        missing = sorted((wanted and wanted.union(self._extra)) - self._asked)
        if missing:
            await self._worker.load(json.dumps(missing))
            self._asked.update(missing)
            importlib.invalidate_caches()

    async def _install(self, roots: list[str]) -> None:
        """Install what no lock has; one after another, so that each has its own reason to fail."""
        for root in roots:
            name = self._installer["names"].get(root, root)
            required = self._required.get(_project(name))
            if required is None and root not in self._allowed:
                self._offer(root, name)
                continue
            await self._load({self._providers[MICROPIP]})
            self._worker.say(json.dumps([name]))
            index = self._installer["index"]
            try:
                await importlib.import_module(MICROPIP).install(required or name, index_urls=index)
            except Exception as error:  # noqa: BLE001 (whatever an index answers)
                self._refused.add(
                    root, f"{name} cannot be installed here: {_reason(error)}; {self._others()}"
                )
            else:
                self._tell([name])
            importlib.invalidate_caches()

    def allow(self, roots: Iterable[str]) -> None:
        """Learn that the reader wants the packages for these modules: the next cell that imports one has it
        installed."""
        self._allowed.update(roots)
        for root in roots:
            self._offered.discard(root)
            self._refused.reasons.pop(root, None)

    def _offer(self, root: str, name: str) -> None:
        self._offered.add(root)
        self._refused.add(root, f"{name} is not installed: the page offers to install it")
        self._worker.offer(json.dumps({"module": root, "name": name, "cells": self._importers(root)}))

    def _tell(self, names: Iterable[str]) -> None:
        """Tell what cells have from now on; what only serves to have it is none of it."""
        own = {self._providers.get(MICROPIP), self._providers.get(PATCH)}
        if found := [name for name in names if name not in own]:
            self._worker.installed(json.dumps(found))

    def _others(self) -> str:
        names = ", ".join(sorted({*self._providers.values()} - {"micropip", "pyodide-http"}))
        return f"what comes with this page is {names}" if names else "no package comes with this page"

    def _provider(self, module: str) -> str | None:
        """The package of the longest prefix of `module` that the lock knows: `mpl_toolkits.x` has its own."""
        parts = module.split(".")
        for length in range(len(parts), 0, -1):
            provider = self._providers.get(".".join(parts[:length]))
            if provider is not None:
                whole = provider not in self._restored and is_there(parts[0])
                return None if whole else provider
        return None


class Refusals:
    """The last finder of modules: says why those that could not be installed are not there."""

    def __init__(self) -> None:
        self.reasons: dict[str, str] = {}

    def add(self, root: str, reason: str) -> None:
        """Let every import of `root` fail with `reason`, unless it can be found after all."""
        self.reasons[root] = reason
        if self not in sys.meta_path:
            sys.meta_path.append(self)

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Find nothing; `ModuleNotFoundError` says why."""
        if name in self.reasons:
            raise ModuleNotFoundError(self.reasons[name], name=name)


def patch_network() -> None:
    """Import what patches the network, and do it: it takes longer than most pages want to wait for."""
    importlib.import_module("tiffin.host.browser.network").patch_network()


def _reason(error: Exception) -> str:
    said = str(error).strip()
    if "pure Python 3 wheel" in said:
        return "it has no wheel for WebAssembly"
    if "fetch metadata" in said:
        return "the package index does not have it"
    return f"{type(error).__name__}: {said.splitlines()[0]}" if said else type(error).__name__


def _root(module: str) -> str:
    return module.split(".")[0]


def _within(module: str, modules: Iterable[str]) -> bool:
    return any(module == other or module.startswith(f"{other}.") for other in modules)


def _project(requirement: str) -> str:
    """The name of a project as indexes compare it (PEP 503), out of a requirement."""
    found = re.match(r"[\w.-]+", requirement.strip())
    return "" if found is None else re.sub(r"[-_.]+", "-", found[0]).lower()


def is_there(root: str) -> bool:
    """Return whether a top-level module can be imported."""
    if root in sys.modules:  # also one without a spec, which stands in for another
        return True
    try:
        return importlib.util.find_spec(root) is not None
    except (ImportError, ValueError):
        return False
