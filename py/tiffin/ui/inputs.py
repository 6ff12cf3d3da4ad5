"""The widgets: slider, number, text, checkbox and dropdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

from tiffin.errors import UsageError
from tiffin.ui.element import Element

Json: TypeAlias = Any
Number: TypeAlias = int | float


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _numeric(kind: str, **values: Any) -> None:
    for name, value in values.items():
        if value is not None and not _is_number(value):
            raise UsageError(f"{kind}: {name} must be a finite number, not {value!r}")


def _as_written(value: Number, whole: bool) -> Number:
    """JSON does not tell 4 from 4.0: the arguments decide which it is."""
    return int(value) if whole and float(value).is_integer() else float(value)


class Slider(Element):
    """A number between `start` and `stop`, both included, in steps; an int when all its arguments are."""

    kind: ClassVar[str] = "slider"

    def __init__(
        self,
        start: Number,
        stop: Number,
        step: Number = 1,
        value: Number | None = None,
        label: str = "",
        show_value: bool = True,
    ) -> None:
        _numeric(self.kind, start=start, stop=stop, step=step, value=value)
        if stop < start or step <= 0:
            raise UsageError(f"slider: stop ({stop}) must not be below start ({start}), and step be above 0")
        initial = start if value is None else value
        whole = all(type(part) is int for part in (start, step, initial))
        arguments = {"start": start, "stop": stop, "step": step, "label": label, "show_value": show_value}
        super().__init__({**arguments, "whole": whole}, initial)

    def check(self, front_end: Json) -> Json:
        if not _is_number(front_end):
            raise self.refuse(front_end, "a number")
        if not self.arguments["start"] <= front_end <= self.arguments["stop"]:
            raise self.refuse(
                front_end, f"a number from {self.arguments['start']} to {self.arguments['stop']}"
            )
        return _as_written(front_end, self.arguments["whole"])


class NumberInput(Element):
    """A number typed by the reader, or None while the field is empty."""

    kind: ClassVar[str] = "number"

    def __init__(
        self,
        start: Number | None = None,
        stop: Number | None = None,
        step: Number | None = None,
        value: Number | None = None,
        label: str = "",
    ) -> None:
        _numeric(self.kind, start=start, stop=stop, step=step, value=value)
        given = [part for part in (start, step, value) if part is not None]
        whole = bool(given) and all(type(part) is int for part in given)
        super().__init__({"start": start, "stop": stop, "step": step, "label": label, "whole": whole}, value)

    def check(self, front_end: Json) -> Json:
        if front_end is None:
            return None
        if not _is_number(front_end):
            raise self.refuse(front_end, "a number, or None")
        low, high = self.arguments["start"], self.arguments["stop"]
        if (low is not None and front_end < low) or (high is not None and front_end > high):
            raise self.refuse(front_end, f"a number from {low} to {high}")
        return _as_written(front_end, self.arguments["whole"])


class Text(Element):
    """A line of text."""

    kind: ClassVar[str] = "text"
    _KINDS: ClassVar[tuple[str, ...]] = ("text", "email", "url", "password")

    def __init__(
        self,
        value: str = "",
        placeholder: str = "",
        label: str = "",
        kind: str = "text",
        max_length: int | None = None,
    ) -> None:
        if kind not in self._KINDS:
            raise UsageError(f"text: kind is one of {', '.join(self._KINDS)}, not {kind!r}")
        arguments = {"placeholder": placeholder, "label": label, "kind": kind, "max_length": max_length}
        super().__init__(arguments, value)

    def check(self, front_end: Json) -> Json:
        longest = self.arguments["max_length"]
        if not isinstance(front_end, str) or (longest is not None and len(front_end) > longest):
            raise self.refuse(
                front_end, "text" if longest is None else f"text of at most {longest} characters"
            )
        return front_end


class Checkbox(Element):
    """True or False."""

    kind: ClassVar[str] = "checkbox"

    def __init__(self, value: bool = False, label: str = "") -> None:
        super().__init__({"label": label}, value)

    def check(self, front_end: Json) -> Json:
        if not isinstance(front_end, bool):
            raise self.refuse(front_end, "True or False")
        return front_end


class Dropdown(Element):
    """One of several options: a sequence of values, or a mapping from labels to values.

    The page knows labels only. Values that are not shown (of a mapping) stay in Python, and take part in
    the identity through their `repr`.
    """

    kind: ClassVar[str] = "dropdown"

    def __init__(
        self,
        options: Sequence[Any] | Mapping[str, Any] | Iterable[Any],
        value: Any = None,
        label: str = "",
        allow_none: bool = False,
    ) -> None:
        pairs = dict(options) if isinstance(options, Mapping) else {str(option): option for option in options}
        if not pairs:
            raise UsageError("dropdown: there must be at least one option")
        self._options = pairs
        arguments = {
            "options": list(pairs),
            "values": [repr(option) for option in pairs.values()],
            "label": label,
            "allow_none": allow_none,
        }
        super().__init__(arguments, self._initial(value, allow_none))

    def _initial(self, value: Any, allow_none: bool) -> str | None:
        if value is None:
            return None if allow_none else next(iter(self._options))
        if isinstance(value, str) and value in self._options:
            return value
        for label, option in self._options.items():
            if option is value or option == value:
                return label
        raise UsageError(f"dropdown: {value!r} is none of the options {', '.join(self._options)}")

    def kept(self) -> Any:
        return self._options

    @classmethod
    def restored(cls, arguments: Mapping[str, Json], initial: Json, kept: Any) -> Dropdown:
        value = None if initial is None else kept[initial]
        return cls(kept, value, label=arguments["label"], allow_none=arguments["allow_none"])

    def to_python(self, front_end: Json) -> Any:
        return None if front_end is None else self._options[front_end]

    def check(self, front_end: Json) -> Json:
        if front_end is None and self.arguments["allow_none"]:
            return None
        if not isinstance(front_end, str) or front_end not in self._options:
            raise self.refuse(front_end, f"one of {', '.join(self._options)}")
        return front_end


KINDS: Mapping[str, type[Element]] = {
    kind.kind: kind for kind in (Slider, NumberInput, Text, Checkbox, Dropdown)
}
"""Every kind of element, by its name."""
