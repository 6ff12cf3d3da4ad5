"""Encodings that have the same bytes everywhere: under every hash seed. Pyodide:
tests/pyodide/test_digests.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from codec_cases import OWN, digests, golden, numpy_cases, plain_cases, scipy_cases

from tiffin.codecs.standard import standard_codecs

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
GOLDEN = CONTRACTS / "codec_digests.json"
CASES = {**plain_cases(), **numpy_cases(), **scipy_cases()}


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_digests_are_as_they_always_were(seed: str) -> None:
    done = subprocess.run(
        [sys.executable, str(CONTRACTS / "codec_cases.py")],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == golden(GOLDEN)


def test_importing_the_cases_changes_nothing() -> None:
    assert digests() == golden(GOLDEN)


@pytest.mark.parametrize("name", list(CASES))
def test_what_comes_back_encodes_to_the_same(name: str) -> None:
    codecs = standard_codecs(lambda: OWN)
    value: Any = CASES[name]
    encoded = codecs.encode(value, safe_only=True)
    assert encoded is not None
    back = codecs.decode(encoded.codec, encoded.data)
    assert type(back) is type(value)
    assert codecs.encode(back) == encoded
