"""The lock of a site, and the wheels that lie beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiffin.errors import TiffinError, UsageError
from tiffin.host.export.packages import Chosen, LockEntry
from tiffin.host.export.runtime import LOCK, Runtime


def lock_files(runtime: Runtime, chosen: Chosen, *, offline: bool) -> dict[str, bytes | Path]:
    """Return the lock of exactly the `chosen` packages, and the wheels that the site must hold itself.

    These are all of them if `offline`; else those that lie nowhere else, and the lock names the others by
    their URL. A wheel whose digest is not the one in the lock is a `TiffinError`.
    """
    if offline and runtime.folder is None:
        raise UsageError(
            f"--offline needs the distribution on this machine, not at {runtime.url}: "
            "give a folder or a version"
        )
    entries: dict[str, LockEntry] = {}
    files: dict[str, bytes | Path] = {}
    for name, entry in sorted(chosen.entries.items()):
        file_name = str(entry["file_name"])
        elsewhere = file_name not in chosen.wheels and name not in runtime.added
        if elsewhere and runtime.wheels is not None and not offline:
            entries[name] = {**entry, "file_name": _absolute(runtime.wheels, file_name)}
            continue
        place = chosen.wheels.get(file_name) or _own_wheel(runtime, file_name)
        _verify(place, entry)
        entries[name], files[file_name] = entry, place
    lock: Mapping[str, Any] = {**runtime.lock, "packages": entries}
    files[LOCK] = json.dumps(lock, sort_keys=True, separators=(",", ":")).encode()
    return files


def _absolute(base: str, file_name: str) -> str:
    return file_name if "://" in file_name else f"{base}{file_name}"


def _own_wheel(runtime: Runtime, file_name: str) -> Path:
    place = None if runtime.folder is None else runtime.folder / file_name
    if place is None or not place.is_file():
        raise UsageError(
            f"{file_name} is not in {runtime.folder or runtime.url}, although its lock lists it: "
            "get the wheel, or give another distribution to --pyodide"
        )
    return place


def _verify(wheel: Path, entry: LockEntry) -> None:
    recorded = entry.get("sha256")
    with wheel.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if recorded is not None and found != recorded:
        raise TiffinError(
            f"{wheel} is not the file that the lock names (sha256 {found[:12]}…, not {recorded[:12]}…): "
            "get it again"
        )
