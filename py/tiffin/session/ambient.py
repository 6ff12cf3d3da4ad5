"""What the author's API acts on: the kernel whose cell runs. The one `ContextVar` of tiffin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from tiffin.ui.element import Element
from tiffin.ui.state import State


@dataclass(frozen=True)
class Ambient:
    """Services of the kernel that runs the present code; `calls` are those of its caches, which know their
    type."""

    adopt: Callable[[Element], Element]
    display: Callable[..., None]
    show: Callable[..., None]
    clear: Callable[[], None]
    stats: Callable[[], Mapping[str, int]]
    make_state: Callable[[Any, bool], State[Any]]
    definitions: Callable[[], tuple[str, ...]]
    references: Callable[[], tuple[str, ...]]
    calls: object
    code_mode: Callable[..., Any] | None = None


current: ContextVar[Ambient | None] = ContextVar("tiffin_ambient", default=None)
