"""IPython syntax in cells, rewritten as Python: magics, shell commands, help.

IPython's own transformer finds the syntax (so that a `%` in a string or a continued line is what it is in
Jupyter); what it would call at run time is replaced here by code that runs without IPython:

| in the cell | becomes |
|---|---|
| `%matplotlib inline`, `%config ...`, `%autoreload`, ... | `pass`, with the line as a comment |
| `obj?`, `obj??`, `%pinfo obj` | the same: help is for the author at the keyboard, not a result |
| `%pip install x`, `!pip install x`, `%conda install x` | the same, and a requirement of the notebook |
| `%time expr`, `x = %time expr` | `__tiffin__.time(lambda: (expr))`, which prints and returns the value |
| `%timeit expr` | `__tiffin__.timeit(lambda: (expr))`, with `number=` and `repeat=` if `-n`, `-r` are given |
| `%time stmt`, `%timeit stmt` | `with __tiffin__.timer(): stmt` (run once: a statement may bind names) |
| `%%time` | an empty line, and the cell's setting `time=true` |
| `%%timeit` | the body in a function, then `__tiffin__.timeit(function)` |
| `%%capture name` | the body in `with __tiffin__.capture() as name:` |
| any other `!command`, `%magic`, `%%magic` | a problem of the cell, which names line and command |

Line n of the code is line n of the source, save after a compound statement behind `%time`. Text in
strings is never changed: lines inside a string are not indented with the body around them.
"""

from __future__ import annotations

import ast
import importlib
import io
import re
import tokenize
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiffin.notebook.draft import parse_python
from tiffin.notebook.installs import read_install
from tiffin.notebook.line_magics import Findings, replace_calls, split_timeit

_CELL_MAGIC = re.compile(r"%%(?P<name>\S+)[ \t]*(?P<line>.*)\Z")
_AUTOMAGIC_INSTALL = re.compile(r"[ \t]*(?:pip3?|conda|mamba) +install\b")
_CAPTURE_OPTIONS = {"--no-stdout": "stdout", "--no-stderr": "stderr", "--no-display": "display"}
_TIMED = "_tn_timed"


@dataclass(frozen=True)
class Rewritten:
    """What became of a cell's source: `code` is None where nothing had to change."""

    code: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    problem: str | None = None


def rewrite(source: str, first_line: int = 1) -> Rewritten:
    """Return the Python of a code cell in which IPython syntax may stand.

    `first_line` is the number of the source's first line in the problem's words. Broken Python is left
    broken: the error is found where cells are compiled.
    """
    findings = Findings(first_line=first_line)
    tree = parse_python(source)
    if tree is not None:
        code = replace_calls(source, findings) if "get_ipython" in source else source
    else:
        code = _rewrite_ipython(source, findings)
    return Rewritten(
        code=None if code == source else code,
        settings=findings.settings,
        requirements=tuple(dict.fromkeys(findings.requirements)),
        problem=findings.problems[0] if findings.problems else None,
    )


def _rewrite_ipython(source: str, findings: Findings) -> str:
    lines = source.split("\n")
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    magic = _CELL_MAGIC.match(lines[first].strip())
    if magic is None or magic["name"].endswith("?"):
        return _rewrite_lines(source, findings)
    inner = Findings(first_line=findings.first_line + first + 1)
    body = "\n".join(lines[first + 1 :])
    name, line = magic["name"], magic["line"].strip()
    wrap = _CELL_MAGICS.get(name)
    refused = None if wrap else f"the cell magic `%%{name}` works only in Jupyter; write Python instead"
    if wrap is None or (refused := _refusal(name, line)):
        findings.problems.append(f"line {findings.first_line + first}: {refused}")
        return "" if wrap is None else "\n" * (first + 1) + body
    body = body if parse_python(body) and "get_ipython" not in body else _rewrite_ipython(body, inner)
    wrapped = wrap(line, body, findings)
    findings.take(inner)
    if len(lines) == first + 1:
        wrapped = wrapped.removesuffix("\n")
    return "\n" * first + wrapped


def _refusal(name: str, line: str) -> str | None:
    """Return what is wrong with the text behind a cell magic that is known."""
    if name == "time" and line:
        return "nothing may stand behind `%%time`; put the statement on the next line"
    if name == "timeit" and split_timeit(line)[1]:
        return "a set-up statement behind `%%timeit` is not run; put it into a cell above"
    if name == "capture":
        words = [word for word in line.split() if word not in _CAPTURE_OPTIONS]
        if len(words) > 1 or any(not word.isidentifier() for word in words):
            return f"`%%capture {line}` is not understood; write `%%capture name`"
    return None


def _wrap_time(_line: str, body: str, findings: Findings) -> str:
    findings.settings["time"] = True
    return "\n" + body


def _wrap_timeit(line: str, body: str, _findings: Findings) -> str:
    options, _ = split_timeit(line)
    filler = "" if _has_statements(body) else " pass"
    return f"def {_TIMED}():{filler}\n{indent(body)}\n__tiffin__.timeit({_TIMED}{options})"


def _wrap_capture(line: str, body: str, _findings: Findings) -> str:
    words = line.split()
    names = [word for word in words if word not in _CAPTURE_OPTIONS]
    options = ", ".join(f"{_CAPTURE_OPTIONS[word]}=False" for word in words if word in _CAPTURE_OPTIONS)
    target = f" as {names[0]}" if names else ""
    filler = "" if _has_statements(body) else " pass"
    return f"with __tiffin__.capture({options}){target}:{filler}\n{indent(body)}"


_CELL_MAGICS = {"time": _wrap_time, "timeit": _wrap_timeit, "capture": _wrap_capture}


def _has_statements(body: str) -> bool:
    tree = parse_python(body)
    return tree is None or bool(tree.body)


def indent(body: str) -> str:
    """Return `body` indented by four columns, save the lines on which a string goes on."""
    inside = string_lines(body)
    lines = body.split("\n")
    return "\n".join(
        line if index in inside or not line.strip() else f"    {line}" for index, line in enumerate(lines)
    )


def string_lines(source: str) -> set[int]:
    """Return the 0-based numbers of the lines that begin inside a string literal; empty for broken Python."""
    inside: set[int] = set()
    starts: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            kind = tokenize.tok_name[token.type]
            if kind == "STRING":
                inside.update(range(token.start[0], token.end[0]))
            elif kind in ("FSTRING_START", "TSTRING_START"):
                starts.append(token.start[0])
            elif kind in ("FSTRING_END", "TSTRING_END"):
                inside.update(range(starts.pop(), token.end[0]))
    except (tokenize.TokenError, SyntaxError):
        return set()
    return inside


def _rewrite_lines(source: str, findings: Findings) -> str:
    code = _transform(source)
    for _ in range(code.count("\n") + 2):
        error = _syntax_error(code)
        if error is None:
            return replace_calls(code, findings)
        lines = code.split("\n")
        at = (error.lineno or 1) - 1
        if at >= len(lines) or not _AUTOMAGIC_INSTALL.match(lines[at]) or read_install(lines[at]) is None:
            return code
        start = len(lines[at]) - len(lines[at].lstrip())
        lines[at] = f"{lines[at][:start]}%{lines[at][start:]}"
        code = _transform("\n".join(lines))
    return code


def _transform(source: str) -> str:
    """Return what IPython makes of the source, with as many lines as before."""
    transformers: Any = importlib.import_module("IPython.core.inputtransformer2")
    manager = transformers.TransformerManager()
    lines = [f"{line}\n" for line in source.split("\n")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for transform in manager.cleanup_transforms:
            before = len(lines)
            try:
                lines = transform(lines)
            except SyntaxError:
                return source
            lines = ["\n"] * (before - len(lines)) + lines
        for _ in range(len(lines) + 1):
            try:
                changed, after = manager.do_one_token_transform(lines)
            except (SyntaxError, tokenize.TokenError, RecursionError):
                break
            if not changed:
                break
            at = next((i for i, (old, new) in enumerate(zip(lines, after, strict=False)) if old != new), 0)
            lines = [*after[: at + 1], *["\n"] * (len(lines) - len(after)), *after[at + 1 :]]
    return "".join(lines).removesuffix("\n")


def _syntax_error(code: str) -> SyntaxError | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(code)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError) as error:
            return SyntaxError(str(error))
    return None
