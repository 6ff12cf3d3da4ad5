r"""Percent `.py`, the native format: Python with a line `# %%` before each cell.

    # /// script                      PEP 723: requirements
    # dependencies = ["numpy"]
    # ///
    # tiffin: order=document          settings of the notebook, before the first cell

    # %% [markdown]                   a Markdown cell, in comments
    # # Title

    # %% prices                       a code cell named `prices`
    # tiffin: cache=never             settings of the cell, at its top
    x = 1

A line that starts with `#`, at most one blank and `%%`, followed by a blank or nothing, begins a cell
*wherever it stands*, in the middle of a string too: editors read the format so, and a string that somebody
forgot to close then spoils one cell and not the rest of the file. A cell that holds such a line is written
with a backslash before the `%%` (`# \%%`), which reading takes off again; more backslashes get one more.
The same holds for a first line that would be read as settings (`# \tiffin: ...`).

What is normalised: line ends become `\n`; blank lines at both ends of a cell are not part of it; settings
of code cells are written in one comment, those of Markdown cells and `tags` behind the marker; `#text` in a
Markdown cell becomes `# text`. Comments above the first cell that are not settings (a licence, a header of
jupytext) are kept in the setting `header`, and a script block that says more than its dependencies, or says
them in its own way, in the setting `script`. Nothing else that a person wrote is changed or lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tiffin.errors import NotebookError
from tiffin.notebook.draft import Draft, assemble, normalise_line_ends, parse_python, strip_blank_lines
from tiffin.notebook.magics import rewrite
from tiffin.notebook.notebook import CellKind, Notebook, NotebookCell
from tiffin.notebook.script_block import (
    ScriptBlock,
    read_script_block,
    script_requirements,
    write_script_block,
)
from tiffin.notebook.settings import (
    MalformedSettings,
    read_comment,
    read_settings,
    write_comment,
    write_settings,
)

_MARKER = re.compile(r"#[ \t]?%%(?:[ \t]+(.*))?\Z", re.DOTALL)
_MARKER_LIKE = re.compile(r"\A(#[ \t]?)(\\*)(%%(?:[ \t].*)?)\Z", re.DOTALL)
_SETTINGS_LIKE = re.compile(r"\A(#[ \t]?)(\\*)(tiffin:.*)\Z", re.DOTALL)
_KIND = re.compile(r"(?:^|[ \t])\[(markdown|md|raw|code)\](?=[ \t]|\Z)")
_OPTION = re.compile(r"(?:^|[ \t])[A-Za-z_][A-Za-z0-9_.-]*=", re.ASCII)
_HEADER_ONLY = ("header", "script")


@dataclass
class _Marker:
    kind: CellKind = "code"
    name: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)


def read_percent(text: str, filename: str) -> Notebook:
    """Return the notebook in the text of a percent file; `line` of each cell is its first source line.

    `NotebookError` for a broken script block or broken settings of the notebook; broken settings of one
    cell are that cell's problem.
    """
    lines = normalise_line_ends(text).split("\n")
    marks = [index for index, line in enumerate(lines) if _MARKER.match(line)]
    first_mark = marks[0] if marks else len(lines)
    requirements, settings, drafts = _read_top(lines[:first_mark], filename)
    for index, end in pairwise([*marks, len(lines)]):
        drafts.extend(_read_cell(lines, index, end))
    for draft in drafts:
        requirements.extend(_rewrite(draft))
    return assemble(filename, drafts, requirements=requirements, settings=settings)


def write_percent(notebook: Notebook) -> str:
    """Return the text of the percent file for `notebook`, from which reading makes an equal one.

    Only normalised notebooks come back equal (see the module): `write` after `read` always gives one.
    """
    settings = dict(notebook.settings)
    header, script = settings.pop("header", None), settings.pop("script", None)
    if notebook.order != "graph":
        settings = {"order": notebook.order, **settings}
    top = [
        _write_header(header) if isinstance(header, str) else "",
        _write_script(notebook, script if isinstance(script, str) else None),
        write_comment(settings) if settings else "",
    ]
    parts = [part for part in top if part] + [_write_cell(cell) for cell in notebook.cells]
    return "\n\n".join(parts) + "\n" if parts else ""


def _read_top(lines: Sequence[str], filename: str) -> tuple[list[str], dict[str, Any], list[Draft]]:
    """Read what stands above the first marker: requirements, settings, and the code there, as a cell."""
    block = read_script_block("\n".join(lines), filename)
    code_at = next(
        (index for index, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines)
    )
    start = code_at
    settings: dict[str, Any] = {}
    header: list[str] = []
    while start > 0 and lines[start - 1].startswith("#") and not _is_top_matter(lines, start - 1, block):
        start -= 1
    if code_at == len(lines):
        start = code_at
    for index in range(start):
        if block is not None and block.first <= index < block.end:
            continue
        found = _notebook_settings(lines[index], filename, index + 1)
        if found is None:
            header.append(_unescape(lines[index]) if lines[index].strip() else "")
        else:
            settings.update(found)
    _, header = strip_blank_lines(header)
    if header:
        settings["header"] = re.sub(r"\n{3,}", "\n\n", "\n".join(header))
    if block is not None and not block.is_canonical:
        settings["script"] = block.toml
    skipped, rest = strip_blank_lines([_unescape(line) for line in lines[start:]])
    drafts = [Draft("code", "\n".join(rest), line=start + skipped + 1)] if rest else []
    return list(block.requirements if block else ()), settings, drafts


def _is_top_matter(lines: Sequence[str], index: int, block: ScriptBlock | None) -> bool:
    if block is not None and block.first <= index < block.end:
        return True
    try:
        return read_comment(lines[index]) is not None
    except MalformedSettings:
        return True


def _notebook_settings(line: str, filename: str, number: int) -> dict[str, Any] | None:
    try:
        found = read_comment(line)
    except MalformedSettings as error:
        raise NotebookError(f"{filename}, line {number}: settings are key=value pairs, but {error}") from None
    for key in _HEADER_ONLY:
        if found and key in found:
            raise NotebookError(f"{filename}, line {number}: {key} is not a setting; it stands in comments")
    return found


def _read_cell(lines: Sequence[str], mark: int, end: int) -> list[Draft]:
    """Read the cell whose marker stands on line `mark` (0-based); two if code follows its Markdown."""
    matched = _MARKER.match(lines[mark])
    marker = read_marker((matched and matched[1]) or "")
    body = [_unescape(line) for line in lines[mark + 1 : end]]
    if marker.kind == "code":
        return [_read_code(marker, body, mark)]
    return _read_markdown(marker, body, mark)


def _read_code(marker: _Marker, body: list[str], mark: int) -> Draft:
    settings, problem, skipped = dict(marker.settings), None, 0
    for index, line in enumerate(body):
        if not line.strip():
            continue
        try:
            found = read_comment(line)
        except MalformedSettings as error:
            problem = f"line {mark + index + 2}: settings are key=value pairs, but {error}"
            break
        if found is None:
            break
        settings.update(found)
        skipped = index + 1
    blank, source = strip_blank_lines(body[skipped:])
    first = mark + 2 + skipped + blank if source else mark + 1
    if source:
        source[0] = _unescape(source[0], _SETTINGS_LIKE)
    return Draft("code", "\n".join(source), name=marker.name, line=first, settings=settings, problem=problem)


def _read_markdown(marker: _Marker, body: list[str], mark: int) -> list[Draft]:
    blank, text = strip_blank_lines(body)
    quoted = _quoted_markdown(text)
    if quoted is not None:
        inside, source = strip_blank_lines(normalise_line_ends(quoted).split("\n"))
        line = mark + 2 + blank + inside
        return [_markdown_draft(marker, source, line)]
    comments = next(
        (index for index, line in enumerate(text) if line.strip() and not line.startswith("#")), len(text)
    )
    inside, source = strip_blank_lines([_uncomment(line) for line in text[:comments]])
    drafts = [_markdown_draft(marker, source, mark + 2 + blank + inside if source else mark + 1)]
    if comments < len(text):
        code = "\n".join(text[comments:])
        drafts.append(Draft("code", code, line=mark + 2 + blank + comments))
    return drafts


def _markdown_draft(marker: _Marker, source: list[str], line: int) -> Draft:
    return Draft("markdown", "\n".join(source), name=marker.name, line=line, settings=marker.settings)


def _quoted_markdown(text: list[str]) -> str | None:
    """Return the Markdown of a cell that is one string literal, as some editors write it."""
    if not text or text[0].startswith("#"):
        return None
    tree = parse_python("\n".join(text))
    value = getattr(tree.body[0], "value", None) if tree and len(tree.body) == 1 else None
    constant = getattr(value, "value", None)
    return constant if isinstance(constant, str) else None


def read_marker(rest: str) -> _Marker:
    """Return what the text behind `# %%` says: `[name or title] [[markdown]] [key=value ...]`."""
    settings: dict[str, Any] = {}
    for option in _OPTION.finditer(rest):
        try:
            settings = read_settings(rest[option.start() :])
        except MalformedSettings:
            continue
        rest = rest[: option.start()]
        break
    kind: CellKind = "code"
    if found := _KIND.search(rest):
        kind = "code" if found[1] == "code" else "markdown"
        if found[1] == "raw":
            settings = {"raw": True, **settings}
        rest = rest[: found.start()] + " " + rest[found.end() :]
    title = rest.strip()
    name = settings.get("name")
    if isinstance(name, str) and name.isidentifier():
        del settings["name"]
    else:
        name = None
    if name is None and title.isidentifier():
        name = title
    elif title:
        settings.setdefault("title", title)
    return _Marker(kind, name, settings)


def _write_cell(cell: NotebookCell) -> str:
    settings = _own_settings(cell)
    on_marker = {"tags": settings.pop("tags")} if "tags" in settings else {}
    if cell.kind == "markdown":
        on_marker.update(settings)
        settings = {}
    if "title" in settings:
        on_marker["title"] = settings.pop("title")
    parts = [_write_marker(cell, on_marker)]
    if settings:
        parts.append(write_comment(settings))
    _, source = strip_blank_lines(normalise_line_ends(cell.source).split("\n"))
    if cell.kind == "markdown":
        source = [f"# {line}" if line else "#" for line in source]
    elif source and _is_settings(source[0]):
        source[0] = _escape(source[0], _SETTINGS_LIKE)
    parts.extend(_escape(line, _MARKER_LIKE) for line in source)
    return "\n".join(parts)


def _write_marker(cell: NotebookCell, settings: Mapping[str, Any]) -> str:
    """Return the marker line; a title that would be read as something else goes among the options."""
    options = dict(settings)
    raw = cell.kind == "markdown" and options.get("raw") is True
    if raw:
        del options["raw"]
    kind = "[raw]" if raw else "[markdown]" if cell.kind == "markdown" else ""
    wanted = _Marker(cell.kind, cell.name, dict(settings))
    ways: list[tuple[str | None, dict[str, Any]]] = [(cell.name, options)]
    if cell.name is None and isinstance(options.get("title"), str):
        ways.insert(0, (options["title"], {key: options[key] for key in options if key != "title"}))
    for title, rest in ways:
        written = " ".join(part for part in (title, kind, write_settings(rest)) if part)
        if "\n" not in written and read_marker(written) == wanted:
            return f"# %% {written}" if written else "# %%"
    raise NotebookError(f"the cell name {cell.name!r} cannot be written: a name is a Python identifier")


def _write_header(header: str) -> str:
    lines = [line if line.startswith("#") or not line else f"# {line}" for line in header.split("\n")]
    return "\n".join(_escape(line, _MARKER_LIKE) for line in lines)


def _write_script(notebook: Notebook, script: str | None) -> str:
    """Return the script block of all requirements but those that cells state themselves (`%pip install`)."""
    stated = set(script_requirements(script)) if script is not None else set()
    by_cells = {entry for cell in notebook.cells for entry in _stated_by(cell)}
    requirements = [entry for entry in notebook.requirements if entry in stated or entry not in by_cells]
    return write_script_block(requirements, script)


def _stated_by(cell: NotebookCell) -> tuple[str, ...]:
    return rewrite(cell.source).requirements if cell.kind == "code" and cell.code is not None else ()


def _own_settings(cell: NotebookCell) -> dict[str, Any]:
    """Return the cell's settings without those that its own source states (`%%time`)."""
    stated = rewrite(cell.source).settings if cell.kind == "code" and cell.code is not None else {}
    return {key: value for key, value in cell.settings.items() if key not in stated or stated[key] != value}


def _rewrite(draft: Draft) -> tuple[str, ...]:
    """Rewrite the IPython syntax of a code cell, if it has any; return the requirements it states."""
    if draft.kind != "code":
        return ()
    rewritten = rewrite(draft.source, first_line=draft.line or 1)
    draft.code = rewritten.code
    draft.settings.update(rewritten.settings)
    draft.problem = draft.problem or rewritten.problem
    return rewritten.requirements


def _uncomment(line: str) -> str:
    return line[2:] if line.startswith("# ") else line[1:]


def _is_settings(line: str) -> bool:
    try:
        return read_comment(line) is not None or bool(re.match(r"#[ \t]?\\+tiffin:", line))
    except MalformedSettings:
        return False


def _escape(line: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(r"\1\\\2\3", line)


def _unescape(line: str, pattern: re.Pattern[str] = _MARKER_LIKE) -> str:
    matched = pattern.match(line)
    return matched[1] + matched[2][1:] + matched[3] if matched and matched[2] else line
