"""A store that an earlier tiffin wrote, one for each version of the format, is read as it was meant.

The reader here knows the format from docs/cache-format.md alone.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tiffin.host.export.cook import cook
from tiffin.host.native.services import NativeOptions
from tiffin.notebook.files import read_notebook

FORMATS = Path(__file__).parent / "formats"
STORES = sorted(FORMATS.glob("store-*"))
ALL = NativeOptions(cost="always")


def canonical(document: Any) -> bytes:
    """Canonical JSON (RFC 8785) of text, small whole numbers and mappings with keys below the surrogates."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_all(store: Path) -> dict[str, dict[str, Any]]:
    """Every manifest of a store by its key, checked against its place, its key, and its blobs."""
    manifests: dict[str, dict[str, Any]] = {}
    for path in sorted(store.glob("manifests/??/*.json")):
        manifest = json.loads(path.read_bytes())
        assert manifest["format"] == int(store.parent.parent.name.removeprefix("store-"))
        document = {"format": 1, "code": manifest["code"], "inputs": manifest["inputs"]}
        assert path.stem == manifest["key"] == sha256(canonical(document))
        assert path.parent.name == path.stem[:2]
        manifests[path.stem] = manifest
    return manifests


def blobs_of(manifest: dict[str, Any]) -> dict[str, int]:
    parts = [part for bundle in (manifest["output"], *manifest["displays"]) for part in bundle.values()]
    parts += [d for d in manifest["definitions"].values() if d["kind"] == "blob"]
    return {part["blob"]: part["size"] for part in parts if "blob" in part}


@pytest.mark.parametrize("kept", STORES, ids=lambda path: path.name)
def test_a_reader_can_be_written_from_the_page(kept: Path) -> None:
    store = kept / "public" / "cache"
    manifests = read_all(store)
    wanted: dict[str, int] = {}
    for manifest in manifests.values():
        wanted |= blobs_of(manifest)
    there = {path.name: path for path in store.glob("blobs/??/*")}
    assert there.keys() == wanted.keys()
    for address, path in there.items():
        data = path.read_bytes()
        assert (sha256(data), len(data), path.parent.name) == (address, wanted[address], address[:2])
    definitions = {name: d for manifest in manifests.values() for name, d in manifest["definitions"].items()}
    assert {d["kind"] for d in definitions.values()} == {
        "inline", "blob", "source", "import", "element", "unavailable"
    }  # fmt: skip
    for name, d in definitions.items():
        kind, _, value = d["identity"].partition(":")
        if d["kind"] == "blob" and kind == "content":
            assert value == f"{d['codec']}:{d['blob']}", name
        if d["kind"] == "inline" and kind == "content":
            text = json.dumps(d["plain"], separators=(",", ":"))
            assert value == f"plain:{sha256(text.encode())}", name
    assert definitions["plain"]["plain"][0] == "dict"
    assert ["list", 0, -1, ["int", "0x20000000000000"], ["int", "0x400000000000000000"]] in [
        value for _, value in definitions["plain"]["plain"][1:]
    ]
    calls = {key for manifest in manifests.values() for key in manifest.get("calls", ())}
    assert calls
    assert calls <= manifests.keys()
    assert [m["files"][0]["path"] for m in manifests.values() if m["files"]] == ["data.csv"]
    assert sum(m.get("stopped", False) for m in manifests.values()) == 1


@pytest.mark.parametrize("kept", STORES, ids=lambda path: path.name)
def test_everything_in_it_is_a_hit_and_gives_what_it_gave(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    shutil.copytree(kept, folder)
    path = folder / "notebook.py"
    notebook = read_notebook(path)
    hits = cook(notebook, path, folder / "public" / "cache", lambda event: None, options=ALL)
    assert hits.summary.success
    origins = {cell: done.run.result.origin for cell, done in hits.cells.items() if done.run.result}
    assert set(origins.values()) == {"cache"}, origins
    last = notebook.cells[-1].id
    shown = hits.cells[last].output
    # Another last cell needs every value, so that each is read and none made again.
    path.write_text(f"{path.read_text('utf-8').rstrip()[:-1]}    'more',\n]\n", "utf-8")
    again = cook(read_notebook(path), path, folder / "public" / "cache", lambda event: None, options=ALL)
    assert again.summary.success
    origins = {cell: done.run.result.origin for cell, done in again.cells.items() if done.run.result}
    assert {cell for cell, origin in origins.items() if origin != "cache"} == {last}
    more = str(again.cells[last].output["text/plain"])
    assert more.replace(", 'more'", "").split() == str(shown["text/plain"]).split()
