"""The stream of events, without a network."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tiffin.host.server.event_log import EventLog
from tiffin.host.server.sse import EventStream, messages, parse_id, to_message


def log_of(*texts: str, most: int = 100) -> EventLog:
    log = EventLog(first=1, most=most)
    for text in texts:
        log.append(text)
    return log


async def stream(log: EventLog, after: int | None) -> str:
    log.close()
    return b"".join([part async for part in messages(log, lambda: {"cells": []}, after)]).decode()


async def test_a_new_listener_gets_a_snapshot_with_the_number_of_the_last_event() -> None:
    assert await stream(log_of("1", "2"), None) == 'event: snapshot\nid: 2\ndata: {"cells":[]}\n\n'


async def test_a_listener_that_returns_gets_what_it_missed() -> None:
    assert await stream(log_of("1", "2", "3"), 1) == "id: 2\ndata: 2\n\nid: 3\ndata: 3\n\n"
    assert await stream(log_of("1", "2"), 2) == ""


@pytest.mark.parametrize("after", [1, 99, -1])
async def test_a_listener_that_was_away_too_long_is_told_so_and_gets_a_snapshot(after: int) -> None:
    told = await stream(log_of("1", "2", "3", "4", "5", most=3), after)
    first, second, rest = told.split("\n\n", 2)
    assert first.startswith(
        f'event: lost\ndata: {{"after":{after},"oldest":3,"detail":"events after this one'
    )
    assert (second, rest) == ('event: snapshot\nid: 5\ndata: {"cells":[]}', "")


async def test_a_slow_listener_that_falls_out_of_the_log_is_told_so() -> None:
    log = log_of("1", most=2)
    parts = messages(log, dict, 0)
    assert await anext(parts) == to_message("1", 1)
    for text in ("2", "3", "4", "5"):
        log.append(text)
    assert (await anext(parts)).startswith(b'event: lost\ndata: {"after":1,')
    assert await anext(parts) == to_message("{}", 5, "snapshot")
    log.append("6")
    assert await anext(parts) == to_message("6", 6)


async def test_a_silent_stream_beats_now_and_then() -> None:
    log = log_of("1")
    parts = messages(log, dict, 1, heartbeat=0.01)
    assert [await anext(parts), await anext(parts)] == [b":\n\n", b":\n\n"]
    log.append("2")
    assert await anext(parts) == to_message("2", 2)


@pytest.mark.parametrize(
    ("text", "number"),
    [(None, None), ("", None), ("17", 17), ("x", -1), ("-3", -1), ("٣", -1), ("9" * 40, -1)],
)
def test_ids_are_numbers_or_unknown(text: str | None, number: int | None) -> None:
    assert parse_id(text) == number


async def test_a_client_that_leaves_ends_its_stream() -> None:
    ended: list[bool] = []
    answer = EventStream(messages(log_of(), dict, 0), lambda: ended.append(True))

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        pass

    async with asyncio.timeout(5):
        await answer({}, receive, send)
    assert ended == [True]
