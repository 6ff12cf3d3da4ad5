"""How long an answer may be: clients refuse those that are too long, and whoever reads them has to pay."""

from __future__ import annotations

from typing import Any, TypeAlias

from tiffin.host.server.frames import to_json
from tiffin.outputs.mime import is_text
from tiffin.session.answer import Piece, show

Json: TypeAlias = Any

LONGEST_ANSWER = 800_000
"""Bytes of JSON. The library's own client takes a million in one message of a stream."""

LAST_WORDS = 200_000
"""What of it is kept for errors and for the value, which come last."""

LONGEST_MESSAGE = 2_000
"""How much is told of what an exception says, in characters."""


def is_image(mimetype: str) -> bool:
    """Whether data of this type is an image that agents can be shown."""
    return mimetype.startswith("image/") and not is_text(mimetype)


def show_plainly(bundle: Json) -> Json:
    """Return the best representation of a bundle, and beside it the plain text (`plain`), which agents read
    with less effort than HTML."""
    shown = show(bundle)
    plain = (bundle or {}).get("text/plain")
    if plain is None or shown["mimetype"] == "text/plain" or is_image(shown["mimetype"]):
        return shown
    return {**shown, "plain": plain}


class Room:
    """What still fits into an answer of `most` bytes."""

    def __init__(self, most: int = LONGEST_ANSWER) -> None:
        self._left = most
        self._full = False
        self.dropped = 0
        """How many characters of text did not fit."""

    def fit(self, name: str, data: Json) -> Piece | None:
        """Return the piece, or what of it fits: text is cut, an output is replaced by a sentence. None if
        nothing does. How cells ended is always told, with long messages cut."""
        if name == "cell":
            return name, _short(data)
        free = self._left - (LAST_WORDS if name in ("stdout", "output") else 0)
        cost = _cost(data)
        if name == "stdout" and self._full:  # never what was printed later, without what was before
            free = 0
        if cost <= free:
            self._left -= cost
            return name, data
        if name == "output":
            return name, _too_long(data)
        if name == "done":
            return name, {**data, "output": _too_long(data["output"])}
        text = data["data"]
        self._full = True
        kept = text[: len(text) * max(free, 0) // max(cost, 1)]
        while kept and _cost({"data": kept}) > free:  # what takes most stands at its beginning
            kept = kept[: len(kept) // 2]
        self.dropped += len(text) - len(kept)
        self._left -= _cost({"data": kept})
        return (name, {"data": kept}) if kept else None

    def release(self, data: Json) -> None:
        """Take back a piece that is not told after all."""
        self._left += _cost(data)


def _short(ended: Json) -> Json:
    error = ended["error"]
    if error is None or len(error["message"]) <= LONGEST_MESSAGE:
        return ended
    return {**ended, "error": {**error, "message": f"{error['message'][:LONGEST_MESSAGE]}…"}}


def _cost(data: Json) -> int:
    """Bytes that a piece takes: images stand in an answer once, all else as text and as JSON."""
    if is_image(data.get("mimetype", "")):
        return len(data["data"])
    if "output" in data:
        return _cost(data["output"])
    return 2 * len(to_json(data))


def _too_long(shown: Json) -> Json:
    what = f"({shown['mimetype']} of {len(str(shown['data'])):,} characters: too long for an answer)"
    rest = {name: value for name, value in shown.items() if name != "plain"}
    return {**rest, "mimetype": "text/plain", "data": what}
