"""Calls of IPython's shell, which is what its syntax turns into, replaced by Python that needs no IPython."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tiffin.notebook.draft import parse_python
from tiffin.notebook.installs import read_install

# They set up how an interactive session shows things; what they show is shown here anyway.
_DROPPED = {
    "matplotlib", "config", "autoreload", "aimport", "reload_ext", "pprint", "xmode", "colors", "gui",
    "automagic", "autosave", "autocall", "pinfo", "pinfo2", "psearch", "pdoc", "psource", "pdef", "logstop",
}  # fmt: skip
_DROPPED_EXTENSIONS = {"autoreload", "nb_black", "lab_black", "jupyter_black", "black"}
_INSTALLERS = {"pip", "conda", "mamba", "micromamba", "uv"}
_TIMEIT_OPTIONS = re.compile(r"(?:-(?:[nrp] *[0-9]+|[tcqov]+)(?: +|\Z))*")
_SHELL = {"system", "getoutput"}
_HINTS = {
    "pylab": "import what you use: `import numpy as np`, `import matplotlib.pyplot as plt`",
    "run": "import the file as a module instead",
    "env": "set `os.environ` instead",
    "set_env": "set `os.environ` instead",
    "cd": "use paths relative to the notebook instead",
    "load_ext": "this extension exists only in Jupyter",
}


@dataclass
class Findings:
    """What rewriting a cell brought to light; `first_line` is the number of its first line for a person."""

    first_line: int = 1
    settings: dict[str, Any] = field(default_factory=dict)
    requirements: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def take(self, other: Findings) -> None:
        """Add what rewriting an inner part of the cell brought to light."""
        self.settings.update(other.settings)
        self.requirements.extend(other.requirements)
        self.problems.extend(other.problems)


@dataclass(frozen=True)
class _Call:
    """`get_ipython().method(name, text)`; `statement` is the whole statement, None inside another one."""

    node: ast.Call
    method: str
    name: str
    text: str
    statement: ast.Expr | ast.Assign | None

    @property
    def written(self) -> str:
        """What the author wrote, as far as it can be told."""
        sign = {"system": "!", "getoutput": "!"}.get(self.method, "%%" if "cell" in self.method else "%")
        return f"{sign}{self.name} {self.text}".strip() if self.name else f"{sign}{self.text}"


def replace_calls(code: str, findings: Findings) -> str:
    """Return `code` (valid Python) with every call of IPython's shell replaced; lines stay where they are."""
    tree = parse_python(code)
    if tree is None:
        return code
    edits: list[tuple[ast.AST, str]] = []
    for call in _calls(tree):
        target, text = _replacement(call, code, findings)
        edits.append((target, text))
    for node in _failing_uses(tree):
        findings.problems.append(
            f"line {findings.first_line + node.lineno - 1}: `get_ipython()` gives None here, as outside of "
            f"Jupyter, so `.{node.attr}` fails; leave it out"
        )
    return _apply(code, edits)


def _calls(tree: ast.Module) -> list[_Call]:
    """Return the calls that can be told from the text: a known method, and constant strings as arguments."""
    statements = {id(node.value): node for node in ast.walk(tree) if isinstance(node, (ast.Expr, ast.Assign))}
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if not _is_shell(node.func.value) or node.keywords:
            continue
        texts = [
            arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if len(texts) != len(node.args) or not texts:
            continue
        method = node.func.attr
        if method in _SHELL:
            name, text = "", texts[0]
        elif method == "magic":
            name, _, text = texts[0].lstrip("%").partition(" ")
        elif method in ("run_line_magic", "run_cell_magic"):
            name, text = texts[0], texts[1] if len(texts) > 1 else ""
        else:
            continue
        found.append(_Call(node, method, name, text.strip(), statements.get(id(node))))
    return found


def _is_shell(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "get_ipython"


def _failing_uses(tree: ast.Module) -> Iterator[ast.Attribute]:
    """Yield the attributes of `get_ipython()` that are none of the known calls and stand in no `try`."""
    known = {id(call.node.func) for call in _calls(tree)}
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Try, ast.TryStar, ast.If, ast.IfExp))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_shell(node.value) and id(node) not in known | guarded:
            yield node


def _replacement(call: _Call, code: str, findings: Findings) -> tuple[ast.AST, str]:
    """Return the node to replace and its new text."""
    if call.method not in _SHELL and call.name in ("time", "timeit") and call.method != "run_cell_magic":
        return _timed(call, code)
    problem = _judge(call, findings)
    if problem is not None:
        line = findings.first_line + call.node.lineno - 1
        findings.problems.append(f"line {line}: `{call.written}` {problem}")
    if isinstance(call.statement, ast.Expr):
        return call.statement, _comment("pass", call, code)
    return call.node, "None"


def _judge(call: _Call, findings: Findings) -> str | None:
    """Return why the call cannot be left out, as the end of a sentence; None if it can."""
    command = call.text if call.method in _SHELL else f"{call.name} {call.text}"
    if call.method in _SHELL or call.name in _INSTALLERS:
        install = read_install(command)
        if install is not None and isinstance(call.statement, ast.Expr):
            findings.requirements.extend(install.requirements)
            return install.problem
        if call.method in _SHELL:
            return "is a shell command, and there is no shell in a browser; use Python instead"
    if call.method != "run_cell_magic" and call.name in _DROPPED:
        return None
    if call.name == "load_ext" and call.text in _DROPPED_EXTENSIONS:
        return None
    if call.name.startswith("%"):
        return "must stand on the first line of its cell"
    hint = _HINTS.get(call.name, "use Python instead")
    return f"works only in Jupyter; {hint}"


def _comment(statement: str, call: _Call, code: str) -> str:
    """Return the statement with the author's line behind it, where a comment may stand there."""
    line = code.split("\n")[(call.node.end_lineno or 1) - 1].encode()
    if line[call.node.end_col_offset or 0 :].strip() or "\n" in call.written:
        return statement
    return f"{statement}  # {call.written}"


def _timed(call: _Call, code: str) -> tuple[ast.AST, str]:
    """Return the replacement of `%time` and `%timeit`."""
    text, options = call.text, ""
    if call.name == "timeit":
        options, text = split_timeit(text)
    parsed = parse_python(text)
    if parsed is None or not parsed.body:
        broken = text if parsed is None and text else "pass"
        return (
            (call.statement, broken)
            if isinstance(call.statement, ast.Expr)
            else (call.node, broken or "None")
        )
    only = parsed.body[0] if len(parsed.body) == 1 else None
    if isinstance(only, ast.Expr) and _fits_lambda(only.value):
        expression = ast.get_source_segment(text, only.value)
        silent = ";" if text.rstrip().endswith(";") and isinstance(call.statement, ast.Expr) else ""
        return call.node, f"__tiffin__.{call.name}(lambda: ({expression}){options}){silent}"
    if call.statement is None or (only is None and isinstance(call.statement, ast.Assign)):
        return call.node, "None"
    if isinstance(call.statement, ast.Assign):
        targets = "".join(f"{ast.get_source_segment(code, target)} = " for target in call.statement.targets)
        text = targets + text
    compound = only is not None and hasattr(only, "body") and not isinstance(only, ast.Expr)
    if compound:
        column = " " * call.statement.col_offset
        return call.statement, f"with __tiffin__.timer():\n{column}    {text}"
    return call.statement, f"with __tiffin__.timer(): {text}"


def split_timeit(text: str) -> tuple[str, str]:
    """Return `-n` and `-r` before a timed statement as arguments (`, number=10`), and the statement."""
    matched = _TIMEIT_OPTIONS.match(text)
    flags = matched[0] if matched else ""
    names = {"n": "number", "r": "repeat"}
    options = [f", {names[key]}={value}" for key, value in re.findall(r"-([nr]) *([0-9]+)", flags)]
    return "".join(options), text[len(flags) :].strip()


def _fits_lambda(value: ast.expr) -> bool:
    """Return whether the expression means the same in a lambda: it waits for nothing and binds nothing."""
    unfit = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
    waits = any(isinstance(node, ast.comprehension) and node.is_async for node in ast.walk(value))
    return not waits and not any(isinstance(node, unfit) for node in ast.walk(value))


def _apply(code: str, edits: list[tuple[ast.AST, str]]) -> str:
    """Return `code` with the nodes' text replaced; a shorter text is filled up with empty lines."""
    lines = [line.encode() for line in code.split("\n")]
    for node, text in sorted(edits, key=lambda edit: _start(edit[0]), reverse=True):
        (first, left), (last, right) = _start(node), _end(node)
        filled = text.encode() + b"\n" * (last - first)
        whole = lines[first - 1][:left] + filled + lines[last - 1][right:]
        lines[first - 1 : last] = whole.split(b"\n")
    return b"\n".join(lines).decode()


def _start(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 1), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", 1), getattr(node, "end_col_offset", 0)
