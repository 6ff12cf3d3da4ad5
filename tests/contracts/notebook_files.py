"""Notebooks in files, as both sides read and write them: `notebook/files.py`, and `js/page/files/`.

`python tests/contracts/notebook_files.py` makes `notebook_files.json` from the examples and the fixtures: the
notebook that is in each of these files, and the texts that this notebook is written as.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tiffin.notebook.files import parse_notebook
from tiffin.notebook.ipynb import write_ipynb
from tiffin.notebook.markdown_file import write_markdown
from tiffin.notebook.notebook import Notebook
from tiffin.notebook.percent import write_percent

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDERS = (HERE / "fixtures", ROOT / "tests" / "py" / "notebook" / "fixtures", ROOT / "examples")


def name_of(path: Path) -> str:
    """The name of a file in the table: its path in the repository."""
    return path.relative_to(ROOT).as_posix()


FILES = sorted(path for folder in FOLDERS for path in folder.iterdir() if path.is_file())
TABLE = HERE / "notebook_files.json"


def read_file(path: Path) -> Notebook:
    return parse_notebook(path.read_text("utf-8"), path.name)


def write_all(notebook: Notebook) -> dict[str, str]:
    """Every form of a notebook whose cells all have a source; cells without one are no cells in some."""
    whole = replace(notebook, cells=tuple(cell for cell in notebook.cells if cell.source))
    return {".py": write_percent(whole), ".ipynb": write_ipynb(whole), ".md": write_markdown(whole)}


def make_entry(path: Path) -> dict[str, Any]:
    notebook = read_file(path)
    return {"notebook": notebook.to_json(), "written": write_all(notebook)}


def make_table() -> dict[str, Any]:
    return {name_of(path): make_entry(path) for path in FILES}


if __name__ == "__main__":
    TABLE.write_text(json.dumps(make_table(), indent=1, ensure_ascii=False) + "\n", "utf-8")
