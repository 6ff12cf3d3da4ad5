"""Buttons, and what presses itself: a refresh at intervals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias, Unpack

from tiffin.errors import UsageError
from tiffin.ui.element import Common, Element
from tiffin.ui.inputs import LARGEST_INT

Json: TypeAlias = Any


class Button(Element):
    """A button that counts how often it was clicked; `on_click` is called with the count."""

    kind: ClassVar[str] = "button"

    def __init__(
        self,
        label: str = "Click",
        on_click: Callable[[int], object] | None = None,
        value: int = 0,
        **common: Unpack[Common],
    ) -> None:
        if on_click is not None:
            if common.get("on_change") is not None:
                raise UsageError("button: on_click and on_change are the same: give one of them")
            common["on_change"] = on_click
        super().__init__({"label": label}, value, **common)

    def check(self, front_end: Json) -> Json:
        if type(front_end) is not int or not 0 <= front_end <= LARGEST_INT:
            raise self.refuse(front_end, "how often it was clicked")
        return front_end


class RunButton(Element):
    """A button that is True for the run that its click starts, and False before and after."""

    kind: ClassVar[str] = "run_button"
    momentary: ClassVar[bool] = True

    def __init__(self, label: str = "Run", value: bool = False, **common: Unpack[Common]) -> None:
        if value is not False:
            raise UsageError("run_button: it is True only for the run that a click starts")
        super().__init__({"label": label}, value, **common)

    def check(self, front_end: Json) -> Json:
        if not isinstance(front_end, bool):
            raise self.refuse(front_end, "True for a click")
        return front_end


class Refresh(Element):
    """The time of the last refresh, as a `datetime` in UTC, None before the first one.

    A page that is seen refreshes every `interval` seconds while nothing else runs, until its reader pauses
    that; without an interval only when asked to.
    """

    kind: ClassVar[str] = "refresh"
    fleeting: ClassVar[bool] = True

    def __init__(
        self,
        interval: float | None = None,
        label: str = "Refresh",
        value: None = None,
        **common: Unpack[Common],
    ) -> None:
        if interval is not None and (isinstance(interval, bool) or not 0.1 <= interval <= 86_400):
            raise UsageError(f"refresh: interval must be from 0.1 to 86400 seconds, not {interval!r}")
        super().__init__({"interval": interval, "label": label}, value, **common)

    def to_python(self, front_end: Json) -> dt.datetime | None:
        return None if front_end is None else dt.datetime.fromtimestamp(front_end / 1000, dt.UTC)

    def check(self, front_end: Json) -> Json:
        if front_end is None:
            return None
        if type(front_end) is not int or not 0 <= front_end < 1 << 47:
            raise self.refuse(front_end, "the time of a refresh, in milliseconds since 1970")
        return front_end


KINDS: Mapping[str, type[Element]] = {kind.kind: kind for kind in (Button, RunButton, Refresh)}
"""The kinds of this module, by their names."""
