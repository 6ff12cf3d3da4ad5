"""What is known of a notebook's names without running any of its code.

Attributes are looked up statically, so that no property is computed and no `__getattr__` is called; a value
that is stored, and was not loaded yet, is known by its type.
"""

from __future__ import annotations

import builtins
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType, MethodDescriptorType, MethodType
from typing import Any

from tiffin.cells.names import PRESETS
from tiffin.run.namespace import Namespace

MISSING = object()
"""What is not there, or would have to be computed."""


@dataclass(frozen=True)
class StoredValue:
    """Stands for a value that is stored, and was not loaded yet: its type is all that is known."""

    type: type


@dataclass(frozen=True)
class StoredMethod:
    """Stands for a method of a value that is stored."""

    function: Any


def known_names(namespace: Namespace) -> dict[str, Any]:
    """Return what is known by name: values that are there, and what stands for those that are stored."""
    known = dict(namespace.globals)
    for name in namespace.names:
        binding = namespace.binding(name)
        if name in known or binding is None:
            continue
        imported = binding.definition.imported
        value = _of_type(binding.definition.type) if imported is None else _imported(imported)
        if value is not MISSING:
            known[name] = value
    return known


def _imported(imported: Mapping[str, Any]) -> Any:
    module, attribute = imported["module"], imported["attribute"]
    found = sys.modules.get(module.partition(".")[0] if imported["binds_root"] else module, MISSING)
    return found if attribute is None else find_attribute(found, attribute)


def _of_type(path: str) -> Any:
    """What stands for a value of the type with this full name, if its module is loaded."""
    module, _, name = path.rpartition(".")
    found = vars(sys.modules[module]).get(name) if module in sys.modules else None
    return StoredValue(found) if isinstance(found, type) else MISSING


def look_up(names: Mapping[str, Any], path: str) -> Any:
    """Return what a path of names, `a.b.c`, leads to; `MISSING` if nothing is known of it."""
    first, *others = path.split(".")
    value = names.get(first, MISSING) if first not in PRESETS else getattr(builtins, first, MISSING)
    if value is MISSING:
        value = getattr(builtins, first, MISSING)
    for name in others:
        value = find_attribute(value, name)
    return value


def find_attribute(value: Any, name: str) -> Any:
    """Return what is known of an attribute; `MISSING` if nothing is."""
    if value is MISSING:
        return MISSING
    if inspect.ismodule(value):
        return vars(value).get(name, MISSING)
    if isinstance(value, StoredValue):
        found = inspect.getattr_static(value.type, name, MISSING)
        is_method = isinstance(found, FunctionType | MethodDescriptorType)
        return StoredMethod(found) if is_method else _computed(found)
    found = inspect.getattr_static(value, name, MISSING)
    kind = value if isinstance(value, type) else type(value)
    if isinstance(found, staticmethod):
        return found.__func__
    if isinstance(found, classmethod):
        return MethodType(found.__func__, kind)
    if isinstance(found, FunctionType) and kind is not value and name not in getattr(value, "__dict__", {}):
        return MethodType(found, value)
    if isinstance(found, MethodDescriptorType) and kind is not value:
        return found.__get__(value, kind)
    return _computed(found)


def _computed(found: Any) -> Any:
    """An attribute as it was found, or nothing where looking at it would compute it."""
    has_code = hasattr(type(found), "__get__") and hasattr(type(found), "__set__")
    return MISSING if isinstance(found, property) or has_code else found
