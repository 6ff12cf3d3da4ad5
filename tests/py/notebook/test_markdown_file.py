"""Markdown notebooks."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tiffin.errors import NotebookError
from tiffin.notebook.markdown_file import read_markdown, write_markdown
from tiffin.notebook.notebook import Notebook

RECIPE = Path(__file__).parent / "fixtures" / "recipe.md"


def without_lines(notebook: Notebook) -> Notebook:
    cells = tuple(dataclasses.replace(cell, line=None) for cell in notebook.cells)
    return dataclasses.replace(notebook, cells=cells)


def recipe() -> Notebook:
    return read_markdown(RECIPE.read_text(encoding="utf-8"), "recipe.md")


def test_python_fences_are_code_and_the_rest_is_text() -> None:
    notebook = recipe()
    assert [(cell.id, cell.kind, cell.source) for cell in notebook.cells] == [
        ("c1", "markdown", "# Dal for *four*\n\nWash the lentils."),
        ("c2", "markdown", "```bash\ncurl https://example.org/lentils\n```"),
        ("c3", "code", "lentils = 200\n%time lentils * 2"),
        ("c4", "markdown", "Then"),
        ("water", "code", "water = 3 * lentils"),
        ("c6", "markdown", '```json\n{"salt": 1}\n```'),
    ]
    assert notebook.cells[2].code == "lentils = 200\n__tiffin__.time(lambda: (lentils * 2))"
    assert notebook.cells[4].settings == {"cache": "never"}
    assert notebook.title == "Dal for four"
    assert notebook.settings == {"header": "title: A recipe"}


def test_lines_are_those_of_the_file() -> None:
    lines = RECIPE.read_text(encoding="utf-8").split("\n")
    for cell in recipe().cells:
        assert cell.line is not None
        assert lines[cell.line - 1] == cell.source.split("\n")[0]


def test_read_write_read_is_the_identity() -> None:
    first = recipe()
    written = write_markdown(first)
    assert "title: A recipe" in written
    second = read_markdown(written, "recipe.md")
    assert without_lines(second) == without_lines(first)
    assert write_markdown(second) == written


def test_what_the_text_cannot_say_goes_into_the_header() -> None:
    notebook = dataclasses.replace(
        recipe(), order="document", requirements=("rice",), settings={"theme": "dark"}
    )
    assert without_lines(read_markdown(write_markdown(notebook), "recipe.md")) == without_lines(notebook)


def test_a_magic_that_the_author_wrote_stays_code() -> None:
    (cell,) = read_markdown("```python\n%%bash\nls\n```\n", "n.md").cells
    assert (cell.kind, cell.source) == ("code", "%%bash\nls")
    assert cell.problem is not None


def test_a_broken_header_is_an_error() -> None:
    with pytest.raises(NotebookError, match=r"^n\.md cannot be read as a Markdown notebook: "):
        read_markdown("---\njupyter: [\n---\n\ntext\n", "n.md")
