"""What agents are answered: text and images to read, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from mcp_types import CallToolResult, ContentBlock, ImageContent, TextContent

from tiffin.host.server.execute import join
from tiffin.host.server.kernel_state import CellState
from tiffin.host.server.mcp.room import Room, is_image, show_plainly
from tiffin.session.answer import Piece, describe

Json: TypeAlias = Any

LONGEST_TEXT = 10_000
"""How much text of one cell stands in what is told of a run, in characters; `read_cell` tells all of it."""


class Content:
    """Text and images in the order in which they come."""

    def __init__(self) -> None:
        self.blocks: list[ContentBlock] = []

    def write(self, text: str) -> None:
        """Add text, behind that which is there."""
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, TextContent):
            last.text += text
        elif text:
            self.blocks.append(TextContent(text=text))

    def write_line(self, text: str) -> None:
        """Add text, from the beginning of a line to its end."""
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, TextContent) and not last.text.endswith("\n"):
            self.write("\n")
        self.write(text if text.endswith("\n") else f"{text}\n")

    def display(self, shown: Json) -> Json:
        """Add an output, as `show_plainly` has it; return it as JSON, which only points to an image."""
        rest = {name: value for name, value in shown.items() if name != "plain"}
        if is_image(shown["mimetype"]):
            self.blocks.append(ImageContent(data=rest.pop("data"), mime_type=shown["mimetype"]))
            return {**rest, "content": len(self.blocks) - 1}
        data = shown.get("plain", shown["data"])
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        if text:
            self.write_line(text)
        return rest


def tell_execution(run_id: str, pieces: Sequence[Piece]) -> CallToolResult:
    """Return the answer to code that has run in the scratchpad; the last of `pieces` is its `done`."""
    content = Content()
    events: list[Json] = []
    cells: list[Json] = []
    for name, data in pieces[:-1]:
        told = data
        if name in ("stdout", "stderr"):
            content.write(data["data"])
        elif name == "output":
            told = content.display(data)
        else:
            content.write_line(_line(data))
            cells.append(data)
        events.append({"event": name, "data": told})
    done = pieces[-1][1]
    output = content.display(done["output"])
    return _result(
        content,
        {"run_id": run_id, "success": done["success"], "cells": cells, "output": output, "events": events},
        failed=not done["success"],
    )


def tell_run(run_id: str, pieces: Sequence[Piece], states: Mapping[str, CellState]) -> CallToolResult:
    """Return the answer to a run of cells; `states` are those that they are in now."""
    content, room = Content(), Room()
    cells: list[Json] = []
    for name, data in pieces[:-1]:
        if name == "stderr":
            content.write(data["data"])
        elif name == "cell":
            content.write_line(_line(data))
            cells.append(data)
            state = states.get(data["cell"])
            if state is not None:
                _show(content, data["cell"], state, room)
    success = pieces[-1][1]["success"]
    if not cells:
        content.write_line("no cell had to run" if success else "the run has ended without success")
    return _result(content, {"run_id": run_id, "success": success, "cells": cells}, failed=not success)


def tell_cell(cell: Json, state: CellState) -> CallToolResult:
    """Return one cell, whose entry in a snapshot `cell` is, with all that there is to show."""
    content = Content()
    named = f" ({cell['name']})" if cell["name"] else ""
    content.write_line(f"{cell['id']}{named}, {cell['kind']}, {_status(cell)}\n")
    content.write_line(cell["source"])
    said = describe_error(cell["id"], cell)
    if said:
        content.write_line(f"\n{said}")
    room = Room()
    fitting = [kept for piece in _pieces(state) if (kept := room.fit(*piece)) is not None]
    events: list[Json] = []
    for name, data in fitting:
        if name == "output":
            events.append({"event": name, "data": content.display(data)})
        else:
            content.write(data["data"])
            events.append({"event": name, "data": data})
    known = ("id", "name", "kind", "source", "settings", "status", "origin", "run_id", "seconds")
    told = {name: cell[name] for name in (*known, "error", "reason")}
    return _result(content, {**told, "events": events, "trimmed": cell["trimmed"] or room.dropped > 0})


def tell_cells(snapshot: Json) -> CallToolResult:
    """Return the cells of a snapshot, a line for each."""
    content = Content()
    entries: list[Json] = []
    for cell in snapshot["cells"]:
        lines = cell["source"].splitlines()
        first = next((line for line in lines if line.strip()), "")
        entry = {name: cell[name] for name in ("id", "name", "kind", "status", "origin", "reason")}
        error = cell["error"] and _sentence(cell["error"])
        entries.append({**entry, "first_line": first, "lines": len(lines), "error": error})
        more = f" … ({len(lines)} lines)" if len(lines) > 1 else ""
        why = f"    # {error or cell['reason']}" if error or cell["reason"] else ""
        content.write_line(f"{cell['id']}  {_status(cell)}  {first}{more}{why}")
    runs = f"; runs under way: {', '.join(snapshot['runs'])}" if snapshot["runs"] else ""
    content.write_line(f"kernel: {snapshot['kernel']}{runs}")
    told = {name: snapshot[name] for name in ("notebook", "kernel", "python", "stale", "runs")}
    return _result(content, {**told, "cells": entries})


def tell_errors(snapshot: Json) -> CallToolResult:
    """Return the cells of a snapshot that failed, or did not run because of others."""
    content = Content()
    cells = [cell for cell in snapshot["cells"] if cell["status"] in ("error", "cancelled")]
    for cell in cells:
        content.write_line(describe_error(cell["id"], cell))
    if not cells:
        content.write_line("no cell has an error")
    errors = [{"cell": cell["id"], **{n: cell[n] for n in ("status", "error", "reason")}} for cell in cells]
    return _result(content, {"errors": errors})


def tell_variables(variables: Sequence[Json]) -> CallToolResult:
    """Return a list of variables."""
    content = Content()
    for known in variables:
        preview = "" if known["preview"] is None else f" = {known['preview']}"
        content.write_line(f"{known['name']}: {known['type']}{preview}  # {known['cell']}")
    if not variables:
        content.write_line("no cell has bound a name")
    return _result(content, {"variables": list(variables)})


def tell(text: str, told: Json) -> CallToolResult:
    """Return a sentence."""
    content = Content()
    content.write(text)
    return _result(content, told)


def refuse(text: str) -> CallToolResult:
    """Return the sentence that says why a tool did nothing."""
    return CallToolResult(content=[TextContent(text=text)], is_error=True)


def describe_error(name: str, cell: Json) -> str:
    """Return what is wrong with a cell, its lines in the notebook included; empty text if nothing is."""
    error = cell["error"]
    if error is None:
        return f"{name} is {cell['status']}: {cell['reason']}" if cell["reason"] else ""
    frames = [f"  {frame['where']}: {frame['text']}" for frame in error["frames"] if frame["cell"]]
    return "\n".join((f"{name} failed: {_sentence(error)}", *frames))


def _sentence(error: Json) -> str:
    said = describe(error)
    return f"{said} ({error['hint']})" if error["hint"] else said


def _line(told: Json) -> str:
    return f"[{told['cell']} {told['status']}{': ' + told['reason'] if told['reason'] else ''}]"


def _status(cell: Json) -> str:
    return cell["status"] if cell["origin"] == "none" else f"{cell['status']} (from {cell['origin']})"


def _pieces(state: CellState) -> Sequence[Piece]:
    """What a cell shows: what it printed, what it displayed, and its output, which come last."""
    console = [(piece["stream"], {"data": piece["text"]}) for piece in state.console]
    bundles = [bundle for bundle in (*state.displays, state.output) if bundle]
    return [*join(console), *(("output", show_plainly(bundle)) for bundle in bundles)]


def _show(content: Content, cell: str, state: CellState, room: Room) -> None:
    """Add what a cell shows, each text cut to `LONGEST_TEXT`, as far as there is room."""
    for name, data in _pieces(state):
        shown = data
        if name == "output" and not is_image(data["mimetype"]):
            plain = data.get("plain", data["data"])
            shown = {"data": plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)}
        if "mimetype" not in shown and len(shown["data"]) > LONGEST_TEXT:
            more = len(shown["data"]) - LONGEST_TEXT
            shown = {"data": f"{shown['data'][:LONGEST_TEXT]}\n… {more:,} characters more: read_cell {cell}"}
        kept = room.fit("output" if "mimetype" in shown else "stdout", shown)
        if kept is None:
            content.write_line(f"… more: read_cell {cell}")
        elif "mimetype" in kept[1]:
            content.display(kept[1])
        else:
            content.write_line(kept[1]["data"])


def _result(content: Content, told: Json, *, failed: bool = False) -> CallToolResult:
    return CallToolResult(content=content.blocks, structured_content=told, is_error=failed)
