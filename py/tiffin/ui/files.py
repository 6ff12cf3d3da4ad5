"""Files that a reader chooses on the page."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias, Unpack

from tiffin.errors import UsageError
from tiffin.ids import is_digest
from tiffin.ui.element import Common, Element

Json: TypeAlias = Any

LARGEST = 100_000_000
"""Bytes of a file, where the author says nothing else: Python in a browser has to hold it."""

_FIELDS = {"name", "type", "size", "digest"}


@dataclass(frozen=True)
class File:
    """A file that a reader chose: its name without a folder, its media type as the browser has it, and its
    content."""

    name: str
    type: str
    contents: bytes = field(repr=False)

    def text(self, encoding: str = "utf-8") -> str:
        """Return the content as text; `UnicodeDecodeError` if it is none."""
        return self.contents.decode(encoding)

    def __len__(self) -> int:
        return len(self.contents)


class FileInput(Element):
    """Files of the reader, as a list of `File`; one at most without `multiple`.

    `accept` are file name extensions (`.csv`) and media types (`image/*`), `max_size` the most bytes that a
    file may have. What the page holds, and what keys see of a file, is its name, type, size and digest; the
    content is handed over apart.
    """

    kind: ClassVar[str] = "file"

    def __init__(
        self,
        label: str = "",
        accept: str | Iterable[str] = (),
        multiple: bool = False,
        max_size: int = LARGEST,
        value: Iterable[Any] = (),
        **common: Unpack[Common],
    ) -> None:
        if type(max_size) is not int or max_size < 1:
            raise UsageError(f"file: max_size must be a number of bytes, at least 1, not {max_size!r}")
        if list(value):
            raise UsageError("file: only its reader chooses files")
        kinds = [kind.strip() for kind in (accept.split(",") if isinstance(accept, str) else accept)]
        odd = [kind for kind in kinds if kind and not kind.startswith(".") and "/" not in kind]
        if odd:
            raise UsageError(
                f"file: accept takes extensions like .csv and types like image/*, not {odd[0]!r}"
            )
        self._held: dict[str, bytes] = {}
        arguments = {
            "label": label,
            "accept": [kind for kind in kinds if kind],
            "multiple": bool(multiple),
            "max_size": max_size,
        }
        super().__init__(arguments, [], **common)

    def to_python(self, front_end: Json) -> list[File]:
        return [File(file["name"], file["type"], self._held[file["digest"]]) for file in front_end]

    def holds(self, digest: str) -> bool:
        return digest in self._held

    def begin(self, front_end: Json) -> None:
        self._hold(front_end)
        super().begin(front_end)

    def put(self, front_end: Json) -> list[Element]:
        self._hold(front_end)
        return super().put(front_end)

    def _hold(self, front_end: Json) -> None:
        self._held = {file["digest"]: self._content(file["digest"]) or b"" for file in front_end}

    def _content(self, digest: str) -> bytes | None:
        return self._held.get(digest, self.contents.get(digest))

    def check(self, front_end: Json) -> Json:
        if not isinstance(front_end, list) or not all(map(_is_file, front_end)):
            raise self.refuse(front_end, "a list of files: name, type, size and digest of each")
        if len(front_end) > 1 and not self.arguments["multiple"]:
            raise UsageError(f"{self._called} takes one file at a time, not {len(front_end)}")
        for file in front_end:
            content = self._content(file["digest"])
            if content is None:
                raise UsageError(
                    f"{self._called}: the content of {file['name']} did not arrive: choose it again"
                )
            if len(content) != file["size"]:
                raise UsageError(
                    f"{self._called}: {file['name']} has {len(content)} bytes, not {file['size']}"
                )
            if len(content) > self.arguments["max_size"]:
                raise UsageError(
                    f"{self._called} takes at most {self.arguments['max_size']:,} bytes; "
                    f"{file['name']} has {len(content):,}"
                )
        return [dict(sorted(file.items())) for file in front_end]

    @property
    def _called(self) -> str:
        return f"file {self.name!r}" if self.name.isidentifier() else "file"

    def to_html(self) -> str:
        """Return the custom element; without a script it says what would be chosen here."""
        label = str(self.arguments["label"] or "Files")
        return self.wrap(html.escape(f"{label}: choosing a file needs JavaScript"))


def _is_file(value: Json) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() == _FIELDS
        and isinstance(value["name"], str)
        and 0 < len(value["name"]) <= 255
        and not {"/", "\\", "\0"} & set(value["name"])
        and isinstance(value["type"], str)
        and type(value["size"]) is int
        and is_digest(value["digest"])
    )


KINDS: Mapping[str, type[Element]] = {FileInput.kind: FileInput}
"""The kinds of this module, by their names."""
