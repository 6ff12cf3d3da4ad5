"""Packages in the browser: a module is installed from the runtime's lock when something live imports it."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

LoadPackages: TypeAlias = Callable[[str], Awaitable[Any]]
"""The worker's function: takes a JSON array of package names, resolves when they are installed."""


class LockedPackages:
    """Installs what the runtime's lock has, and remembers; other modules are left to the import system.

    `providers` maps import names to package names, as the lock file has them.
    """

    def __init__(self, providers: Mapping[str, str], load: LoadPackages) -> None:
        self._providers = providers
        self._load = load
        self._asked: set[str] = set()

    async def ensure(self, modules: frozenset[str]) -> None:
        """Install the packages that provide `modules`, all in one go."""
        wanted = {
            provider for module in modules for provider in [self._provider(module)] if provider is not None
        }
        missing = sorted(wanted - self._asked)
        if not missing:
            return
        await self._load(json.dumps(missing))
        self._asked.update(missing)
        importlib.invalidate_caches()

    def _provider(self, module: str) -> str | None:
        """The package of the longest prefix of `module` that the lock knows: `mpl_toolkits.x` has its own."""
        parts = module.split(".")
        for length in range(len(parts), 0, -1):
            provider = self._providers.get(".".join(parts[:length]))
            if provider is not None:
                return None if _is_there(parts[0]) else provider
        return None


def _is_there(root: str) -> bool:
    if root in sys.modules:  # also one without a spec, which stands in for another
        return True
    try:
        return importlib.util.find_spec(root) is not None
    except (ImportError, ValueError):
        return False
