"""From a cell's source to a compiled `Cell`: definitions, references, code digest, code objects."""

from __future__ import annotations

import ast
import linecache
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any

from tiffin.cells.canonical import code_digest
from tiffin.cells.cell import NO_FLOW, Cell, CellCode, CellProblem, ImportedName, SourceDefinition
from tiffin.cells.flow import find_flow
from tiffin.cells.names import PRESETS, is_private, mangle
from tiffin.cells.scope import ModuleScope, StatementScope
from tiffin.ids import Digest, digest
from tiffin.notebook.notebook import NotebookCell, Order

_HIDES_TAIL = re.compile(r"[)\s]*;")
_CLASS_MAKERS = frozenset({"namedtuple", "NamedTuple", "TypedDict", "NewType", "TypeVar", "make_dataclass"})
_RUN_SETTINGS = frozenset({"time"})
"""Cell settings that change what a run shows, and so take part in the code digest."""


def compile_cell(cell: NotebookCell, filename: str, order: Order = "graph") -> Cell:
    """Return `cell` compiled; what is wrong with it is its `problem`, never an exception.

    `filename` is the notebook's, used to name the cell's code in tracebacks. In document order no name is
    private to its cell, as in Jupyter: a later `_name` is a new version like any other.
    """
    source = cell.python
    named = code_filename(filename, cell)
    common: dict[str, Any] = {
        "id": cell.id,
        "source": source,
        "filename": named,
        "settings": cell.settings,
        "line": cell.line,
    }
    remember_source(named, source)
    if cell.kind == "markdown":
        return Cell(**common, digest=_text_digest("markdown", source))
    if cell.problem is not None:
        return Cell(
            **common, digest=_text_digest("problem", source), problem=CellProblem("reading", cell.problem)
        )
    try:
        tree = ast.parse(source, named)
        hidden = _hides_tail(tree, source)
        traits = _traits(cell, hidden)
        code = code_digest(tree, traits)
        return Cell(**common, digest=code, **_compile_tree(tree, cell, named, hidden, order))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        problem = CellProblem("syntax", _syntax_sentence(error), getattr(error, "lineno", None))
        return Cell(**common, digest=_text_digest("syntax", source), problem=problem)


def code_filename(filename: str, cell: NotebookCell) -> str:
    """Return what a cell's code objects carry as their file, in the notebook `filename`."""
    return f"<{filename} {cell.id}>"


def remember_source(filename: str, source: str) -> None:
    """Let tracebacks and `inspect.getsource` find a cell's source under its code's file name."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)


def compile_statement(cell: Cell, name: str) -> CodeType:
    """Return the code object that binds `name`, one of the cell's sources, again."""
    module = ast.Module([cell.code().statements[name]], [])
    return _compile(module, cell.filename, "exec")


def _text_digest(kind: str, source: str) -> Digest:
    return digest(f"{kind}\0{source}".encode("utf-8", "surrogatepass"))


def _syntax_sentence(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    if isinstance(error, RecursionError | MemoryError):
        return "SyntaxError: the code is nested too deeply to be compiled"
    return f"SyntaxError: {error}"


def _traits(cell: NotebookCell, hidden: bool) -> dict[str, Any]:
    traits: dict[str, Any] = {name: cell.settings[name] for name in _RUN_SETTINGS if cell.settings.get(name)}
    if hidden:
        traits["tail"] = "hidden"
    if cell.stars:
        traits["stars"] = {module: sorted(names) for module, names in sorted(cell.stars.items())}
    return traits


def _hides_tail(tree: ast.Module, source: str) -> bool:
    """Whether the trailing expression is followed by `;`, which asks for no output."""
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        return False
    last = tree.body[-1]
    lines = source.encode("utf-8").splitlines()
    assert last.end_lineno is not None
    rest = lines[last.end_lineno - 1][last.end_col_offset or 0 :].decode("utf-8")
    return _HIDES_TAIL.match(rest) is not None


def _compile_tree(
    tree: ast.Module, cell: NotebookCell, filename: str, hidden: bool, order: Order
) -> dict[str, Any]:
    forms = {index: code_digest(node) for index, node in enumerate(tree.body) if _is_replayable(node)}
    imports, modules = _imports(tree, cell.python, cell.stars)
    scope = ModuleScope(tree)
    times = Counter(binding.name for binding in scope.bindings)
    imports = {name: imported for name, imported in imports.items() if times[name] <= 1}
    bound = {*times, *imports} - PRESETS
    used = {use.name for use in scope.uses}
    local = is_private if order == "graph" else _is_never_private

    def new_name(name: str) -> str:
        return mangle(name, cell.id) if local(name) else name

    own = {name for name in bound if local(name)}
    scope.rename(local, lambda name: mangle(name, cell.id))
    tail: CodeType | None = None
    body = list(tree.body)
    if body and isinstance(body[-1], ast.Expr) and not hidden:
        expression = ast.Expression(body.pop().value)  # type: ignore[attr-defined]
        tail = _compile(expression, filename, "eval")
    replayed = dict(_sources(tree, forms, scope.statements, new_name))
    code = CellCode(
        _compile(ast.Module(body, []), filename, "exec") if body else None,
        tail,
        {name: tree.body[index] for name, (index, _) in replayed.items()},
    )
    return {
        "definitions": frozenset(bound - own),
        "private": frozenset(new_name(name) for name in own),
        "references": frozenset(name for name in used - bound - PRESETS if not local(name)),
        "changes": frozenset(new_name(use.name) for use in scope.uses if use.effect == "changes"),
        "flow": NO_FLOW if order == "graph" else find_flow(scope, frozenset(forms)),
        "imports": {new_name(name): imported for name, imported in imports.items()},
        "modules": modules,
        "sources": {name: source for name, (_, source) in replayed.items()},
        "has_code": bool(body) or tail is not None,
        "code": lambda: code,
    }


def _is_never_private(_: str) -> bool:
    return False


def _compile(tree: ast.Module | ast.Expression, filename: str, mode: str) -> CodeType:
    code = compile(tree, filename, mode, dont_inherit=True, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert isinstance(code, CodeType)
    return code


def _imports(
    tree: ast.Module, source: str, stars: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, ImportedName], frozenset[str]]:
    """Names that top-level imports bind, and every module that any import statement of the cell names."""
    names: dict[str, ImportedName] = {}
    modules: set[str] = set()
    if "import" not in source:  # the usual case, and walking a tree takes longer than compiling it
        return names, frozenset()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            modules.add("." * node.level + (node.module or ""))
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                bound = alias.asname or alias.name.split(".")[0]
                rooted = alias.asname is None and "." in alias.name
                names[bound] = ImportedName(alias.name, binds_root=rooted)
        elif isinstance(statement, ast.ImportFrom):
            module = "." * statement.level + (statement.module or "")
            for alias in statement.names:
                every = stars.get(module, ()) if alias.name == "*" else (alias.name,)
                for name in every:
                    names[alias.asname or name] = ImportedName(module, name)
    return names, frozenset(modules)


def _is_replayable(node: ast.stmt) -> bool:
    """Whether running the statement again would make an equal value: definitions, plain lambdas, and calls
    that make a class."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return True
    if (
        not isinstance(node, ast.Assign)
        or len(node.targets) != 1
        or not isinstance(node.targets[0], ast.Name)
    ):
        return False
    return isinstance(node.value, ast.Lambda) or _makes_class(node.value)


def _makes_class(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    called = value.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
    return name in _CLASS_MAKERS


def _sources(
    tree: ast.Module,
    forms: Mapping[int, Digest],
    statements: Iterable[StatementScope],
    new_name: Callable[[str], str],
) -> Iterable[tuple[str, tuple[int, SourceDefinition]]]:
    """The definitions that can be replayed, each with its place among the statements.

    Not those bound more than once, nor those that need, at once, a name which the same cell binds later or
    more than once: replaying them against the final values could give something else.
    """
    scopes = list(statements)
    times = Counter(binding.name for scope in scopes for binding in scope.bindings)
    bound_so_far: set[str] = set()

    for index, scope in enumerate(scopes):
        names = {binding.name for binding in scope.bindings}
        if index in forms:
            name = next(b.name for b in reversed(scope.bindings) if not b.deferred)
            eager = {use.name for use in scope.uses if not use.deferred}
            safe = all(times[other] == 0 or (times[other] == 1 and other in bound_so_far) for other in eager)
            if times[name] == 1 and safe and len(names) == 1:
                kind = tree.body[index]
                is_class = isinstance(kind, ast.ClassDef) or (
                    isinstance(kind, ast.Assign) and not isinstance(kind.value, ast.Lambda)
                )
                source = SourceDefinition(
                    kind="class" if is_class else "function",
                    digest=forms[index],
                    references=frozenset(new_name(use.name) for use in scope.uses) - PRESETS,
                    eager=frozenset(new_name(other) for other in eager) - PRESETS,
                    changes=frozenset(new_name(use.name) for use in scope.uses if use.effect == "changes"),
                )
                yield new_name(name), (index, source)
        bound_so_far |= names
