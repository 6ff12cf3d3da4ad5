"""Every example of docs/execution.md is run, from top to bottom, and shows what the page says it shows.

Fences with `file=` are files; those with `# %%` cells are notebooks, run by a kernel. Other Python is
executed, all in one namespace. What a notebook shows, or a block prints, stands in the `text` fence behind
it; a notebook that has none is run by the Python behind it.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tiffin.commands import RunCells
from tiffin.events import CellEnded, ErrorReport, Event
from tiffin.notebook.files import read_notebook
from tiffin.run.executors import find_executor
from tiffin.session.kernel import Kernel, KernelServices

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "execution.md"
FENCE = re.compile(r"^```(\w*)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CELL = re.compile(r"^# %%", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fence: its language, the file that it is, its text, its line on the page, and what it shows."""

    language: str
    file: str
    text: str
    line: int
    shows: str | None = None

    @property
    def is_notebook(self) -> bool:
        return self.language == "python" and CELL.search(self.text) is not None


def read_blocks(page: str) -> list[Block]:
    blocks: list[Block] = []
    for match in FENCE.finditer(page):
        language, file, text = match.groups()
        block = Block(language, file or "", text, page.count("\n", 0, match.start()) + 1)
        if language != "text":
            blocks.append(block)
            continue
        assert blocks, f"line {block.line}: there is nothing before it that could show this"
        assert blocks[-1].shows is None, f"line {block.line}: two outputs for one example"
        blocks[-1] = Block(**{**vars(blocks[-1]), "shows": text})
    return blocks


def test_every_example_shows_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))
    blocks = read_blocks(PAGE.read_text("utf-8"))
    namespace: dict[str, Any] = {"__name__": "example"}
    for index, block in enumerate(blocks):
        if block.is_notebook and block.shows is None:
            later = [other.text for other in blocks[index + 1 :] if not other.file]
            assert any(f'"{block.file}"' in text for text in later), f"line {block.line}: nobody runs this"
        shown = CARRY_OUT[block.language](block, namespace)
        assert shown == block.shows, f"{PAGE.name}, line {block.line}"
    assert sum(block.is_notebook for block in blocks) >= 8
    assert sum(block.language == "python" and not block.file for block in blocks) >= 10


def run_python(block: Block, namespace: dict[str, Any]) -> str | None:
    if block.file:
        path = Path(block.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")
    if block.is_notebook:
        assert block.file, f"line {block.line}: a notebook needs a name"
        return run_notebook(block.file) if block.shows is not None else None
    if block.file:
        return None
    code = compile("\n" * block.line + block.text, str(PAGE), "exec", dont_inherit=True)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, namespace)
    return printed.getvalue() or None


def run_notebook(name: str) -> str:
    notebook = read_notebook(name)
    events: list[Event] = []
    executor = find_executor(notebook.settings.get("executor", "default"))
    kernel = Kernel(notebook, KernelServices(executor=executor), events.append)
    asyncio.run(kernel.handle(RunCells("r")))
    ended = {event.cell: event for event in events if isinstance(event, CellEnded)}
    return "".join(line for cell in kernel.graph.cells if cell in ended for line in lines(ended[cell]))


def lines(ended: CellEnded) -> list[str]:
    """What a page shows of a cell, a line each."""
    printed = "".join(piece.text for piece in ended.console or ())
    said = [f"{ended.cell} prints {line}\n" for line in printed.splitlines()]
    shown = [bundle.get("text/plain") for bundle in (*(ended.displays or ()), ended.output or {})]
    said += [f"{ended.cell}: {plain}\n" for plain in shown if plain is not None]
    if ended.error is not None:
        said.append(f"{ended.cell} fails: {summarise(ended.error)}\n")
    elif ended.reason is not None:
        said.append(f"{ended.cell} is {ended.status}: {ended.reason}\n")
    return said


def summarise(error: ErrorReport) -> str:
    return f"{error.kind}: {error.message}" if error.kind else error.message


def install(block: Block, namespace: dict[str, Any]) -> None:
    """A package is installed as a reader would, into a folder of the test."""
    path = Path(block.file)
    assert path.name == "pyproject.toml"
    path.write_text(block.text, "utf-8")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*command, "--no-index", "--target", "installed", f"./{path.parent}"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


CARRY_OUT: dict[str, Callable[[Block, dict[str, Any]], str | None]] = {
    "python": run_python,
    "toml": install,
}


def test_other_pages_have_no_python_that_nobody_runs() -> None:
    elsewhere = (
        DOCS / "how-to" / "widgets.md",
        DOCS / "how-to" / "outputs.md",
    )
    for page in (DOCS.parent / "README.md", *DOCS.rglob("*.md")):
        if page not in (PAGE, *elsewhere):
            fences = FENCE.findall(page.read_text("utf-8"))
            assert all(file for language, file, _ in fences if language == "python"), page
