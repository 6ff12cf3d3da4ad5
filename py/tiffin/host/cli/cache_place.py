"""Which cache a command uses, and keeping it within its limit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from tiffin.cache.folder_cache import keep_within
from tiffin.cache.notebook_folder import CACHE_FOLDER, cache_folder
from tiffin.errors import UsageError
from tiffin.host.cli.amounts import readable_size
from tiffin.host.cli.user_settings import user_cache
from tiffin.host.export.cook import Cooked
from tiffin.stores.folder import BLOBS, MANIFESTS

CACHE_HELP = (
    "Cache folder, or the URL of one to share, like s3://bucket/folder "
    "[default: TIFFIN_CACHE, or the nearest public/cache]."
)


def choose_cache(
    asked: str | None, notebook: Path, environment: Mapping[str, str]
) -> tuple[Path, str | None]:
    """Return the cache's folder, and the URL of the shared cache behind it if one was asked for or set."""
    chosen = asked or user_cache(environment)
    if chosen is None:
        return cache_folder(notebook), None
    if "://" in chosen:
        return cache_folder(notebook), chosen
    return Path(chosen), None


def find_cache(place: Path | None) -> Path:
    """Return the cache that a folder or a notebook stands for, or the nearest; `UsageError` without one."""
    if place is None:
        place = choose_cache(None, Path("notebook.py"), os.environ)[0]
    elif place.is_file():
        place = choose_cache(None, place, os.environ)[0]
    elif not _is_cache(place) and _is_cache(place / CACHE_FOLDER):
        place = place / CACHE_FOLDER
    if not _is_cache(place):
        raise UsageError(f"{place} holds no cache: name its folder, or a notebook that was run")
    return place


def _is_cache(folder: Path) -> bool:
    if (folder / MANIFESTS).is_dir() or (folder / BLOBS).is_dir():
        return True
    return folder.is_dir() and folder.absolute().parts[-2:] == CACHE_FOLDER.parts


def limit_cache(console: Console, folder: Path, cooked: Cooked, limit: int | None) -> None:
    """Keep the cache within `limit` bytes after a run that may have written to it, and say what that took."""
    ran = any(run.result is not None and run.result.origin == "run" for run in cooked.summary.cells)
    if ran:
        limit_folder(console, folder, limit)


def limit_folder(console: Console, folder: Path, limit: int | None) -> None:
    """Keep the cache within `limit` bytes, and say what that took."""
    if limit is None:
        return
    try:
        removed = keep_within(folder, limit)
    except OSError as error:
        text = f"{folder} cannot be kept within {readable_size(limit)}: {error.strerror or error}"
    else:
        if removed is None or not removed.files:
            return
        text = (
            f"{folder}: removed {len(removed.entries):,} of the least recently used results "
            f"({readable_size(removed.size)}), to stay within {readable_size(limit)}"
        )
    console.print(text, markup=False, highlight=False, soft_wrap=True)
