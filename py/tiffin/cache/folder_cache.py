"""Looking after a cache in a folder: what it holds, whether that is sound, and removing what may go."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tiffin.cache.inventory import (
    Entry,
    Inventory,
    Removal,
    SiteIndex,
    blob_sizes,
    choose_removal,
    fits_key,
    read_index,
    removal_of,
    take_inventory,
)
from tiffin.cache.trust import Trust
from tiffin.errors import TiffinError
from tiffin.ids import Digest
from tiffin.stores.folder import (
    FolderPlace,
    StoredFile,
    folder_size,
    list_folder,
    remove_files,
    remove_folders,
)
from tiffin.stores.folder_lock import LOCK_FILE, FolderLock
from tiffin.stores.store import at_once
from tiffin.stores.uses import read_uses, rewrite_uses

GRACE = 24 * 3600.0
"""Where folders cannot be locked, what was used in so many seconds may be in use."""
LEFT = 0.9
"""How much of its limit a cache has when it was made smaller by itself."""


class CacheInUse(TiffinError):
    """Sessions use the cache, so that nothing can be removed from it."""

    exit_code = 1


@dataclass(frozen=True)
class Damage:
    """One thing that is wrong: the entries and the blob concerned, and a sentence for a person."""

    keys: tuple[str, ...]
    blob: Digest | None
    text: str


@dataclass(frozen=True)
class Verdict:
    """What was found in a cache: its inventory, what is damaged, and what this tiffin cannot judge."""

    inventory: Inventory
    damaged: tuple[Damage, ...]
    later: tuple[Entry, ...]


def read_inventory(root: Path) -> Inventory:
    """Return what the cache in `root` holds; sessions may go on meanwhile."""
    listing = list_folder(root)
    manifests: dict[str, bytes] = {}
    for key, file in listing.manifests.items():
        with contextlib.suppress(FileNotFoundError):
            manifests[key] = file.path.read_bytes()
    return take_inventory(listing, manifests, read_uses(root), site_index(root))


def site_index(root: Path) -> SiteIndex:
    """Return what the `index.json` beside the entries lists, if this is the cache of an exported site."""
    with contextlib.suppress(OSError):
        return read_index((root / "index.json").read_bytes())
    return SiteIndex()


def verify(root: Path) -> Verdict:
    """Read everything in the cache in `root`, and return what is wrong; nothing is changed."""
    # Where no session ever was, nothing is written either, not even the file of the lock.
    used = (root / LOCK_FILE).exists()
    with FolderLock(root, "shared") if used else contextlib.nullcontext():
        inventory = read_inventory(root)
        return Verdict(
            inventory,
            (*_bad_manifests(inventory.entries), *_bad_blobs(inventory)),
            tuple(entry for entry in inventory.entries if entry.later),
        )


def distrusted(inventory: Inventory, trust: Trust) -> tuple[Damage, ...]:
    """Return the entries that `trust` does not let be used."""
    found = []
    for entry in inventory.entries:
        problem = None if entry.manifest is None else trust.problem(entry.manifest)
        if problem is not None:
            text = f"manifests/{entry.key[:2]}/{entry.key}.json: {problem}"
            found.append(Damage((entry.key,), None, text))
    return tuple(found)


def sign_all(root: Path, trust: Trust) -> int:
    """Sign every entry of the cache in `root` that has no signature by the user yet; return how many."""
    manifests = FolderPlace(root).open().manifests
    count = 0
    with FolderLock(root, "shared"):
        for entry in read_inventory(root).entries:
            signed = None if entry.manifest is None else trust.signed(entry.manifest)
            if signed is not None and signed != entry.manifest:
                at_once(manifests.put(entry.key, signed.to_bytes()))
                count += 1
    return count


def _bad_manifests(entries: Sequence[Entry]) -> Iterator[Damage]:
    for entry in entries:
        where = f"manifests/{entry.key[:2]}/{entry.key}.json"
        if entry.problem is not None and not entry.later:
            yield Damage((entry.key,), None, entry.problem)
        elif entry.manifest is not None and not fits_key(entry.manifest):
            yield Damage((entry.key,), None, f"{where}: its code and inputs do not give its key")


def _bad_blobs(inventory: Inventory) -> Iterator[Damage]:
    users: dict[Digest, list[Entry]] = {}
    for entry in inventory.entries:
        for blob in entry.blobs if entry.manifest is not None else ():
            users.setdefault(blob, []).append(entry)
    blobs = inventory.listing.blobs
    for blob in sorted({*users, *(Digest(blob) for blob in blobs)}):
        entries = users.get(blob, [])
        keys = tuple(entry.key for entry in entries)
        needed = f", which {len(keys)} {'entry needs' if len(keys) == 1 else 'entries need'}" if keys else ""
        where = f"blobs/{blob[:2]}/{blob}"
        if blob not in blobs:
            yield Damage(keys, None, f"{where}{needed}, is not there")
        elif _digest(blobs[blob]) != blob:
            yield Damage(keys, blob, f"{where}{needed}: its {blobs[blob].size:,} bytes have another digest")
        else:
            for entry in entries:
                assert entry.manifest is not None
                stated = blob_sizes(entry.manifest).get(blob, blobs[blob].size)
                if stated != blobs[blob].size:
                    text = f"has {blobs[blob].size:,} bytes, its manifest says {stated:,}"
                    yield Damage((entry.key,), None, f"{where} {text}")


def _digest(file: StoredFile) -> str | None:
    try:
        with file.path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _alone(root: Path, *, wait: float = 0.0) -> Iterator[float | None]:
    """Have the cache alone; yields since when nobody can have used what may go, None if that is certain."""
    with FolderLock(root, "alone", wait) as lock:
        if lock.state == "busy":
            raise CacheInUse(
                f"other sessions use {root}: nothing was removed; try again when they have ended"
            )
        yield None if lock.state == "held" else time.time() - GRACE


def prune(
    root: Path,
    *,
    limit: int | None = None,
    older: float | None = None,
    orphans: bool = False,
    dry_run: bool = False,
) -> Removal:
    """Remove what was not used for `older` seconds, `orphans`, and the least recently used above `limit`.

    `limit` counts bytes. `CacheInUse` if a session uses the cache. With `dry_run` nothing is removed, and it
    is only said what would be.
    """
    before = None if older is None else time.time() - older
    if dry_run:
        inventory = read_inventory(root)
        return choose_removal(inventory, site_index(root), limit=limit, before=before, orphans=orphans)
    with _alone(root) as idle_since:
        inventory = read_inventory(root)
        removal = choose_removal(
            inventory,
            site_index(root),
            limit=limit,
            before=before,
            orphans=orphans,
            idle_since=idle_since,
        )
        _carry_out(root, inventory, removal)
    return removal


def _carry_out(root: Path, inventory: Inventory, removal: Removal) -> None:
    gone = {entry.key for entry in removal.entries}
    manifests = {inventory.listing.manifests[key] for key in gone}
    # Manifests first: one must never promise what is not there.
    remove_files(manifests)
    remove_files(file for file in removal.files if file not in manifests)
    rewrite_uses(root, inventory.listing.manifests.keys() - gone)


def keep_within(root: Path, limit: int) -> Removal | None:
    """Remove the least recently used from a cache of more than `limit` bytes, unless others use it.

    A tenth is made free, so that not each run has to. Returns None if nothing had to go, or nothing could.
    """
    if folder_size(root) <= limit:
        return None
    try:
        return prune(root, limit=int(limit * LEFT))
    except CacheInUse:
        return None


def repair(root: Path, verdict: Verdict) -> Removal:
    """Remove the entries and blobs that are damaged, so that their cells run again; `CacheInUse` likewise."""
    keys = {key for damage in verdict.damaged for key in damage.keys}
    blobs = [damage.blob for damage in verdict.damaged if damage.blob is not None]
    with _alone(root):
        inventory = read_inventory(root)
        removal = removal_of(inventory, keys, blobs)
        _carry_out(root, inventory, removal)
    return removal


def clear(root: Path) -> Removal:
    """Remove all entries but those of an exported site, and nothing else; `CacheInUse` likewise."""
    with _alone(root) as idle_since:
        inventory, index = read_inventory(root), site_index(root)
        removal = choose_removal(inventory, index, limit=-1, orphans=True, idle_since=idle_since)
        _carry_out(root, inventory, removal)
        if len(removal.entries) == len(inventory.entries):
            remove_folders(root)
    return removal
