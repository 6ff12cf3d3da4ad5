"""The tools that agents are offered: their names, what they take, and what is said of them."""

from __future__ import annotations

from typing import Any, TypeAlias

from mcp_types import Tool, ToolAnnotations

Json: TypeAlias = Any

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_RUN_ID = {"type": "string", "description": "An id of your own for the run, by which it can be interrupted."}

_CELL_SOURCE = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "The cell to replace, or the id of a new one."},
        "source": _TEXT,
        "kind": {"type": "string", "enum": ["code", "markdown"], "default": "code"},
        "name": _TEXT,
        "settings": {"type": "object"},
    },
    "required": ["source"],
    "additionalProperties": False,
}

_RUN: Json = {
    "type": "object",
    "properties": {
        "run_id": _TEXT,
        "success": {
            "type": "boolean",
            "description": "Whether all went well, in all cells.",
        },
        "cells": {
            "type": "array",
            "description": "The cells that ended in this run, in that order.",
            "items": {
                "type": "object",
                "properties": {
                    "cell": _TEXT,
                    "status": _TEXT,
                    "error": {"type": ["object", "null"]},
                    "reason": {"type": ["string", "null"]},
                },
                "required": ["cell", "status"],
            },
        },
    },
    "required": ["run_id", "success", "cells"],
}


def _takes(required: tuple[str, ...] = (), **properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True)
_RUNS = ToolAnnotations(read_only_hint=False, destructive_hint=False)

TOOLS = (
    Tool(
        name="execute_code",
        title="Run code in the scratchpad",
        description=(
            "Run Python with the notebook's names, without making it a cell: the value of the last "
            "expression is the result, `await` works, and what the code binds is gone afterwards. Values of "
            "cells cannot be changed by it; setting a `tn.state` runs the cells that look at it, and the "
            "result waits for them. It fails if the code or a cell that it set off fails."
        ),
        input_schema=_takes(
            ("code",),
            code=_TEXT,
            timeout={"type": "number", "exclusiveMinimum": 0, "description": "Seconds until it is stopped."},
            run_id=_RUN_ID,
        ),
        output_schema={
            **_RUN,
            "properties": {
                **_RUN["properties"],
                "output": {"type": "object", "description": "The value, as {mimetype, data}."},
                "events": {
                    "type": "array",
                    "description": (
                        "What was told, in order: stdout, stderr, output and cell, each with its data. An "
                        "image has `content` in place of `data`: where it stands in the content of this "
                        "result."
                    ),
                    "items": {"type": "object"},
                },
            },
        },
        annotations=_CHANGES,
    ),
    Tool(
        name="list_cells",
        title="List the cells",
        description="List the notebook's cells in their order, each with status, first line and error.",
        input_schema=_takes(),
        annotations=_READS,
    ),
    Tool(
        name="read_cell",
        title="Read a cell",
        description="Read one cell, given by id or name: source, status, error, console, output, images.",
        input_schema=_takes(("cell",), cell=_TEXT),
        annotations=_READS,
    ),
    Tool(
        name="edit_cells",
        title="Edit cells",
        description=(
            "Put, remove and reorder cells as one edit, which is written to the notebook's file, then run "
            "what has to run. Nothing is changed if cells would have errors that they have not now (syntax, "
            "a name that two cells define, a cycle), unless `skip_validation`. New cells stand at the end, "
            "unless `order` names every cell; without an `id` they get one."
        ),
        input_schema=_takes(
            put={"type": "array", "items": _CELL_SOURCE},
            remove=_TEXTS,
            order=_TEXTS,
            settings={"type": "object", "description": "Settings of the notebook."},
            skip_validation={"type": "boolean", "default": False},
            run_id=_RUN_ID,
        ),
        output_schema=_RUN,
        annotations=_CHANGES,
    ),
    Tool(
        name="run_cells",
        title="Run cells",
        description=(
            "Run cells, given by id or name, and what depends on them; all cells without `cells`. What is "
            "cached is not run, unless `force`. With `stale` bring every result that is out of date up to "
            "date instead."
        ),
        input_schema=_takes(
            cells=_TEXTS,
            force={"type": "boolean", "default": False},
            stale={"type": "boolean", "default": False},
            run_id=_RUN_ID,
        ),
        output_schema=_RUN,
        annotations=_RUNS,
    ),
    Tool(
        name="get_errors",
        title="List the errors",
        description="List the cells that failed, or did not run because others failed, each with its reason.",
        input_schema=_takes(),
        annotations=_READS,
    ),
    Tool(
        name="get_variables",
        title="List the variables",
        description="List the names that cells have bound: type, cell, and a preview where one can be had.",
        input_schema=_takes(),
        annotations=_READS,
    ),
    Tool(
        name="interrupt",
        title="Interrupt a run",
        description="Stop the run under way, or the one with this `run_id`, even before its turn.",
        input_schema=_takes(run_id=_TEXT),
        annotations=_RUNS,
    ),
    Tool(
        name="restart",
        title="Restart the kernel",
        description=(
            "Replace the kernel's process, and read the notebook's file anew if it was changed elsewhere. "
            "Stored results come back, and nothing runs: what is lost is stale until `run_cells` with "
            "`stale`."
        ),
        input_schema=_takes(),
        annotations=_CHANGES,
    ),
)

INSTRUCTIONS = (
    "A reactive Python notebook with a live kernel. Cells run by dependency: an edit runs what depends on "
    "it. A name is defined by one cell; names that begin with _ are local to their cell. Look around with "
    "list_cells and read_cell, try things with execute_code, change the notebook with edit_cells."
)


def arguments_of(tool: str) -> Json:
    """Return the JSON schema of each argument that a tool takes, by name."""
    return next(known for known in TOOLS if known.name == tool).input_schema["properties"]
