"""Manifests: the golden file of format 1, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from example_manifest import KEY, example

from tiffin.cache.manifest import read_manifest
from tiffin.errors import ManifestError

FORMATS = Path(__file__).parents[2] / "contracts" / "formats"


def test_comes_back() -> None:
    assert read_manifest(example().to_bytes(), KEY, "here") == example()


def test_is_written_as_it_always_was() -> None:
    assert example().to_bytes() == (FORMATS / "manifest-1.json").read_bytes().rstrip(b"\n")


def test_every_past_format_is_read() -> None:
    files = sorted(FORMATS.glob("manifest-*.json"))
    assert [file.name for file in files] == ["manifest-1.json"]
    for file in files:
        assert read_manifest(file.read_bytes(), KEY, file.name) == example()


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
