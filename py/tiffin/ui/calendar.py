"""Dates and times of day, as `datetime` has them; to the page they are texts of ISO 8601."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias, Unpack

from tiffin.errors import UsageError
from tiffin.ui.element import Common, Element

Json: TypeAlias = Any
Moment: TypeAlias = dt.date | dt.datetime | dt.time


class _Calendar(Element):
    """A moment between `start` and `stop`, or None while nothing is chosen."""

    _type: ClassVar[type[Any]]
    _example: ClassVar[str]

    def __init__(
        self,
        start: Any = None,
        stop: Any = None,
        value: Any = None,
        label: str = "",
        **common: Unpack[Common],
    ) -> None:
        low, high = self._given("start", start), self._given("stop", stop)
        if low is not None and high is not None and high < low:
            raise UsageError(f"{self.kind}: stop ({high}) must not be before start ({low})")
        arguments = {"start": low and self._write(low), "stop": high and self._write(high), "label": label}
        given = self._given("value", value)
        super().__init__(arguments, given if given is None else self._write(given), **common)

    def _given(self, name: str, value: Any) -> Any:
        """Return what the author gave, a moment or its text, as a moment to the minute."""
        try:
            read = self._read(value) if isinstance(value, str) else value
        except ValueError:
            read = Ellipsis
        # A `datetime` is a `date`, too.
        fits = isinstance(read, self._type) and (self._type is not dt.date or type(read) is not dt.datetime)
        if read is None or (fits and getattr(read, "tzinfo", None) is None):
            return read
        raise UsageError(
            f"{self.kind}: {name} must be a {self._type.__name__} without a time zone, or a text such as "
            f"{self._example!r}, not {value!r}"
        )

    def _read(self, text: str) -> Any:
        return self._type.fromisoformat(text)

    def _write(self, moment: Any) -> str:
        if isinstance(moment, dt.datetime | dt.time):
            return moment.isoformat(timespec="minutes")
        return str(moment.isoformat())

    def to_python(self, front_end: Json) -> Any:
        return None if front_end is None else self._read(front_end)

    def check(self, front_end: Json) -> Json:
        if front_end is None:
            return None
        wanted = f"a {self.kind} such as {self._example!r}, or None"
        if not isinstance(front_end, str):
            raise self.refuse(front_end, wanted)
        try:
            moment = self._read(front_end)
        except ValueError:
            raise self.refuse(front_end, wanted) from None
        if getattr(moment, "tzinfo", None) is not None:
            raise self.refuse(front_end, wanted)
        for name, fits in (("start", moment.__ge__), ("stop", moment.__le__)):
            bound = self.arguments[name]
            if bound is not None and not fits(self._read(bound)):
                low, high = (self.arguments[end] or "…" for end in ("start", "stop"))
                raise self.refuse(front_end, f"a {self.kind} from {low} to {high}")
        return self._write(moment)


class Date(_Calendar):
    """A `datetime.date` between `start` and `stop`, or None while none is chosen."""

    kind: ClassVar[str] = "date"
    _type = dt.date
    _example = "2026-11-22"


class DateTime(_Calendar):
    """A `datetime.datetime` to the minute and without a time zone, or None while none is chosen."""

    kind: ClassVar[str] = "datetime"
    _type = dt.datetime
    _example = "2026-11-22T13:45"


class Time(_Calendar):
    """A `datetime.time` to the minute, or None while none is chosen."""

    kind: ClassVar[str] = "time"
    _type = dt.time
    _example = "13:45"


KINDS: Mapping[str, type[Element]] = {kind.kind: kind for kind in (Date, DateTime, Time)}
"""The kinds of this module, by their names."""
