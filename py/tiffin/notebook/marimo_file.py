"""marimo notebooks: a marimo `.py` is read from its syntax tree; nothing of it is imported or run.

Read are `@app.cell` functions, the `with app.setup:` block, `@app.function`, `@app.class_definition` and
`app._unparsable_cell(...)`. A cell's source is the body as marimo shows it in its editor: without the
indentation that the file adds, in multi-line strings too where all their lines have it, and without the
closing `return`. A cell that is nothing but `mo.md("constant text")` becomes a Markdown cell.

marimo itself is not needed to run such a notebook. In the cells' `code`, `import marimo as mo` is mapped to
`import tiffin as mo`, and `from marimo import ui` to `from tiffin import ui`; the source keeps what was
written. `mo.md`, `mo.ui.slider`, `number`, `text`, `checkbox` and `dropdown` then are tiffin's own. Any other
`mo.<name>` fails with an AttributeError that names it. `marimo` is no requirement of the notebook read.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tiffin.errors import NotebookError
from tiffin.notebook.draft import Draft, assemble, normalise_line_ends, parse_python, strip_blank_lines
from tiffin.notebook.magics import string_lines
from tiffin.notebook.notebook import Notebook
from tiffin.notebook.script_block import read_script_block

_APP = re.compile(r"(?m)^\w+[ \t]*=[ \t]*(?P<module>\w+)\.App\(")
_KINDS = {"cell", "function", "class_definition"}
_PROJECT = re.compile(r"[A-Za-z0-9._-]+")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_marimo(text: str) -> bool:
    """Return whether the text of a Python file is that of a marimo notebook, broken or not."""
    app = _APP.search(normalise_line_ends(text))
    if app is None:
        return False
    imported = rf"(?m)^import[ \t]+marimo[ \t]*$|^import[ \t]+marimo[ \t]+as[ \t]+{app['module']}\b"
    return re.search(imported, text.replace("\r", "")) is not None


def read_marimo(text: str, filename: str) -> Notebook:
    """Return the notebook in the text of a marimo file; `line` of each cell is its first line in the file.

    Options of a cell (`hide_code`, `disabled`) become its settings, those of the app the notebook's.
    `NotebookError`, with the line, for a file that is no valid Python.
    """
    text = normalise_line_ends(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            reason = getattr(error, "msg", None) or str(error)
            raise NotebookError(f"{filename}, line {line}: not valid Python: {reason}") from None
    lines = text.split("\n")
    app, options = _find_app(tree)
    drafts = [draft for node in tree.body for draft in _read_node(node, app, lines)]
    aliases = set(_aliases(tree))
    for draft in drafts:
        _read_markdown(draft, aliases)
        if draft.kind == "code":
            draft.code = map_imports(draft.source)
    block = read_script_block(text, filename)
    requirements = [entry for entry in (block.requirements if block else ()) if not _is_marimo_itself(entry)]
    title = options.pop("app_title", None)
    return assemble(
        filename,
        drafts,
        requirements=requirements,
        settings=options,
        title=title if isinstance(title, str) else None,
    )


def map_imports(source: str) -> str | None:
    """Return the source with its imports of marimo made imports of tiffin; None if it has none."""
    tree = parse_python(source)
    if tree is None or "marimo" not in source:
        return None
    lines = [line.encode() for line in source.split("\n")]
    changed = False
    for node in reversed(list(ast.walk(tree))):
        if isinstance(node, ast.Import):
            for alias in reversed(node.names):
                if alias.name == "marimo":
                    new = "tiffin" if alias.asname else "tiffin as marimo"
                    changed |= _replace_word(lines, alias.lineno, alias.col_offset, new)
        elif isinstance(node, ast.ImportFrom) and node.module == "marimo" and not node.level:
            column = lines[node.lineno - 1].index(b"marimo", node.col_offset)
            changed |= _replace_word(lines, node.lineno, column, "tiffin")
    return b"\n".join(lines).decode() if changed else None


def _replace_word(lines: list[bytes], line: int, column: int, new: str) -> bool:
    old = lines[line - 1]
    lines[line - 1] = old[:column] + new.encode() + old[column + len("marimo") :]
    return True


def _is_marimo_itself(requirement: str) -> bool:
    name = _PROJECT.match(requirement.strip())
    return name is not None and name[0].lower() == "marimo"


def _find_app(tree: ast.Module) -> tuple[str, dict[str, Any]]:
    """Return the name of the app variable and the constant options that it was made with."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            function, target = node.value.func, node.targets[0]
            if (
                isinstance(function, ast.Attribute)
                and function.attr == "App"
                and isinstance(target, ast.Name)
            ):
                return target.id, _constants(node.value.keywords)
    return "app", {}


def _constants(keywords: Iterable[ast.keyword]) -> dict[str, Any]:
    found = {}
    for keyword in keywords:
        try:
            value = ast.literal_eval(keyword.value)
        except ValueError:
            continue
        if keyword.arg and isinstance(value, (str, int, float, bool, list, type(None))):
            found[keyword.arg] = value
    return {key: value for key, value in found.items() if value is not None}


def _read_node(node: ast.stmt, app: str, lines: Sequence[str]) -> Iterator[Draft]:
    """Yield the cell that a top-level statement of the file holds, if it holds one."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        for decorator in node.decorator_list:
            kind, options = _of_app(decorator, app)
            if kind in _KINDS:
                if kind == "cell" and not isinstance(node, ast.ClassDef):
                    yield _read_function(node, options, lines)
                else:
                    yield _read_definition(node, decorator, options, lines)
                return
        yield _read_stray(node, lines)
    elif (
        isinstance(node, (ast.With, ast.AsyncWith)) and _of_app(node.items[0].context_expr, app)[0] == "setup"
    ):
        yield _read_setup(node, _of_app(node.items[0].context_expr, app)[1], lines)
    elif isinstance(node, ast.Expr) and _of_app(node.value, app)[0] == "_unparsable_cell":
        yield _read_unparsable(node, lines)
    elif not _is_frame(node, app):
        yield _read_stray(node, lines)


def _of_app(node: ast.expr, app: str) -> tuple[str | None, dict[str, Any]]:
    """Return `kind` and the constant options of an expression `app.kind` or `app.kind(...)`."""
    options = {}
    if isinstance(node, ast.Call):
        options, node = _constants(node.keywords), node.func
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == app:
        return node.attr, options
    return None, {}


def _is_frame(node: ast.stmt, app: str) -> bool:
    """Return whether the statement belongs to marimo's frame around the cells."""
    if isinstance(node, ast.Import):
        return all(alias.name == "marimo" for alias in node.names)
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id in (app, "__generated_with")
    if isinstance(node, ast.If):
        return "__name__" in ast.dump(node.test)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _read_stray(node: ast.stmt, lines: Sequence[str]) -> Draft:
    """Read a statement that stands outside of every cell, which running the file would run too."""
    decorators = getattr(node, "decorator_list", [])
    first = decorators[0].lineno if decorators else node.lineno
    return Draft("code", "\n".join(lines[first - 1 : node.end_lineno]), line=first)


def _read_function(node: _Function, options: dict[str, Any], lines: Sequence[str]) -> Draft:
    name = node.name if node.name.strip("_") else None
    last = node.body[-1]
    first = _body_start(node, lines)
    if node.body[0].lineno < first:
        return Draft(
            "code", _one_line_body(node, lines), name=name, line=node.body[0].lineno, settings=options
        )
    taken = list(lines[first - 1 : _body_end(node, lines)])
    if isinstance(last, ast.Return):
        taken = taken[: last.lineno - first + 1]
        taken[-1] = taken[-1].encode()[: last.col_offset].decode().rstrip(" \t;")
    blank, source = strip_blank_lines(dedent(taken))
    return Draft(
        "code", "\n".join(source), name=name, line=first + blank if source else node.lineno, settings=options
    )


def _one_line_body(node: _Function, lines: Sequence[str]) -> str:
    """Return the body of `def _(): x = 1; return`, which stands on the line of its signature."""
    kept = node.body[:-1] if isinstance(node.body[-1], ast.Return) else node.body
    if not kept:
        return ""
    text = "\n".join(lines)
    return "; ".join(ast.get_source_segment(text, statement) or "" for statement in kept)


def _body_start(node: _Function | ast.With | ast.AsyncWith, lines: Sequence[str]) -> int:
    """Return the 1-based line behind the one on which the signature ends; comments there count as body."""
    header: list[ast.AST] = []
    if isinstance(node, (ast.With, ast.AsyncWith)):
        header.extend(node.items[-1:] and [node.items[-1].context_expr])
    else:
        header.extend([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs])
        header.extend(part for part in (node.args.vararg, node.args.kwarg, node.returns) if part is not None)
        header.extend([*node.args.defaults, *(part for part in node.args.kw_defaults if part is not None)])
    line = max([node.lineno, *(getattr(part, "end_lineno", 0) or 0 for part in header)])
    while not re.search(r":[ \t]*(#.*)?\Z", lines[line - 1]) and line < node.body[0].lineno:
        line += 1
    return line + 1


def _body_end(node: ast.stmt, lines: Sequence[str]) -> int:
    """Return the last line of the body, with the indented comments behind its last statement."""
    end = node.end_lineno or node.lineno
    for number in range(end + 1, len(lines) + 1):
        line = lines[number - 1]
        if line.strip() and not line.startswith((" ", "\t")):
            break
        if line.strip():
            end = number
    return end


def dedent(lines: Sequence[str]) -> list[str]:
    """Return the lines without the indentation of the first of them that is code.

    Lines inside a string lose it only where every line of that string has it, as marimo decides when it
    reads what its editor wrote: else the text of the string would change.
    """
    wrapped = ["if 1:", *lines]
    inside = {number - 1 for number in string_lines("\n".join([*wrapped, "    pass"]))}
    code = (line for index, line in enumerate(lines) if line.strip() and index not in inside)
    first = next(code, "")
    indentation = first[: len(first) - len(first.lstrip(" \t"))]
    width = len(indentation)
    result = list(lines)
    index = 0
    while index < len(lines):
        end = index + 1
        if index in inside:
            while end in inside:
                end += 1
            block = lines[index:end]
            if any(line.strip() and not line.startswith(indentation) for line in block):
                index = end
                continue
        for number in range(index, end):
            line = lines[number]
            blank = line[:width].strip(" \t") == ""
            result[number] = (
                line[width:] if line.startswith(indentation) else line.lstrip(" \t") if blank else line
            )
        index = end
    return result


def _read_setup(node: ast.With | ast.AsyncWith, options: dict[str, Any], lines: Sequence[str]) -> Draft:
    first = _body_start(node, lines)
    taken = list(lines[first - 1 : _body_end(node, lines)])
    only = node.body[0]
    if len(node.body) == 1 and isinstance(only, ast.Pass):
        taken[only.lineno - first] = ""
    blank, source = strip_blank_lines(dedent(taken))
    return Draft("code", "\n".join(source), name="setup", line=first + blank, settings=options)


def _read_definition(
    node: _Function | ast.ClassDef, decorator: ast.expr, options: dict[str, Any], lines: Sequence[str]
) -> Draft:
    first = (decorator.end_lineno or decorator.lineno) + 1
    blank, source = strip_blank_lines(lines[first - 1 : _body_end(node, lines)])
    return Draft("code", "\n".join(source), name=node.name, line=first + blank, settings=options)


def _read_unparsable(node: ast.Expr, _lines: Sequence[str]) -> Draft:
    """Read a cell that marimo could not parse either: its text is kept, and fails when it is compiled."""
    call = node.value
    assert isinstance(call, ast.Call)
    options = _constants(call.keywords)
    name = options.pop("name", None)
    given = call.args[0] if call.args else None
    text = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
    blank, source = strip_blank_lines(textwrap.dedent(text).split("\n"))
    return Draft(
        "code",
        "\n".join(source),
        name=name if isinstance(name, str) and name.strip("_").isidentifier() else None,
        line=(given.lineno if given is not None else node.lineno) + blank,
        settings=options,
    )


def _aliases(tree: ast.Module) -> Iterator[str]:
    """Yield the names under which cells know marimo."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.asname or alias.name for alias in node.names if alias.name == "marimo")


def _read_markdown(draft: Draft, aliases: set[str]) -> None:
    """Make the draft a Markdown cell if it is nothing but `mo.md("constant text")`."""
    tree = parse_python(draft.source)
    only = tree.body[0] if tree and len(tree.body) == 1 else None
    call = only.value if isinstance(only, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "md":
        return
    if not isinstance(call.func.value, ast.Name) or call.func.value.id not in aliases or call.keywords:
        return
    text = _constant_text(call.args[0]) if len(call.args) == 1 else None
    if text is None:
        return
    blank, lines = strip_blank_lines(inspect.cleandoc(text).split("\n"))
    leading = len(text) - len(text.lstrip("\n"))
    draft.kind, draft.source = "markdown", "\n".join(lines)
    if draft.line is not None:
        draft.line += call.args[0].lineno - 1 + leading + blank


def _constant_text(node: ast.expr) -> str | None:
    """Return the text of a string constant, also of an f-string without anything to fill in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
        if len(parts) == len(node.values) and all(isinstance(part, str) for part in parts):
            return "".join(str(part) for part in parts)
    return None
