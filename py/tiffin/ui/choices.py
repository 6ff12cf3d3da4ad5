"""Choices among options that are all seen, or of several at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeAlias, Unpack

from tiffin.errors import UsageError
from tiffin.ui.element import Common, Element
from tiffin.ui.inputs import Dropdown, Options, common_of, label_of, read_options

Json: TypeAlias = Any


class Radio(Dropdown):
    """One of a few options, all of them seen: a sequence of values, or a mapping from labels to values.

    With `inline` they stand side by side. It is None only with `allow_none`, until something is chosen.
    """

    kind: ClassVar[str] = "radio"

    def __init__(
        self,
        options: Options,
        value: Any = None,
        label: str = "",
        allow_none: bool = False,
        inline: bool = False,
        **common: Unpack[Common],
    ) -> None:
        self._inline = inline
        super().__init__(options, value, label, allow_none, **common)
        if inline:
            self.arguments["inline"] = True

    @property
    def rows(self) -> int:
        return 1 if self._inline else len(self._options)

    @classmethod
    def restored(cls, arguments: Mapping[str, Json], initial: Json, kept: Any) -> Radio:
        return cls(
            kept,
            initial,
            allow_none=arguments["allow_none"],
            inline=arguments.get("inline", False),
            **common_of(arguments),
        )


class MultiSelect(Element):
    """Any number of options, as a list of their values in the options' order.

    `max_selections` is the most that may be chosen. The page knows labels only, as with a dropdown.
    """

    kind: ClassVar[str] = "multiselect"

    def __init__(
        self,
        options: Options,
        value: Iterable[Any] = (),
        label: str = "",
        max_selections: int | None = None,
        **common: Unpack[Common],
    ) -> None:
        self._options = read_options(self.kind, options)
        if isinstance(value, str):
            raise UsageError(f"multiselect: value must be a list of options, not {value!r}")
        if max_selections is not None and (type(max_selections) is not int or max_selections < 1):
            raise UsageError(f"multiselect: max_selections must be at least 1, not {max_selections!r}")
        arguments = {
            "options": list(self._options),
            "values": [repr(option) for option in self._options.values()],
            "label": label,
            "max_selections": max_selections,
        }
        chosen = {label_of(self.kind, self._options, option) for option in value}
        super().__init__(arguments, [name for name in self._options if name in chosen], **common)

    def kept(self) -> Any:
        return self._options

    @classmethod
    def restored(cls, arguments: Mapping[str, Json], initial: Json, kept: Any) -> MultiSelect:
        return cls(kept, initial, max_selections=arguments["max_selections"], **common_of(arguments))

    def shown_arguments(self) -> Mapping[str, Json]:
        return {name: value for name, value in self.arguments.items() if name != "values"}

    def to_python(self, front_end: Json) -> list[Any]:
        return [self._options[label] for label in front_end]

    def check(self, front_end: Json) -> Json:
        if not isinstance(front_end, list) or not all(
            isinstance(label, str) and label in self._options for label in front_end
        ):
            raise self.refuse(front_end, f"a list of some of {', '.join(self._options)}")
        chosen = [label for label in self._options if label in front_end]
        most = self.arguments["max_selections"]
        if most is not None and len(chosen) > most:
            raise self.refuse(front_end, f"at most {most} options")
        return chosen


KINDS: Mapping[str, type[Element]] = {kind.kind: kind for kind in (Radio, MultiSelect)}
"""The kinds of this module, by their names."""
