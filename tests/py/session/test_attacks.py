"""Somebody else writes into the cache: under a good key, under a name of their choice, or a whole entry.

Whatever it is, it is refused before any of it runs, the value is made again, and a line says why.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from notebooks import Bench, how, text

from tiffin.cache.manifest import Manifest, read_manifest
from tiffin.ids import Key, digest
from tiffin.run.lifecycles.cached import CachePolicy

POT = "class Pot:\n    def __init__(self):\n        self.parts = ['salt']\npot = Pot()"
ARRAY = "import numpy as np\narray = np.arange(5000)"
USES = {POT: ("pot.parts", "['salt']"), ARRAY: ("int(array.sum())", "12497500")}


class Evil:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


def huge_array() -> bytes:
    header = b"{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000000,), }"
    header += b" " * (118 - len(header) - 1) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\0" * 64


async def cooked(source: str) -> tuple[Bench, Key, Manifest]:
    """A session that has run `source`, and the key and manifest of that cell."""
    # Whatever it costs: on a busy machine keeping may take longer than making.
    bench = Bench(source, "1", policy=CachePolicy(unreadable="recompute", cost="always"))
    assert set(how(await bench.run()).values()) == {"run"}
    key = bench.kernel.namespace.key_of(bench.kernel.notebook.cells[0].id)
    assert key is not None
    data = await bench.manifests.get(key)
    assert data is not None
    return bench, key, read_manifest(data, key, "here")


async def is_worked_around(bench: Bench, source: str, reason: str, **services: Any) -> None:
    """A session with a cell that needs the value makes it again, and says why."""
    use, shown = USES[source]
    again = bench.again(source, use, **services)
    runs = await again.run()
    assert list(how(runs).values()) == ["run", "run"]
    assert text(list(runs.values())[1]) == shown
    assert any(reason in notice for notice in again.notices), again.notices


@pytest.mark.parametrize("source", [POT, ARRAY])
async def test_other_bytes_under_a_good_name(source: str, tmp_path: Path) -> None:
    bench, _, manifest = await cooked(source)
    evil = pickle.dumps(Evil(tmp_path / "ran"))
    for blob in manifest.blobs:
        await bench.blobs.put(blob, evil)
    await is_worked_around(bench, source, "have another digest")
    assert not (tmp_path / "ran").exists()


async def rewritten(bench: Bench, manifest: Manifest, name: str, data: bytes, **fields: Any) -> None:
    """The manifest, as somebody else would have written it: `name` is in the blob `data`."""
    definition = replace(manifest.definitions[name], blob=digest(data), size=len(data), **fields)
    forged = replace(manifest, definitions={**manifest.definitions, name: definition})
    await bench.blobs.put(digest(data), data)
    await bench.manifests.put(manifest.key, forged.to_bytes())


@pytest.mark.parametrize("codec", ["pickle", "npy", "arrow", "bundle", "sparse", "image", "plain", "x" * 99])
async def test_a_pickle_in_an_entry_of_others(codec: str, tmp_path: Path) -> None:
    bench, _, manifest = await cooked(POT)
    await rewritten(bench, manifest, "pot", pickle.dumps(Evil(tmp_path / "ran")), codec=codec)
    reason = "nobody whom you trust has signed it" if codec == "pickle" else "runs again, to have"
    await is_worked_around(bench, POT, reason, trusts=lambda key: False)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("codec", "data"),
    [
        ("npy", huge_array()),
        ("npy", huge_array()[:20]),
        ("bundle", b"\x93TIFFIN\x01" + b"\xff" * 16),
        ("sparse", b"\x93TIFFIN\x01" + (2**40).to_bytes(8, "little")),
        ("image", b"\x89PNG\r\n\x1a\n" + b"\0" * 40),
        ("arrow", b"\xff\xff\xff\xff" * 8),
        ("plain", b"[" * 100_000),
        ("plain", b'["int","0x' + b"f" * 1000 + b"g"),
    ],
)
async def test_bytes_that_promise_what_they_have_not(codec: str, data: bytes) -> None:
    bench, _, manifest = await cooked(ARRAY)
    await rewritten(bench, manifest, "array", data, codec=codec)
    await is_worked_around(bench, ARRAY, "c1 runs again, to have 'array'")


NAMES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a path for a blob": lambda m: m["definitions"]["array"].update(blob="../../../etc/passwd"),
    "a short blob": lambda m: m["definitions"]["array"].update(blob="ab"),
    "another key": lambda m: m.update(key="0" * 64),
    "a path for a call": lambda m: m.update(calls=["../" * 20 + "etc/passwd"]),
    "a number for the definitions": lambda m: m.update(definitions=7),
    "a list for a name": lambda m: m["definitions"].update(array=[]),
    "an unknown kind": lambda m: m["definitions"]["array"].update(kind="code"),
    "a field that there is not": lambda m: m["definitions"]["array"].update(run="rm"),
    "a later format": lambda m: m.update(format=2),
    "deep nesting": lambda m: m.update(output={"text/plain": {"data": json.loads("[" * 900 + "]" * 900)}}),
    "a name that the cell has not": lambda m: m["definitions"].update(os=m["definitions"]["array"]),
}


@pytest.mark.parametrize("change", NAMES.values(), ids=NAMES.keys())
async def test_manifests_that_say_what_they_must_not(change: Callable[[dict[str, Any]], Any]) -> None:
    bench, key, manifest = await cooked(ARRAY)
    document = json.loads(manifest.to_bytes())
    change(document)
    await bench.manifests.put(key, json.dumps(document).encode())
    again = bench.again(ARRAY, "int(array.sum())")
    runs = await again.run()
    assert text(list(runs.values())[1]) == "12497500"
    assert set(again.kernel.namespace.names) == {"np", "array"}


async def test_a_foreign_import_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "evil_module.py").write_text(f"import os\nos.mkdir({str(tmp_path / 'ran')!r})\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    source = "import math"
    bench, key, manifest = await cooked(source)
    document = json.loads(manifest.to_bytes())
    document["definitions"]["math"]["imported"]["module"] = "evil_module"
    await bench.manifests.put(key, json.dumps(document).encode())
    again = bench.again(source, "math.sqrt(16)", trusts=lambda key: False)
    assert [text(run) for run in (await again.run()).values()][1] == "4.0"
    assert not (tmp_path / "ran").exists()
