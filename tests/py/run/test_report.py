"""Errors as a reader sees them."""

from __future__ import annotations

import json

from notebooks import Bench, compiled, notebook

from tiffin.cells.compile import compile_cell
from tiffin.events import ErrorReport
from tiffin.graph.graph import build_graph
from tiffin.ids import CellId
from tiffin.notebook.notebook import NotebookCell
from tiffin.run.report import unmangle_text, where


async def failed(*sources: str) -> ErrorReport:
    runs = await Bench(*sources).restore()
    error = next(run.error for run in runs.values() if run.error is not None)
    assert error is not None
    return error


async def test_frames_are_the_notebooks_own() -> None:
    error = await failed("import json\ndef parse(text):\n    return json.loads(text)", "\nparse('{')")
    assert (error.kind, error.message[:20]) == ("JSONDecodeError", "Expecting property n")
    assert [(f.cell, f.where, f.function, f.text) for f in error.frames if f.cell] == [
        ("c2", "nb.py, line 2", "", "parse('{')"),
        ("c1", "nb.py, line 3", "parse", "    return json.loads(text)"),
    ]


async def test_what_the_notebook_called_in_libraries_is_told_and_how_cells_are_run_is_not() -> None:
    error = await failed("import json\njson.loads('{')")
    own, *library = error.frames
    assert (own.cell, own.text) == ("c1", "json.loads('{')")
    assert [(frame.cell, frame.function) for frame in library] == [
        ("", "loads"),
        ("", "decode"),
        ("", "raw_decode"),
    ]
    assert library[0].where == f"{json.__file__}, line {library[0].line}"
    assert library[0].text.strip() == "return _default_decoder.decode(s)"


async def test_private_names_read_as_they_were_written() -> None:
    error = await failed("def _f():\n    return _missing\n_f()")
    assert error.message == "name '_missing' is not defined"
    assert error.frames[-1].function == "_f"


async def test_a_cause_is_named() -> None:
    error = await failed(
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('bad') from e"
    )
    assert error.hint == "after ZeroDivisionError: division by zero"


async def test_a_missing_package_is_named() -> None:
    error = await failed("import nothing_of_that_name.inner")
    assert error.hint == "the package that has 'nothing_of_that_name' is not installed here"


async def test_a_message_that_raises() -> None:
    error = await failed("class E(Exception):\n    def __str__(self): return 1 / 0\nraise E")
    assert error.message == "(its message cannot be shown: ZeroDivisionError)"


def test_where_a_line_is() -> None:
    in_file = compile_cell(NotebookCell(CellId("a"), "code", "x", line=10), "a.py")
    in_cell = compile_cell(NotebookCell(CellId("b"), "code", "x"), "a.ipynb")
    found = build_graph([in_file, in_cell])
    assert where(in_file, found, "a.py", 3) == "a.py, line 12"
    assert where(in_cell, found, "a.ipynb", 3) == "a.ipynb, cell 2, line 3"
    assert where(in_cell, found, "a.ipynb") == "a.ipynb, cell 2"


def test_only_whole_names_are_unmangled() -> None:
    assert compiled("_x = 1").private == {"_cell_c1___x"}
    assert unmangle_text("name '_cell_c1___x', but not a_cell_b") == "name '_x', but not a_cell_b"
    assert notebook("x").cells[0].id == "c1"
