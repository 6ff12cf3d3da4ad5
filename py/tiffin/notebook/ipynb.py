"""Jupyter notebooks: `.ipynb` files of every format version, read and written through nbformat.

Kept through reading and writing: cells with their text, ids and names, tags, whether the code is hidden,
attachments of Markdown cells, raw cells (Markdown cells with the setting `raw`), settings, requirements and
order. Not kept: outputs and execution counts (a `Notebook` holds none), and other programs' metadata.
"""

from __future__ import annotations

import importlib
import json
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from tiffin.errors import NotebookError
from tiffin.notebook.draft import Draft, assemble, normalise_line_ends
from tiffin.notebook.magics import rewrite
from tiffin.notebook.notebook import Notebook, NotebookCell
from tiffin.notebook.script_block import read_script_block


def read_ipynb(text: str, filename: str) -> Notebook:
    """Return the notebook in the text of an `.ipynb` file; `line` of its cells is None.

    A problem names its line as the line within the cell. `NotebookError` for what is no JSON, no
    notebook, of a later format, or written in another language than Python.
    """
    nbformat: Any = importlib.import_module("nbformat")
    data = _load(text, filename)
    major = data.get("nbformat")
    if not isinstance(major, int) or not ("cells" in data or "worksheets" in data or major < 3):
        raise NotebookError(
            f"{filename} is JSON, but not a Jupyter notebook: `nbformat` or `cells` is missing"
        )
    if major > nbformat.current_nbformat:
        raise NotebookError(
            f"{filename} has notebook format {major}, the latest known is {nbformat.current_nbformat}: "
            "update nbformat, or save the notebook in an older format"
        )
    ids = _own_ids(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            node = nbformat.convert(nbformat.reader.reads(text), 4)
            node = importlib.import_module("nbformat.v4.rwbase").rejoin_lines(node)
            _check(node, filename)
        except NotebookError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever nbformat makes of a broken file
            reason = str(error).strip().split("\n")[0]
            raise NotebookError(f"{filename} is not a valid Jupyter notebook: {reason}") from None
    return from_node(node, filename, ids)


def write_ipynb(notebook: Notebook) -> str:
    """Return the text of an `.ipynb` file, format 4.5, from which reading makes an equal notebook."""
    nbformat: Any = importlib.import_module("nbformat")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return f"{nbformat.writes(to_node(notebook), version=4)}\n"


def from_node(node: Any, filename: str, ids: Sequence[str | None]) -> Notebook:
    """Return the notebook in an nbformat 4 node; `ids` are the ids that the file itself gives its cells."""
    metadata = node.metadata
    spec, language = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    spoken = spec.get("language") or language.get("name") or "python"
    if str(spoken).lower() not in ("python", "python3", "ipython"):
        raise NotebookError(f"{filename} is a notebook in {spoken}; tiffin runs Python only")
    own = metadata.get("tiffin", {})
    requirements = list(own.get("requirements", []))
    drafts = []
    for cell, own_id in zip(node.cells, ids, strict=True):
        draft = _draft(cell, own_id)
        if draft.kind == "code":
            requirements.extend(_read_code(draft, filename))
        drafts.append(draft)
    settings = {"order": own.get("order", "auto"), **own.get("settings", {})}
    title = metadata.get("title")
    return assemble(
        filename,
        drafts,
        requirements=requirements,
        settings=settings,
        title=title if isinstance(title, str) else None,
    )


def to_node(notebook: Notebook) -> Any:
    """Return the nbformat 4.5 node of a notebook."""
    v4: Any = importlib.import_module("nbformat.v4")
    own: dict[str, Any] = {}
    if notebook.order != "auto":
        own["order"] = notebook.order
    if notebook.requirements:
        own["requirements"] = list(notebook.requirements)
    if notebook.settings:
        own["settings"] = _plain(notebook.settings)
    metadata: dict[str, Any] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    if own:
        metadata["tiffin"] = own
    if notebook.title:
        metadata["title"] = notebook.title
    cells = [_cell_node(cell) for cell in notebook.cells]
    return v4.new_notebook(metadata=metadata, cells=cells, nbformat_minor=5)


def _load(text: str, filename: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotebookError(f"{filename}, {where}: not valid JSON: {error.msg}") from None
    except RecursionError:
        raise NotebookError(f"{filename} is not a Jupyter notebook: nested too deeply") from None
    if not isinstance(data, dict):
        raise NotebookError(f"{filename} is JSON, but not a Jupyter notebook")
    return data


def _own_ids(data: Mapping[str, Any]) -> list[str | None]:
    """Return the ids in the file itself: nbformat makes up random ones where there are none."""
    cells = data.get("cells", [])
    if "worksheets" in data and isinstance(data["worksheets"], list):
        cells = [
            cell for sheet in data["worksheets"] if isinstance(sheet, dict) for cell in sheet.get("cells", [])
        ]
    if not isinstance(cells, list):
        return []
    found = [cell.get("id") if isinstance(cell, dict) else None for cell in cells]
    return [cell_id if isinstance(cell_id, str) else None for cell_id in found]


def _check(node: Any, filename: str) -> None:
    """Check what reading relies on; older notebooks often break the schema in what does not matter here."""
    for position, cell in enumerate(node.cells, start=1):
        if not isinstance(cell.get("source"), str) or cell.get("cell_type") not in (
            "code",
            "markdown",
            "raw",
        ):
            raise NotebookError(f"{filename}, cell {position}: not a cell of a Jupyter notebook")
        if not isinstance(cell.get("metadata", {}), dict):
            raise NotebookError(f"{filename}, cell {position}: its metadata is not an object")


def _draft(cell: Any, own_id: str | None) -> Draft:
    metadata = cell.get("metadata", {})
    own = metadata.get("tiffin", {})
    settings: dict[str, Any] = {}
    if _are_tags(metadata.get("tags")):
        settings["tags"] = list(metadata["tags"])
    if (metadata.get("jupyter") or {}).get("source_hidden") is True:
        settings["hide_code"] = True
    if cell.get("attachments"):
        settings["attachments"] = _plain(cell["attachments"])
    if cell["cell_type"] == "raw":
        settings["raw"] = True
    if isinstance(own, dict):
        settings.update(_plain(own))
    name = metadata.get("name")
    return Draft(
        kind="code" if cell["cell_type"] == "code" else "markdown",
        source=normalise_line_ends(cell["source"]),
        name=name if isinstance(name, str) and name.isidentifier() else None,
        own_id=own_id,
        settings=settings,
    )


def _read_code(draft: Draft, filename: str) -> list[str]:
    """Rewrite the IPython syntax of a code cell; return the requirements that the cell states."""
    rewritten = rewrite(draft.source)
    draft.code, draft.problem = rewritten.code, rewritten.problem
    draft.settings.update(rewritten.settings)
    stated = list(rewritten.requirements)
    if "/// script" in draft.source:
        try:
            block = read_script_block(draft.source, filename)
        except NotebookError as error:
            draft.problem = draft.problem or str(error).removeprefix(f"{filename}, ")
        else:
            stated.extend(block.requirements if block else ())
    return stated


def _cell_node(cell: NotebookCell) -> Any:
    v4: Any = importlib.import_module("nbformat.v4")
    settings = _plain(cell.settings)
    for key, value in rewrite(cell.source).settings.items() if cell.kind == "code" else ():
        if settings.get(key) == value:
            del settings[key]
    metadata: dict[str, Any] = {}
    if cell.name is not None:
        metadata["name"] = cell.name
    if _are_tags(settings.get("tags")):
        metadata["tags"] = settings.pop("tags")
    if settings.get("hide_code") is True:
        del settings["hide_code"]
        metadata["jupyter"] = {"source_hidden": True}
    raw = cell.kind == "markdown" and settings.get("raw") is True
    if raw:
        del settings["raw"]
    attachments = settings.get("attachments") if cell.kind == "markdown" else None
    if (
        attachments
        and isinstance(attachments, dict)
        and all(isinstance(entry, dict) for entry in attachments.values())
    ):
        del settings["attachments"]
    else:
        attachments = None
    if settings:
        metadata["tiffin"] = settings
    if cell.kind == "code":
        node = v4.new_code_cell(cell.source, metadata=metadata)
    elif raw:
        node = v4.new_raw_cell(cell.source, metadata=metadata)
    else:
        node = v4.new_markdown_cell(cell.source, metadata=metadata)
    if attachments:
        node["attachments"] = attachments
    node["id"] = re.sub(r"[^A-Za-z0-9_-]", "-", cell.id)[:64]
    return node


def _are_tags(value: Any) -> bool:
    """Return whether the value is what nbformat takes for tags: different words, without commas."""
    if not isinstance(value, list) or not all(isinstance(tag, str) and tag for tag in value):
        return False
    return bool(value) and len(set(value)) == len(value) and not any("," in tag for tag in value)


def _plain(value: Any) -> Any:
    """Return mappings and sequences as plain dicts and lists, as JSON has them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value
