"""The widgets: slider, number, text, checkbox and dropdown."""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias, Unpack

from tiffin.errors import UsageError
from tiffin.ui.element import Common, Element

Json: TypeAlias = Any
Number: TypeAlias = int | float


LARGEST_INT = 2**53 - 1
"""The largest int that a page, whose numbers are doubles, holds exactly."""


def _is_number(value: Any) -> bool:
    """Whether JSON holds this number, and so does a page, exactly."""
    return (type(value) is int and abs(value) <= LARGEST_INT) or (
        type(value) is float and math.isfinite(value)
    )


def _number(kind: str, name: str, value: Any) -> Number:
    """Return a number of any library as Python's own; `UsageError` if it is none."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise UsageError(f"{kind}: {name} must be a finite number, not {value!r}")
    plain: Number = int(value) if isinstance(value, numbers.Integral) else float(value)
    if type(plain) is int and abs(plain) > LARGEST_INT:
        raise UsageError(f"{kind}: {name} must be a number that a page can hold exactly, below 2**53")
    if not math.isfinite(plain):
        raise UsageError(f"{kind}: {name} must be a finite number, not {value!r}")
    return plain


def _number_or_none(kind: str, name: str, value: Any) -> Number | None:
    return None if value is None else _number(kind, name, value)


def _as_written(value: Number, whole: bool) -> Number:
    """JSON does not tell 4 from 4.0: the arguments decide which it is."""
    return int(value) if whole and float(value).is_integer() else float(value)


def _between(low: Number | None, high: Number | None) -> str:
    if low is None:
        return f"a number of at most {high}"
    return f"a number of at least {low}" if high is None else f"a number from {low} to {high}"


Options: TypeAlias = Sequence[Any] | Mapping[str, Any] | Iterable[Any]


def read_options(kind: str, options: Options) -> dict[str, Any]:
    """Return options by their labels: a mapping's as they are, of other collections what `str` makes of
    each."""
    given = options.items() if isinstance(options, Mapping) else ((option, option) for option in options)
    pairs: dict[str, Any] = {}
    for label, option in given:
        if str(label) in pairs:
            raise UsageError(f"{kind}: two options are both shown as {str(label)!r}")
        pairs[str(label)] = option
    if not pairs:
        raise UsageError(f"{kind}: there must be at least one option")
    return pairs


def label_of(kind: str, options: Mapping[str, Any], value: Any) -> str:
    """Return the label of an option that the author gave by its label or as it is."""
    if isinstance(value, str) and value in options:
        return value
    # What is the value itself comes first: not everything that can be an option can be compared.
    for same in (operator.is_, operator.eq):
        for label, option in options.items():
            if same(option, value):
                return label
    raise UsageError(f"{kind}: {value!r} is none of the options {', '.join(options)}")


def common_of(arguments: Mapping[str, Json]) -> dict[str, Any]:
    """Return what every widget takes of recorded arguments."""
    return {name: arguments[name] for name in ("label", "help", "disabled") if name in arguments}


class Slider(Element):
    """A number between `start` and `stop`, both included, in steps; an int when start, step and value are."""

    kind: ClassVar[str] = "slider"

    def __init__(
        self,
        start: Number,
        stop: Number,
        step: Number = 1,
        value: Number | None = None,
        label: str = "",
        show_value: bool = True,
        **common: Unpack[Common],
    ) -> None:
        start, stop = _number(self.kind, "start", start), _number(self.kind, "stop", stop)
        step, value = _number(self.kind, "step", step), _number_or_none(self.kind, "value", value)
        if stop < start or step <= 0:
            raise UsageError(f"slider: stop ({stop}) must not be below start ({start}), and step be above 0")
        initial = start if value is None else value
        whole = all(type(part) is int for part in (start, step, initial))
        arguments = {"start": start, "stop": stop, "step": step, "label": label, "show_value": show_value}
        super().__init__({**arguments, "whole": whole}, initial, **common)

    def check(self, front_end: Json) -> Json:
        if not _is_number(front_end):
            raise self.refuse(front_end, "a number")
        if not self.arguments["start"] <= front_end <= self.arguments["stop"]:
            raise self.refuse(front_end, _between(self.arguments["start"], self.arguments["stop"]))
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
        **common: Unpack[Common],
    ) -> None:
        start, stop = _number_or_none(self.kind, "start", start), _number_or_none(self.kind, "stop", stop)
        step, value = _number_or_none(self.kind, "step", step), _number_or_none(self.kind, "value", value)
        if start is not None and stop is not None and stop < start:
            raise UsageError(f"number: stop ({stop}) must not be below start ({start})")
        given = [part for part in (start, step, value) if part is not None]
        whole = bool(given) and all(type(part) is int for part in given)
        arguments = {"start": start, "stop": stop, "step": step, "label": label, "whole": whole}
        super().__init__(arguments, value, **common)

    def check(self, front_end: Json) -> Json:
        if front_end is None:
            return None
        if not _is_number(front_end):
            raise self.refuse(front_end, "a number, or None")
        low, high = self.arguments["start"], self.arguments["stop"]
        if (low is not None and front_end < low) or (high is not None and front_end > high):
            raise self.refuse(front_end, _between(low, high))
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
        **common: Unpack[Common],
    ) -> None:
        if kind not in self._KINDS:
            raise UsageError(f"text: kind is one of {', '.join(self._KINDS)}, not {kind!r}")
        arguments = {"placeholder": placeholder, "label": label, "kind": kind, "max_length": max_length}
        super().__init__(arguments, value, **common)

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

    def __init__(self, value: bool = False, label: str = "", **common: Unpack[Common]) -> None:
        super().__init__({"label": label}, value, **common)

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
        options: Options,
        value: Any = None,
        label: str = "",
        allow_none: bool = False,
        **common: Unpack[Common],
    ) -> None:
        self._options = pairs = read_options(self.kind, options)
        arguments = {
            "options": list(pairs),
            "values": [repr(option) for option in pairs.values()],
            "label": label,
            "allow_none": allow_none,
        }
        super().__init__(arguments, self._initial(value, allow_none), **common)

    def _initial(self, value: Any, allow_none: bool) -> str | None:
        if value is None:
            return None if allow_none else next(iter(self._options))
        return label_of(self.kind, self._options, value)

    def kept(self) -> Any:
        return self._options

    @classmethod
    def restored(cls, arguments: Mapping[str, Json], initial: Json, kept: Any) -> Dropdown:
        return cls(kept, initial, **common_of(arguments), allow_none=arguments["allow_none"])

    def shown_arguments(self) -> Mapping[str, Json]:
        return {name: value for name, value in self.arguments.items() if name != "values"}

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
"""The kinds of this module, by their names."""
