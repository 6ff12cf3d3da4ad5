"""The codecs that tiffin brings, safest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tiffin.codecs.arrow import ArrowArrayCodec, ArrowBatchCodec, ArrowTableCodec
from tiffin.codecs.bundle import BundleCodec
from tiffin.codecs.classes import Classes
from tiffin.codecs.frames import (
    PandasCodec,
    PandasIndexCodec,
    PandasSeriesCodec,
    PolarsCodec,
    PolarsSeriesCodec,
)
from tiffin.codecs.images import ImageCodec
from tiffin.codecs.numpy import NumpyCodec, NumpyScalarCodec
from tiffin.codecs.pickled import PickleCodec
from tiffin.codecs.plain import PlainCodec
from tiffin.codecs.raw import BytesCodec
from tiffin.codecs.registry import Codec, CodecRegistry
from tiffin.codecs.sparse import SparseCodec


def standard_codecs(
    namespace: Callable[[], Mapping[str, Any]],
    importable: Callable[[str], bool] = lambda root: False,
    more: Iterable[Codec] = (),
) -> CodecRegistry:
    """Return a registry of all of tiffin's codecs, and `more` of others before the last one, pickle.

    `namespace` gives values the notebook's own classes; `importable` says of a top-level module whether it
    may be imported to look for a class in it.
    """
    classes = Classes(namespace, importable)
    plain, others = PlainCodec(classes), tuple(more)
    kinds: list[Codec] = [
        NumpyCodec(),
        NumpyScalarCodec(),
        SparseCodec(),
        ImageCodec(),
        ArrowTableCodec(),
        ArrowBatchCodec(),
        ArrowArrayCodec(),
        PandasCodec(),
        PandasSeriesCodec(),
        PandasIndexCodec(),
        PolarsCodec(),
        PolarsSeriesCodec(),
    ]
    bundle = BundleCodec([*kinds, *others], classes)
    codecs: list[Codec] = [BytesCodec(), plain, *kinds, bundle, *others, PickleCodec(namespace)]
    return CodecRegistry(codecs, plain.from_form)
