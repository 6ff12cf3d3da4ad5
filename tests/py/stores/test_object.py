"""The object store: the contract in memory, in a folder, and over S3; servers that fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bucket_server import BucketServer, bucket_server
from store_contract import StoreContract, fuzzed_keys, key, refuse_all

from tiffin.errors import UsageError
from tiffin.stores import object as module
from tiffin.stores.object import ObjectStore, open_bucket
from tiffin.stores.store import Store


def fill(bucket: Any, entries: dict[str, bytes], prefix: str) -> None:
    for name, data in entries.items():
        bucket.put(f"{prefix}/{name[:2]}/{name}.bin", data)


class TestInMemory(StoreContract):
    def make(self, entries: dict[str, bytes]) -> Store:
        bucket = open_bucket("memory:///", {})
        fill(bucket, entries, "blobs")
        return ObjectStore(bucket, "blobs", ".bin")


class TestInAFolder(StoreContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.root = tmp_path / "bucket"

    def make(self, entries: dict[str, bytes]) -> Store:
        bucket = open_bucket(f"file://{self.root}", {})
        fill(bucket, entries, "blobs")
        return ObjectStore(bucket, "blobs", ".bin")

    async def test_the_layout_is_that_of_the_folder(self) -> None:
        store = ObjectStore(open_bucket(f"file://{self.root}", {}), "manifests", ".json")
        await store.put(key("a"), b"1")
        assert (self.root / "manifests" / key("a")[:2] / f"{key('a')}.json").read_bytes() == b"1"


@pytest.fixture(scope="module")
def server() -> Iterator[BucketServer]:
    with bucket_server() as running:
        running.make_bucket("kitchen")
        yield running


@pytest.fixture
def environment(server: BucketServer, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return dict(os.environ)


class TestOverS3(StoreContract):
    count = 0

    @pytest.fixture(autouse=True)
    def _server(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def make(self, entries: dict[str, bytes]) -> Store:
        TestOverS3.count += 1
        bucket = open_bucket(f"s3://kitchen/run-{TestOverS3.count}", self.environment)
        fill(bucket, entries, "blobs")
        return ObjectStore(bucket, "blobs", ".bin")

    async def test_content_that_is_there_is_not_sent_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bucket = open_bucket("s3://kitchen/content", self.environment)
        store = ObjectStore(bucket, "blobs", by_content=True)
        await store.put(key("a"), b"1")
        sent: list[str] = []

        def note(bucket: Any, path: str, data: bytes) -> bool:
            sent.append(path)
            return True

        monkeypatch.setattr(module, "_put", note)
        await store.put(key("a"), b"2")
        assert sent == []
        await store.put(key("b"), b"2")
        assert sent == [f"blobs/{key('b')[:2]}/{key('b')}"]

    async def test_counts_what_it_fetched(self) -> None:
        store = self.make({key("a"): b"1"})
        assert isinstance(store, ObjectStore)
        await store.get_many([key("a"), key("b"), key("a")])
        assert store.fetched == 1


async def test_no_text_but_a_key_becomes_a_request() -> None:
    class Bucket:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"{name} was called")

    await refuse_all(ObjectStore(Bucket(), "blobs"), fuzzed_keys(10_000))


async def test_a_bucket_that_is_not_there(environment: dict[str, str]) -> None:
    store = ObjectStore(open_bucket("s3://nobucket", environment), "blobs")
    for call in (store.get(key("a")), store.put(key("a"), b"1"), store.keys()):
        with pytest.raises(OSError, match=r"^\[Errno 2\] there is no such bucket$"):
            await call


async def test_a_server_that_is_killed_is_an_error_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    with bucket_server() as running:
        running.make_bucket("kitchen")
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        store = ObjectStore(open_bucket("s3://kitchen", os.environ), "blobs")
        await store.put(key("a"), b"1")
        running.end()
        began = time.monotonic()
        for call in (store.get(key("a")), store.put(key("a"), b"1"), store.contains(key("a")), store.keys()):
            with pytest.raises(OSError, match=r"^\[Errno 5\] the server does not answer$"):
                await call
        assert time.monotonic() - began < 10


async def test_a_server_that_hangs_is_an_error_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REQUEST", {**module._REQUEST, "timeout": timedelta(seconds=1)})
    with bucket_server() as running:
        running.make_bucket("kitchen")
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        store = ObjectStore(open_bucket("s3://kitchen", os.environ), "blobs")
        await store.put(key("a"), b"1")
        running.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(OSError, match="does not answer"):
            await store.get(key("a"))
        assert time.monotonic() - began < 8


def test_a_request_that_fails_does_not_abort_a_program_that_ends(environment: dict[str, str]) -> None:
    with bucket_server() as running:
        running.make_bucket("kitchen")
        done = subprocess.run(
            [sys.executable, "-c", ENDS, str(running.process.pid)],
            env={**environment, **running.environment},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr


ENDS = """
import asyncio, os, signal, sys
from tiffin.stores.object import ObjectStore, open_bucket
async def main():
    store = ObjectStore(open_bucket("s3://kitchen/end", os.environ), "blobs")
    await store.put("a" * 64, b"1")
    os.kill(int(sys.argv[1]), signal.SIGKILL)
    try:
        await store.get("a" * 64)
    except OSError:
        print("refused")
asyncio.run(main())
"""


@pytest.mark.parametrize("url", ["ftp://x/y", "http://127.0.0.1/y", "https://127.0.0.1/x", "nowhere"])
def test_places_of_other_kinds_are_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"is no place for a cache: known are s3://, "):
        open_bucket(url, {})


def test_a_url_that_obstore_does_not_take_is_one_line() -> None:
    with pytest.raises(UsageError, match=r"^s3:// cannot be used as a cache: .+$"):
        open_bucket("s3://", {})


def test_without_obstore_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(UsageError, match=r"needs obstore: install it with pip install 'tiffin\[objects\]'"):
        open_bucket("s3://kitchen", {})
