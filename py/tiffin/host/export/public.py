"""The `public` folder beside a notebook: files that its cells open, natively and in the browser."""

from __future__ import annotations

import os
from pathlib import Path

PUBLIC = "public"
_NOT_COPIED = ("cache",)


def public_files(folder: Path) -> dict[str, Path]:
    """Return the files below `public` in a notebook's folder by their path there; `public/cache` is the
    cache's, and hidden files are nobody's."""
    place = folder / PUBLIC
    found: dict[str, Path] = {}
    for where, folders, names in os.walk(place):
        here = Path(where)
        left_out = _NOT_COPIED if here == place else ()
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in left_out)
        for name in sorted(names):
            path = here / name
            if not name.startswith(".") and path.is_file():
                found[path.relative_to(place).as_posix()] = path
    return found
