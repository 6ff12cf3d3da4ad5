"""Enum members, dataclass instances and named tuples as plain forms: their class by its name, and their
parts.

No code of the class runs: members are looked up, instances are made by `object.__new__` and filled by name,
named tuples made by `tuple.__new__`. A class is only what the notebook, or a module that it imports, calls
so.
"""

from __future__ import annotations

import dataclasses
import enum
import importlib
import sys
from collections.abc import Callable, Mapping
from types import MemberDescriptorType
from typing import Any

from tiffin.codecs.registry import NotEncodable
from tiffin.errors import CodecError

_NOT_OURS = sys.stdlib_module_names | {"__main__", "tiffin"}
_OWN_WAYS = (
    "__reduce__",
    "__reduce_ex__",
    "__getstate__",
    "__setstate__",
    "__getnewargs__",
    "__getnewargs_ex__",
    "__del__",
)
_MADE_BY_DATACLASS = tuple(
    getattr(dataclasses, name, None) for name in ("_dataclass_getstate", "_dataclass_setstate")
)


def outside(roots: set[str]) -> frozenset[str]:
    """Return those of these top-level modules that may have to be installed."""
    return frozenset(roots - _NOT_OURS)


class Classes:
    """Finds classes by module and qualified name; those of the notebook by its `namespace`.

    A module that is not loaded yet is imported only if `importable` says so of its root.
    """

    def __init__(self, namespace: Callable[[], Mapping[str, Any]], importable: Callable[[str], bool]) -> None:
        self._namespace = namespace
        self._importable = importable

    def reference(self, kind: type) -> tuple[str | None, str]:
        """Return the module, None for the notebook, and the name that `find` finds `kind` by."""
        module, name = kind.__module__, kind.__qualname__
        own = module == "__main__"
        place = self._namespace() if own else getattr(sys.modules.get(module), "__dict__", {})
        if _walk(place, name) is not kind:
            raise NotEncodable(f"{module}.{name} is not reachable by its name")
        return (None if own else module), name

    def find(self, module: Any, name: Any, is_right: Callable[[type], bool]) -> type:
        """Return the class that a form refers to; `CodecError` if there is none that `is_right`."""
        if not isinstance(name, str) or not (module is None or isinstance(module, str)):
            raise CodecError("a class is not given by its name")
        if module is None:
            place = self._namespace()
        elif module in sys.modules and module != "__main__":
            place = vars(sys.modules[module])
        elif self._importable(module.partition(".")[0]):
            try:
                place = vars(importlib.import_module(module))
            except ImportError as error:
                raise CodecError(f"{module}, where {name} is from, cannot be imported: {error}") from error
        else:
            raise CodecError(f"{name} is from {module}, which the notebook does not import")
        kind = _walk(place, name)
        if kind is None:
            raise CodecError(f"{'the notebook' if module is None else module} has no {name!r}")
        if not isinstance(kind, type) or not is_right(kind):
            raise CodecError(f"{name!r} is another kind of thing here")
        return kind


def _walk(place: Mapping[str, Any], name: str) -> Any:
    """What `name` (dots between classes) is in a namespace; only looked up, no `__getattr__` runs."""
    first, *rest = name.split(".")
    found = place.get(first)
    for part in rest:
        found = vars(found).get(part) if isinstance(found, type) else None
    return found


def _has_own_ways(kind: type, allowed: tuple[Any, ...] = ()) -> bool:
    """Whether the class says itself how it is copied, or what happens at its end."""
    for name in _OWN_WAYS:
        way = getattr(kind, name, None)
        if way is not getattr(object, name, None) and way not in allowed:
            return True
    return False


# -- enum members -----------------------------------------------------------------------------------------


def is_enum(kind: type) -> bool:
    """Whether `kind` is a class of enum members."""
    return isinstance(kind, enum.EnumMeta)


def member_form(member: Any) -> list[Any]:
    """Return the name of a member, or the number of a combination of flags."""
    kind: Any = type(member)
    if kind._member_map_.get(member._name_) is member:
        return [member._name_]
    number = member._value_
    if isinstance(member, enum.Flag) and type(number) is int and kind._value2member_map_[number] is member:
        return [hex(number)]
    raise NotEncodable("not a member of its enum")


def find_member(kind: Any, name: str) -> Any:
    """Return the member that `member_form` names."""
    member = kind._member_map_.get(name)
    if member is None and issubclass(kind, enum.Flag) and name[:1] in "-0":
        number = int(name, 16)
        member = kind._value2member_map_.get(number)
        if member is None:  # the way of Flag itself: a class may have another, which would be code
            member = enum.Flag._missing_.__func__(kind, number)  # type: ignore[attr-defined]
    if type(member) is not kind:
        raise CodecError(f"{kind.__qualname__} has no member {name!r}")
    return member


# -- dataclass instances ----------------------------------------------------------------------------------


def is_dataclass(kind: type) -> bool:
    """Whether `kind` itself, not only a class it inherits from, is a dataclass that is nothing else."""
    return "__dataclass_fields__" in vars(kind) and not _has_own_ways(kind, _MADE_BY_DATACLASS)


def _slots(kind: type) -> dict[str, Any]:
    return {
        name: slot
        for base in kind.__mro__
        for name, slot in vars(base).items()
        if type(slot) is MemberDescriptorType
    }


def fields_of(instance: Any) -> list[tuple[str, list[Any]]]:
    """Return each field and what it holds (nothing, or one value), in order."""
    kind = type(instance)
    try:
        object.__new__(kind)
    except TypeError as error:
        raise NotEncodable(str(error)) from None
    held = dict(_attributes(instance))
    for name, slot in _slots(kind).items():
        try:
            held[name] = slot.__get__(instance)
        except AttributeError:
            continue
    names = [field.name for field in dataclasses.fields(kind)]
    if not held.keys() <= set(names):
        raise NotEncodable("a dataclass instance with more than its fields")
    return [(name, [held[name]] if name in held else []) for name in names]


def make_instance(kind: type, fields: list[tuple[str, list[Any]]]) -> Any:
    """Return the instance of `kind` with what `fields_of` gave; nothing that the class defines runs."""
    if [name for name, _ in fields] != [field.name for field in dataclasses.fields(kind)]:
        raise CodecError(f"{kind.__qualname__} has other fields now")
    instance: Any = object.__new__(kind)
    slots = _slots(kind)
    for name, held in fields:
        for value in held:
            if name in slots:
                slots[name].__set__(instance, value)
            else:
                _attributes(instance)[name] = value
    return instance


def _attributes(instance: Any) -> dict[str, Any]:
    """What the instance holds beside its slots, whatever its class says of looking up attributes."""
    try:
        return object.__getattribute__(instance, "__dict__")  # type: ignore[no-any-return]
    except AttributeError:
        return {}


# -- named tuples -----------------------------------------------------------------------------------------


def is_named_tuple(kind: type) -> bool:
    """Whether `kind` was made by `namedtuple` or `NamedTuple`, or adds only methods to such a class."""
    made = next((base for base in kind.__mro__ if "_fields" in vars(base)), None)
    if made is None or made.__mro__ != (made, tuple, object) or not issubclass(kind, tuple):
        return False
    return not _has_own_ways(kind, (vars(made).get("__getnewargs__"),))


def make_named_tuple(kind: Any, items: list[Any]) -> Any:
    """Return the named tuple with these items."""
    if len(items) != len(kind._fields):
        raise CodecError(f"{kind.__qualname__} has other fields now")
    return tuple.__new__(kind, items)
