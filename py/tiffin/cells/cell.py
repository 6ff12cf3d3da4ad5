"""The cell as a value: code objects, what it defines, what it refers to, and its code digest."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import CodeType, MappingProxyType
from typing import Any, Literal

from tiffin.ids import CellId, Digest

_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class ImportedName:
    """A name bound by an import statement: `import a.b as name` or `from module import attribute as name`.

    `module` may start with dots (relative); `attribute` is None for a module itself. `binds_root` is
    true for `import a.b`, which imports `a.b` and binds `a`.
    """

    module: str
    attribute: str | None = None
    binds_root: bool = False


@dataclass(frozen=True)
class SourceDefinition:
    """A function, class or lambda bound once at the top level of a cell, which can be restored by replaying.

    `digest` is that of its statement's canonical form, `references` are the global names it uses now or when
    called, private ones in their mangled form. `eager` are those that are needed
    the moment the statement runs (decorators, defaults, bases, class bodies). `changes` are those
    whose objects it changes when it is called.
    """

    kind: Literal["function", "class"]
    digest: Digest
    references: frozenset[str]
    eager: frozenset[str]
    changes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Flow:
    """What of the history of names passes through a cell in document order.

    `reads`: names whose value from above its code may look at. `needed`: those that it cannot do without, and
    the line. `binds`: names that it binds itself; `kept`: those that it binds on some paths only, so that the
    value from above may live on. `changes`: names of other cells that it binds through its functions, or
    whose objects it changes in place. For each name it binds, `latent` holds the names that the value may use
    later, when it is called, `writes` those that it may then bind or change, `carriers` those whose values it
    may hold.
    """

    reads: frozenset[str] = frozenset()
    needed: Mapping[str, int] = field(default_factory=lambda: _EMPTY)
    binds: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    latent: Mapping[str, frozenset[str]] = field(default_factory=lambda: _EMPTY)
    writes: Mapping[str, frozenset[str]] = field(default_factory=lambda: _EMPTY)
    carriers: Mapping[str, frozenset[str]] = field(default_factory=lambda: _EMPTY)


NO_FLOW = Flow()


@dataclass(frozen=True)
class CellProblem:
    """Why a cell does not run: one sentence, and the line (in the cell, 1-based) where known."""

    kind: Literal["syntax", "reading", "multiple-definitions", "cycle", "above-definition", "disabled"]
    text: str
    line: int | None = None


@dataclass(frozen=True)
class CellCode:
    """What of a cell runs: `body` first; `tail` is the trailing expression, whose value is the output (None
    when there is none, or a `;` hides it). Both may be coroutine code objects. `statements` are those of the
    cell's sources, by name."""

    body: CodeType | None = None
    tail: CodeType | None = None
    statements: Mapping[str, ast.stmt] = field(default_factory=lambda: _EMPTY)


NO_CODE = CellCode()


@dataclass(frozen=True)
class Cell:
    """A compiled cell.

    `definitions` are the names it binds globally and shares, `private` its own `_names` in mangled form,
    `references` the names it reads that it does not bind; `changes` the names whose objects its statements
    change. `flow` is there in document order. `code` returns what runs, and may have to compile it;
    `has_code` tells whether there is anything. `filename` is what its code objects carry, and its key in
    `linecache`.
    """

    id: CellId
    source: str
    filename: str
    digest: Digest
    definitions: frozenset[str] = frozenset()
    private: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    flow: Flow = NO_FLOW
    imports: Mapping[str, ImportedName] = field(default_factory=lambda: _EMPTY)
    modules: frozenset[str] = frozenset()
    sources: Mapping[str, SourceDefinition] = field(default_factory=lambda: _EMPTY)
    has_code: bool = False
    code: Callable[[], CellCode] = field(default=lambda: NO_CODE, compare=False, repr=False)
    problem: CellProblem | None = None
    settings: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    line: int | None = None
