"""Notebook files: the format decided, the text read, and written so that a crash loses nothing."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tiffin.errors import NotebookError
from tiffin.notebook.ipynb import read_ipynb, write_ipynb
from tiffin.notebook.magics import rewrite
from tiffin.notebook.marimo_file import is_marimo, read_marimo
from tiffin.notebook.markdown_file import read_markdown, write_markdown
from tiffin.notebook.notebook import Notebook, NotebookCell
from tiffin.notebook.percent import read_percent, write_percent
from tiffin.notebook.stars import look_up_stars

_SUFFIXES = "a notebook is a .py, .ipynb or .md file"
_WRITERS: dict[str, Callable[[Notebook], str]] = {
    ".py": write_percent,
    ".ipynb": write_ipynb,
    ".md": write_markdown,
}


def read_notebook(path: str | os.PathLike[str]) -> Notebook:
    """Return the notebook in the file at `path`: percent or marimo `.py`, `.ipynb`, or Markdown.

    Modules that its cells import by star are imported, to learn which names that binds; nothing else is run.
    `NotebookError`, in one line, for every file that is no notebook.
    """
    return look_up_stars(read_sources(path), Path(path).resolve().parent)


def read_sources(path: str | os.PathLike[str]) -> Notebook:
    """Return the notebook in the file at `path` without running anything: star imports are not looked up."""
    path = Path(path)
    notebook = parse_notebook(_read_text(path), path.name)
    if not notebook.cells:
        raise NotebookError(f"{path} has no cells: a cell begins with a line `# %%`")
    return notebook


def read_cell(cell: NotebookCell, folder: Path) -> NotebookCell:
    """Return a cell that somebody wrote into a notebook in `folder`, completed as reading a file does it:
    IPython syntax rewritten, names that star imports bind looked up."""
    return look_up_stars(Notebook("", "", (rewrite_cell(cell),)), folder).cells[0]


def rewrite_cell(cell: NotebookCell) -> NotebookCell:
    """Return a cell that somebody wrote with its IPython syntax rewritten; nothing is imported."""
    if cell.kind == "markdown":
        return cell
    rewritten = rewrite(cell.source)
    settings = {**cell.settings, **rewritten.settings}
    return replace(cell, code=rewritten.code, settings=settings, problem=rewritten.problem)


def writing_problem(path: Path, text: str) -> str | None:
    """Return why a notebook that was read from `path`, where `text` stands, cannot be written there in the
    same format; None if it can."""
    suffix = path.suffix.lower()
    if suffix not in _WRITERS:
        return f"{path.name} cannot be written: {_SUFFIXES}"
    if suffix == ".py" and is_marimo(text):
        return f"{path.name} is a marimo notebook, which is only read: convert it with 'tiffin convert'"
    return None


def parse_notebook(text: str, filename: str) -> Notebook:
    """Return the notebook in the text of a file of that name; star imports are not looked up."""
    suffix = Path(filename).suffix.lower()
    if suffix == ".py":
        return read_marimo(text, filename) if is_marimo(text) else read_percent(text, filename)
    if suffix == ".ipynb":
        return read_ipynb(text, filename)
    if suffix in (".md", ".markdown"):
        return read_markdown(text, filename)
    raise NotebookError(f"{filename} cannot be read as a notebook: {_SUFFIXES}")


def write_notebook(notebook: Notebook, path: str | os.PathLike[str]) -> None:
    """Write the notebook in the format that the suffix of `path` names: percent `.py`, `.ipynb` or `.md`.

    The file is written beside its place and renamed, so that there is always a whole one. `NotebookError`
    for another suffix, a folder that is missing or not writable, and text that has no UTF-8 form.
    """
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise NotebookError(f"{path} cannot be written: {_SUFFIXES}")
    try:
        data = writer(notebook).encode()
    except UnicodeEncodeError as error:
        raise NotebookError(
            f"{path} cannot be written: its text has no UTF-8 form ({error.reason})"
        ) from None
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise NotebookError(f"{path} cannot be written: {error.strerror}") from None


def _read_text(path: Path) -> str:
    try:
        if path.is_dir():
            raise NotebookError(f"{path} is a folder, not a notebook: {_SUFFIXES}")
        if path.suffix.lower() not in (*_WRITERS, ".markdown") and path.exists():
            raise NotebookError(f"{path} cannot be read as a notebook: {_SUFFIXES}")
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotebookError(f"{path} does not exist") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise NotebookError(f"{path} cannot be read: {reason}") from None
    if not data.strip():
        raise NotebookError(f"{path} is empty")
    if b"\0" in data:
        raise NotebookError(f"{path} is a binary file, not a notebook")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotebookError(f"{path}, line {line}: not UTF-8; save the file in UTF-8") from None
