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


@contextlib.contextmanager
def standing_aside() -> Iterator[None]:
    """Put back what the stand-ins stand for, for code of ours that runs in the midst of a run; what that
    imports anew is what there was before, from then on."""
    present = {name: sys.modules[name] for name in _standing if name in sys.modules}
    for name in present:
        before = _standing[name][0]
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before
    try:
        yield
    finally:
        for name, module in present.items():
            _standing[name][0] = sys.modules.get(name)
            sys.modules[name] = module
