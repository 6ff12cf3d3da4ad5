"""One loader, two modes."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_contract import Server, key

from tiffin.errors import UsageError
from tiffin.stores.folder import FolderPlace
from tiffin.stores.loader import SitePlace, open_stores


async def test_lazy_is_a_folder_natively(tmp_path: Path) -> None:
    stores = open_stores("lazy", FolderPlace(tmp_path))
    await stores.manifests.put(key("m"), b"{}")
    await stores.blobs.put(key("b"), b"1")
    assert (tmp_path / "manifests" / key("m")[:2] / f"{key('m')}.json").read_bytes() == b"{}"
    assert (tmp_path / "blobs" / key("b")[:2] / key("b")).read_bytes() == b"1"
    assert stores.fetched() == (0, 0)


async def test_lazy_is_memory_over_http_on_a_site() -> None:
    address = f"c/manifests/{key('far')[:2]}/{key('far')}.json"
    server = Server({address: b'{"far":1}', f"c/blobs/{key('b')[:2]}/{key('b')}": b"1"})
    place = SitePlace(
        "c", server.fetch, [key("near"), key("far")], [key("b")], {key("near"): {"near": 1}}, server.fetch
    )
    stores = open_stores("lazy", place)
    assert await stores.manifests.get(key("near")) == b'{"near": 1}'
    assert server.batches == []
    assert await stores.manifests.get(key("far")) == b'{"far":1}'
    assert await stores.blobs.get(key("b")) == b"1"
    assert await stores.blobs.get(key("b")) == b"1"
    assert stores.fetched() == (1, 1)
    await stores.blobs.put(key("mine"), b"2")
    assert await stores.blobs.get(key("mine")) == b"2"


def test_an_unknown_loader_is_an_error() -> None:
    with pytest.raises(UsageError, match="known: lazy, memory"):
        open_stores("eager", FolderPlace(Path()))
