"""What cells ask their readers, and what these answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from tiffin.errors import UsageError
from tiffin.events import Event, InputAsked
from tiffin.ids import CellId, RunId, new_run_id


class Questions:
    """The questions that wait for an answer. `askers` are the cells whose bodies have asked one.

    `here` gives the run and the cell that the present code is part of.
    """

    def __init__(
        self, report: Callable[[Event], None], here: Callable[[], tuple[RunId, CellId] | None]
    ) -> None:
        self.askers: set[CellId] = set()
        self._report = report
        self._here = here
        self._waiting: dict[str, asyncio.Future[str | None]] = {}

    async def ask(self, prompt: str) -> str | None:
        """Ask the reader for a line of text; None if they give none."""
        here = self._here()
        if here is None:
            raise UsageError("input() was called after its cell had ended: ask while the cell runs")
        self.askers.add(here[1])
        question = str(new_run_id())
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._waiting[question] = answer
        try:
            self._report(InputAsked(*here, question, prompt))
            return await answer
        finally:
            del self._waiting[question]

    def answer(self, question: str, text: str | None) -> None:
        """Take an answer; one that nobody waits for any more is dropped."""
        with suppress(KeyError, asyncio.InvalidStateError):
            self._waiting[question].set_result(text)
