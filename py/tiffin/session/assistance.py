"""Help for whoever writes a cell: what a word could become, what a name is, what is wrong before it runs.

It looks at the values that cells have made, and runs nothing of theirs to find out more, save a type's own
`__dir__`.
"""

from __future__ import annotations

import builtins
import inspect
import keyword
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

from tiffin.cells.names import PRESETS
from tiffin.commands import CellSource, EditCells
from tiffin.errors import UsageError
from tiffin.run.namespace import Namespace
from tiffin.session import known_names as known
from tiffin.session.edits import Edits

CompletionKind: TypeAlias = Literal["class", "function", "keyword", "module", "property", "variable"]

MOST_COMPLETIONS = 400
LONGEST_DOCUMENTATION = 4_000  # characters
LONGEST_VALUE = 200  # characters

_PATH = re.compile(r"((?:[^\W\d]\w*\s*\.\s*)*)(\w*)\Z")
_IMPORT = re.compile(r"(?:^|[;\n])[ \t]*import[ \t]+(?:[\w.]+(?:[ \t]+as[ \t]+\w+)?,[ \t]*)*([\w.]*)\Z")
_FROM = re.compile(r"(?:^|[;\n])[ \t]*from[ \t]+([\w.]*)\Z")
_FROM_IMPORT = re.compile(
    r"(?:^|[;\n])[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?\s*(?:\w+(?:[ \t]+as[ \t]+\w+)?,\s*)*(\w*)\Z"
)
_PLAIN = (bool, int, float, complex, str, bytes, type(None))


@dataclass(frozen=True)
class Complete:
    """What could the word become that ends where `code` ends?"""

    code: str


@dataclass(frozen=True)
class Describe:
    """What is the name, or the path of attributes, at the end of `code`?"""

    code: str


@dataclass(frozen=True)
class Check:
    """What would be wrong with the notebook if these cells were as they are written now?"""

    put: tuple[CellSource, ...]
    remove: tuple[str, ...] = ()
    order: tuple[str, ...] | None = None


Question: TypeAlias = Complete | Describe | Check


@dataclass(frozen=True)
class Completion:
    """One word that could stand there."""

    label: str
    kind: CompletionKind


@dataclass(frozen=True)
class Completions:
    """The words, and how many characters before the end they take the place of."""

    length: int
    items: tuple[Completion, ...]


@dataclass(frozen=True)
class Description:
    """What a name is: its type, how it is called, what it is worth, and what its author says; "" for what
    there is none of. `parameters` are those of `signature`, as they stand in it."""

    title: str
    signature: str
    parameters: tuple[str, ...]
    value: str
    documentation: str


@dataclass(frozen=True)
class WrittenProblem:
    """Why a cell would not run, beside its own syntax: whoever writes has not finished yet."""

    cell: str
    text: str


@dataclass(frozen=True)
class Problems:
    """All that would be wrong, by cell."""

    items: tuple[WrittenProblem, ...]


Answer: TypeAlias = Completions | Description | Problems

ANSWERS: Mapping[type, type] = {Complete: Completions, Describe: Description, Check: Problems}
"""What answers each kind of question."""


def complete(names: Mapping[str, Any], defined: Iterable[str], code: str) -> Completions:
    """Return what the word at the end of `code` could become; `defined` are names that cells will bind.

    Private names come only to a word that begins so. At most `MOST_COMPLETIONS` are returned.
    """
    if found := _FROM_IMPORT.search(code):
        module = sys.modules.get(found[1])
        return _choose(found[2], () if module is None else _attributes(module))
    if found := _FROM.search(code) or _IMPORT.search(code):
        path, _, word = found[1].rpartition(".")
        return _choose(word, _modules(path))
    matched = _PATH.search(code)
    assert matched is not None  # it matches nothing, too
    path, word = re.sub(r"\s", "", matched[1]).rstrip("."), matched[2]
    if not path:
        before = code[: matched.start()].rstrip()
        if before.endswith(".") or word[:1].isdigit():
            return Completions(len(word), ())  # an attribute of what has no name
        return _choose(word, _names(names, defined))
    value = known.look_up(names, path)
    return _choose(word, () if value is known.MISSING else _attributes(value))


def describe(names: Mapping[str, Any], code: str) -> Description | None:
    """Return what the path of names at the end of `code` is; None if it is nothing that is known."""
    matched = _PATH.search(code)
    assert matched is not None  # it matches nothing, too
    path = re.sub(r"\s", "", matched[0])
    if not path or keyword.iskeyword(path) or code[: matched.start()].rstrip().endswith("."):
        return None
    value = known.look_up(names, path)
    if value is known.MISSING:
        return None
    kind = (value.type if isinstance(value, known.StoredValue) else type(value)).__qualname__
    if isinstance(value, known.StoredMethod):
        kind, value = "method", partial(value.function, None)
    if inspect.ismodule(value) or isinstance(value, type):
        kind = "module" if inspect.ismodule(value) else "class"
    signature, parameters = _signature(path.rpartition(".")[2], value)
    return Description(f"{path}: {kind}", signature, parameters, _value(value), _documentation(value))


def check(edits: Edits, question: Check) -> Problems:
    """Return what would be wrong with the notebook as it is written; the notebook stays as it is."""
    try:
        _, edited = edits.foresee(EditCells("", question.put, question.remove, question.order))
    except UsageError:
        return Problems(())  # the kernel has another notebook by now, and will be asked again
    found = sorted(edited.graph.problems.items(), key=lambda item: edited.graph.positions[item[0]])
    return Problems(
        tuple(
            WrittenProblem(cell, problem.text)
            for cell, problem in found
            if problem.kind in ("multiple-definitions", "cycle", "reading")
        )
    )


def answer(namespace: Namespace, edits: Edits, question: Question) -> Answer | None:
    """Return the answer to a question, None if there is nothing to say."""
    match question:
        case Complete(code=code):
            defined = {name for cell in edits.runner.graph.cells.values() for name in cell.definitions}
            return complete(known.known_names(namespace), defined, code)
        case Describe(code=code):
            return describe(known.known_names(namespace), code)
        case Check():
            return check(edits, question)


def answer_json(namespace: Namespace, edits: Edits, given: Mapping[str, Any]) -> Any:
    """Return the JSON form of the answer to the question whose JSON form is `given`; `UsageError` if it is
    none."""
    try:
        question = _question(given)
    except (KeyError, TypeError):
        raise UsageError(
            "this is no question: Complete and Describe take a code, Check takes put, remove and order"
        ) from None
    found = answer(namespace, edits, question)
    return None if found is None else asdict(found)


def _question(given: Mapping[str, Any]) -> Question:
    if given["type"] == "Check":
        put = tuple(CellSource(**cell) for cell in given["put"])
        order = given["order"]
        return Check(put, tuple(given["remove"]), None if order is None else tuple(order))
    kinds: dict[str, type[Complete] | type[Describe]] = {"Complete": Complete, "Describe": Describe}
    if not isinstance(given["code"], str):
        raise TypeError
    return kinds[given["type"]](given["code"])


def _choose(word: str, found: Iterable[tuple[str, CompletionKind]]) -> Completions:
    lower = word.lower()
    chosen = {
        name: kind
        for name, kind in found
        if name.lower().startswith(lower) and (word.startswith("_") or not name.startswith("_"))
    }
    labels = sorted(chosen, key=lambda name: (not name.startswith(word), name.lower()))[:MOST_COMPLETIONS]
    return Completions(len(word), tuple(Completion(name, chosen[name]) for name in labels))


def _names(names: Mapping[str, Any], defined: Iterable[str]) -> Iterator[tuple[str, CompletionKind]]:
    for name in keyword.kwlist:
        yield name, "keyword"
    for name, value in vars(builtins).items():
        yield name, _kind(value)
    for name in defined:
        yield name, "variable"
    for name, value in names.items():
        if name.isidentifier() and name not in PRESETS:
            yield name, _kind(value)


def _attributes(value: Any) -> Iterator[tuple[str, CompletionKind]]:
    try:
        found = dir(value.type if isinstance(value, known.StoredValue) else value)
    except Exception:  # noqa: BLE001 (a type's own `__dir__` may raise anything)
        found = dir(type(value))
    for name in found:
        attribute = known.find_attribute(value, name)
        yield name, "property" if attribute is known.MISSING else _kind(attribute, "property")


def _modules(path: str) -> Iterator[tuple[str, CompletionKind]]:
    """The modules in a package that is loaded, or, without one, all that are known by name."""
    known = {*sys.stdlib_module_names, *sys.modules} if not path else set(sys.modules)
    prefix = f"{path}." if path else ""
    for name in known:
        if name.startswith(prefix):
            yield name[len(prefix) :].partition(".")[0], "module"


def _kind(value: Any, otherwise: CompletionKind = "variable") -> CompletionKind:
    if inspect.ismodule(value):
        return "module"
    if isinstance(value, type):
        return "class"
    return "function" if inspect.isroutine(value) or isinstance(value, known.StoredMethod) else otherwise


def _signature(name: str, value: Any) -> tuple[str, tuple[str, ...]]:
    if not callable(value):
        return "", ()
    try:
        found = inspect.signature(value)
    except Exception:  # noqa: BLE001 (ValueError for some built-ins; a type's own `__signature__` may raise)
        return "", ()
    try:
        text = f"{name}{found}"
        parameters = tuple(str(parameter) for parameter in found.parameters.values())
    except Exception:  # noqa: BLE001 (the repr of a default)
        return "", ()
    return text, parameters


def _documentation(value: Any) -> str:
    if isinstance(value, known.StoredValue):
        described: Any = value.type
    elif isinstance(value, partial):
        described = value.func
    else:
        described = value if inspect.ismodule(value) or callable(value) else type(value)
    if described in _PLAIN:
        return ""
    try:
        text = inspect.getdoc(described) or ""
    except Exception:  # noqa: BLE001 (`__doc__` may be anything)
        return ""
    return text if len(text) <= LONGEST_DOCUMENTATION else f"{text[:LONGEST_DOCUMENTATION]}…"


def _value(value: Any) -> str:
    """What a value is worth, where finding out costs nothing."""
    if type(value) in _PLAIN:
        text = repr(value[:LONGEST_VALUE] if isinstance(value, str | bytes) else value)
    elif type(value) in (list, tuple, dict, set, frozenset):
        text = f"{len(value):,} items"
    else:
        shape = inspect.getattr_static(type(value), "shape", None)
        module = type(value).__module__.partition(".")[0]
        if shape is None or module not in ("numpy", "pandas", "polars"):
            return ""
        text = f"shape {value.shape}"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
