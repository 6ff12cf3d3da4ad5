"""Carries out a case on a kernel in memory, and tells what is other than expected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import FunctionType, ModuleType
from typing import Any

from notebooks import Bench

from reactivity.table import EDITS, Action, Case, Step, listed
from tiffin.cells.names import PRESETS, is_private
from tiffin.codecs.plain import from_plain
from tiffin.commands import CellSource
from tiffin.events import CellEnded, CellStarted, RunCompleted
from tiffin.ids import CellId
from tiffin.notebook.notebook import NotebookCell
from tiffin.run.result import CellRun
from tiffin.session.kernel import Kernel
from tiffin.ui.element import Element
from tiffin.ui.state import SetState


async def run_case(case: Case) -> str | None:
    """Return what is other than `case` expects, one difference per line; None if all is well."""
    bench = open_notebook(case)
    for index, step in enumerate(case.steps):
        bench.events.clear()
        runs = await (_do(bench, step) if index else bench.restore())
        found = list(_differences(bench, runs, step)) if index or step.expected else []
        if found:
            return "\n".join(f"{case.title}, after {step}: {line}" for line in found)
    return None


def open_notebook(case: Case) -> Bench:
    """Return a kernel in memory for the notebook of `case`, which has not run anything yet."""
    bench = Bench(fields={"settings": json.loads(case.settings)})
    cells = tuple(
        NotebookCell(
            CellId(action.verb),
            "markdown" if "markdown" in action.words else "code",
            action.text,
            settings={"disabled": True} if "disabled" in action.words else {},
        )
        for action in case.cells
    )
    services = bench.kernel._services
    bench.kernel = Kernel(replace(bench.kernel.notebook, cells=cells), services, bench.events.append)
    return bench


# -- what is done -------------------------------------------------------------------------------------------


async def _do(bench: Bench, step: Step) -> dict[str, CellRun]:
    first = step.actions[0]
    match first.verb:
        case "set":
            pairs = (word.partition("=") for word in first.words)
            values = {_element(bench, name): json.loads(value) for name, _, value in pairs}
            return await bench.set(**values)
        case "run" | "force":
            return await bench.run(*first.words, force=first.verb == "force")
        case "run-stale":
            return await bench.stale()
        case _:
            return await _edit(bench, step.actions)


def _element(bench: Bench, name: str) -> str:
    """The id of a widget inside a container (`ks[1]`), or the name that it has."""
    if name.isidentifier():
        return name
    return str(eval(name, dict(bench.kernel.namespace.globals)).id)


async def _edit(bench: Bench, actions: Iterable[Action]) -> dict[str, CellRun]:
    cells = {source.id: source for source in bench.kernel.notebook.cells}
    order: list[str] = [*cells]
    put: dict[str, str | CellSource] = {}
    removed: list[str] = []
    settings: dict[str, Any] | None = None
    for action in actions:
        assert action.verb in EDITS
        cell_id = action.words[0]
        before = cells.get(CellId(cell_id))
        match action.verb:
            case "edit" | "add" | "markdown":
                kind = "markdown" if action.verb == "markdown" else "code"
                put[cell_id] = CellSource(cell_id, action.text, "markdown" if kind == "markdown" else "code")
                if cell_id not in order:
                    order.insert(order.index(action.words[2]) if action.words[2:] else len(order), cell_id)
            case "remove":
                removed += action.words
                order = [other for other in order if other not in action.words]
            case "order":
                order = [*action.words]
            case "disable" | "enable":
                assert before is not None
                put[cell_id] = CellSource(
                    cell_id, before.source, settings={"disabled": action.verb == "disable"}
                )
            case "call":
                assert before is not None
                put[cell_id] = CellSource(cell_id, before.source, name=action.words[1])
            case "settings":
                settings = json.loads(action.words[0])
    return await bench.edit(put=put, remove=removed, order=order, settings=settings)


# -- what is expected ---------------------------------------------------------------------------------------


def _differences(bench: Bench, runs: Mapping[str, CellRun], step: Step) -> Iterable[str]:
    found = _found(bench, runs)
    bad = any(state in line for line in step.expected.get("ends", ()) for state in ("error", "cancelled"))
    defaults = {"ends": ["-"], "stale": ["-"], "empties": ["-"], "success": ["no" if bad else "yes"]}
    expected = {**defaults, **step.expected}
    for what in ("runs", "ends", "names", "stale", "empties", "success", "hits"):
        if what in expected:
            wanted = _normal(what, expected[what])
            if wanted != found[what]:
                yield f"{what}: expected {wanted}, got {found[what]}"
    shown = bench.shown
    for cell_id, text in listed(step.expected.get("shows", [])):
        if (shown[CellId(cell_id)] or "-") != text:
            yield f"shows: expected {cell_id}={text}, got {shown[CellId(cell_id)]}"
    for cell_id, text in (line.split(" ", 1) for line in step.expected.get("says", [])):
        said = _said(runs[cell_id]) if cell_id in runs else "nothing"
        if text not in said:
            yield f"says: expected {cell_id} to say {text!r}, got {said!r}"
    yield from _out_of_order(bench)


def _normal(what: str, lines: list[str]) -> str:
    if what not in ("names", "ends"):
        return " ".join(lines)
    between = "=" if what == "names" else " "
    return "; ".join(sorted(f"{left}{between}{right}" for left, right in listed(lines))) or "-"


def _found(bench: Bench, runs: Mapping[str, CellRun]) -> dict[str, str]:
    started = [event.cell for event in bench.events if isinstance(event, CellStarted)]
    ended = [event for event in bench.events if isinstance(event, CellEnded)]
    completed = [event for event in bench.events if isinstance(event, RunCompleted)]
    kernel = bench.kernel
    names = public_names(kernel)
    idle = [cell_id for cell_id, run in runs.items() if run.status == "idle" and cell_id not in started]
    positions = kernel.graph.positions
    return {
        "runs": " ".join(started) or "-",
        "ends": "; ".join(sorted(f"{c} {run.status}" for c, run in runs.items() if run.status != "idle"))
        or "-",
        "names": "; ".join(sorted(f"{name}={value}" for name, value in names.items())) or "-",
        "stale": " ".join(cell_id for cell_id in positions if cell_id in kernel.stale) or "-",
        "empties": " ".join(idle) or "-",
        "success": " ".join("yes" if event.success else "no" for event in completed),
        "hits": " ".join(event.cell for event in ended if event.origin == "cache") or "-",
    }


def public_names(kernel: Kernel) -> dict[str, str]:
    """Every public name that is bound, owned by a cell or not, with what it is bound to in a word."""
    bound = {*kernel.namespace.names, *kernel.namespace.globals} - PRESETS - {"tn"}
    return {
        name: described(kernel, name)
        for name in sorted(bound)
        if not is_private(name) and not _pythons_own(kernel, name)
    }


def described(kernel: Kernel, name: str) -> str:
    """What a name is bound to, in a word: its value, or what kind of thing it is."""
    binding = kernel.namespace.binding(name)
    if name not in kernel.namespace.globals:
        assert binding is not None
        definition = binding.definition
        match definition.kind:
            case "inline":
                return repr(from_plain(definition.plain))
            case "source":
                source = kernel.graph.cells[binding.owner].sources[name]
                return "class" if source.kind == "class" else "def"
            case "import":
                return "module" if (definition.imported or {}).get("attribute") is None else "imported"
            case kind:
                return kind
    loose = "" if binding is not None else " that no cell owns"
    return _in_a_word(kernel.namespace.globals[name]) + loose


def _in_a_word(value: Any) -> str:
    kinds = ((ModuleType, "module"), (FunctionType, "def"), (type, "class"), (SetState, "setter"))
    known = next((word for kind, word in kinds if isinstance(value, kind)), None)
    if known is not None:
        return known
    if isinstance(value, Element):
        return f"<{value.kind} {value.front_end!r}>"
    if type(value) is list:
        return f"[{', '.join(map(_in_a_word, value))}]"
    if type(value) is dict:
        return f"{{{', '.join(f'{key!r}: {_in_a_word(item)}' for key, item in value.items())}}}"
    text = repr(value)
    return f"<{type(value).__name__}>" if " at 0x" in text else text


def _pythons_own(kernel: Kernel, name: str) -> bool:
    """Whether Python binds `name` itself where a module has annotations."""
    return name.startswith("__") and kernel.namespace.binding(name) is None


def _said(run: CellRun) -> str:
    error = "" if run.error is None else f"{run.error.kind}: {run.error.message} "
    return error + (run.reason or "")


def _out_of_order(bench: Bench) -> Iterable[str]:
    """Cells that started last before something that they depend on did."""
    last = {event.cell: i for i, event in enumerate(bench.events) if isinstance(event, CellStarted)}
    for cell_id in last:
        for maker in bench.kernel.graph.parents(CellId(cell_id)):
            if last.get(maker, -1) > last[cell_id]:
                yield f"{cell_id} ran before {maker}, which it depends on"
