"""From an exception to what a reader sees: type, message, the notebook's lines and what they call."""

from __future__ import annotations

import linecache
import re
import traceback
from collections.abc import Iterator
from types import TracebackType

from tiffin.cells.cell import Cell, CellProblem
from tiffin.cells.names import unmangle
from tiffin.events import ErrorReport, Frame
from tiffin.graph.graph import Graph


class CellFailure(Exception):
    """A cell failed for a reason that is tiffin's to explain: one sentence, shown without a type.

    `at` is the cell and its line, where that is known.
    """

    def __init__(self, text: str, at: tuple[Cell, int] | None = None) -> None:
        super().__init__(text)
        self.at = at


def where(cell: Cell, graph: Graph, notebook: str, line: int | None = None) -> str:
    """Return where a line of a cell is, for a person: file and line, or cell and line."""
    if cell.line is not None:
        return f"{notebook}, line {cell.line + (line or 1) - 1}"
    return f"{notebook}, cell {graph.positions[cell.id] + 1}" + (f", line {line}" if line else "")


def report_error(error: BaseException, graph: Graph, notebook: str) -> ErrorReport:
    """Return the report of `error`, raised while a cell of `graph` ran."""
    if isinstance(error, CellFailure):
        return ErrorReport("", str(error), _frame_at(*error.at, graph, notebook) if error.at else ())
    by_file = {cell.filename: cell for cell in graph}
    frames = tuple(_frames(error.__traceback__, by_file, graph, notebook))
    message = _message(error)
    hint = "; ".join(f"after {type(cause).__name__}: {_message(cause)}" for cause in _causes(error))
    return ErrorReport(type(error).__name__, message, frames, hint or _hint(error))


def traceback_text(error: BaseException, graph: Graph) -> str:
    """Return the traceback of `error` as Python prints it, without frames of libraries."""
    if isinstance(error, CellFailure):
        return str(error)
    files = {cell.filename for cell in graph}
    whole = traceback.TracebackException.from_exception(error)
    waiting: list[traceback.TracebackException | None] = [whole]
    while waiting:
        part = waiting.pop()
        if part is not None:
            part.stack[:] = [frame for frame in part.stack if frame.filename in files]
            waiting += (part.__cause__, part.__context__, *(part.exceptions or ()))
    return unmangle_text("".join(whole.format()))


def report_problem(problem: CellProblem, cell: Cell, graph: Graph, notebook: str) -> ErrorReport:
    """Return the report of what makes a cell unrunnable."""
    place = where(cell, graph, notebook, problem.line)
    frames = () if problem.line is None else _frame_at(cell, problem.line, graph, notebook)
    return ErrorReport("", problem.text, frames, None if frames else place)


def _frame_at(cell: Cell, line: int, graph: Graph, notebook: str) -> tuple[Frame, ...]:
    text = linecache.getline(cell.filename, line).rstrip("\n")
    return (Frame(cell.id, where(cell, graph, notebook, line), line, "", text),)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What was raised before `error`, the latest first."""
    met = {id(error)}
    cause: BaseException | None = error
    while cause is not None:
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
        if cause is None or id(cause) in met:
            return
        met.add(id(cause))
        yield cause


def _message(error: BaseException) -> str:
    try:
        return unmangle_text(str(error))
    except BaseException as problem:  # noqa: BLE001 (a user's `__str__` may raise anything, even SystemExit)
        return f"(its message cannot be shown: {type(problem).__name__})"


def unmangle_text(text: str) -> str:
    """Return `text` with private names as their author wrote them."""
    return re.sub(r"\w+", lambda word: unmangle(word[0]), text)


def _hint(error: BaseException) -> str | None:
    # Any other message says by itself what there is to know.
    if isinstance(error, ModuleNotFoundError) and error.name and str(error).startswith("No module named"):
        return f"the package that has '{error.name.split('.')[0]}' is not installed here"
    if isinstance(error, MemoryError):
        return "there is no memory left for this here: hold less at a time"
    return None


def _frames(
    trace: TracebackType | None, by_file: dict[str, Cell], graph: Graph, notebook: str
) -> list[Frame]:
    frames: list[Frame] = []
    for frame, line in traceback.walk_tb(trace):
        file, name = frame.f_code.co_filename, unmangle(frame.f_code.co_name)
        cell = by_file.get(file)
        if cell is None and not frames:
            continue  # how a cell is run
        place = f"{file}, line {line}" if cell is None else where(cell, graph, notebook, line)
        text = linecache.getline(file, line).rstrip("\n")
        frames.append(
            Frame("" if cell is None else cell.id, place, line, "" if name == "<module>" else name, text)
        )
    return frames
