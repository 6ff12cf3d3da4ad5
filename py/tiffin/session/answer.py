"""What a client hears of code that it has run in the scratchpad: the same of every host.

The messages of an answer are named. Their data is JSON:

- `stdout`, `stderr`: `{"data": text}`, what the code wrote, and on `stderr` what went wrong, in words;
- `output`: `{"mimetype", "data", "clear"}`, what it displayed; `clear` says that earlier ones are to go;
- `cell`: `{"cell", "status", "error", "reason"}`, how a cell ended that the code set off;
- `done`, the last one: `{"success", "output": {"mimetype", "data"}}`, with the value of its last expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from tiffin.outputs.mime import best

Json: TypeAlias = Any
Piece: TypeAlias = tuple[str, Json]
"""The name of a message, and its data."""

CALLED_OFF = "the run was called off before it began\n"


class ExecuteAnswer:
    """What the events of one run come to, piece by piece; `done` once the last one has been told."""

    def __init__(self) -> None:
        self._output: Json = None
        self._ended = False
        self.done = False

    def pieces(self, event: Json) -> Iterator[Piece]:
        """Yield what the next event of the run, in its wire form, has to be told of."""
        match event["type"]:
            case "ScratchConsole":
                yield event["text"]["stream"], {"data": event["text"]["text"]}
            case "ScratchDisplay":
                yield "output", {**show(event["bundle"]), "clear": event["clear"]}
            case "ScratchEnded":
                self._ended = True
                self._output = event["output"]
            case "CellEnded":
                yield from _tell_cell(event)
            case "RunCompleted":
                if not self._ended and not event["success"]:
                    yield "stderr", {"data": CALLED_OFF}
                yield self.end(success=event["success"])

    def end(self, *, success: bool) -> Piece:
        """Return the last piece."""
        self.done = True
        return "done", {"success": success, "output": show(self._output if success else None)}


def show(bundle: Json) -> Json:
    """Return the best representation that a bundle has; empty text if it has none."""
    mimetype = best(bundle or {})
    if mimetype is None:
        return {"mimetype": "text/plain", "data": ""}
    return {"mimetype": mimetype, "data": bundle[mimetype]}


def _tell_cell(event: Json) -> Iterator[Piece]:
    error = event["error"]
    if error is not None:
        said = f"{error['kind']}: {error['message']}" if error["kind"] else error["message"]
        hint = f"\n{error['hint']}" if error["hint"] else ""
        yield "stderr", {"data": f"{event['cell']} failed: {said}{hint}\n"}
    yield "cell", {name: event[name] for name in ("cell", "status", "error", "reason")}
