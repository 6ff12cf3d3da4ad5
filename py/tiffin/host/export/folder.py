"""Folders that exports write: a site, made beside the place where it belongs, and the user's cache."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tiffin.errors import UsageError

MARKER = "tiffin.json"
"""The file by which a folder is known to be an exported site, which a new export may replace."""


def user_cache(environment: Mapping[str, str]) -> Path:
    """Return the user's folder for what exports keep: distributions, wheels, snapshots (XDG base directories,
    which have relative paths ignored)."""
    configured = Path(environment.get("XDG_CACHE_HOME", ""))
    return (configured if configured.is_absolute() else Path.home() / ".cache") / "tiffin"


def check_target(target: Path) -> None:
    """Raise `UsageError` unless `target` may be written: absent, empty, or an exported site."""
    if not target.exists():
        return
    if not target.is_dir():
        raise UsageError(f"{target} is a file: give -o a folder for the site")
    if any(target.iterdir()) and not is_site(target):
        raise UsageError(
            f"{target} holds something else than an exported site: give -o a new or empty folder"
        )


def is_site(folder: Path) -> bool:
    """Return whether `folder` was written by an export."""
    try:
        marker = json.loads((folder / MARKER).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(marker, dict) and "tiffin" in marker


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield an empty folder; when the block ends well, it takes the place of `target`.

    When it does not, `target` is as it was.
    """
    target = target.resolve()  # where it is a link, what it points to is replaced
    check_target(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield beside
        os.chmod(beside, 0o755)  # noqa: S103 (a web server has to read it; mkdtemp made it private)
        old = beside.with_name(f"{beside.name}-old")
        if target.exists():
            os.replace(target, old)
        try:
            os.replace(beside, target)
        except BaseException:
            if old.exists():
                os.replace(old, target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
