"""Identities of live values, and of code with all that it refers to: what the key of a cached call is made
of.

Functions and classes of the author's own are followed, through globals, closures and attributes; those of
installed packages are known by name. What content tells of a value is asked of the codecs, whatever its size;
a value that only pickle takes is known by its pickle.
"""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass
from types import (
    CellType,
    CodeType,
    FunctionType,
    MethodType,
    ModuleType,
)
from typing import Any

from tiffin.cache.key import ABSENT, content_identity, element_identity, json_digest, text_digest
from tiffin.cells.functions import LiveSource, code_names, read_code
from tiffin.cells.live_code import CODE, can_be_called, counts, is_code, is_installed, is_own, private_names
from tiffin.codecs.plain import plain_text, to_plain
from tiffin.codecs.registry import CodecRegistry, Encoded
from tiffin.errors import CodecError
from tiffin.ids import Digest
from tiffin.ui.element import Reactive

_MISSING = object()
_CONSTANT = frozenset({int, float, str, bool, bytes, complex, type(None), type(Ellipsis), range})
_CONTAINERS = frozenset({list, tuple, dict})
_LIVE = (Reactive, *CODE)
_DEEPEST = 4

_read_code: Callable[[CodeType], LiveSource] = functools.lru_cache(maxsize=4096)(read_code)


class Unidentified(Exception):
    """A value that nothing tells apart from others: neither its content nor where it came from."""


class _CellContents(Mapping[str, Any]):
    """The variable of a closure, as a mapping like those that hold globals."""

    def __init__(self, cell: CellType) -> None:
        self._cell = cell

    def __getitem__(self, name: str) -> Any:
        try:
            return self._cell.cell_contents
        except ValueError:  # not bound yet
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass
class References:
    """What some code refers to, as it was found: `static` is the digest of all that stays the same as long as
    each of `pins` (mapping, name, object) holds; `moving` are the places of values that may change in
    place."""

    static: Digest
    pins: list[tuple[Mapping[str, Any], str, Any]]
    moving: list[tuple[Mapping[str, Any], str]]
    sizes: list[tuple[Mapping[str, Any], int]]

    def hold(self) -> bool:
        """Return whether every name still stands for the very object that it stood for."""
        for mapping, name, value in self.pins:
            if mapping.get(name, _MISSING) is not value:
                return False
        return all(len(mapping) == size for mapping, size in self.sizes)


class LiveIdentities:
    """Tells identities of live values.

    `namespace` holds the classes that encodings refer to by name; `lineage` gives the identity of a name of
    the notebook whose content tells nothing, None for others; `module_digest` that of the source of a module
    of the author's own.
    """

    def __init__(
        self,
        codecs: CodecRegistry,
        namespace: Callable[[], Mapping[str, Any]],
        lineage: Callable[[str], str | None],
        module_digest: Callable[[str], Digest | None],
    ) -> None:
        self._codecs = codecs
        self._namespace = namespace
        self._lineage = lineage
        self._module_digest = module_digest

    def of(self, value: Any, name: str = "", around: frozenset[int] = frozenset()) -> str:
        """Return the identity of `value`; `Unidentified` if there is none.

        `name` is where it was found, `around` the classes whose identity is being told.
        """
        if isinstance(value, Reactive):
            return element_identity(value.identity_document())
        if is_code(value):
            return f"code:{self._code_digest(value, around)}"
        try:
            if _holds_live(value):
                return f"parts:{json_digest(self._parts(value, around, {}))}"
            encoded = self._codecs.encode(value)
        except (CodecError, RecursionError) as error:
            raise Unidentified(str(error)) from None
        if encoded is None:
            named = bool(name) and self._namespace().get(name, _MISSING) is value
            lineage = self._lineage(name) if named else None
            if lineage is None:
                kind = type(value)
                raise Unidentified(f"no codec takes a {kind.__module__}.{kind.__qualname__}")
            return lineage
        own = self._own_code(encoded, around)
        identity = content_identity(encoded)
        return f"{identity}+{text_digest(own)}" if own else identity

    def _parts(self, value: Any, around: frozenset[int], met: dict[int, int]) -> Any:
        """Return what tells a container by its parts, and which of them are the same."""
        if type(value) not in _CONTAINERS:
            return self.of(value, "", around)
        if id(value) in met:
            return met[id(value)]
        met[id(value)] = len(met)
        items = [part for pair in value.items() for part in pair] if type(value) is dict else value
        return [type(value).__name__, *(self._parts(item, around, met) for item in items)]

    def references(self, function: FunctionType) -> References:
        """Return what `function` says and all that it refers to."""
        walk = _Walk(self.module)
        return walk.end(walk.function(function))

    def block_references(
        self, source: LiveSource, scopes: Sequence[Mapping[str, Any]], code: CodeType, package: str
    ) -> References:
        """Return what a block of `code` refers to; names are looked up in `scopes`, one after another.

        `package` is the module that holds it.
        """
        walk = _Walk(self.module)
        found = walk.references(source.references, scopes, code)
        return walk.end({"code": source.digest, "references": found, **walk.imports(source, package)})

    def moving(self, references: References, around: frozenset[int] = frozenset()) -> list[str]:
        """Return the identities, as they are now, of the values that may have changed in place."""
        return [
            ABSENT if (value := mapping.get(name, _MISSING)) is _MISSING else self.of(value, name, around)
            for mapping, name in references.moving
        ]

    def module(self, module: str) -> str:
        """Return the identity of a module: its name, and its source if it is one of the author's own."""
        source = self._module_digest(module)
        return f"module:{module}" + ("" if source is None else f"@{source}")

    def _code_digest(self, value: Any, around: frozenset[int]) -> str:
        if id(value) in around:
            return "recursive"
        walk = _Walk(self.module)
        references = walk.end(walk.code(value))
        moving = self.moving(references, around | {id(value)})
        return text_digest({"static": references.static, "moving": moving}) if moving else references.static

    def _own_code(self, encoded: Encoded, around: frozenset[int]) -> dict[str, str]:
        """Identities of the author's own classes and modules that an encoding refers to by name."""
        namespace = self._namespace()
        found = {name: self._code_digest(namespace.get(name), around) for name in encoded.needs}
        for module in encoded.modules:
            if self._module_digest(module) is not None:
                found[f"{module}."] = self.module(module)
        return found


class _Walk:
    """One walk through code and what it refers to; remembers what it met, and where."""

    def __init__(self, module_identity: Callable[[str], str]) -> None:
        self._module_identity = module_identity
        self._met: dict[Any, str] = {}
        self._names: frozenset[str] = frozenset()
        self._kept: list[Any] = []  # so that no `id` is used twice
        self._pins: list[tuple[Mapping[str, Any], str, Any]] = []
        self._moving: list[tuple[Mapping[str, Any], str]] = []
        self._sizes: list[tuple[Mapping[str, Any], int]] = []

    def end(self, document: Any) -> References:
        """Return what the walk has found, with `document` as the whole of it."""
        return References(json_digest({"of": document}), self._pins, self._moving, self._sizes)

    def references(
        self, names: Iterable[str], scopes: Sequence[Mapping[str, Any]], code: CodeType
    ) -> dict[str, Any]:
        """Return what each name stands for: looked up in `scopes`, and then among the builtins."""
        written = private_names(code)
        outer, self._names = self._names, code_names(code)
        found: dict[str, Any] = {}
        for name in names:
            bound = written.get(name, name)
            for scope in scopes:
                value = scope.get(bound, _MISSING)
                if value is not _MISSING:
                    found[name] = self._place(scope, bound, value)
                    break
                self._pins.append((scope, bound, _MISSING))
            else:
                if not hasattr(builtins, name):
                    found[name] = ABSENT
        self._names = outer
        return found

    def imports(self, source: LiveSource, package: str) -> dict[str, str]:
        """Return what stands for the author's own modules that some code imports itself."""
        found = {self._module_identity(package if name == "." else name) for name in source.imports}
        return {f"import {identity}": identity for identity in found if "@" in identity}

    def _module(self, module: ModuleType) -> Any:
        """Return what stands for a module: if it is the author's own, with all that is used of it."""
        identity, names = self._module_identity(module.__name__), self._names
        if "@" not in identity:
            return identity
        if (id(module), names) in self._met:
            return self._met[id(module), names]
        self._met[id(module), names] = f"met {len(self._met)}"
        held = vars(module)
        return [identity, {n: self._place(held, n, held[n]) for n in sorted(names & held.keys())}]

    def _place(self, mapping: Mapping[str, Any], name: str, value: Any) -> Any:
        """Return what stands for the value that `mapping` has under `name`."""
        if type(value) in _CONSTANT:
            self._pins.append((mapping, name, value))
            return plain_text(to_plain(value))
        if not isinstance(value, Reactive) and is_code(value):
            self._pins.append((mapping, name, value))
            return self.code(value)
        self._moving.append((mapping, name))
        return f"moving {len(self._moving)}"

    def _part(self, value: Any) -> Any:
        """Return what stands for a value inside another, which stays there as long as the other does."""
        return self._place({"": value}, "", value)

    def code(self, value: Any) -> Any:
        """Return what stands for a module, a class, or something that can be called."""
        if isinstance(value, ModuleType):
            return self._module(value)
        if id(value) in self._met:
            return self._met[id(value)]
        self._met[id(value)] = f"met {len(self._met)}"
        self._kept.append(value)
        match value:
            case staticmethod() | classmethod():
                return {"method": type(value).__name__, "of": self.code(value.__func__)}
            case property():
                return {
                    "property": [part and self.code(part) for part in (value.fget, value.fset, value.fdel)]
                }
            case FunctionType():
                return self.function(value)
            case MethodType():
                return {"method": self.code(value.__func__), "self": self._part(value.__self__)}
            case functools.partialmethod():
                return {"partial": self.code(functools.partial(value.func, *value.args, **value.keywords))}
            case functools.cached_property():
                return {"cached": self.code(value.func)}
            case functools.partial():
                parts = [self._part(part) for part in (*value.args, *value.keywords.values())]
                return {"partial": self.code(value.func), "values": parts, "names": list(value.keywords)}
            case type():
                return self._class(value)
        wrapped = getattr(value, "__wrapped__", None)
        if wrapped is not None:
            kind = type(value)
            state = self._attributes(value) if is_own(kind) else {}
            return {"by": self.code(kind), "wrapped": self.code(wrapped), "state": state}
        owner = getattr(value, "__self__", None)
        name = f"{getattr(value, '__module__', None)}.{getattr(value, '__qualname__', repr(value))}"
        alone = owner is None or isinstance(owner, ModuleType | type)
        return {"named": name} if alone else {"named": name, "self": self._part(owner)}

    def function(self, function: FunctionType) -> Any:
        """Return what stands for a function: its source and its references, or its name if it is
        installed."""
        self._met.setdefault(id(function), f"met {len(self._met)}")
        self._kept.append(function)
        code, globals_ = function.__code__, function.__globals__
        cells = dict(zip(code.co_freevars, map(_CellContents, function.__closure__ or ()), strict=True))
        if is_installed(code.co_filename):
            # What an installed decorator has wrapped counts; what it keeps for itself does not.
            inside = {name: cell.get(name) for name, cell in cells.items()}
            for held in list(inside.values()):
                if type(held) is dict:  # the registry of `functools.singledispatch`
                    self._sizes.append((held, len(held)))
                    inside.update((f"{len(inside)}", part) for part in held.values())
            closure = [self.code(value) for value in inside.values() if is_code(value)]
            return {"named": f"{globals_.get('__name__')}.{code.co_qualname}", "closure": closure}
        source = _read_code(code)
        found = self.references([n for n in source.references if n not in cells], [globals_], code)
        for name, cell in cells.items():
            if name != "__class__":
                found.update(self.references([name], [cell], code))
        defaults = [self._part(value) for value in function.__defaults__ or ()]
        named = {name: self._part(value) for name, value in (function.__kwdefaults__ or {}).items()}
        found.update(self.imports(source, str(globals_.get("__name__"))))
        if vars(function):
            found["^attributes"] = self._attributes(function)
        return {"code": source.digest, "references": found, "defaults": defaults, "named": named}

    def _attributes(self, value: Any) -> dict[str, Any]:
        held = vars(value)
        self._sizes.append((held, len(held)))
        return {name: self._place(held, name, part) for name, part in held.items() if name != "__wrapped__"}

    def _class(self, kind: type) -> Any:
        """Return what stands for a class: its bases and attributes, or its name if it is installed."""
        if not is_own(kind):
            return {"named": f"{kind.__module__}.{kind.__qualname__}"}
        attributes = vars(kind)
        self._sizes.append((attributes, len(attributes)))
        found = {
            attribute: self._place(attributes, attribute, value)
            for attribute, value in attributes.items()
            if counts(attribute, value)
        }
        for field in getattr(kind, "__dataclass_fields__", {}).values():
            given = [part for part in (field.default, field.default_factory) if part is not MISSING]
            said = (field.type, field.init, field.repr, field.hash, field.compare, field.kw_only)
            found[f"field {field.name}"] = [repr(said), *map(self._part, given)]
        bases = [self.code(base) for base in (type(kind), *kind.__bases__) if base not in (object, type)]
        options = repr(getattr(kind, "__dataclass_params__", None))
        return {"class": kind.__qualname__, "bases": bases, "attributes": found, "options": options}


def _holds_live(value: Any, depth: int = 0) -> bool:
    """Whether a container holds widgets, states or code, up to four levels down."""
    if type(value) not in _CONTAINERS or depth == _DEEPEST:
        return False
    items = value.values() if type(value) is dict else value
    # Types are few, where items may be many.
    kinds = set(map(type, items))
    if _CONSTANT.issuperset(kinds):
        return False
    if any(issubclass(kind, _LIVE) or can_be_called(kind) for kind in kinds) and any(
        isinstance(item, Reactive) or is_code(item) for item in items
    ):
        return True
    return not kinds.isdisjoint(_CONTAINERS) and any(_holds_live(item, depth + 1) for item in items)
