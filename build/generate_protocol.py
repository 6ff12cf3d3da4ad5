"""Write the TypeScript types of all that goes over the wire from the dataclasses.

    python build/generate_protocol.py [--check]

`events.py`, `commands.py`, `session/pieces.py`, `session/assistance.py` and `host/server/answers.py` are the
one source;
`js/protocol/messages.ts` is never edited.
With `--check` nothing is written: the exit code is 1 when the file is stale.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union

from tiffin import commands, events
from tiffin.host.server import answers
from tiffin.session import assistance, pieces

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "js" / "protocol" / "messages.ts"

HEADER = """/**
 * What a kernel hears, tells and answers: generated from events.py, commands.py, session/pieces.py,
 * session/assistance.py and host/server/answers.py in py/tiffin.
 * Do not edit; run `python build/generate_protocol.py`.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
"""

_SIMPLE = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", Any: "Json"}


def typescript_type(annotation: Any) -> str:
    """Return the TypeScript type of a field's annotation; `TypeError` for one that is not JSON."""
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if dataclasses.is_dataclass(annotation):
        return str(getattr(annotation, "__name__", annotation))
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    if origin in (Union, types.UnionType):
        return " | ".join(typescript_type(part) for part in arguments)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        inner = typescript_type(arguments[0])
        return f"readonly ({inner})[]" if "|" in inner else f"readonly {inner}[]"
    if origin is dict and arguments[0] is str:
        return f"{{ readonly [name: string]: {typescript_type(arguments[1])} }}"
    raise TypeError(f"no TypeScript type for {annotation!r}")


def interface(kind: type, *, tagged: bool) -> Iterator[str]:
    """Yield the lines of the interface for a dataclass; `tagged` ones carry their name as `type`."""
    hints = typing.get_type_hints(kind)
    paragraph = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0]
    yield f"/** {' '.join(paragraph.splitlines())} */"
    yield f"export interface {kind.__name__} {{"
    if tagged:
        yield f'  readonly type: "{kind.__name__}";'
    for field in dataclasses.fields(kind):
        yield f"  readonly {field.name}: {typescript_type(hints[field.name])};"
    yield "}"
    yield ""


def generate() -> str:
    """Return the whole file."""
    event_kinds = typing.get_args(events.Event)
    command_kinds = typing.get_args(commands.Command)
    question_kinds = tuple(assistance.ANSWERS)
    # What a module has from another one comes once.
    parts = dict.fromkeys(
        value
        for module in (events, commands, pieces, assistance, answers)
        for value in vars(module).values()
        if dataclasses.is_dataclass(value)
        and isinstance(value, type)
        and value not in (*event_kinds, *command_kinds, *question_kinds)
    )
    lines = [HEADER]
    for kind in parts:
        lines += interface(kind, tagged=False)
    for kind in (*event_kinds, *command_kinds, *question_kinds):
        lines += interface(kind, tagged=True)
    for name, kinds in (("Event", event_kinds), ("Command", command_kinds)):
        lines.append(f"export type Kernel{name} =")
        lines += [f"  | {kind.__name__}" for kind in kinds]
        lines[-1] += ";\n"
    lines += [
        "/** Questions of whoever writes a cell, and what answers them. */",
        "export interface AssistanceAnswers {",
        *(f"  readonly {asked.__name__}: {told.__name__};" for asked, told in assistance.ANSWERS.items()),
        "}",
        "",
        "/** A piece of the answer to code that was run in the scratchpad. */",
        "export type ExecuteMessage =",
        *(
            f'  | {{ readonly event: "{name}"; readonly data: {kind.__name__} }}'
            for name, kind in pieces.PIECES.items()
        ),
    ]
    lines[-1] += ";\n"
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Write or check the file; return the exit code."""
    text = generate()
    if "--check" in arguments:
        if not OUTPUT.is_file() or OUTPUT.read_text("utf-8") != text:
            print(
                f"{OUTPUT.relative_to(ROOT)} is stale: run 'python build/generate_protocol.py'",
                file=sys.stderr,
            )
            return 1
        return 0
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
