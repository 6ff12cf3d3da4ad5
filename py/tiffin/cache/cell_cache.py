"""The cache of cell runs: manifests and blobs in their stores, and what this session knows to be bad."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from tiffin.cache.manifest import Definition, Manifest, OutputPart, OutputParts, is_torn, read_manifest
from tiffin.cache.trust import Trust
from tiffin.codecs.registry import CodecRegistry
from tiffin.errors import ManifestError
from tiffin.ids import Bytes, Digest, Key, digest
from tiffin.stores.store import Mark, Store

Json: TypeAlias = Any

OUTPUT_INLINE_LIMIT = 8192
DEFAULT_TRUST = Trust()

_compact_json = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


@dataclass(frozen=True)
class Unreadable:
    """A manifest is there, but cannot be used; `reason` is a sentence for a person.

    It may well be whole, and not `trusted`.
    """

    reason: str
    trusted: bool = True


@dataclass(frozen=True)
class BadBlob:
    """A blob that a manifest promises could not be had, or is not what its digest says."""

    digest: Digest
    reason: str


class CellCache:
    """Finds and saves manifests, and fetches blobs, checking each digest.

    `invalidated` keys are not found again in this session until they are saved anew; a blob that was bad
    once is not asked for again. `trusts` says whether the manifest that was read last under a key is as
    trusted as the notebook's code: pickles of others are not decoded.
    """

    def __init__(
        self,
        manifests: Store,
        blobs: Store,
        codecs: CodecRegistry,
        environment: Mapping[str, Json],
        trust: Trust = DEFAULT_TRUST,
        trusts: Callable[[Key], bool] = lambda key: True,
        mark: Callable[[str], Mark | None] = lambda key: None,
    ) -> None:
        self.codecs = codecs
        self.trust = trust
        self._unsafe = frozenset(codec.name for codec in codecs if not codec.safe)
        self.environment = environment
        self._manifests = manifests
        self._blobs = blobs
        self._trusts = trusts
        self._mark = mark
        self._invalidated: set[Key] = set()
        self._bad: dict[Digest, BadBlob] = {}
        self._checked: dict[Digest, Mark] = {}
        self.rejected = 0
        """How many blobs were bad in this session so far."""

    def beside(self, manifests: Store, blobs: Store) -> CellCache:
        """Return this cache on other stores: what was invalidated here is so there, too."""
        other = CellCache(
            manifests, blobs, self.codecs, self.environment, self.trust, self._trusts, self._mark
        )
        other._bad = self._bad
        other._checked = self._checked
        other._invalidated = self._invalidated
        return other

    async def find(self, key: Key) -> Manifest | Unreadable | None:
        """Return the manifest of `key`, None on a miss; one that was never written whole is a miss."""
        if key in self._invalidated:
            return None
        where = f"manifests/{key[:2]}/{key}.json"
        try:
            data = await self._manifests.get(key)
        except OSError as error:
            return Unreadable(f"{where}: {error.strerror or error}", trusted=False)
        if data is None or is_torn(data):
            return None
        own = self._trusts(key)
        try:
            manifest = read_manifest(data, key, where)
        except ManifestError as error:
            # What others wrote must not fail a run here, and is not this person's to mend.
            return Unreadable(str(error)) if own else None
        problem = self.trust.problem(manifest)
        if problem is not None:
            return Unreadable(f"{where}: {problem}", trusted=False)
        return manifest if own else self.admit(manifest)

    def admit(self, manifest: Manifest) -> Manifest:
        """Return what may be used of a manifest that others wrote."""
        return self.trust.admit(manifest, self._unsafe)

    def invalidate(self, key: Key) -> None:
        """Forget `key` for this session: its run has to be done again."""
        self._invalidated.add(key)

    async def save(self, manifest: Manifest, blobs: Mapping[Digest, Bytes]) -> None:
        """Write `blobs` and then `manifest`, so that a manifest never promises what is not there."""
        for address, data in blobs.items():
            await self._blobs.put(address, data)
            self._bad.pop(address, None)
        await self._manifests.put(manifest.key, self.trust.signed(manifest).to_bytes())
        self._invalidated.discard(manifest.key)

    async def forget(self, code: Digest) -> int:
        """Delete every entry of code with this digest; return how many there were."""
        keys = [Key(key) for key in await self._manifests.keys()]
        entries = [(key, await self.find(key)) for key in keys]
        doomed = [key for key, entry in entries if isinstance(entry, Manifest) and entry.code == code]
        for key in doomed:
            self.invalidate(key)  # a store that is only read keeps it
            await self._manifests.delete(key)
        return len(doomed)

    async def holds(self, blobs: Iterable[Digest]) -> bool:
        """Return whether every one of `blobs` is in the store; their content is not looked at."""
        with suppress(OSError):
            for address in blobs:
                if address in self._bad or not await self._blobs.contains(address):
                    return False
            return True
        return False

    async def fetch(self, wanted: Iterable[Digest]) -> Mapping[Digest, Bytes | BadBlob]:
        """Return the bytes of each blob, or why they cannot be used, in one batch.

        Bytes that were checked once, and bear the same mark as they did, are not checked again.
        """
        addresses = list(dict.fromkeys(wanted))
        if not addresses:
            return {}
        marks = {address: self._mark(address) for address in addresses}
        found: Mapping[str, Bytes] = {}
        with suppress(OSError):
            found = await self._blobs.get_many([a for a in addresses if a not in self._bad])
        for address in addresses:
            data = found.get(address)
            if address in self._bad:
                continue
            if data is None:
                self._bad[address] = BadBlob(address, "it is not there")
            elif self._was_checked(address, marks[address]):
                continue
            elif digest(data) != address:
                self._bad[address] = BadBlob(address, f"its {len(data)} bytes have another digest")
                await self._blobs.delete(address)
            elif (mark := marks[address]) is not None:
                self._checked[address] = mark
        bad = [address for address in addresses if address in self._bad]
        self.rejected += len(bad)
        return {a: self._bad[a] if a in bad else found[a] for a in addresses}

    def _was_checked(self, address: Digest, mark: Mark | None) -> bool:
        """Whether bytes that bore `mark` before they were read, and still do, are those that were checked."""
        return mark is not None and mark == self._checked.get(address) and mark == self._mark(address)

    def pack_output(self, bundle: Mapping[str, Json], blobs: dict[Digest, Bytes]) -> OutputParts:
        """Return a MIME bundle as a manifest holds it, its large parts put into `blobs`."""
        return {mime: self._pack_part(data, blobs) for mime, data in bundle.items()}

    def _pack_part(self, data: Json, blobs: dict[Digest, Bytes]) -> OutputPart:
        text = _compact_json(data).encode("ascii")
        if len(text) <= OUTPUT_INLINE_LIMIT:
            return OutputPart(data)
        address = digest(text)
        blobs[address] = text
        return OutputPart(None, address, len(text))

    async def unpack_outputs(self, packed: Iterable[OutputParts]) -> list[dict[str, Json]] | BadBlob:
        """Return MIME bundles as they were shown, fetching their large parts in one batch."""
        every = list(packed)
        wanted = [part.blob for parts in every for part in parts.values() if part.blob is not None]
        fetched = await self.fetch(wanted)
        bad = next((data for data in fetched.values() if isinstance(data, BadBlob)), None)
        if bad is not None:
            return bad
        return [
            {
                m: part.data if part.blob is None else json.loads(_bytes(fetched[part.blob]))
                for m, part in parts.items()
            }
            for parts in every
        ]


def _bytes(data: Bytes | BadBlob) -> bytes:
    assert not isinstance(data, BadBlob)
    return bytes(data)


def blob_of(definition: Definition) -> Digest | None:
    """Return the blob that holds the value of `definition`, if one does."""
    return definition.blob if definition.kind == "blob" else None
