"""The log of events: numbered, bounded, waited for."""

from __future__ import annotations

import asyncio

from tiffin.host.server.event_log import EventLog


def texts(log: EventLog, after: int) -> list[str] | None:
    events = log.after(after)
    return None if events is None else [event.text for event in events]


def test_events_are_numbered_from_the_first_number_on() -> None:
    log = EventLog(first=100)
    assert (log.oldest, log.newest, log.after(99)) == (100, 99, ())
    assert [log.append(text) for text in "abc"] == [100, 101, 102]
    assert texts(log, 99) == ["a", "b", "c"]
    assert texts(log, 101) == ["c"]
    assert texts(log, 102) == []


def test_what_was_forgotten_or_never_was_is_told_from_what_is_there() -> None:
    log = EventLog(first=1, most=3)
    for text in "abcdef":
        log.append(text)
    assert (log.oldest, log.newest) == (4, 6)
    assert texts(log, 3) == ["d", "e", "f"]
    assert (log.after(2), log.after(7), log.after(-1)) == (None, None, None)


def test_long_texts_push_out_more_and_the_latest_stays() -> None:
    log = EventLog(first=1, most_bytes=10)
    for text in ("aaaa", "bbbb", "cccc", "d" * 50):
        log.append(text)
    assert texts(log, 3) == ["d" * 50]
    assert log.after(2) is None


def test_a_listener_that_lags_behind_is_served_in_batches() -> None:
    log = EventLog(first=1)
    for number in range(1, 1201):
        log.append(str(number))
    heard: list[str] = []
    while batch := texts(log, len(heard)):
        assert len(batch) <= 500
        heard += batch
    assert heard == [str(number) for number in range(1, 1201)]


async def test_waiting_ends_with_the_next_event_for_all_who_wait() -> None:
    log = EventLog(first=1)
    waiting = [asyncio.create_task(log.wait(0)) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    log.append("a")
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting)
        await log.wait(0)  # it is there already


async def test_waiting_ends_when_the_log_is_closed() -> None:
    log = EventLog(first=1)
    waiting = asyncio.create_task(log.wait(0))
    await asyncio.sleep(0)
    log.close()
    async with asyncio.timeout(5):
        await waiting
