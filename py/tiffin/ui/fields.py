"""More inputs: a slider with two thumbs, text of several lines, a switch."""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias, Unpack

from tiffin.errors import UsageError
from tiffin.ui.element import Common, Element
from tiffin.ui.inputs import Checkbox, Number, Slider, Text

Json: TypeAlias = Any


class RangeSlider(Element):
    """Two numbers between `start` and `stop`, the lower one first, as a tuple; ints when start, step and both
    are."""

    kind: ClassVar[str] = "range_slider"

    def __init__(
        self,
        start: Number,
        stop: Number,
        step: Number = 1,
        value: tuple[Number, Number] | None = None,
        label: str = "",
        show_value: bool = True,
        **common: Unpack[Common],
    ) -> None:
        pair: Any = (start, stop) if value is None else value
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise UsageError(f"range_slider: value must be two numbers, the lower one first, not {value!r}")
        # Two sliders know all that is to be known of two numbers.
        ends = [Slider(start, stop, step, part) for part in pair]
        whole = all(end.arguments["whole"] for end in ends)
        self._end = next((end for end in ends if not end.arguments["whole"]), ends[0])
        arguments = {**self._end.arguments, "label": label, "show_value": show_value, "whole": whole}
        super().__init__(arguments, [end.front_end for end in ends], **common)

    def to_python(self, front_end: Json) -> tuple[Number, Number]:
        return (front_end[0], front_end[1])

    def check(self, front_end: Json) -> Json:
        start, stop = self.arguments["start"], self.arguments["stop"]
        wanted = f"two numbers from {start} to {stop}, the lower one first"
        if not isinstance(front_end, list) or len(front_end) != 2:
            raise self.refuse(front_end, wanted)
        try:
            low, high = (self._end.check(part) for part in front_end)
        except UsageError:
            raise self.refuse(front_end, wanted) from None
        if low > high:
            raise self.refuse(front_end, wanted)
        return [low, high]


class TextArea(Text):
    """Text of several lines; `rows` of them are seen at once."""

    kind: ClassVar[str] = "text_area"

    def __init__(
        self,
        value: str = "",
        placeholder: str = "",
        label: str = "",
        rows: int = 4,
        max_length: int | None = None,
        **common: Unpack[Common],
    ) -> None:
        if type(rows) is not int or not 1 <= rows <= 100:
            raise UsageError(f"text_area: rows must be a whole number from 1 to 100, not {rows!r}")
        arguments = {"placeholder": placeholder, "label": label, "rows": rows, "max_length": max_length}
        Element.__init__(self, arguments, value, **common)

    @property
    def rows(self) -> int:
        return int(self.arguments["rows"])


class Switch(Checkbox):
    """True or False, as a switch that is on or off."""

    kind: ClassVar[str] = "switch"


KINDS = {kind.kind: kind for kind in (RangeSlider, TextArea, Switch)}
"""The kinds of this module, by their names."""
