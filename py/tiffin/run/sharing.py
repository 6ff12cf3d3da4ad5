"""Which values have mutable parts in common: a change of one is a change of the others, too."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Iterable, Mapping
from enum import Enum
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, TypeVar

from tiffin.run.namespace import IMMUTABLE
from tiffin.ui.element import Reactive

N = TypeVar("N")

_LIMIT = 100_000
_SHARED_BY_NATURE = (
    slice,
    ModuleType,
    type,
    FunctionType,
    BuiltinFunctionType,
    MethodType,
    CodeType,
    Enum,
    Reactive,
)


def find_shared(values: Mapping[N, Any], others: Mapping[N, Any]) -> dict[N, frozenset[N]]:
    """Return for each of `values` the names among `values` and `others` that share mutable parts with it."""
    parts = {name: mutable_parts(value) for name, value in values.items()}
    parts = {name: ids for name, ids in parts.items() if ids}
    if not parts:
        return {}
    for name, value in others.items():
        if name not in parts and (ids := mutable_parts(value)):
            parts[name] = ids
    shared: dict[N, frozenset[N]] = {}
    for name in values.keys() & parts.keys():
        found = {other for other in parts if other != name and not parts[name].isdisjoint(parts[other])}
        if found:
            shared[name] = frozenset(found)
    return shared


def mutable_parts(value: Any) -> frozenset[int]:
    """Return the identities (`id`) of the mutable objects that `value` is made of, the first 100,000.

    Containers, instances, views of arrays, iterators, closures and defaults are looked into; classes, modules
    and what functions refer to are not: that is the notebook's, by name.
    """
    found: set[int] = set()
    waiting: deque[Any] = deque([value])
    met: set[int] = set()
    while waiting and len(met) < _LIMIT:
        item = waiting.popleft()
        if isinstance(item, FunctionType) and id(item) not in met:
            met.add(id(item))
            for cell in item.__closure__ or ():
                found.add(id(cell))
                waiting.extend(gc.get_referents(cell))
            waiting.extend((*(item.__defaults__ or ()), *(item.__kwdefaults__ or {}).values()))
            continue
        if type(item) in IMMUTABLE or isinstance(item, _SHARED_BY_NATURE) or id(item) in met:
            continue
        met.add(id(item))
        if isinstance(item, tuple | frozenset):
            waiting.extend(item)
            continue
        found.add(id(item))
        waiting.extend(_inside(item))
    return frozenset(found)


def _inside(item: Any) -> Iterable[Any]:
    if isinstance(item, dict):
        yield from item.keys()
        yield from item.values()
    elif isinstance(item, list | set | deque):
        yield from item
    if hasattr(type(item), "__next__") and type(item).__module__ in ("builtins", "itertools"):
        frame = getattr(item, "gi_frame", None)
        yield from gc.get_referents(item) if frame is None else frame.f_locals.values()
        return
    base = getattr(type(item), "base", None)
    if base is not None and type(item).__module__.partition(".")[0] == "numpy":
        if item.base is not None:
            yield item.base
        return
    yield from getattr(item, "__dict__", {}).values()
    for kind in type(item).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            part = getattr(item, name, None)
            if part is not None:
                yield part
