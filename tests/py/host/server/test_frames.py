"""Frames between a server and its kernel."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.host.server.frames import COMMAND, EVENT, KINDS, FrameError, FrameReader, to_frame, to_json

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=5
)


@given(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), documents)), st.integers(1, 50))
def test_frames_come_as_they_were_sent_in_whatever_pieces(sent: list[tuple[str, object]], size: int) -> None:
    data = b"".join(to_frame(kind, document) for kind, document in sent)
    reader = FrameReader()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    heard = [(kind, json.loads(text)) for piece in pieces for kind, text in reader.feed(piece)]
    assert heard == sent


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xffe{}", b"\0\0\0\2z{}", b"hello world"])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError, match="no frame"):
        list(FrameReader().feed(data))


def test_a_frame_after_garbage_is_not_reached() -> None:
    reader = FrameReader()
    frames = reader.feed(to_frame(EVENT, 1) + b"hello world" + to_frame(COMMAND, 2))
    assert next(frames) == (EVENT, b"1")
    with pytest.raises(FrameError):
        next(frames)


def test_json_is_one_line_of_ascii_that_every_reader_takes() -> None:
    text = to_json({"text": "ü\ud800\n", "number": [float("nan"), float("inf"), 1.5]})
    assert text == b'{"text":"\\u00fc\\ud800\\n","number":[null,null,1.5]}'
