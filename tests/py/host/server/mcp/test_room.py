"""How long an answer may be."""

from __future__ import annotations

import pytest

from tiffin.host.server.frames import to_json
from tiffin.host.server.mcp.room import LAST_WORDS, LONGEST_MESSAGE, Room, show_plainly


def test_what_fits_stays_as_it_is() -> None:
    room = Room()
    for name, data in (
        ("stdout", {"data": "a\n"}),
        ("output", {"mimetype": "text/html", "data": "b", "plain": "c"}),
        ("cell", {"cell": "c1", "error": None}),
        ("done", {"success": True, "output": {"mimetype": "application/json", "data": {"d": 1}}}),
    ):
        assert room.fit(name, data) == (name, data)
    assert room.dropped == 0


@pytest.mark.parametrize(
    "text",
    ["x" * 90_000, "\U0001f371" * 90_000, "\U0001f371" * 20_000 + "x" * 200_000, "\0" * 90_000],
    ids=["ascii", "wide", "both", "null"],
)
def test_text_is_cut_and_what_comes_last_still_fits(text: str) -> None:
    room = Room(LAST_WORDS + 100_000)
    piece = room.fit("stdout", {"data": text})
    assert piece is not None
    kept = piece[1]["data"]
    assert text.startswith(kept)
    assert 10_000 < 2 * len(to_json(kept)) <= 100_000
    assert room.dropped == len(text) - len(kept)
    assert room.fit("stdout", {"data": "short"}) is None
    assert room.fit("stderr", {"data": "an error"}) == ("stderr", {"data": "an error"})
    assert room.dropped == len(text) - len(kept) + 5


def test_outputs_fit_or_are_told_of() -> None:
    room = Room(LAST_WORDS + 1_000)
    image = {"mimetype": "image/png", "data": "x" * 900}
    assert room.fit("output", image) == ("output", image)
    told = {"mimetype": "text/plain", "data": "(image/png of 900 characters: too long for an answer)"}
    assert room.fit("output", image) == ("output", told)
    page = {"mimetype": "text/html", "data": "x" * 200_000, "plain": "x"}
    piece = room.fit("done", {"success": True, "output": page})
    assert piece is not None
    said = "(text/html of 200,000 characters: too long for an answer)"
    assert piece[1] == {"success": True, "output": {"mimetype": "text/plain", "data": said}}


def test_long_messages_are_cut() -> None:
    ended = {"cell": "c1", "error": {"kind": "E", "message": "x" * 100_000}}
    piece = Room().fit("cell", ended)
    assert piece is not None
    assert piece[1]["error"] == {"kind": "E", "message": "x" * LONGEST_MESSAGE + "…"}


def test_plain_text_stands_beside_what_is_harder_to_read() -> None:
    assert show_plainly({"text/html": "<b>1</b>", "text/plain": "1"})["plain"] == "1"
    assert "plain" not in show_plainly({"image/png": "iVBORw==", "text/plain": "<P>"})
    assert "plain" not in show_plainly({"text/plain": "1"})
    assert show_plainly(None) == {"mimetype": "text/plain", "data": ""}
