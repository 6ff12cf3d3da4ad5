"""The codecs that tiffin brings, safest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tiffin.codecs.arrow import ArrowTableCodec, PandasCodec, PandasSeriesCodec, PolarsCodec
from tiffin.codecs.numpy import NumpyCodec, NumpyScalarCodec
from tiffin.codecs.pickled import PickleCodec
from tiffin.codecs.plain import PlainCodec
from tiffin.codecs.raw import BytesCodec
from tiffin.codecs.registry import CodecRegistry


def standard_codecs(namespace: Callable[[], Mapping[str, Any]]) -> CodecRegistry:
    """Return a registry of all of tiffin's codecs; `namespace` gives pickles the notebook's own classes."""
    return CodecRegistry(
        [
            BytesCodec(),
            PlainCodec(),
            NumpyCodec(),
            NumpyScalarCodec(),
            ArrowTableCodec(),
            PandasCodec(),
            PandasSeriesCodec(),
            PolarsCodec(),
            PickleCodec(namespace),
        ]
    )
