"""What a page asks beside runs, and what it hands over: nothing of it runs a cell."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from tiffin.commands import Ask, PutContent
from tiffin.errors import UsageError
from tiffin.events import Answered, Event, Notice
from tiffin.ids import CellId
from tiffin.session.edits import BesideServices
from tiffin.ui.element import Element
from tiffin.ui.registry import ElementRegistry

Json: TypeAlias = Any


@dataclass(frozen=True)
class Answering:
    """Takes files for widgets, and answers questions to them, or of whoever writes cells.

    `fill` gives a widget that was restored its data, or returns why they cannot be had; `make_again` has the
    cell run that makes the object behind one.
    """

    elements: ElementRegistry
    fill: Callable[[Element], Awaitable[str | None]]
    make_again: Callable[[CellId], Awaitable[None]]
    beside: Callable[[], BesideServices]
    report: Callable[[Event], None]

    def take(self, command: PutContent) -> None:
        """Keep a piece of a file that a reader chose."""
        try:
            self.elements.take(command.digest, b64decode(command.data, validate=True), last=command.last)
        except (UsageError, ValueError) as error:
            self.report(Notice("error", f"a file could not be taken: {error}"))

    async def answer(self, command: Ask) -> None:
        """Report the answer to a question, or why there is none."""
        answer: Json = None
        problem: str | None = None
        try:
            if command.element is None:
                answer = self._assist(command.asked)
            else:
                element = self.elements.find(command.element)
                maker = self.elements.maker(element.id)
                if element.lacks and element.heeds and maker is not None:
                    await self.make_again(maker)
                    element = self.elements.find(element.id)
                problem = await self.fill(element)
                if problem is None:
                    answer = element.answer(command.asked)
        except UsageError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 (an author's values may raise anything)
            problem = f"{type(error).__name__}: {error}"
        self.report(Answered(command.run_id, command.element, answer, problem))

    def _assist(self, question: Json) -> Json:
        from tiffin.session import assistance  # few pages are written on

        beside = self.beside()
        return assistance.answer_json(beside.namespace, beside.edits, question)
