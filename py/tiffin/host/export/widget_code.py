"""The code and styles of anywidgets, as files of a site: a page runs no other code than its site's."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tiffin.codecs.plain import from_plain
from tiffin.host.export.cook import Cooked
from tiffin.ids import Digest, digest

WIDGETS = "assets/widgets"
"""Where they are in a site."""

_SUFFIXES = {"esm": ".js", "css": ".css"}
_NAMED = 20
"""Digits of a digest that name a file."""

_CODE = re.compile(r'(<tn-anywidget) data-code="([^"]*)"')
_DEEPEST = 4
"""How many containers may stand around a widget, each with what is in it as escaped text."""


@dataclass(frozen=True)
class WidgetCode:
    """Texts of modules and style sheets: their digests, and by the name of its file each one's content."""

    digests: frozenset[Digest]
    files: Mapping[str, bytes]


def take_code(cooked: Cooked | None) -> WidgetCode:
    """Return the code of all anywidgets among the results of a notebook, shown or stored."""
    digests: set[Digest] = set()
    files: dict[str, bytes] = {}
    for code in _codes(cooked) if cooked is not None else ():
        for name, suffix in _SUFFIXES.items():
            text = code.get(name)
            if isinstance(text, str) and text:
                content = text.encode("utf-8", "replace")
                digests.add(digest(content))
                files[f"{digest(content)[:_NAMED]}{suffix}"] = content
    return WidgetCode(frozenset(digests), files)


def leave_out(page: str, code: WidgetCode) -> str:
    """Return a page without the texts that are files of its site."""
    return _CODE.sub(r"\1", page) if code.digests else page


def _codes(cooked: Cooked) -> Iterator[Mapping[str, Any]]:
    for cell in cooked.cells.values():
        for bundle in (cell.output, *cell.displays):
            for text in bundle.values():
                if isinstance(text, str) and "tn-anywidget" in text:
                    yield from _codes_in(text)
        for definition in cell.manifest.definitions.values() if cell.manifest is not None else ():
            yield from _kept(definition.element or {})


def _codes_in(text: str) -> Iterator[Mapping[str, Any]]:
    for _ in range(_DEEPEST):
        for _, attribute in _CODE.findall(text):
            try:
                code = json.loads(html.unescape(attribute))
            except ValueError:
                continue  # it was unescaped once too often, and has been found before
            if isinstance(code, dict):
                yield code
        text = html.unescape(text)


def _kept(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The code that the record of a widget holds, or those of its parts."""
    if record.get("kind") == "anywidget":
        code = from_plain(record["kept"])
        if isinstance(code, dict):
            yield code
    for part in record.get("parts", ()):
        yield from _kept(part)
