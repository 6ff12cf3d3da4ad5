"""Which names stand before something that changes the object behind them, or hands it to somebody."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Literal

Effect = Literal["none", "touches", "changes", "deletes"]

CHANGING_METHODS = frozenset(
    {"add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop", "popitem"}
    | {"popleft", "remove", "reverse", "rotate", "setdefault", "sort", "update"}
    | {"fit", "fit_transform", "partial_fit", "set_params"}
)
"""Methods that, called for their effect, change the object they belong to."""

ALWAYS_CHANGING = frozenset(
    {"fit", "fit_transform", "partial_fit", "pop", "popitem", "popleft", "setdefault"}
)
"""Methods that change the object they belong to, and are called for their value as well."""

WRITING_METHODS = frozenset({"seek", "write", "writelines", "writerow", "writerows"})
"""Methods of files, streams and their writers."""


def find_effects(tree: ast.Module) -> Mapping[int, Effect]:
    """Return the effect on each `ast.Name` (by its `id`) that a chain like `a.b[k]` starts with.

    `changes`: an assignment to or deletion of a part of it, an augmented assignment, a method that is known
    to change its object, called as a statement, or wherever it stands if it always does; `next`. `deletes` is
    for others to say. `touches`: any other method's call, and arguments of calls.
    """
    found: dict[int, Effect] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=whole, ctx=ast.Store() | ast.Del()):
                _mark(found, whole, "changes")
            case ast.Subscript(value=whole, ctx=ast.Store() | ast.Del()):
                _mark(found, whole, "changes")
            case ast.AugAssign(target=ast.Name() as name):
                _mark(found, name, "changes")
            case ast.Expr(value=value):
                call = value.value if isinstance(value, ast.Await) else value
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                    in_place = any(keyword.arg == "inplace" for keyword in call.keywords)
                    written = isinstance(call.func.value, ast.Name) and call.func.attr in WRITING_METHODS
                    if in_place or written or call.func.attr in CHANGING_METHODS:
                        _mark(found, call.func.value, "changes")
            case ast.Call(func=function, args=arguments, keywords=keywords):
                if isinstance(function, ast.Attribute):
                    _mark(found, function.value, "changes" if function.attr in ALWAYS_CHANGING else "touches")
                elif isinstance(function, ast.Name) and function.id in ("next", "anext"):
                    for argument in arguments[:1]:
                        _mark(found, argument, "changes")
                for argument in (*arguments, *(keyword.value for keyword in keywords)):
                    _mark(found, argument, "touches")
    return found


def _mark(found: dict[int, Effect], node: ast.AST, effect: Effect) -> None:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name) and found.get(id(node)) != "changes":
        found[id(node)] = effect
