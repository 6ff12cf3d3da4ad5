"""When each entry of a cache was last used, and how often: a file of lines that sessions append to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tiffin.ids import is_digest

USES_FILE = ".uses"


@dataclass(frozen=True, slots=True)
class Use:
    """`last` is the time of the last use, in seconds of the epoch; `hits` how many sessions found it."""

    last: float
    hits: int


def add_uses(root: Path, keys: Iterable[str], now: float) -> None:
    """Note that a session used `keys`, in one write; a folder that cannot be written is left as it is."""
    lines = "".join(f"{now:.0f} 1 {key}\n" for key in keys)
    if not lines:
        return
    with contextlib.suppress(OSError):
        # A writer that was killed may have left half a line: an empty one before these ends it.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(root / USES_FILE, flags, 0o666)
        try:
            os.write(handle, b"\n" + lines.encode())
        finally:
            os.close(handle)


def read_uses(root: Path) -> Mapping[str, Use]:
    """Return the use of each key; lines that are none are passed over."""
    try:
        text = (root / USES_FILE).read_bytes().decode("ascii", "replace")
    except OSError:
        return {}
    uses: dict[str, Use] = {}
    for line in text.splitlines():
        try:
            last, hits, key = line.split(" ")
            use = Use(float(last), int(hits))
        except ValueError:
            continue
        if is_digest(key):
            known = uses.get(key)
            uses[key] = use if known is None else Use(max(known.last, use.last), known.hits + use.hits)
    return uses


def rewrite_uses(root: Path, keys: Collection[str]) -> None:
    """Make the file as short as it can be, with `keys` only; for who has the folder alone."""
    uses = read_uses(root)
    lines = [f"{use.last:.0f} {use.hits} {key}\n" for key, use in uses.items() if key in keys]
    beside = root / f"{USES_FILE}-{os.getpid()}"
    with contextlib.suppress(OSError):
        beside.write_text("".join(lines), "ascii")
        os.replace(beside, root / USES_FILE)
