"""What a cache holds, entry by entry, and what of it may go: pure functions over a listing of its folder.

An entry is a manifest and the blobs that it refers to. A blob that several refer to goes with the last.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from tiffin.cache.key import run_key
from tiffin.cache.manifest import FORMAT, Manifest, is_torn, read_manifest
from tiffin.errors import ManifestError
from tiffin.ids import Digest, Key
from tiffin.stores.folder import FolderListing, StoredFile
from tiffin.stores.uses import Use

_DIGESTS = re.compile(rb"[0-9a-f]{64}")
_TRIES = 4096
"""How many sets of inputs are tried for a key, before it is given the benefit of the doubt."""


@dataclass(frozen=True)
class Entry:
    """A manifest with its blobs.

    `own` counts the bytes that go with it, `shared` those of blobs that others refer to as well. `written`
    and `used` are seconds of the epoch, `hits` how many sessions found it. `manifest` is None if it cannot
    be read, for the reason `problem`; `later` says that a newer tiffin can. `cell` is known in a site.
    """

    key: Key
    manifest: Manifest | None
    blobs: frozenset[Digest]
    own: int
    shared: int
    written: float
    used: float
    hits: int
    cell: str | None = None
    problem: str | None = None
    later: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What the run defined, but for names that are private to its cell."""
        definitions = () if self.manifest is None else self.manifest.definitions
        return tuple(sorted(name for name in definitions if not name.startswith("_")))


@dataclass(frozen=True)
class Inventory:
    """All entries, blobs that no manifest refers to, and files that were never finished."""

    listing: FolderListing
    entries: tuple[Entry, ...]
    orphans: tuple[Digest, ...]


@dataclass(frozen=True)
class SiteIndex:
    """What the `index.json` of an exported site lists; `cells` gives the cell of a key."""

    keys: frozenset[str] = frozenset()
    blobs: frozenset[str] = frozenset()
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Removal:
    """What is to go: entries, and files: theirs, and blobs and unfinished ones that no entry needs."""

    entries: tuple[Entry, ...]
    files: tuple[StoredFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def read_index(data: bytes | None) -> SiteIndex:
    """Return what an `index.json` lists; nothing if there is none, or it is no index."""
    try:
        index = json.loads(data or b"null")
        return SiteIndex(
            frozenset(index["keys"]),
            frozenset(index["blobs"]),
            {str(key): str(cell) for cell, key in index["cells"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return SiteIndex()


def take_inventory(
    listing: FolderListing, manifests: Mapping[str, bytes], uses: Mapping[str, Use], index: SiteIndex
) -> Inventory:
    """Return what `listing` holds, given the bytes of its manifests and the notes of their use."""
    read = {key: _read(Key(key), data) for key, data in manifests.items() if key in listing.manifests}
    references = Counter(blob for _, blobs, _, _ in read.values() for blob in blobs)
    entries = []
    for key, (manifest, blobs, problem, later) in read.items():
        file, use = listing.manifests[key], uses.get(key, Use(0, 0))
        sizes = {blob: listing.blobs[blob].size for blob in blobs if blob in listing.blobs}
        entries.append(
            Entry(
                key=Key(key),
                manifest=manifest,
                blobs=blobs,
                own=file.size + sum(size for blob, size in sizes.items() if references[blob] == 1),
                shared=sum(size for blob, size in sizes.items() if references[blob] > 1),
                written=file.written,
                used=max(file.written, use.last),
                hits=use.hits,
                cell=index.cells.get(key),
                problem=problem,
                later=later,
            )
        )
    entries.sort(key=lambda entry: (-entry.used, entry.key))
    orphans = sorted(Digest(blob) for blob in listing.blobs if blob not in references)
    return Inventory(listing, tuple(entries), tuple(orphans))


def _read(key: Key, data: bytes) -> tuple[Manifest | None, frozenset[Digest], str | None, bool]:
    where = f"manifests/{key[:2]}/{key}.json"
    # Of a manifest that cannot be read, whatever looks like a blob counts as one: a newer tiffin may need it.
    guessed = frozenset(Digest(found.decode()) for found in _DIGESTS.findall(data)) - {Digest(key)}
    if is_torn(data):
        return None, guessed, f"{where}: the manifest was never written whole", False
    try:
        manifest = read_manifest(data, key, where)
    except ManifestError as error:
        return None, guessed, str(error), _is_later(data)
    return manifest, manifest.blobs, None, False


def _is_later(data: bytes) -> bool:
    try:
        return int(json.loads(data)["format"]) > FORMAT
    except (ValueError, KeyError, TypeError):
        return False


def fits_key(manifest: Manifest) -> bool:
    """Return whether the manifest's code and inputs give its key.

    In document order `inputs` may hold names which are no part of the key: values that the body changed. So
    some part of the inputs must give it; that a wrong code or input does is out of the question. Only where
    there are too many parts to try is the answer yes without one.
    """
    inputs = dict(manifest.inputs)
    # What was changed is also defined, as a new version: these are the likely ones to be left out.
    likely = [name for name in inputs if name in manifest.definitions]
    others = [name for name in inputs if name not in manifest.definitions]
    tries = 0
    for candidates in (likely, likely + others):
        for count in range(len(candidates) + 1):
            for left_out in itertools.combinations(candidates, count):
                kept = {name: identity for name, identity in inputs.items() if name not in left_out}
                if run_key(manifest.code, kept) == manifest.key:
                    return True
                tries += 1
                if tries >= _TRIES:
                    return True
    return False


def blob_sizes(manifest: Manifest) -> Mapping[Digest, int]:
    """Return the sizes that the manifest states, of those blobs that it states one of."""
    parts = [part for bundle in (manifest.output, *manifest.displays) for part in bundle.values()]
    stated = [(d.blob, d.size) for d in manifest.definitions.values()] + [(p.blob, p.size) for p in parts]
    return {blob: size for blob, size in stated if blob is not None and size is not None}


def choose_removal(
    inventory: Inventory,
    index: SiteIndex,
    *,
    limit: int | None = None,
    before: float | None = None,
    orphans: bool = False,
    idle_since: float | None = None,
) -> Removal:
    """Return what goes: what was last used `before`, `orphans`, the least recently used above `limit` bytes.

    What a site's index lists stays, and what was used after `idle_since`. Unfinished files always go, since
    nobody writes any more.
    """
    choice = _Choice(inventory, index, idle_since)
    listing = inventory.listing
    if orphans:
        for blob in inventory.orphans:
            choice.remove_orphan(blob)
    candidates: list[tuple[float, Entry | Digest]] = [(entry.used, entry) for entry in inventory.entries]
    candidates += [(listing.blobs[blob].written, blob) for blob in inventory.orphans]
    for used, candidate in sorted(candidates, key=lambda found: found[0]):
        old = before is not None and used < before
        if old or (limit is not None and choice.size > limit):
            if isinstance(candidate, Entry):
                choice.remove(candidate)
            else:
                choice.remove_orphan(candidate)
    return choice.removal()


class _Choice:
    """A choice in the making: `size` is what would stay."""

    def __init__(self, inventory: Inventory, index: SiteIndex, idle_since: float | None) -> None:
        self._listing = inventory.listing
        self._index = index
        self._idle_since = idle_since
        self._references = Counter(blob for entry in inventory.entries for blob in entry.blobs)
        self._entries: list[Entry] = []
        self._files: dict[StoredFile, None] = {
            file: None for file in self._listing.unfinished if self._is_idle(file.written)
        }
        self.size = self._listing.size

    def _is_idle(self, used: float) -> bool:
        return self._idle_since is None or used < self._idle_since

    def remove(self, entry: Entry) -> None:
        if entry.key in self._index.keys or not self._is_idle(entry.used):
            return
        self._entries.append(entry)
        self._take(self._listing.manifests[entry.key])
        for blob in entry.blobs:
            self._references[blob] -= 1
            if not self._references[blob]:
                self.remove_orphan(blob)

    def remove_orphan(self, blob: Digest) -> None:
        file = self._listing.blobs.get(blob)
        if file is not None and blob not in self._index.blobs and self._is_idle(file.written):
            self._take(file)

    def _take(self, file: StoredFile) -> None:
        if file not in self._files:
            self._files[file] = None
            self.size -= file.size

    def removal(self) -> Removal:
        return Removal(tuple(self._entries), tuple(self._files))


def removal_of(inventory: Inventory, keys: Collection[str], blobs: Iterable[str]) -> Removal:
    """Return the removal of these entries, of the blobs that only they need, and of these blobs."""
    choice = _Choice(inventory, SiteIndex(), None)
    for entry in inventory.entries:
        if entry.key in keys:
            choice.remove(entry)
    for blob in blobs:
        choice.remove_orphan(Digest(blob))
    return choice.removal()
