"""marimo files, read from their syntax tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiffin.errors import NotebookError
from tiffin.notebook.files import read_notebook
from tiffin.notebook.marimo_file import dedent, is_marimo, map_imports, read_marimo
from tiffin.notebook.notebook import Notebook, NotebookCell

CARRIER = Path(__file__).parent / "fixtures" / "carrier.py"


@pytest.fixture(name="carrier")
def _carrier() -> Notebook:
    return read_notebook(CARRIER)


def cell(notebook: Notebook, cell_id: str) -> NotebookCell:
    return next(cell for cell in notebook.cells if cell.id == cell_id)


def test_every_kind_of_cell_is_found_in_order(carrier: Notebook) -> None:
    assert [(cell.id, cell.kind) for cell in carrier.cells] == [
        ("setup", "code"),
        ("area", "code"),
        ("Lid", "code"),
        ("c4", "markdown"),
        ("size", "code"),
        ("c6", "code"),
        ("c7", "code"),
        ("c8", "code"),
        ("c9", "code"),
        ("broken", "code"),
        ("c11", "code"),
    ]


def test_lines_are_those_of_the_file(carrier: Notebook) -> None:
    lines = CARRIER.read_text(encoding="utf-8").split("\n")
    for found in carrier.cells:
        assert found.line is not None
        assert found.source.split("\n")[0].strip() in lines[found.line - 1]


def test_the_frame_of_the_file(carrier: Notebook) -> None:
    assert carrier.requirements == ("numpy",)
    assert carrier.settings == {"width": "medium"}
    assert carrier.title == "The \\carrier\\"
    untitled = read_marimo(
        'import marimo\napp = marimo.App(app_title="T")\n@app.cell\ndef _():\n    1\n', "n.py"
    )
    assert untitled.title == "T"


def test_setup_keeps_its_comment_and_its_string(carrier: Notebook) -> None:
    setup = cell(carrier, "setup")
    assert setup.source == (
        "# what everybody needs\nimport math\nimport marimo as mo\n\n"
        'NOTE = """\nfour columns less\n  and two\n"""'
    )
    assert setup.code == setup.source.replace("import marimo as mo", "import tiffin as mo")
    assert setup.settings == {"hide_code": True}


def test_functions_and_classes_stand_as_they_are(carrier: Notebook) -> None:
    assert cell(carrier, "area").source == (
        'def area(radius):\n    """Of a lid.\n\n    In square units.\n    """\n    return math.pi * radius**2'
    )
    assert cell(carrier, "Lid").source == "class Lid:\n    radius = 3"
    assert cell(carrier, "Lid").settings == {"hide_code": True}


def test_markdown_is_text(carrier: Notebook) -> None:
    found = cell(carrier, "c4")
    assert found.source == "# The \\_carrier\\_\n\ntext"
    assert (found.code, found.settings) == (None, {"hide_code": True})


def test_bodies_lose_indentation_and_return_and_nothing_else(carrier: Notebook) -> None:
    assert cell(carrier, "size").source == (
        '# a comment first\n\nflush = """\nleft\n"""\nsize = area(3)  # é\nsize\n# a comment last'
    )
    assert cell(carrier, "c6").source == 'import asyncio\n\nawait asyncio.sleep(0)\nmo.md(f"""{size}""")'
    assert cell(carrier, "c6").settings == {"disabled": True, "hide_code": False}
    assert cell(carrier, "c7").source == "# only a comment"
    assert cell(carrier, "c8").source == "x = 1; y = 2"
    assert cell(carrier, "c9").source == "if x: return\nslider = mo.ui.slider(1, 3)\nslider"
    assert cell(carrier, "broken").source == "z = = 1\n  w"


def test_imports_of_marimo_become_imports_of_tiffin(carrier: Notebook) -> None:
    found = cell(carrier, "c11")
    assert found.source == 'from marimo import ui as widgets\nimport os, marimo\nmo.md("short")'
    assert found.code == 'from tiffin import ui as widgets\nimport os, tiffin as marimo\nmo.md("short")'
    assert map_imports("import marimo as mo, sys; from marimo import md") == (
        "import tiffin as mo, sys; from tiffin import md"
    )
    assert map_imports("é = 'import marimo'; import marimo") == "é = 'import marimo'; import tiffin as marimo"
    assert map_imports("import marimolike") is None
    assert map_imports("import marimo.ui") is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["    a", "", "      b"], ["a", "", "  b"]),
        (["    a = '''", "    b", "      c", "    '''"], ["a = '''", "b", "  c", "'''"]),
        (["    a = '''", "  b", "    c", "    '''"], ["a = '''", "  b", "    c", "    '''"]),
        (["    a = f'''", "    {b}", "    '''"], ["a = f'''", "{b}", "'''"]),
        (["\ta", "\t\tb"], ["a", "\tb"]),
        (["    a(", "  b,", "    )"], ["a(", "  b,", ")"]),
        (["", "    # c", "    a"], ["", "# c", "a"]),
        ([], []),
    ],
)
def test_dedent_goes_by_code_and_spares_what_strings_hold(lines: list[str], expected: list[str]) -> None:
    assert dedent(lines) == expected


def test_no_code_of_the_file_runs(tmp_path: Path) -> None:
    path = tmp_path / "n.py"
    path.write_text(
        "import marimo\napp = marimo.App()\n@app.cell\ndef _():\n    raise SystemExit\nraise SystemExit\n"
    )
    assert [cell.source for cell in read_notebook(path).cells] == ["raise SystemExit", "raise SystemExit"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import marimo\n\napp = marimo.App()\n", True),
        ("import marimo\r\napp = marimo.App(width='full')\r\n", True),
        ("import marimo as m\nx = m.App()\n", True),
        ("import marimo\n\napp = marimo.App(\n", True),
        ("# %%\nimport marimo as mo\n", False),
        ("app = flask.App()\n", False),
        ("text = '''\n  app = marimo.App()'''\n", False),
    ],
)
def test_which_files_are_marimo_notebooks(text: str, found: bool) -> None:
    assert is_marimo(text) is found


def test_a_file_that_does_not_parse_is_an_error_with_its_line() -> None:
    with pytest.raises(NotebookError, match=r"^n\.py, line 4: not valid Python: "):
        read_marimo("import marimo\napp = marimo.App()\n@app.cell\ndef _(:\n", "n.py")
