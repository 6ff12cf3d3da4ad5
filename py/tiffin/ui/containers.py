"""Widgets made of widgets: arrays, dictionaries, batches in a text, and forms.

A part is the very element that it was: whoever else shows it, or refers to it, goes on doing so.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, TypeAlias, Unpack

from tiffin.errors import UsageError
from tiffin.ui.element import Common, Element

Json: TypeAlias = Any


class Group(Element):
    """Elements as one. Its front-end value is made of theirs, and nothing of it is kept beside them."""

    members: tuple[Element, ...]

    def __init__(
        self,
        arguments: Mapping[str, Json],
        members: Iterable[Element],
        **common: Unpack[Common],
    ) -> None:
        self.members = tuple(members)
        self.parts = self.members
        for member in self.members:
            if not isinstance(member, Element):
                raise UsageError(f"{self.kind}: each part must be a widget, not {member!r}")
        described = [{"kind": member.kind, "args": member.arguments} for member in self.members]
        initial = self.gather(member.initial for member in self.members)
        super().__init__({**arguments, "parts": described}, initial, **common)

    @property
    def front_end(self) -> Json:
        """The values of the parts as they are now."""
        return self.gather(member.front_end for member in self.members)

    @front_end.setter
    def front_end(self, front_end: Json) -> None:
        self.put(front_end)

    def begin(self, front_end: Json) -> None:
        """The parts have their values."""

    def gather(self, values: Iterable[Any]) -> Any:
        """Return values of the parts, in their order, as the value of the whole."""
        return list(values)

    def spread(self, whole: Any) -> Iterator[Any]:
        """Yield the values of the parts of such a whole, in their order; `UsageError` if it is none."""
        if not isinstance(whole, list) or len(whole) != len(self.members):
            raise self.refuse(whole, f"a list of {len(self.members)} values")
        yield from whole

    def to_python(self, front_end: Json) -> Any:
        pairs = zip(self.members, self.spread(front_end), strict=True)
        return self.gather(member.to_python(value) for member, value in pairs)

    def check(self, front_end: Json) -> Json:
        pairs = zip(self.members, self.spread(front_end), strict=True)
        return self.gather(member.check(value) for member, value in pairs)

    def put(self, front_end: Json) -> list[Element]:
        changed: list[Element] = []
        for member, value in zip(self.members, self.spread(front_end), strict=True):
            if value != member.front_end or type(value) is not type(member.front_end):
                changed += member.put(value)
        return changed

    def kept(self) -> Any:
        return []

    @classmethod
    def restored(cls, arguments: Mapping[str, Json], initial: Json, kept: Any) -> Element:
        return cls._from(arguments, kept[1], _common(arguments))

    @classmethod
    def _from(cls, arguments: Mapping[str, Json], parts: list[Element], common: Common) -> Element:
        raise NotImplementedError

    def name_parts(self) -> None:
        for place, member in zip(self.places(), self.members, strict=True):
            if member.name == member.id:
                member.name = f"{self.name}{place}"
                member.name_parts()

    def places(self) -> Iterable[str]:
        """Return what stands for each part after the name of the whole."""
        return (f"[{index}]" for index in range(len(self.members)))

    def to_html(self) -> str:
        inside = "".join(member.to_html() for member in self.members)
        return f'<div class="tn-group">{_title(self.arguments)}{inside}{_help(self.arguments)}</div>'


def _common(arguments: Mapping[str, Json]) -> Common:
    return Common(help=arguments.get("help", ""), disabled=arguments.get("disabled", False))


def _title(arguments: Mapping[str, Json]) -> str:
    label = arguments.get("label")
    return f'<p class="tn-group-label">{html.escape(label)}</p>' if label else ""


def _help(arguments: Mapping[str, Json]) -> str:
    text = arguments.get("help")
    return f'<p class="tn-group-help">{html.escape(text)}</p>' if text else ""


class Array(Group):
    """Several widgets, one beneath another: the value is the list of theirs."""

    kind: ClassVar[str] = "array"

    def __init__(self, parts: Iterable[Element], label: str = "", **common: Unpack[Common]) -> None:
        super().__init__({"label": label}, parts, **common)

    @classmethod
    def _from(cls, arguments: Mapping[str, Json], parts: list[Element], common: Common) -> Element:
        return cls(parts, arguments["label"], **common)


class Dictionary(Group):
    """Several widgets by name, one beneath another: the value is a dict of theirs."""

    kind: ClassVar[str] = "dictionary"

    def __init__(self, parts: Mapping[str, Element], label: str = "", **common: Unpack[Common]) -> None:
        self._keys = _names(self.kind, parts)
        super().__init__({"label": label, "keys": self._keys}, parts.values(), **common)

    def gather(self, values: Iterable[Any]) -> Any:
        return dict(zip(self._keys, values, strict=True))

    def spread(self, whole: Any) -> Iterator[Any]:
        if not isinstance(whole, dict) or whole.keys() != set(self._keys):
            raise self.refuse(whole, f"values for {', '.join(self._keys)}")
        yield from (whole[key] for key in self._keys)

    @classmethod
    def _from(cls, arguments: Mapping[str, Json], parts: list[Element], common: Common) -> Element:
        return cls(dict(zip(arguments["keys"], parts, strict=True)), arguments["label"], **common)

    def places(self) -> Iterable[str]:
        return (f".{key}" for key in self._keys)


def _names(kind: str, parts: Mapping[str, Element]) -> list[str]:
    given: object = parts
    if not isinstance(given, Mapping) or {type(name) for name in given} - {str}:
        raise UsageError(f"{kind}: the parts must be a mapping from names to widgets")
    return list(parts)


class Batch(Dictionary):
    """Widgets inside a text, where it names them in braces: the value is a dict of theirs.

    `markup` says what the text is: markdown or html. `tn.md("{x} and {y}").batch(x=..., y=...)` makes one.
    """

    kind: ClassVar[str] = "batch"

    def __init__(
        self,
        text: str,
        parts: Mapping[str, Element],
        markup: str = "markdown",
        **common: Unpack[Common],
    ) -> None:
        if markup not in ("markdown", "html"):
            raise UsageError(f"batch: markup is markdown or html, not {markup!r}")
        for name in _names(self.kind, parts):
            if f"{{{name}}}" not in text:
                raise UsageError(
                    f"batch: the text has no place for {name}: write {{{name}}} where it is to be"
                )
        self._keys = list(parts)
        arguments = {"keys": self._keys, "text": text, "markup": markup}
        Group.__init__(self, arguments, parts.values(), **common)

    @classmethod
    def _from(cls, arguments: Mapping[str, Json], parts: list[Element], common: Common) -> Element:
        named = dict(zip(arguments["keys"], parts, strict=True))
        return cls(arguments["text"], named, arguments["markup"], **common)

    def _filled(self) -> str:
        places = {key: member.to_html() for key, member in zip(self._keys, self.members, strict=True)}
        return re.sub(r"\{(\w+)\}", lambda found: places.get(found[1], found[0]), self.arguments["text"])

    def to_html(self) -> str:
        text = self._filled()
        if self.arguments["markup"] == "markdown":
            text = f'<div class="tn-prose" data-markdown>{html.escape(text)}</div>'
        return f'<div class="tn-batch">{text}{_help(self.arguments)}</div>'


class Form(Element):
    """A widget, or several in an array, a dictionary or a batch, whose values count when they are submitted.

    Its value is None before that, or what the parts begin with if it is `submitted` from the start. With
    `clear` the parts go back to what they were at first. What refers to a part itself hears of a submission,
    too.
    """

    kind: ClassVar[str] = "form"
    keeps: ClassVar[bool] = True

    def __init__(
        self,
        part: Element,
        submit: str = "Submit",
        clear: bool = False,
        submitted: bool = False,
        label: str = "",
        **common: Unpack[Common],
    ) -> None:
        if not isinstance(part, Element):
            raise UsageError(f"form: it takes a widget, an array, a dictionary or a batch, not {part!r}")
        self.parts = (part,)
        self._part = part
        self._leaves = list(leaves(part))
        if any(isinstance(leaf, Form) for leaf in self._leaves):
            raise UsageError("form: a form cannot be inside another one")
        arguments: dict[str, Json] = {
            "submit": submit,
            "clear": clear,
            "submitted": submitted,
            "label": label,
            "parts": [{"kind": part.kind, "args": part.arguments}],
        }
        first = [leaf.initial for leaf in self._leaves]
        if clear:
            arguments["first"] = first
        initial = first if submitted else None
        super().__init__(arguments, initial, **common)

    def to_python(self, front_end: Json) -> Any:
        if front_end is None:
            return None
        return self._part.to_python(_whole(self._part, iter(front_end)))

    def check(self, front_end: Json) -> Json:
        """A submission is the values of all parts by their ids, or in their order."""
        if front_end is None:
            return None
        given = front_end
        if isinstance(given, dict):
            if given.keys() != {leaf.id for leaf in self._leaves}:
                raise self.refuse(front_end, "a value for each of its widgets")
            given = [given[leaf.id] for leaf in self._leaves]
        if not isinstance(given, list) or len(given) != len(self._leaves):
            raise self.refuse(front_end, f"the values of its {len(self._leaves)} widgets")
        return [leaf.check(value) for leaf, value in zip(self._leaves, given, strict=True)]

    def put(self, front_end: Json) -> list[Element]:
        self.front_end = front_end
        changed: list[Element] = [self]
        clear = self.arguments["clear"]
        for index, leaf in enumerate(self._leaves if front_end is not None else ()):
            value = leaf.initial if clear else front_end[index]
            if value != leaf.front_end or type(value) is not type(leaf.front_end):
                changed += leaf.put(value)
        return changed

    def kept(self) -> Any:
        return []

    @classmethod
    def restored(cls, arguments: Mapping[str, Json], initial: Json, kept: Any) -> Element:
        own = {name: arguments[name] for name in ("submit", "clear", "submitted", "label")}
        return cls(kept[1][0], **own, **_common(arguments))

    def name_parts(self) -> None:
        if self._part.name == self._part.id:
            self._part.name = f"{self.name}.part"
            self._part.name_parts()

    def to_html(self) -> str:
        return self.wrap(f"{_title(self.arguments)}{self._part.to_html()}{_help(self.arguments)}")


def leaves(element: Element) -> Iterator[Element]:
    """Yield the widgets that a group is made of in the end, in their order; others are their own."""
    if isinstance(element, Group):
        for member in element.members:
            yield from leaves(member)
    else:
        yield element


def _whole(element: Element, values: Iterator[Json]) -> Json:
    """Return the front-end value of `element` from those of its leaves."""
    if isinstance(element, Group):
        return element.gather([_whole(member, values) for member in element.members])
    return next(values)


KINDS: Mapping[str, type[Element]] = {kind.kind: kind for kind in (Array, Dictionary, Batch, Form)}
"""The kinds of this module, by their names."""
