"""Modules that stand in for others while a kernel runs cells."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType

_standing: dict[str, list[ModuleType | None]] = {}
"""By name, what was there before, and above it who stands in now: kernels may end in any order."""


@contextlib.contextmanager
def standing_in(modules: Mapping[str, ModuleType]) -> Iterator[None]:
    """Put `modules` into `sys.modules` for the time of a block, and what was there back afterwards."""
    for name, module in modules.items():
        _standing.setdefault(name, [sys.modules.get(name)]).append(module)
        sys.modules[name] = module
    try:
        yield
    finally:
        for name, module in modules.items():
            stack = _standing[name]
            stack.remove(module)
            if stack[-1] is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = stack[-1]
            if len(stack) == 1:
                del _standing[name]
