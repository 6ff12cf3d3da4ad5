"""The source of live code: its canonical digest, whatever its locals are called, and the names it refers to.

Comments, formatting, decorators and the names of locals do not count; parameters, which callers name, do.
"""

from __future__ import annotations

import ast
import copy
import inspect
import linecache
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from tiffin.cells.canonical import code_digest
from tiffin.cells.names import unmangle
from tiffin.cells.scope import owner
from tiffin.cells.sites import Scope, Site, SiteCollector
from tiffin.ids import Digest, digest

_SEES_LOCALS = frozenset({"locals", "vars", "dir", "eval", "exec"})
_LEAVES = (ast.Return, ast.Yield, ast.YieldFrom)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_STARS = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
_WITH = (ast.With, ast.AsyncWith)
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class LiveSource:
    """What some code says: its digest, the names it takes from outside, those it binds there, and the modules
    that it imports itself."""

    digest: Digest
    references: tuple[str, ...]
    binds: tuple[str, ...]
    imports: tuple[str, ...] = ()


@dataclass(frozen=True)
class BlockSource:
    """The body of a `with` statement; `leaves` says how it may be left early, None if it cannot.

    `line` is its first one. It may be `alone` under its head, or another context manager opened with it.
    """

    source: LiveSource
    leaves: str | None
    line: int
    alone: bool


def read_code(code: CodeType) -> LiveSource:
    """Return the source of a function's code object; of its bytecode, if there is no text to be found.

    Bytecode differs between versions of Python, so that its digest names the version.
    """
    found = _find(code)
    if found is None:
        return _of_bytecode(code)
    return _read_function(found)


def read_block(frame: FrameType) -> BlockSource | None:
    """Return the body of the innermost `with` statement whose head `frame` is at, None if it is not found."""
    tree = _tree(frame.f_code.co_filename)
    if tree is None:
        return None
    here = frame.f_lineno
    fitting = [
        node
        for node in ast.walk(tree)
        if isinstance(node, _WITH) and node.lineno <= here < node.body[0].lineno
    ]
    if not fitting:
        return None
    found = max(fitting, key=lambda node: node.lineno)
    source = _read(copy.deepcopy(ast.Module(found.body, [])), rename=False)
    return BlockSource(source, _left_early(found.body), found.body[0].lineno, len(found.items) == 1)


def _left_early(body: list[ast.stmt]) -> str | None:
    """How a body may be left but by its end: the word for it."""
    waiting: list[tuple[ast.AST, bool]] = [(node, False) for node in body]
    while waiting:
        node, looping = waiting.pop()
        if isinstance(node, _LEAVES):
            return "return" if isinstance(node, ast.Return) else "yield"
        if isinstance(node, ast.Break | ast.Continue) and not looping:
            return type(node).__name__.lower()
        if isinstance(node, (*_DEFINES, ast.Lambda)):
            continue
        inside = looping or isinstance(node, _LOOPS)
        waiting.extend((child, inside) for child in ast.iter_child_nodes(node))
    return None


def _read_function(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> LiveSource:
    node = copy.deepcopy(node)
    if isinstance(node, ast.Lambda):
        return _read(ast.Module([ast.Expr(node)], []), rename=True)
    node.decorator_list = []
    first = node.body[0]
    says = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if says and isinstance(first.value.value, str) and len(node.body) > 1 and not _mentions_doc(node):  # type: ignore[attr-defined]
        del node.body[0]
    read = _read(ast.Module([node], []), rename=True)
    return replace(read, binds=tuple(name for name in read.binds if name != node.name))


def _mentions_doc(node: ast.AST) -> bool:
    return any(
        "__doc__" in (getattr(part, "id", None), getattr(part, "attr", None), getattr(part, "value", None))
        for part in ast.walk(node)
        if isinstance(part, ast.Name | ast.Attribute | ast.Constant)
    )


def _read(tree: ast.Module, *, rename: bool) -> LiveSource:
    """Return what `tree` says; it is changed by `rename`, which gives locals their numbers for names."""
    collector = SiteCollector()
    collector.collect(tree)
    owned = [(site, owner(site)) for site in collector.sites]
    outside = [site for site, scope in owned if scope is None]
    binds = {site.name for site in outside if site.binds}
    local = {site.name for site in outside if site.binds and not site.deferred}
    imports = tuple(sorted(_imports(tree)))
    references = {site.name for site in outside if site.reads and not (site.bound_before and site.sure)}
    if rename and references.isdisjoint(_SEES_LOCALS):
        kept = {node.name for node in ast.walk(tree) if isinstance(node, _DEFINES)}
        numbers: dict[tuple[int, str], str] = {}
        for site, scope in owned:
            if scope is not None and not site.fixed and site.name not in kept and _is_local(scope, site.name):
                key = (id(scope), site.name)
                site.rename(numbers.setdefault(key, f"@{len(numbers)}"))
    if not rename:
        references = {s.name for s in outside if s.reads and not (s.sure and s.name in local)}
        # What a block may leave as it was before is what it gives then. `with` may hold an error up.
        inside = [site.name for node in ast.walk(tree) if isinstance(node, _WITH) for site in _sites(node)]
        references |= binds - collector.sure_after[-1] | binds.intersection(inside)
    return LiveSource(code_digest(tree), tuple(sorted(references)), tuple(sorted(binds)), imports)


def _sites(node: ast.With | ast.AsyncWith) -> list[Site]:
    collector = SiteCollector()
    collector.collect(ast.Module(node.body, []))
    return [site for site in collector.sites if site.binds]


def _imports(tree: ast.Module) -> set[str]:
    """The modules that import statements name; `.` is the package that the code is of."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add("." if node.level else str(node.module))
    return found


def _is_local(scope: Scope, name: str) -> bool:
    return scope.kind in ("function", "comprehension") and name not in scope.parameters


# -- finding the text ----------------------------------------------------------------------------------------


def _find(code: CodeType) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
    """The node that `code` was compiled from. What a file says now is believed only if it says the same."""
    for attempt in range(2):
        if attempt:
            linecache.checkcache(code.co_filename)  # the file may have been written and imported anew
        text = "".join(linecache.getlines(code.co_filename))
        found = _index(code.co_filename, text) if text else None
        for node, compiled in () if found is None else found.get((code.co_name, code.co_firstlineno), ()):
            if _position(compiled) == _position(code) and _bytecode_text(compiled) == _bytecode_text(code):
                return node
    return None


def _tree(filename: str) -> ast.Module | None:
    text = "".join(linecache.getlines(filename))
    try:
        return _parse(filename, text) if text else None
    except (SyntaxError, ValueError, RecursionError):
        return None


@lru_cache(maxsize=64)
def _parse(filename: str, text: str) -> ast.Module:
    return ast.parse(text, filename)


_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Places = dict[tuple[str, int], list[tuple[_Function, CodeType]]]


@lru_cache(maxsize=64)
def _index(filename: str, text: str) -> _Places | None:
    """Every function of a file by name and first line, with its code object."""
    try:
        tree = _parse(filename, text)
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        module = compile(tree, filename, "exec", dont_inherit=True, flags=flags)
    except (SyntaxError, ValueError, RecursionError):
        return None
    codes: dict[tuple[str, int], list[CodeType]] = {}
    for code in _nested(module):
        codes.setdefault((code.co_name, code.co_firstlineno), []).append(code)
    nodes: dict[tuple[str, int], list[_Function]] = {}
    for node in ast.walk(tree):
        if isinstance(node, _Function):
            name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
            decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
            line = min([node.lineno, *(part.lineno for part in decorators)])
            nodes.setdefault((name, line), []).append(node)
    places: _Places = {}
    for place, found in nodes.items():
        compiled = codes.get(place, [])
        if len(compiled) == len(found):  # several lambdas of one line stand in the same order in both
            found.sort(key=_start)
            places[place] = list(zip(found, sorted(compiled, key=_position), strict=True))
    return places


def _nested(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested(constant)


def _position(code: CodeType) -> tuple[int, int]:
    """Where the text of a code object begins: that of two lambdas in one line differs."""
    places = [(line, column) for line, _, column, _ in code.co_positions() if line and column]
    return min(places, default=(0, 0))


def _start(node: _Function) -> tuple[int, int]:
    body = node.body if isinstance(node, ast.Lambda) else node.body[0]
    return body.lineno, body.col_offset


def code_names(code: CodeType) -> frozenset[str]:
    """Return the names of globals and attributes that a code object, or one inside it, mentions."""
    return frozenset(name for part in (code, *_nested(code)) for name in part.co_names)


def _of_bytecode(code: CodeType) -> LiveSource:
    names = tuple(sorted(code_names(code) | set(code.co_freevars)))
    text = f"{sys.implementation.cache_tag}\0{_bytecode_text(code)}"
    return LiveSource(digest(text.encode("utf-8", "surrogatepass")), names, (), names)


def _bytecode_text(code: CodeType) -> str:
    """All that decides what the code does, as text; names are as the author wrote them."""
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags & _STARS)
    names = [*map(unmangle, code.co_names)]
    told = (code.co_code.hex(), code.co_exceptiontable.hex(), names, code.co_varnames, code.co_freevars)
    return repr((counts, told, [*map(_constant_text, code.co_consts)]))


def _constant_text(value: Any) -> str:
    if isinstance(value, CodeType):
        return _bytecode_text(value)
    if isinstance(value, tuple | frozenset):
        parts = [*map(_constant_text, value)]
        return f"{type(value).__name__} {parts if isinstance(value, tuple) else sorted(parts)}"
    return f"{type(value).__name__} {value!r}"
