"""The file store: the contract, and that a reader never sees half a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_contract import StoreContract, key

from tiffin.errors import KeyFormError
from tiffin.stores.file import FileStore
from tiffin.stores.store import Store


class TestFileStore(StoreContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.root = tmp_path / "store"

    def make(self, entries: dict[str, bytes]) -> Store:
        store = FileStore(self.root, ".bin")
        for name, data in entries.items():
            path = store.path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return store

    async def test_lays_files_out_as_the_format_says(self) -> None:
        store = FileStore(self.root, ".json")
        await store.put(key("a"), b"1")
        assert (self.root / key("a")[:2] / f"{key('a')}.json").read_bytes() == b"1"

    async def test_a_failed_write_leaves_what_was_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store = FileStore(self.root)
        await store.put(key("a"), b"old")

        def refuse(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match="No space left"):
            await store.put(key("a"), b"new")
        assert await store.get(key("a")) == b"old"
        assert [path.name for path in self.root.rglob("*") if path.is_file()] == [key("a")]

    async def test_passes_over_what_is_no_entry(self) -> None:
        store = FileStore(self.root)
        await store.put(key("a"), b"1")
        (self.root / key("a")[:2] / ".writing-x").write_bytes(b"half")
        (self.root / key("a")[:2] / "notes.txt").write_bytes(b"hello")
        assert await store.keys() == {key("a")}


@settings(max_examples=500)
@given(st.text(max_size=80))
def test_no_text_but_a_key_becomes_a_path(text: str) -> None:
    store = FileStore(Path("/nowhere"))
    if len(text) == 64 and set(text) <= set("0123456789abcdef"):
        return
    with pytest.raises(KeyFormError):
        store.path(text)
