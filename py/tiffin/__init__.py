"""tiffin: reactive Python notebooks, cooked once by native Python and eaten in any browser.

Author's API, for use in cells: `import tiffin as tn`. The names are loaded on first use, so that the
import itself costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

from tiffin.version import __version__

_AUTHOR_API = {
    "ui": ("tiffin.session.author", "ui"),
    "md": ("tiffin.session.author", "md"),
    "html": ("tiffin.session.author", "html"),
    "display": ("tiffin.session.author", "display"),
    "stats": ("tiffin.session.author", "stats"),
}

__all__ = ["__version__", *sorted(_AUTHOR_API)]


def __getattr__(name: str) -> Any:
    """Load a name of the author's API when it is first asked for (PEP 562)."""
    if name not in _AUTHOR_API:
        raise AttributeError(f"module 'tiffin' has no attribute {name!r}")
    module, attribute = _AUTHOR_API[name]
    value = getattr(importlib.import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_AUTHOR_API})
