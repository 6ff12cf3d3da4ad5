"""Anything in panels of which some are open: tabs and accordions. Which are open is their value."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, TypeAlias, Unpack

from tiffin.errors import UsageError
from tiffin.ids import digest
from tiffin.ui.contained import elements_in
from tiffin.ui.content import Piece, pieces, to_html
from tiffin.ui.element import Common, Element

Json: TypeAlias = Any


class _Panels(Element):
    """Panels by their labels, each with what `pieces` makes of its content."""

    keeps: ClassVar[bool] = True
    _panels: dict[str, list[Piece]]

    def _take(self, panels: Mapping[str, Any]) -> dict[str, Json]:
        """Take the content, and return the arguments that tell of it."""
        given: object = panels
        if not isinstance(given, Mapping) or {type(label) for label in given} != {str}:
            raise UsageError(f"{self.kind}: it takes a mapping from labels to what they show")
        self._panels = {
            label: content.shown if isinstance(content, _Kept) else pieces(content)
            for label, content in panels.items()
        }
        self.parts = tuple(
            part for shown in self._panels.values() for piece in shown for part in elements_in(piece)
        )
        text = "\0".join(
            f"{piece.kind} {piece.arguments}" if isinstance(piece, Element) else piece
            for piece in self._pieces()
        )
        return {"labels": list(self._panels), "content": digest(text.encode("utf-8", "surrogatepass"))}

    def _pieces(self) -> Iterator[Piece]:
        for label, shown in self._panels.items():
            yield label
            yield from shown

    def kept(self) -> Any:
        """HTML as it is, a widget as its place among the parts."""
        places = {part.id: place for place, part in reversed(list(enumerate(self.parts)))}
        return {
            label: [places[piece.id] if isinstance(piece, Element) else piece for piece in shown]
            for label, shown in self._panels.items()
        }

    @classmethod
    def restored(cls, arguments: Mapping[str, Json], initial: Json, kept: Any) -> Element:
        panels, parts = kept
        content = {
            label: _Kept([piece if isinstance(piece, str) else parts[piece] for piece in shown])
            for label, shown in panels.items()
        }
        given = {name: arguments[name] for name in ("several", "help", "disabled") if name in arguments}
        return cls(content, initial, **given)

    def name_parts(self) -> None:
        for index, part in enumerate(self.parts):
            if isinstance(part, Element) and part.name == part.id:
                part.name = f"{self.name}[{index}]"
                part.name_parts()


class _Kept:
    """Content that was made before."""

    def __init__(self, shown: list[Piece]) -> None:
        self.shown = shown


class Tabs(_Panels):
    """Panels of which one is seen, chosen by its tab; the value is its label.

    `tabs` is a mapping from labels to anything that can be shown, widgets among it; text is Markdown.
    """

    kind: ClassVar[str] = "tabs"

    def __init__(self, tabs: Mapping[str, Any], value: str | None = None, **common: Unpack[Common]) -> None:
        arguments = self._take(tabs)
        super().__init__(arguments, arguments["labels"][0] if value is None else value, **common)

    def check(self, front_end: Json) -> Json:
        labels = self.arguments["labels"]
        if front_end not in labels:
            raise self.refuse(front_end, f"one of {', '.join(labels)}")
        return front_end

    def to_html(self) -> str:
        tabs, panels = [], []
        for index, (label, shown) in enumerate(self._panels.items()):
            own = f"{self.id}-{index}"
            chosen = label == self.front_end
            tabs.append(
                f'<button type="button" role="tab" class="tn-tab" id="{own}-tab" aria-controls="{own}" '
                f'aria-selected="{"true" if chosen else "false"}" tabindex="{0 if chosen else -1}">'
                f"{html.escape(label)}</button>"
            )
            panels.append(
                f'<section role="tabpanel" class="tn-panel" id="{own}" aria-labelledby="{own}-tab"'
                f"{'' if chosen else ' data-closed'}>{to_html(shown)}</section>"
            )
        return self.wrap(f'<div role="tablist" class="tn-tablist">{"".join(tabs)}</div>{"".join(panels)}')


class Accordion(_Panels):
    """Panels that open and close, one beneath another; the value is the labels of the open ones.

    `panels` is a mapping from labels to anything that can be shown, widgets among it; text is Markdown. With
    `several` false, opening one closes the others.
    """

    kind: ClassVar[str] = "accordion"

    def __init__(
        self,
        panels: Mapping[str, Any],
        value: Iterable[str] = (),
        several: bool = True,
        **common: Unpack[Common],
    ) -> None:
        super().__init__({**self._take(panels), "several": several}, list(value), **common)

    def check(self, front_end: Json) -> Json:
        labels = self.arguments["labels"]
        if not isinstance(front_end, list) or not all(label in labels for label in front_end):
            raise self.refuse(front_end, f"a list of some of {', '.join(labels)}")
        if len(front_end) > 1 and not self.arguments["several"]:
            raise self.refuse(front_end, "at most one label")
        return [label for label in labels if label in front_end]

    def to_html(self) -> str:
        panels = [
            f'<details class="tn-fold"{" open" if label in self.front_end else ""}>'
            f'<summary>{html.escape(label)}</summary><div class="tn-panel">{to_html(shown)}</div></details>'
            for label, shown in self._panels.items()
        ]
        return self.wrap("".join(panels))


KINDS: Mapping[str, type[Element]] = {kind.kind: kind for kind in (Tabs, Accordion)}
"""The kinds of this module, by their names."""
