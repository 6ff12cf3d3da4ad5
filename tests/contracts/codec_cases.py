"""Values by name whose encodings have the same bytes everywhere: natively, in every Pyodide, under every hash
seed.

`codec_digests.json` holds their digests. This module stands alone, so that Pyodide can run it.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import enum
import hashlib
import importlib.util
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from tiffin.codecs.standard import standard_codecs


class Color(enum.Enum):
    RED = 1
    GREEN = "g"


class Flags(enum.IntFlag):
    A = 1
    B = 2
    C = 64


class Word(enum.StrEnum):
    YES = "y"


@dataclasses.dataclass
class Point:
    x: Any
    y: list[Any] = dataclasses.field(default_factory=list)
    late: Any = dataclasses.field(init=False, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    name: str
    inner: Any = None


@dataclasses.dataclass
class Deeper(Point):
    z: float = 0.5


class Pair(NamedTuple):
    left: Any
    right: Any = 2


Triple = collections.namedtuple("Triple", "a b c")

OWN: dict[str, Any] = {
    kind.__name__: kind for kind in (Color, Flags, Word, Point, Frozen, Deeper, Pair, Triple)
}
for _kind in OWN.values():
    _kind.__module__ = "__main__"


def plain_cases() -> dict[str, Any]:
    return {
        "member": Color.RED,
        "member of text": Word.YES,
        "flag": Flags.B,
        "flags": Flags.A | Flags.C,
        "no flags": Flags(0),
        "members": {Color.GREEN: [Word.YES, Flags.A]},
        "instance": Point(1, [2]),
        "frozen": Frozen("é", (Frozen("b"), 2.5)),
        "inherited": Deeper(1, [], z=-0.0),
        "set of instances": frozenset({Frozen("a"), Frozen("b"), Frozen("c")}),
        "named tuple": Pair(Triple(1, (2,), None)),
        "ordered dict": collections.OrderedDict(b=1, a=2),
        "counter": collections.Counter("hello"),
        "default dict": collections.defaultdict(list, {1: [2]}),
        "deque": collections.deque([1, "b"], maxlen=3),
        "named zone": dt.datetime(2026, 11, 21, tzinfo=dt.timezone(dt.timedelta(hours=2), "X")),
        "set": {"a", "b", "c", 1, 2.5, (1, "x"), frozenset({"p", "q"}), None},
        "huge": 7**20_000,
        "bytes": b"\x00\xff" * 4000,
    }


def numpy_cases() -> dict[str, Any]:
    import numpy as np

    grid = np.arange(6, dtype="int64").reshape(2, 3)
    return {
        "int64": grid * 2**40,
        "fortran": np.asfortranarray(grid.astype("float32")),
        "strided": np.arange(20, dtype="int16")[::3],
        "big endian": np.arange(3, dtype=">i4"),
        "text": np.array(["a", "été"]),
        "bool": np.array([True, False]),
        "dates": np.array(["2026-11-21", "NaT"], dtype="datetime64[D]"),
        "complex": np.array([1j, complex(0, -0.0)]),
        "structured": np.array([(1, 2.5)], dtype=[("a", "<i4"), ("b", "<f8")]),
        "named fields": np.zeros(1, dtype=[("é", "<i4")]),
        "point": np.array(2.5),
        "empty": np.zeros((0, 3)),
        "scalar": np.float64(0.1),
        "scalar int64": np.int64(2**40),
        "bundle": {
            "a": grid,
            "b": [np.float64(0.5), {"c": (np.zeros(2),)}],
            "d": np.datetime64("2026-11-21"),
        },
        "bundle of an instance": Point(np.int8(3), [np.arange(3, dtype="u1")]),
    }


def scipy_cases() -> dict[str, Any]:
    import numpy as np
    import scipy.sparse as sp

    dense = np.array([[1.0, 0, 2], [0, 0, 3], [4, 0, 0], [0, 5, 0]])
    made = {f"{form}_{kind}": getattr(sp, f"{form}_{kind}")(dense) for form in FORMS for kind in KINDS}
    return {**made, "int8": sp.csr_array(np.eye(3, dtype="int8")), "empty": sp.csr_matrix((3, 0))}


FORMS = ("csr", "csc", "bsr", "coo", "dia")
KINDS = ("matrix", "array")
GROUPS = {"plain": (None, plain_cases), "numpy": ("numpy", numpy_cases), "scipy": ("scipy", scipy_cases)}


def digests() -> dict[str, dict[str, str]]:
    """The codec and the digest of every value of those groups whose library is here."""
    codecs = standard_codecs(lambda: OWN)
    found: dict[str, dict[str, str]] = {}
    for group, (library, cases) in GROUPS.items():
        if library is None or importlib.util.find_spec(library) is not None:
            found[group] = {name: _digest(codecs.encode(value)) for name, value in cases().items()}
    return found


def _digest(encoded: Any) -> str:
    return f"{encoded.codec}:{hashlib.sha256(encoded.data).hexdigest()}"


def golden(path: Any) -> Mapping[str, dict[str, str]]:
    found: Mapping[str, dict[str, str]] = json.loads(path.read_text("utf-8"))
    return found


if __name__ == "__main__":
    print(json.dumps(digests(), indent=1))
