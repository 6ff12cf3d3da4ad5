"""Percent files: what is read from them, and that writing loses nothing."""

from __future__ import annotations

import dataclasses
import textwrap

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tiffin.errors import NotebookError
from tiffin.ids import CellId
from tiffin.notebook.notebook import Notebook, NotebookCell
from tiffin.notebook.percent import read_percent, write_percent


def read(text: str) -> Notebook:
    return read_percent(textwrap.dedent(text), "lunch.py")


def without_lines(notebook: Notebook) -> Notebook:
    cells = tuple(dataclasses.replace(cell, line=None) for cell in notebook.cells)
    return dataclasses.replace(notebook, cells=cells)


LUNCH = """\
#!/usr/bin/env python
# Copyright somebody

# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy>=1.26",  # for the arrays
#     "pandas",
# ]
# ///

# tiffin: order=document theme="two words"

# %% [markdown]
# # The *lunch* box
#
# Rice\x20\x20
# and dal

# %% prices
# tiffin: cache=never timeout=3.5

price = {"dal": 40}
total = sum(price.values())
# %% Load the data [markdown] hide_code=true
# text

#%%
total

"""


def test_a_whole_file() -> None:
    notebook = read(LUNCH)
    assert notebook.name == "lunch"
    assert notebook.filename == "lunch.py"
    assert notebook.requirements == ("numpy>=1.26", "pandas")
    assert notebook.order == "document"
    assert notebook.title == "The lunch box"
    assert notebook.settings["theme"] == "two words"
    assert notebook.settings["header"] == "#!/usr/bin/env python\n# Copyright somebody"
    markdown, prices, titled, last = notebook.cells
    assert (markdown.kind, markdown.id, markdown.line) == ("markdown", "c1", 15)
    assert markdown.source == "# The *lunch* box\n\nRice  \nand dal"
    assert (prices.kind, prices.id, prices.name, prices.line) == ("code", "prices", "prices", 23)
    assert prices.source == 'price = {"dal": 40}\ntotal = sum(price.values())'
    assert prices.settings == {"cache": "never", "timeout": 3.5}
    assert (titled.kind, titled.name, titled.source) == ("markdown", None, "text")
    assert titled.settings == {"title": "Load the data", "hide_code": True}
    assert (last.id, last.line, last.source, last.code) == ("c4", 29, "total", None)


def test_lines_are_where_the_source_stands_in_the_file() -> None:
    lines = LUNCH.split("\n")
    for cell in read(LUNCH).cells:
        assert cell.line is not None
        first = cell.source.split("\n")[0]
        assert lines[cell.line - 1] in (first, f"# {first}")


def test_what_a_person_wrote_survives_writing() -> None:
    written = write_percent(read(LUNCH))
    for kept in (
        "#!/usr/bin/env python",
        "# Copyright somebody",
        "# for the arrays",
        'requires-python = ">=3.11"',
    ):
        assert kept in written
    assert written.count("# /// script") == 1
    assert without_lines(read(written)) == without_lines(read(LUNCH))
    assert write_percent(read(written)) == written


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("x = 1\ny = 2\n", ["x = 1\ny = 2"]),
        ("import a\n\n# %%\nb\n", ["import a", "b"]),
        ("# comment\nimport a\n# %%\nb\n", ["# comment\nimport a", "b"]),
        ("# licence\n\n# comment\nimport a\n# %%\nb\n", ["# comment\nimport a", "b"]),
        ('"""Docstring."""\n# %%\nb\n', ['"""Docstring."""', "b"]),
        ("# %%\n# %%\n\n\n# %%\n", ["", "", ""]),
        ("# %%\r\nx = '''a\r\nb'''\r\n# %%\r\ny\r\n", ["x = '''a\nb'''", "y"]),
        ("# %%\n\n\n  \nx\n\n\n\ny\n \n\n", ["x\n\n\n\ny"]),
        ("# %%time\nx\n", ["# %%time\nx"]),
        ("# %%\nif x:\n    # %%\n    y\n", ["if x:\n    # %%\n    y"]),
        ("# %%\nx = '''\n# %%\n'''\n", ["x = '''", "'''"]),
        ("# %%\n# \\%% no marker\nx\n", ["# %% no marker\nx"]),
        (
            "# %%\nname = '\u00e9\u4e2d\U0001f371\u2028\x85x'\n",
            ["name = '\u00e9\u4e2d\U0001f371\u2028\x85x'"],
        ),
        ("# only comments\n# here\n", []),
    ],
)
def test_where_cells_begin_and_end(text: str, sources: list[str]) -> None:
    notebook = read_percent(text, "n.py")
    assert [cell.source for cell in notebook.cells] == sources
    assert without_lines(read_percent(write_percent(notebook), "n.py")) == without_lines(notebook)


@pytest.mark.parametrize(
    ("rest", "kind", "name", "settings"),
    [
        ("", "code", None, {}),
        ("load", "code", "load", {}),
        ("\u00e9t\u00e9", "code", "\u00e9t\u00e9", {}),
        ("load it", "code", None, {"title": "load it"}),
        ("[markdown]", "markdown", None, {}),
        ("[md] intro", "markdown", "intro", {}),
        ("intro [markdown]", "markdown", "intro", {}),
        ("[raw]", "markdown", None, {"raw": True}),
        ('load tags=["a", "b"] n=3', "code", "load", {"tags": ["a", "b"], "n": 3}),
        ('[markdown] slide={"type": "x"}', "markdown", None, {"slide": {"type": "x"}}),
        ('name="load"', "code", "load", {}),
        ("a = b", "code", None, {"title": "a = b"}),
        ("what about x=1 and y?", "code", None, {"title": "what about x=1 and y?"}),
        ("what about x=1", "code", None, {"title": "what about", "x": 1}),
        ("3 [markdowns]", "code", None, {"title": "3 [markdowns]"}),
    ],
)
def test_what_a_marker_says(rest: str, kind: str, name: str | None, settings: dict[str, object]) -> None:
    notebook = read_percent(f"# %% {rest}\n# x\n", "n.py")
    (cell,) = notebook.cells
    assert (cell.kind, cell.name, cell.settings) == (kind, name, settings)
    assert without_lines(read_percent(write_percent(notebook), "n.py")) == without_lines(notebook)


def test_ids_are_names_where_they_are_unique_and_plain() -> None:
    notebook = read("# %% a\n# %% a\n# %% c4\n# %%\n# %% \u00e9\n")
    assert [cell.id for cell in notebook.cells] == ["a", "c2", "c4", "c4_", "c5"]
    assert [cell.name for cell in notebook.cells] == ["a", "a", "c4", None, "\u00e9"]


def test_markdown_may_be_one_string() -> None:
    notebook = read('# %% [markdown]\n"""\n# Title\n\ntext\n"""\n')
    assert [(cell.kind, cell.source, cell.line) for cell in notebook.cells] == [
        ("markdown", "# Title\n\ntext", 3)
    ]


def test_code_that_follows_markdown_without_a_marker_is_a_cell() -> None:
    notebook = read("# %% [markdown]\n#text\n\n# more\n\nx = 1\n")
    assert [(cell.kind, cell.source, cell.line) for cell in notebook.cells] == [
        ("markdown", "text\n\nmore", 2),
        ("code", "x = 1", 6),
    ]


def test_settings_of_a_cell_are_key_value_pairs() -> None:
    notebook = read("# %%\n# tiffin: is a lunch box\nx\n# %%\n# tiffin: cache=never or so\ny\n")
    prose, broken = notebook.cells
    assert prose.source == "# tiffin: is a lunch box\nx"
    assert prose.problem is None
    assert broken.source == "# tiffin: cache=never or so\ny"
    assert broken.problem == "line 5: settings are key=value pairs, but 'or so' is not of the form key=value"
    assert read_percent(write_percent(notebook), "lunch.py").cells[1].settings == {}


def test_source_that_looks_like_settings_stays_source() -> None:
    cell = NotebookCell(CellId("c1"), "code", "# tiffin: cache=never\nx", settings={"cache": "always"})
    notebook = Notebook("n", "n.py", (cell,))
    (read_back,) = read_percent(write_percent(notebook), "n.py").cells
    assert (read_back.source, read_back.settings) == (cell.source, {"cache": "always"})


def test_ipython_syntax_in_a_percent_file_is_rewritten() -> None:
    notebook = read("# %%\n%pip install numpy\n%time x\n\n# %%\n%%time\ny\n\n# %%\n!ls\n")
    first, second, third = notebook.cells
    assert first.code == "pass  # %pip install numpy\n__tiffin__.time(lambda: (x))"
    assert notebook.requirements == ("numpy",)
    assert second.settings == {"time": True}
    assert third.problem is not None
    assert third.problem.startswith("line 10: `!ls`")
    written = write_percent(notebook)
    assert "time=true" not in written
    assert without_lines(read_percent(written, "lunch.py")) == without_lines(
        dataclasses.replace(
            notebook,
            cells=(first, second, dataclasses.replace(third, problem=third.problem)),
        )
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# tiffin: order=sideways\n# %%\n", "lunch.py: order=sideways is unknown"),
        ("# tiffin: order=graph nonsense\n# %%\n", "lunch.py, line 1: settings are key=value pairs"),
        ("# tiffin: header=x\n# %%\n", "lunch.py, line 1: header is not a setting"),
        (
            "\n# /// script\n# dependencies = [\n# ///\n# %%\n",
            "lunch.py, line 2: the script block is not valid TOML",
        ),
        (
            "# /// script\n# dependencies = 3\n# ///\n",
            "dependencies in the script block must be a list of strings",
        ),
        (
            "# /// script\n# a = 1\n# ///\n\n# /// script\n# a = 1\n# ///\nx\n",
            "several `# /// script` blocks",
        ),
    ],
)
def test_bad_tops_are_errors_of_one_line(text: str, message: str) -> None:
    with pytest.raises(NotebookError) as caught:
        read_percent(text, "lunch.py")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "cell",
    [
        NotebookCell(CellId("c1"), "code", "x", name="not a name"),
        NotebookCell(CellId("c1"), "code", "x", settings={"two words": 1}),
        NotebookCell(CellId("c1"), "code", "x", settings={"a": object()}),
    ],
)
def test_what_cannot_be_written_is_an_error(cell: NotebookCell) -> None:
    with pytest.raises(NotebookError, match="cannot be written"):
        write_percent(Notebook("n", "n.py", (cell,)))


LINES = st.one_of(
    st.sampled_from(
        [
            "", " ", "\t", "# %%", "#%%", "# \\%% x", "# \\\\%%", "# %% [markdown]", "%% x", "%%", "x = '''",
            "'''", '"""', "# tiffin: cache=never", "# \\tiffin: a=1", "# tiffin: a=1 b", "#", "# ",
            "# # Title", "x = 1", "%time x", "!pip install numpy", "%%time", "# /// script", "# ///", "# ---",
            "a\r\nb", "\x0c", "if x:", "    y", "\\", "obj?", "/// script", "dependencies = []", "\ufeff",
            "tiffin: a=1",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12),
)  # fmt: skip
SOURCES = st.lists(LINES, max_size=6).map("\n".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
KEYS = st.from_regex(r"[a-z_][a-z0-9_.-]{0,5}", fullmatch=True).filter(
    lambda key: key not in ("order", "name", "header", "script", "raw", "time")
)
SETTINGS = st.dictionaries(KEYS | st.just("title") | st.just("tags"), VALUES, max_size=3)
CELLS = st.builds(
    NotebookCell,
    id=st.just(CellId("c1")),
    kind=st.sampled_from(["code", "markdown"]),
    source=SOURCES,
    name=st.none() | st.sampled_from(["a", "b", "c2", "\u00e9t\u00e9", "class"]),
    settings=SETTINGS,
)
NOTEBOOKS = st.builds(
    Notebook,
    name=st.just("n"),
    filename=st.just("n.py"),
    cells=st.lists(CELLS, max_size=4).map(tuple),
    requirements=st.lists(st.sampled_from(["rice", "pandas>=2", 'x; python_version < "3"']), unique=True).map(
        tuple
    ),
    settings=st.dictionaries(KEYS, VALUES, max_size=3),
    order=st.sampled_from(["graph", "document"]),
)


def normalised(source: str) -> str:
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    return "\n".join(lines)


@given(NOTEBOOKS)
@example(
    Notebook(
        "n", "n.py", (NotebookCell(CellId("c1"), "code", "'''"), NotebookCell(CellId("c2"), "code", "'''"))
    )
)
def test_nothing_that_a_notebook_holds_is_lost_in_writing(notebook: Notebook) -> None:
    found = read_percent(write_percent(notebook), "n.py")
    assert [cell.kind for cell in found.cells] == [cell.kind for cell in notebook.cells]
    assert [cell.source for cell in found.cells] == [normalised(cell.source) for cell in notebook.cells]
    assert [cell.name for cell in found.cells] == [cell.name for cell in notebook.cells]
    for cell, wanted in zip(found.cells, notebook.cells, strict=True):
        assert {key: value for key, value in cell.settings.items() if key != "time"} == wanted.settings
    assert set(notebook.requirements) <= set(found.requirements) <= {*notebook.requirements, "numpy"}
    assert found.order == notebook.order
    assert found.settings == notebook.settings


@given(NOTEBOOKS)
def test_read_write_read_is_the_identity(notebook: Notebook) -> None:
    first = read_percent(write_percent(notebook), "n.py")
    assert read_percent(write_percent(first), "n.py") == first


@given(st.lists(LINES | st.just("# %% [markdown] a=1"), max_size=12).map("\n".join))
@example("x = 1\n# /// script\n# dependencies = []\n# ///")
@example("# a\n# /// script\n# dependencies = ['b']\n# ///\n# %%\n!pip install c")
def test_read_write_read_is_the_identity_for_any_file(text: str) -> None:
    try:
        first = read_percent(text, "n.py")
    except NotebookError:
        return
    written = write_percent(first)
    second = read_percent(written, "n.py")
    moved = [cell.problem and cell.problem.partition(":")[2] for cell in first.cells]
    assert [cell.problem and cell.problem.partition(":")[2] for cell in second.cells] == moved
    same = tuple(
        dataclasses.replace(old, line=new.line, problem=new.problem)
        for old, new in zip(first.cells, second.cells, strict=True)
    )
    assert second == dataclasses.replace(first, cells=same)
    assert write_percent(second) == written
