"""Manifests: the golden file of format 1, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tiffin.cache.manifest import Definition, FileRead, Manifest, OutputPart, read_manifest
from tiffin.errors import ManifestError
from tiffin.ids import Digest, Key

FORMATS = Path(__file__).parents[2] / "contracts" / "formats"
KEY = Key("ab" * 32)


def example() -> Manifest:
    blob = Digest("cd" * 32)
    return Manifest(
        key=KEY,
        code=Digest("01" * 32),
        inputs={"x": "content:plain:1"},
        definitions={
            "inline": Definition("inline", "content:plain:2", "builtins.list", plain=["list", 1, None]),
            "nothing": Definition("inline", "content:plain:3", "builtins.NoneType", plain=None),
            "array": Definition(
                "blob", "content:npy:4", "numpy.ndarray", codec="npy", blob=blob, size=10, modules=("numpy",)
            ),
            "pickled": Definition("blob", "lineage:5", "A", codec="pickle", blob=blob, size=9, needs=("A",)),
            "A": Definition("source", "source:6", "class"),
            "np": Definition(
                "import",
                "module:numpy",
                "builtins.module",
                imported={"module": "numpy", "attribute": None, "binds_root": False},
            ),
            "k": Definition(
                "element",
                "ui:7",
                "tiffin.ui.inputs.Checkbox",
                element={
                    "kind": "checkbox",
                    "arguments": {"label": "é"},
                    "initial": True,
                    "id": "0123-0",
                    "kept": None,
                },
            ),
            "g": Definition("unavailable", "lineage:8", "builtins.generator", reason="no codec takes it"),
        },
        output={"text/plain": OutputPart("x"), "image/png": OutputPart(None, blob, 100)},
        displays=({"text/html": OutputPart("<b>é</b>")},),
        console=(("stdout", "a\n"), ("stderr", "b")),
        seconds=1.5,
        files=(FileRead("data.csv", Digest("ef" * 32)),),
        environment={"python": "3.11.7", "packages": {}},
    )


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
