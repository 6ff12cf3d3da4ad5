"""tiffin: reactive Python notebooks, cooked once by native Python and eaten in any browser.

Author's API, for use in cells: `import tiffin as tn`. The names are loaded on first use, so that the
import itself costs next to nothing.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from tiffin.version import __version__

_AUTHOR = "tiffin.session.author"
_CACHES = "tiffin.session.caches"
_AUTHOR_API = {
    **dict.fromkeys(
        (
            *("ui", "md", "html", "hstack", "vstack", "display", "stats", "stop", "state", "defs", "refs"),
            "notebook_location",
        ),
        _AUTHOR,
    ),
    "code_mode": "tiffin.session.code_mode",
    **dict.fromkeys(("cache", "lru_cache", "persistent_cache"), _CACHES),
    **dict.fromkeys(("callout", "stat"), "tiffin.session.callouts"),
    **dict.fromkeys(("image", "audio", "video"), "tiffin.session.media"),
    **dict.fromkeys(("progress", "spinner"), "tiffin.session.progress"),
    "output": "tiffin.session.output",
    "renderers": "tiffin.outputs.renderers",
}

__all__ = ["__version__", *sorted(_AUTHOR_API)]


class _Facade(ModuleType):
    """This module's class: `tn.ui` and `tn.cache` are the author's, not the sub-packages of these names,
    which the import system would put there."""

    @property
    def ui(self) -> Any:
        return importlib.import_module(_AUTHOR).ui

    @ui.setter
    def ui(self, _: ModuleType) -> None:
        return None

    @property
    def cache(self) -> Any:
        return importlib.import_module(_CACHES).cache

    @cache.setter
    def cache(self, _: ModuleType) -> None:
        return None


def __getattr__(name: str) -> Any:
    """Load a name of the author's API when it is first asked for (PEP 562)."""
    if name not in _AUTHOR_API:
        raise AttributeError(f"module 'tiffin' has no attribute {name!r}")
    value = getattr(importlib.import_module(_AUTHOR_API[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_AUTHOR_API})


sys.modules[__name__].__class__ = _Facade
