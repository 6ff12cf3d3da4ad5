"""What a client hears of code that it has run in the scratchpad: the same of every host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from tiffin.outputs.mime import best
from tiffin.session.pieces import Done, Ended, Shown, Written

Json: TypeAlias = Any
Piece: TypeAlias = tuple[str, Json]
"""The name of a piece, and its data: see `PIECES`."""
Show: TypeAlias = Callable[[Json], Json]

CALLED_OFF = "the run was called off before it began\n"


def show(bundle: Json) -> Json:
    """Return the best representation that a bundle has, as `Shown`; empty text if it has none."""
    mimetype = best(bundle or {})
    return vars(Shown("text/plain", "") if mimetype is None else Shown(mimetype, bundle[mimetype]))


class ExecuteAnswer:
    """What the events of one run come to, piece by piece; `done` once the last one has been told.

    `show` makes of a bundle what is told of it: `Shown`, and what a host adds.
    """

    def __init__(self, show: Show = show) -> None:
        self._show = show
        self._output: Json = None
        self._begun = False
        self._slots: dict[str, Json] = {}
        self.done = False

    def pieces(self, event: Json) -> Iterator[Piece]:
        """Yield what the next event of the run, in its wire form, has to be told of."""
        match event["type"]:
            case "ScratchConsole":
                yield event["text"]["stream"], vars(Written(event["text"]["text"]))
            case "ScratchDisplay" if event["slot"] is not None:
                # Who reads an answer from end to end has no use for what did not stay.
                self._slots[event["slot"]] = event["bundle"]
            case "ScratchDisplay":
                if event["clear"]:
                    self._slots.clear()
                yield "output", {**self._show(event["bundle"]), "clear": event["clear"]}
            case "RunStarted":
                self._begun = bool(event["cells"] or event["blocked"])
            case "ScratchEnded":
                for bundle in filter(None, self._slots.values()):
                    yield "output", {**self._show(bundle), "clear": False}
                self._begun = True
                self._output = event["output"]
            case "CellEnded":
                yield from _tell_cell(event)
            case "KernelRestarted":
                self._begun = True
                yield "stderr", vars(Written(f"{event['reason']}\n"))
            case "RunCompleted":
                if not self._begun and not event["success"]:
                    yield "stderr", vars(Written(CALLED_OFF))
                yield self.end(success=event["success"])

    def end(self, *, success: bool) -> Piece:
        """Return the last piece."""
        self.done = True
        return "done", vars(Done(success, self._show(self._output if success else None)))


def describe(error: Json) -> str:
    """Return what went wrong, an `ErrorReport` in its wire form, in a line as Python writes it."""
    return f"{error['kind']}: {error['message']}" if error["kind"] else str(error["message"])


def _tell_cell(event: Json) -> Iterator[Piece]:
    error = event["error"]
    if error is not None:
        hint = f"\n{error['hint']}" if error["hint"] else ""
        yield "stderr", vars(Written(f"{event['cell']} failed: {describe(error)}{hint}\n"))
    yield "cell", vars(Ended(event["cell"], event["status"], error, event["reason"]))
