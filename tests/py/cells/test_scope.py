"""Definitions and references for the whole language, also held against Python's own symbol tables."""

from __future__ import annotations

import ast
import symtable
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from notebooks import compiled

from tiffin.cells.scope import ModuleScope


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


CASES: list[tuple[str, str, str]] = [
    # source, definitions, references (builtins included)
    ("x = 1", "x", ""),
    ("x = y", "x", "y"),
    ("x, (y, *z) = w", "x y z", "w"),
    ("x: int = 1", "x", "int"),
    ("x: int", "", "int"),
    ("x += 1", "x", ""),
    ("x.a = 1", "", "x"),
    ("x[i] = 1", "", "x i"),
    ("del x", "x", ""),
    ("print(x := f(y))", "x", "print f y"),
    ("[a for a in b if c]", "", "b c"),
    ("[a for a in b for d in a]", "", "b"),
    ("{(k := v) for v in w}", "k", "w"),
    ("x = [y := 1, y]", "x y", ""),
    ("(a for a in b)", "", "b"),
    ("{k: v for k, v in d.items()}", "", "d"),
    ("lambda a, *b, c=d, **e: a + b + c + e + f", "", "d f"),
    ("def f(a, b=c, *d, e: g = 1, **h) -> i: return a + b + d + e + h + j + f", "f", "c g i j"),
    ("def f():\n global x\n x = 1", "f x", ""),
    ("def f():\n x = 1\n def g():\n  nonlocal x\n  x = y\n return g", "f", "y"),
    ("def f():\n print(x)\n x = 1", "f", "print"),
    ("def f():\n def g(): return x\n return g", "f", "x"),
    ("def f():\n x = 1\n class A:\n  y = x\n return A", "f", ""),
    ("async def f():\n await g()\n async for a in b: pass\n async with c as d: pass", "f", "g b c"),
    ("@d\ndef f(): pass", "f", "d"),
    ("class A(B, metaclass=M):\n x = y\n def m(self): return x", "A", "B M y x"),
    ("class A:\n x = 1\n y = x", "A", ""),
    ("class A:\n y = x\n x = 1", "A", "x"),
    ("class A:\n x = [1]\n y = [z for z in x]", "A", ""),
    ("class A:\n x = 1\n y = [x for z in w]", "A", "x w"),
    ("class A:\n def m(self): return __class__", "A", ""),
    ("import a", "a", ""),
    ("import a.b", "a", ""),
    ("import a.b as c", "c", ""),
    ("from a import b, c as d", "b d", ""),
    ("for i in r:\n s = i\nelse:\n e", "i s", "r e"),
    ("while a:\n b = c", "b", "a c"),
    ("with a as b, c as (d, e): f", "b d e", "a c f"),
    ("try:\n a\nexcept E as e:\n print(e)\nfinally:\n b = 1", "b", "a E print"),
    ("try: pass\nexcept E as e: f = e\ne = 1", "f e", "E"),
    ("try: pass\nexcept E as e: pass\nprint(e)", "", "E print e"),
    ("try: pass\nexcept* E as e: g(e)", "", "E g"),
    (
        "match x:\n case {'k': v, **rest}: pass\n case [a, *b]: pass\n case P(c) as d: pass",
        "v rest a b c d",
        "x P",
    ),
    ("match x:\n case E.ONE: pass\n case _ if y: pass", "", "x E y"),
    ("assert a, b", "", "a b"),
    ("f'{x!r:>{w}} {y=}'", "", "x w y"),
    ("await f()", "", "f"),
    ("x = yield_ = 3", "x yield_", ""),
    ("_private = 1\nx = _private", "x", ""),
    ("x = _other", "x", ""),
    ("__dunder__ = 1", "__dunder__", ""),
    ("if a:\n x = 1\nelse:\n x = 2", "x", "a"),
    ("x = 1\nprint(x)", "x", "print"),
    ("raise E from e", "", "E e"),
    ("global x\nx = 1", "x", ""),
    ("def f(x): return lambda y: x + y + z", "f", "z"),
    ("class A:\n def __m(self): return __x\n __x = 1", "A", ""),
]


@pytest.mark.parametrize(("source", "definitions", "references"), CASES, ids=[case[0] for case in CASES])
def test_definitions_and_references(source: str, definitions: str, references: str) -> None:
    cell = compiled(source)
    assert cell.problem is None
    assert (cell.definitions, cell.references) == (names(definitions), names(references))


def test_star_imports_bind_the_names_that_the_reader_found() -> None:
    cell = compiled("from math import *\nx = sin(pi)", stars={"math": ("pi", "sin")})
    assert cell.definitions == names("pi sin x")
    assert cell.references == frozenset()
    assert cell.imports["pi"].attribute == "pi"


def test_private_names_do_not_meet_those_of_other_cells() -> None:
    left, right = compiled("_x = 1\ny = _x", "a"), compiled("_x = 2\nz = _x", "b")
    scope: dict[str, object] = {}
    for cell in (left, right):
        body = cell.code().body
        assert body is not None
        exec(body, scope)
    assert (scope["y"], scope["z"]) == (1, 2)
    assert left.private.isdisjoint(right.private)


def test_an_exception_name_does_not_unbind_another_cells() -> None:
    cell = compiled("try: 1/0\nexcept ZeroDivisionError as e: seen = str(e)")
    scope: dict[str, object] = {"e": 2.718}
    body = cell.code().body
    assert body is not None
    exec(body, scope)
    assert scope["e"] == 2.718
    assert scope["seen"] == "division by zero"


def stdlib_files() -> list[Path]:
    folder = Path(sysconfig.get_paths()["stdlib"])
    files = [
        path
        for part in (".", "email", "json", "asyncio", "concurrent/futures")
        for path in (folder / part).glob("*.py")
    ]
    return sorted(files)


def global_names(table: symtable.SymbolTable) -> Iterator[tuple[str, bool, bool]]:
    """Every global name in a symbol table: name, whether it is bound, whether it is read."""
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if top or symbol.is_global():
            bound = symbol.is_assigned() or symbol.is_imported() or (top and symbol.is_namespace())
            yield symbol.get_name(), bound, symbol.is_referenced()
    for child in table.get_children():
        yield from global_names(child)


def test_agrees_with_pythons_own_symbol_tables_on_the_standard_library() -> None:
    files = stdlib_files()
    assert len(files) > 200
    wrong: list[str] = []
    for path in files:
        source = path.read_text("utf-8", "replace")
        try:
            tree = ast.parse(source)
            table = symtable.symtable(source, path.name, "exec")
        except SyntaxError:
            continue
        scope = ModuleScope(tree)
        mine = {b.name for b in scope.bindings}, {u.name for u in scope.uses if u.effect != "deletes"}
        found = list(global_names(table))
        bound = {name for name, is_bound, _ in found if is_bound}
        read = {name for name, _, is_read in found if is_read}
        unlike = scope.handler_names | differently_counted(tree)
        if (mine[0] ^ bound) - unlike:
            wrong.append(f"{path.name}: bound {sorted((mine[0] ^ bound) - unlike)}")
        if (mine[1] ^ read) - unlike:
            wrong.append(f"{path.name}: read {sorted((mine[1] ^ read) - unlike)}")
    assert wrong == [], "\n".join(wrong)


def differently_counted(tree: ast.Module) -> set[str]:
    """Names that symbol tables count in another way, for reasons of their own.

    A bare annotation counts there as binding, `x += 1` not as reading, a class body that reads a global
    before it binds the same name as not reading; inside a function called `top` every name counts as global.
    """
    names = {"__class__"}
    for node in ast.walk(tree):
        match node:
            case (
                ast.AnnAssign(target=ast.Name(id=name), value=None) | ast.AugAssign(target=ast.Name(id=name))
            ):
                names.add(name)
            case ast.ClassDef():
                targets = [
                    target for part in node.body if isinstance(part, ast.Assign) for target in part.targets
                ]
                names.update(target.id for target in targets if isinstance(target, ast.Name))
            case ast.FunctionDef(name="top"):
                names.update(arg.arg for arg in ast.walk(node) if isinstance(arg, ast.arg))
    return names
