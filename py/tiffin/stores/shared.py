"""A cache that several people share, behind the folder of this machine: an object store that may fail."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tiffin.ids import Bytes, digest
from tiffin.stores.folder import BLOBS, MANIFESTS, SUFFIX, FolderPlace
from tiffin.stores.loader import CacheStores
from tiffin.stores.object import Bucket, ObjectStore
from tiffin.stores.store import Buffer, Store, check_key


class Reach:
    """Whether a shared place can be read and written; what fails is told once, and not tried again.

    Where access is denied to reading, each key is tried: a bucket that may not be listed says so of every key
    that it does not have.
    """

    def __init__(self, name: str, tell: Callable[[str], None]) -> None:
        self._name = name
        self._tell = tell
        self._told: set[str] = set()
        self.reads = True
        self.writes = True

    def failed(self, error: OSError, *, writing: bool) -> None:
        """Take note of a failure."""
        reason = error.strerror or str(error)
        if isinstance(error, PermissionError) and writing:
            self.writes = False
            self._once("w", f"{self._name} cannot be written ({reason}): results stay on this machine")
        elif isinstance(error, PermissionError):
            self._once("r", f"{self._name} does not let everything be read ({reason}): that is computed here")
        elif self.reads:
            self.reads = self.writes = False
            self._once("x", f"{self._name} cannot be used ({reason}): this session goes on without it")

    def _once(self, what: str, text: str) -> None:
        if what not in self._told:
            self._told.add(what)
            self._tell(text)


class SharedStore:
    """`near` before `far`: reads go to the first that has the key, writes to both.

    What `far` gives is copied into `near` if `copied(key, data)` says so. `far` failing is told to `reach`,
    and is as if it had nothing. A deleted key is gone for this object; in `far`, which belongs to others as
    well, it is replaced when it is put again. `own` tells whether a key, as it was last read or written, came
    from `near`.
    """

    def __init__(self, near: Store, far: Store, reach: Reach, copied: Callable[[str, bytes], bool]) -> None:
        self._near = near
        self._far = far
        self._reach = reach
        self._copied = copied
        self._deleted: set[str] = set()
        self._foreign: set[str] = set()

    def own(self, key: str) -> bool:
        return key not in self._foreign

    async def get(self, key: str) -> bytes | None:
        data = (await self.get_many([key])).get(key)
        return None if data is None else bytes(data)

    async def get_many(self, keys: Iterable[str]) -> Mapping[str, Bytes]:
        wanted = list(dict.fromkeys([check_key(key) for key in keys]))
        wanted = [key for key in wanted if key not in self._deleted]
        found = dict(await self._near.get_many(wanted))
        self._foreign.difference_update(found)
        missing = [key for key in wanted if key not in found]
        if not missing or not self._reach.reads:
            return found
        for key, data in zip(missing, await asyncio.gather(*map(self._get_far, missing)), strict=True):
            if data is not None:
                self._foreign.add(key)
                found[key] = data
                if self._copied(key, data):
                    with contextlib.suppress(OSError):  # without room for a copy it is read again next time
                        await self._near.put(key, data)
        return found

    async def _get_far(self, key: str) -> bytes | None:
        try:
            return await self._far.get(key) if self._reach.reads else None
        except OSError as error:
            self._reach.failed(error, writing=False)
            return None

    async def put(self, key: str, data: Buffer) -> None:
        # Before the near one: it takes over also where this machine has no room left.
        if self._reach.writes:
            try:
                if key in self._deleted:
                    await self._far.delete(key)
                await self._far.put(check_key(key), data)
            except OSError as error:
                self._reach.failed(error, writing=True)
        await self._near.put(key, data)
        self._deleted.discard(key)
        self._foreign.discard(key)

    async def delete(self, key: str) -> None:
        await self._near.delete(key)
        self._deleted.add(key)

    async def contains(self, key: str) -> bool:
        if check_key(key) in self._deleted:
            return False
        return await self._near.contains(key) or await self._far_contains(key)

    async def _far_contains(self, key: str) -> bool:
        try:
            return self._reach.reads and await self._far.contains(key)
        except OSError as error:
            self._reach.failed(error, writing=False)
            return False

    async def keys(self) -> frozenset[str]:
        found = await self._near.keys()
        if self._reach.reads:
            try:
                found |= await self._far.keys()
            except OSError as error:
                self._reach.failed(error, writing=False)
        return found - self._deleted


@dataclass(frozen=True)
class SharedPlace:
    """A cache in a folder of this machine, and behind it one that others write as well.

    Their blobs are copied into the folder, if they are what their digest says; their manifests are not, so
    that nothing of theirs is taken for this machine's own later. `tell` takes a line for a person.
    """

    root: Path
    bucket: Bucket
    name: str
    tell: Callable[[str], None] = field(compare=False)

    def open(self) -> CacheStores:
        folder, reach = FolderPlace(self.root).open(), Reach(self.name, self.tell)
        far_manifests = ObjectStore(self.bucket, MANIFESTS, SUFFIX)
        far_blobs = ObjectStore(self.bucket, BLOBS, by_content=True)
        manifests = SharedStore(folder.manifests, far_manifests, reach, lambda key, data: False)
        blobs = SharedStore(folder.blobs, far_blobs, reach, lambda key, data: digest(data) == key)
        return CacheStores(
            manifests,
            blobs,
            lambda: (far_manifests.fetched, far_blobs.fetched),
            trusted=False,
            own=manifests.own,
            mark=folder.mark,
            inside=(folder.manifests, folder.blobs),
        )
