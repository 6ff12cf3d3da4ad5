"""Live code: what is code at all, and which of it is of the author's own making."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any

from tiffin.cells.functions import code_names
from tiffin.cells.names import unmangle

CODE = (
    FunctionType,
    type,
    ModuleType,
    BuiltinFunctionType,
    MethodType,
    MethodDescriptorType,
    WrapperDescriptorType,
    MethodWrapperType,
    staticmethod,
    classmethod,
    property,
    functools.partial,
    functools.partialmethod,
    functools.cached_property,
)
"""Types of what is code."""

_AUTOMATIC = frozenset({"__annotate__", "__annotate_func__", "__dataclass_params__"})
_LIBRARIES = (str(Path(os.__file__).parent), str(Path(__file__).parents[1]))
_INSTALLED = ("site-packages", "dist-packages")


def can_be_called(kind: type) -> bool:
    """Return whether instances of a class can be called."""
    return any("__call__" in vars(base) for base in kind.__mro__)


def private_names(code: CodeType) -> Mapping[str, str]:
    """Return the names by which the namespace of a notebook knows a cell's private ones, by what its author
    wrote."""
    return {plain: name for name in code_names(code) if (plain := unmangle(name)) != name}


def is_code(value: Any) -> bool:
    """Return whether a value is code: a module, a class, a function or what wraps one."""
    return isinstance(value, CODE) or (callable(value) and hasattr(value, "__wrapped__"))


def is_installed(filename: str) -> bool:
    """Return whether code of this file belongs to Python, or to an installed package."""
    if filename.startswith("<"):
        return filename.startswith("<frozen")
    parts = filename.replace("\\", "/").split("/")
    return filename.startswith(_LIBRARIES) or any(part in parts for part in _INSTALLED)


def is_own(kind: type) -> bool:
    """Return whether a class is of the author's making: of a notebook, a script, or a module beside it."""
    if kind.__module__ == "__main__":
        return True
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None)
    return file is not None and not is_installed(file)


def counts(attribute: str, value: Any) -> bool:
    """Return whether an attribute of a class says something of what it does. What a class gets by itself does
    not."""
    if isinstance(value, GetSetDescriptorType | MemberDescriptorType):
        return False
    if isinstance(value, FunctionType) and value.__code__.co_filename.startswith("<string>"):
        # Written by a class decorator, out of fields that count.
        return not (attribute.startswith("__") and attribute.endswith("__"))
    if is_code(value):
        return attribute not in _AUTOMATIC
    return not (attribute.startswith("__") and attribute.endswith("__")) and not attribute.startswith("_abc_")
