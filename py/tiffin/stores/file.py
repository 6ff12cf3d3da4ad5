"""A store in a folder: one file per key, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tiffin.ids import is_digest
from tiffin.stores.store import check_key


class FileStore:
    """Files `<root>/<key[:2]>/<key><suffix>`. The folder is made when something is first put.

    A file is written beside its place, flushed, and renamed there, so that a crash leaves the old bytes,
    the new ones, or none.
    """

    def __init__(self, root: Path, suffix: str = "") -> None:
        self._root = root
        self._suffix = suffix

    def path(self, key: str) -> Path:
        """Return where the bytes of `key` lie, whether they are there or not."""
        check_key(key)
        return self._root / key[:2] / f"{key}{self._suffix}"

    async def get(self, key: str) -> bytes | None:
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            return None

    async def get_many(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        found = {key: await self.get(key) for key in [check_key(key) for key in keys]}
        return {key: data for key, data in found.items() if data is not None}

    async def put(self, key: str, data: bytes) -> None:
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(beside, 0o644)
            os.replace(beside, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(beside)
            raise

    async def delete(self, key: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.path(key).unlink()

    async def contains(self, key: str) -> bool:
        return self.path(key).is_file()

    async def keys(self) -> frozenset[str]:
        files = self._root.glob(f"[0-9a-f][0-9a-f]/*{self._suffix}")
        names = (file.name.removesuffix(self._suffix) for file in files)
        return frozenset(name for name in names if is_digest(name))
