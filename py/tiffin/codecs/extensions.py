"""Codecs for native hosts: of tensors, and of other packages, which offer them under the entry-point group
`tiffin.codec`."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from tiffin.codecs.registry import Codec
from tiffin.codecs.standard import standard_codecs
from tiffin.codecs.tensors import TensorCodec
from tiffin.errors import CodecError

GROUP = "tiffin.codec"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_METHODS = ("takes", "size", "encode", "decode")


def find_codecs() -> tuple[Codec, ...]:
    """Return the codec of tensors, and every codec that an installed package offers, in the order of their
    names.

    An entry point gives a codec, or a class or function that makes one without arguments; its name is the
    codec's. `CodecError` says which one cannot be had, and why: results would lie elsewhere without it.
    """
    own = (TensorCodec(),)
    built_in = {codec.name for codec in standard_codecs(dict, more=own)}
    offered: dict[str, EntryPoint] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, _package(entry))):
        if entry.name in built_in:
            raise _refusal(entry, "has a name that is taken by one of tiffin's own")
        if entry.name in offered:
            raise _refusal(entry, f"is also offered by {_package(offered[entry.name])}")
        offered[entry.name] = entry
    return (*own, *(_load(entry) for entry in offered.values()))


def _load(entry: EntryPoint) -> Codec:
    try:
        codec = entry.load()
        if isinstance(codec, type) or not hasattr(codec, "encode"):
            codec = codec()
    except (Exception, SystemExit) as error:
        cause = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise _refusal(entry, f"cannot be loaded: {cause}") from error
    problem = _problem(codec, entry.name)
    if problem is not None:
        raise _refusal(entry, f"is none: {problem}")
    return codec  # type: ignore[no-any-return]


def _problem(codec: Any, name: str) -> str | None:
    missing = [method for method in _METHODS if not callable(getattr(codec, method, None))]
    if missing:
        return f"it has no method {missing[0]!r}"
    if not _NAME.fullmatch(name):
        return "a name is made of small letters, digits and single hyphens"
    if getattr(codec, "name", None) != name:
        return f"it calls itself {getattr(codec, 'name', None)!r}"
    return None if type(getattr(codec, "safe", None)) is bool else "'safe' must be True or False"


def _refusal(entry: EntryPoint, problem: str) -> CodecError:
    return CodecError(f"the codec {entry.name!r} of {_package(entry)} {problem}")


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value
