"""The canonical form of code, and its digest: the same on every Python from 3.11 on.

The form keeps node names and non-empty fields, and drops what differs between Python versions without
changing meaning: positions, contexts, type comments, string prefixes, and how an f-string's constant parts
are split. Design, section 4.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from tiffin.ids import Digest, digest

Form: TypeAlias = Any

_compact_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, sort_keys=True).encode
_DROPPED = frozenset({"ctx", "type_comment", "kind", "type_ignores"})


def canonical_form(node: ast.AST) -> Form:
    """Return `node` as nested JSON lists: `[node name, [field, value], ...]`."""
    form: list[Form] = [type(node).__name__]
    for name in node._fields:
        if name in _DROPPED:
            continue
        value = getattr(node, name, None)  # trees made by hand may lack fields
        if (value is None and name != "value") or value == []:
            continue
        if name == "value" and isinstance(node, ast.Constant | ast.MatchSingleton):
            form.append([name, _constant(value)])
        elif value is not None:
            form.append([name, _field(value, joined=isinstance(node, ast.JoinedStr))])
    return form


def _field(value: Any, joined: bool) -> Form:
    if isinstance(value, ast.AST):
        return canonical_form(value)
    if isinstance(value, list):
        items: Iterable[Any] = _join_constants(value) if joined else value
        return [_field(item, joined=False) for item in items]
    return _constant(value)


def _join_constants(parts: list[ast.expr]) -> list[ast.expr]:
    """Join neighbouring constants of an f-string, which Python versions split differently."""
    joined: list[ast.expr] = []
    for part in parts:
        last = joined[-1] if joined else None
        if (
            isinstance(part, ast.Constant)
            and isinstance(last, ast.Constant)
            and isinstance(part.value, str)
            and isinstance(last.value, str)
        ):
            joined[-1] = ast.Constant(last.value + part.value)
        else:
            joined.append(part)
    return joined


def _constant(value: Any) -> Form:
    """Return a constant with its type, so that `1`, `'1'`, `1.0` and `True` all differ."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return ["int", hex(value)]
        case float():
            return ["float", value.hex()]
        case complex():
            return ["complex", value.real.hex(), value.imag.hex()]
        case bytes():
            return ["bytes", value.hex()]
        case _ if value is Ellipsis:
            return ["ellipsis"]
    raise TypeError(f"a constant of type {type(value).__name__} cannot stand in code")


def code_digest(tree: ast.AST, traits: Mapping[str, Form] | None = None) -> Digest:
    """Return the SHA-256 of the canonical form of `tree`, as compact JSON in ASCII.

    `traits` are facts that change what the code does without being in its tree (a trailing `;`); they
    take part when there are any.
    """
    form = canonical_form(tree)
    document = [form, dict(sorted(traits.items()))] if traits else form
    return digest(_compact_json(document).encode("ascii"))
