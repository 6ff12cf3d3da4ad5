"""What agents are answered: text and images to read, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from mcp_types import CallToolResult, ContentBlock, ImageContent, TextContent

from tiffin.host.server.execute import Piece, show
from tiffin.host.server.kernel_state import CellState
from tiffin.outputs.mime import is_text

Json: TypeAlias = Any

LONGEST_TEXT = 10_000
"""How much text of one cell stands in what is told of a run, in characters; `read_cell` tells all of it."""


def is_image(mimetype: str) -> bool:
    """Whether data of this type is an image that agents can be shown."""
    return mimetype.startswith("image/") and not is_text(mimetype)


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
        """Add an output, `{mimetype, data}`, and return it as JSON in which an image is only pointed to."""
        mimetype, data = shown["mimetype"], shown["data"]
        if is_image(mimetype):
            self.blocks.append(ImageContent(data=data, mime_type=mimetype))
            rest = {name: value for name, value in shown.items() if name != "data"}
            return {**rest, "content": len(self.blocks) - 1}
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        if text:
            self.write_line(text)
        return shown


def tell_execution(run_id: str, pieces: Sequence[Piece]) -> CallToolResult:
    """Return the answer to code that has run in the scratchpad; the last of `pieces` is its `done`."""
    content = Content()
    clearing = [at for at, (name, data) in enumerate(pieces) if name == "output" and data["clear"]]
    cleared = clearing[-1] if clearing else 0
    events: list[Json] = []
    cells: list[Json] = []
    for at, (name, data) in enumerate(pieces[:-1]):
        told = data
        if name in ("stdout", "stderr"):
            content.write(data["data"])
        elif name == "output" and at >= cleared:
            told = content.display(data)
        elif name == "output":
            continue  # a later one has taken its place
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
    content = Content()
    cells: list[Json] = []
    for name, data in pieces[:-1]:
        if name == "stderr":
            content.write(data["data"])
        elif name == "cell":
            content.write_line(_line(data))
            cells.append(data)
            state = states.get(data["cell"])
            if state is not None:
                _show(content, data["cell"], state, LONGEST_TEXT)
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
    displays, output = _show(content, cell["id"], state, None)
    known = ("id", "name", "kind", "source", "settings", "status", "origin", "run_id", "seconds")
    told = {name: cell[name] for name in (*known, "error", "reason", "trimmed")}
    return _result(
        content, {**told, "console": list(cell["console"]), "displays": displays, "output": output}
    )


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
    frames = [f"  {frame['where']}: {frame['text']}" for frame in error["frames"]]
    return "\n".join((f"{name} failed: {_sentence(error)}", *frames))


def _sentence(error: Json) -> str:
    said = f"{error['kind']}: {error['message']}" if error["kind"] else str(error["message"])
    return f"{said} ({error['hint']})" if error["hint"] else said


def _line(told: Json) -> str:
    return f"[{told['cell']} {told['status']}{': ' + told['reason'] if told['reason'] else ''}]"


def _status(cell: Json) -> str:
    return cell["status"] if cell["origin"] == "none" else f"{cell['status']} (from {cell['origin']})"


def _show(content: Content, cell: str, state: CellState, longest: int | None) -> tuple[list[Json], Json]:
    """Add what a cell shows, cut to `longest` characters for each text; return displays and output."""
    _write_cut(content, "".join(piece["text"] for piece in state.console), cell, longest)
    displays = [_show_bundle(content, bundle, cell, longest) for bundle in state.displays]
    return displays, _show_bundle(content, state.output, cell, longest)


def _show_bundle(content: Content, bundle: Json, cell: str, longest: int | None) -> Json:
    shown = show(bundle)
    if is_image(shown["mimetype"]):
        return content.display(shown)
    # Plain text is what agents read best, and JSON has what people would see.
    plain = (bundle or {}).get("text/plain", shown["data"])
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    _write_cut(content, text, cell, longest)
    return shown


def _write_cut(content: Content, text: str, cell: str, longest: int | None) -> None:
    if longest is not None and len(text) > longest:
        text = f"{text[:longest]}\n… {len(text) - longest:,} characters more: read_cell {cell}"
    if text:
        content.write_line(text)


def _result(content: Content, told: Json, *, failed: bool = False) -> CallToolResult:
    return CallToolResult(content=content.blocks, structured_content=told, is_error=failed)
