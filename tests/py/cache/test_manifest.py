"""Manifests: the golden file of format 1, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from example_manifest import KEY, example
from notebooks import Bench

from tiffin.cache.key import run_key
from tiffin.cache.manifest import Manifest, read_manifest
from tiffin.errors import ManifestError
from tiffin.events import CellEnded
from tiffin.ids import Key

FORMATS = Path(__file__).parents[2] / "contracts" / "formats"


def test_comes_back() -> None:
    assert read_manifest(example().to_bytes(), KEY, "here") == example()


def test_is_written_as_it_always_was() -> None:
    assert example().to_bytes() == (FORMATS / "manifest-1.json").read_bytes().rstrip(b"\n")


def test_every_past_format_is_read() -> None:
    files = FORMATS.glob("manifest-*.json")
    assert {file.stem for file in files} == {"manifest-1", *RUNS}
    assert read_manifest((FORMATS / "manifest-1.json").read_bytes(), KEY, "here") == example()


RUNS = {
    "manifest-1-document": (
        "drawer = ['spoon']\nkitchen = {'drawer': drawer}\ntools = ['knife']\n"
        "def put(thing, where): where.append(thing)",
        "put('fork', drawer)\nbox = [tools]\nlen(drawer)",
    ),
    "manifest-1-stopped": ("import tiffin as tn", "tn.stop(True, 'Type a name first.')\nname = 1"),
}
"""Golden files that a run gave: the manifest of the second cell of a notebook in document order."""


async def run_second_cell(name: str) -> Manifest:
    bench = Bench(*RUNS[name], fields={"order": "document"})
    await bench.run()
    (key,) = [event.key for event in bench.events if isinstance(event, CellEnded) and event.cell == "c2"]
    data = await bench.manifests.get(key or "")
    assert data is not None
    return replace(read_manifest(data, Key(key or ""), "here"), seconds=0.5)


@pytest.mark.parametrize("name", RUNS)
async def test_a_run_in_document_order_is_written_and_read_as_it_always_was(name: str) -> None:
    data = (FORMATS / f"{name}.json").read_bytes().rstrip(b"\n")
    manifest = read_manifest(data, Key(json.loads(data)["key"]), name)
    assert manifest == await run_second_cell(name)
    assert manifest.to_bytes() == data


def test_the_fields_of_document_order_come_back() -> None:
    data = (FORMATS / "manifest-1-document.json").read_bytes()
    document = json.loads(data)
    manifest = read_manifest(data, Key(document["key"]), "here")
    definitions = manifest.definitions
    assert {name: d.shares for name, d in definitions.items()} == {
        "box": ("^tools",),
        "drawer": ("kitchen",),
        "kitchen": ("drawer",),
    }
    assert all(d.identity.endswith(f"~{','.join(d.shares)}") for d in definitions.values())
    # `kitchen` is changed, too: only running it has shown that, and it is no part of the key.
    assert manifest.inputs.keys() == {"drawer", "kitchen", "put", "tools"}
    in_key = {name: identity for name, identity in manifest.inputs.items() if name != "kitchen"}
    assert run_key(manifest.code, in_key) == manifest.key
    stopped = json.loads((FORMATS / "manifest-1-stopped.json").read_bytes())
    assert (stopped["stopped"], stopped["definitions"]) == (True, {})
    assert "stopped" not in document


def test_knows_its_blobs() -> None:
    assert example().blobs == {"cd" * 32}


def damaged(**changes: Any) -> bytes:
    document = json.loads(example().to_bytes())
    for name, value in changes.items():
        if value is None:
            del document[name]
        else:
            document[name] = value
    return json.dumps(document).encode()


def defining(**fields: Any) -> bytes:
    return damaged(definitions={"x": {"identity": "", "type": "", **fields}})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "damaged"),
        (example().to_bytes()[:-20], "damaged"),
        (b"[]", "no manifest"),
        (b"{}", "no manifest"),
        (damaged(format=2), "has format 2, this tiffin reads format 1: update tiffin"),
        (damaged(key="ef" * 32), "of another key"),
        (damaged(definitions=None), "incomplete"),
        (defining(kind="odd"), "unknown kind of definition 'odd'"),
        (
            defining(kind="blob", blob="../../etc/passwd"),
            "no digest",
        ),
        (defining(kind="inline", code="x"), "incomplete"),
        (damaged(output={"image/png": {"blob": "../x", "size": 1}}), "no digest"),
        (damaged(seconds="long"), "incomplete"),
        (damaged(console=[["stdout"]]), "incomplete"),
    ],
)
def test_what_is_no_manifest_is_one_clear_line(data: bytes, message: str) -> None:
    with pytest.raises(ManifestError, match=message) as caught:
        read_manifest(data, KEY, "manifests/ab/x.json")
    assert str(caught.value).startswith("manifests/ab/x.json: ")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 1
