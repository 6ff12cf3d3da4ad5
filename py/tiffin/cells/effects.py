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


def find_effects(tree: ast.Module) -> Mapping[int, Effect]:
    """Return the effect on each `ast.Name` (by its `id`) that a chain like `a.b[k]` starts with.

    `changes`: an assignment to or deletion of a part of it, an augmented assignment, a method that is known
    to change its object, called as a statement. `touches`: any other method's call, and arguments of calls.
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
                    if in_place or call.func.attr in CHANGING_METHODS:
                        _mark(found, call.func.value, "changes")
            case ast.Call(func=function, args=arguments, keywords=keywords):
                if isinstance(function, ast.Attribute):
                    _mark(found, function.value, "touches")
                for argument in (*arguments, *(keyword.value for keyword in keywords)):
                    _mark(found, argument, "touches")
    return found


def _mark(found: dict[int, Effect], node: ast.AST, effect: Effect) -> None:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name) and found.get(id(node)) != "changes":
        found[id(node)] = effect
