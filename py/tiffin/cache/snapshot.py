"""From the values that a run bound to definitions, and the blobs that hold them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

from tiffin.cache.key import (
    ABSENT,
    CONTENT_LIMIT,
    content_identity,
    element_identity,
    import_identity,
    json_digest,
    lineage_identity,
    source_identity,
)
from tiffin.cache.manifest import Definition
from tiffin.cells.cell import NO_FLOW, Cell, ImportedName
from tiffin.cells.names import unmangle
from tiffin.codecs.plain import from_plain, to_plain
from tiffin.codecs.registry import CodecRegistry, Encoded, NotEncodable
from tiffin.errors import CodecError
from tiffin.ids import Bytes, Digest, Key, digest
from tiffin.ui.contained import elements_in
from tiffin.ui.element import Element, Reactive
from tiffin.ui.kinds import find_kind

INLINE_LIMIT = 4096
NOT_KEPT = "keeping it takes longer than making it"
"""Why a value is unavailable that could have been written; an export writes it all the same."""

UNNOTICED = 0.01
"""Seconds that encoding the values of a cell may always take."""

_NONE: Mapping[str, Iterable[str]] = MappingProxyType({})


@dataclass(frozen=True)
class Snapshot:
    """Definitions by name (private names as their author wrote them), and the blobs they refer to."""

    definitions: Mapping[str, Definition]
    blobs: Mapping[Digest, Bytes]


class Budget:
    """The time that encoding a cell's values may take: no more than making them took, which was `seconds`.

    Of the names `refused` it is known that it would not do.
    """

    def __init__(self, seconds: float, refused: Iterable[str] = ()) -> None:
        self._left = max(seconds, UNNOTICED)
        self._refused = frozenset(refused)

    def allows(self, name: str) -> bool:
        """Return whether it is worth trying."""
        return self._left > 0 and name not in self._refused

    def spend(self, seconds: float) -> bool:
        """Take off what was spent; return whether it was there."""
        self._left -= seconds
        return self._left >= 0


class SnapshotMaker:
    """Takes snapshots of what cells bound.

    `codecs` encode; with `large` false, values beyond the content limit are not encoded, and recorded as
    unavailable. `identity_of` gives the identity of a name that another cell bound, None for names that
    no cell binds; `module_digest` that of a module of the notebook's own.
    """

    def __init__(
        self,
        codecs: CodecRegistry,
        identity_of: Callable[[str], str | None],
        module_digest: Callable[[str], Digest | None],
        *,
        large: bool = True,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._clock = clock
        self._codecs = codecs
        self._identity_of = identity_of
        self._module_digest = module_digest
        self._large = large

    def take(
        self,
        cell: Cell,
        lineage: Key,
        values: Mapping[str, Any],
        shares: Mapping[str, Iterable[str]] = _NONE,
        budget: Budget | None = None,
    ) -> Snapshot:
        """Return the snapshot of `cell`, which bound `values` (its private ones under their mangled names).

        `lineage` is the key of the run, salted if a person forced it; `shares` says which other names each
        value has mutable parts in common with. Values that need not be encoded to be identified are encoded
        within `budget`, if there is one.
        """
        names = sorted(values.keys() - cell.private)
        names += sorted(self._private_needed(cell, names, values))
        blobs: dict[Digest, Bytes] = {}
        definitions: dict[str, Definition] = {}
        for name in names:
            if name not in cell.sources:
                definition = self._define(cell, lineage, name, values[name], blobs, budget)
                if name in shares:
                    definition = with_shares(definition, shares[name])
                definitions[name] = definition
        # Private classes of which there are values; without them these could not be decoded.
        needed = {name for definition in definitions.values() for name in definition.needs}
        needed &= (cell.private & cell.sources.keys()) - set(names)
        more = sorted(needed | (self._private_needed(cell, [*names, *needed], values) - set(names)))
        for name in more:
            if name not in cell.sources:
                definitions[name] = self._define(cell, lineage, name, values[name], blobs, budget)
        names += more
        known: dict[tuple[str, frozenset[str]], str] = {}
        for name in names:
            if name in cell.sources:
                identity = self._source_identity(cell, name, definitions, (), known)
                definitions[name] = Definition("source", identity, cell.sources[name].kind)
        return Snapshot({unmangle(name): definition for name, definition in definitions.items()}, blobs)

    def _private_needed(self, cell: Cell, names: list[str], values: Mapping[str, Any]) -> set[str]:
        """The private names that functions and classes of the cell refer to: replaying these needs them."""
        found: set[str] = set()
        waiting = [name for name in names if name in cell.sources]
        while waiting:
            for name in cell.sources[waiting.pop()].references & cell.private & values.keys():
                if name not in found:
                    found.add(name)
                    if name in cell.sources:
                        waiting.append(name)
        return found

    def _source_identity(
        self,
        cell: Cell,
        name: str,
        definitions: Mapping[str, Definition],
        path: tuple[str, ...],
        known: dict[tuple[str, frozenset[str]], str],
    ) -> str:
        """Identity of a function or class, references included; a recursive one is marked by its name.

        `known` holds identities by name and by that part of the path which they can come back to: without
        it, functions that call each other's callees would take exponential time.
        """
        about = (name, frozenset(path) & _reached(cell, name))
        if about in known:
            return known[about]
        references: dict[str, str] = {}
        source = cell.sources[name]
        # In document order a function finds names where it is called, and there they are inputs of their own.
        for other in sorted(source.references if cell.flow is NO_FLOW else source.eager):
            if other in (*path, name):
                references[unmangle(other)] = "recursive"
            elif other in cell.sources:
                references[unmangle(other)] = self._source_identity(
                    cell, other, definitions, (*path, name), known
                )
            elif other in definitions:
                references[unmangle(other)] = definitions[other].identity
            elif other in cell.definitions or other in cell.private:
                references[unmangle(other)] = ABSENT
            else:
                identity = self._identity_of(other)
                if identity is not None:
                    references[other] = identity
        known[about] = source_identity(cell.sources[name].digest, references)
        return known[about]

    def pickled(self, value: Any) -> Bytes | None:
        """Return the pickle of a value up to the content limit, to compare it with later ones, or None."""
        encoded = self._codecs.encode(value, limit=CONTENT_LIMIT)
        return None if encoded is None else encoded.data

    def content_identity(self, value: Any) -> str | None:
        """Return the identity that the content of `value` gives it now, None if it is known by lineage."""
        encoded = self._codecs.encode(value, safe_only=True, limit=CONTENT_LIMIT)
        return None if encoded is None or self._is_own(encoded) else content_identity(encoded)

    def _is_own(self, encoded: Encoded) -> bool:
        """Whether classes of the notebook are part of the value: their methods change, and its bytes do
        not."""
        if encoded.needs:
            return True
        return any(self._module_digest(module) is not None for module in encoded.modules)

    def _define(
        self,
        cell: Cell,
        lineage: Key,
        name: str,
        value: Any,
        blobs: dict[Digest, Bytes],
        budget: Budget | None,
    ) -> Definition:
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        imported = cell.imports.get(name)
        if imported is None and isinstance(value, ModuleType):
            imported = ImportedName(value.__name__)
        if imported is not None:
            identity = import_identity(imported, self._module_digest(imported.module))
            return Definition("import", identity, kind, imported=vars(imported))
        if isinstance(value, Element):
            return self._define_element(cell, lineage, name, value, blobs, budget)
        if isinstance(value, Reactive):
            identity = element_identity(value.identity_document())
            return Definition("unavailable", identity, kind, reason="a state lives in its session")
        encoded = self._codecs.encode(value, safe_only=True, limit=CONTENT_LIMIT)
        if encoded is not None and not self._is_own(encoded):
            return define_encoded(content_identity(encoded), kind, encoded, blobs)
        identity = lineage_identity(lineage, unmangle(name))
        if encoded is not None:
            return define_encoded(identity, kind, encoded, blobs)
        if not self._large:
            return Definition("unavailable", identity, kind, reason="it was not kept in this session")
        if budget is not None and not budget.allows(unmangle(name)):
            return Definition("unavailable", identity, kind, reason=NOT_KEPT)
        started = self._clock()
        encoded = None if any(True for _ in elements_in(value)) else self._codecs.encode(value)
        if encoded is not None and budget is not None and not budget.spend(self._clock() - started):
            return Definition("unavailable", identity, kind, reason=NOT_KEPT)
        if encoded is None:
            return Definition("unavailable", identity, kind, reason=f"no codec takes a {kind}")
        if isinstance(value, type | FunctionType) and name == value.__qualname__:
            # Its pickle is its name. The statement that made it is another cell's, or is not all of it.
            return Definition("unavailable", identity, kind, reason="it is more than its code")
        return define_encoded(identity, kind, encoded, blobs)

    def _define_element(
        self,
        cell: Cell,
        lineage: Key,
        name: str,
        element: Element,
        blobs: dict[Digest, Bytes],
        budget: Budget | None,
    ) -> Definition:
        kind = f"{type(element).__module__}.{type(element).__qualname__}"
        kept = None
        if element.data is not None:
            kept = self._define(cell, lineage, name, element.data, blobs, budget)
            element.data_identity = kept.identity
        identity = element_identity({**element.identity_document(), "value": element.initial})
        if kept is not None and kept.kind not in ("inline", "blob"):
            return Definition("unavailable", identity, kind, reason=kept.reason)
        try:
            record = _record(element)
        except NotEncodable as error:
            reason = f"an option of the {element.kind} is not plain: {error}"
            return Definition("unavailable", identity, kind, reason=reason)
        if kept is None:
            return Definition("element", identity, kind, element=record)
        if kept.kind == "inline":
            plain = json.dumps(kept.plain).encode("ascii")
            kept = replace(kept, codec="plain", blob=digest(plain), size=len(plain))
            assert kept.blob is not None
            blobs[kept.blob] = plain
        return replace(kept, kind="element", identity=identity, type=kind, plain=None, element=record)


def define_encoded(identity: str, kind: str, encoded: Encoded, blobs: dict[Digest, Bytes]) -> Definition:
    """Return the definition of a value of type `kind` by its encoding, which goes to `blobs` if it is
    long."""
    needs, modules = tuple(sorted(encoded.needs)), tuple(sorted(encoded.modules))
    if encoded.codec == "plain" and len(encoded.data) <= INLINE_LIMIT:
        # The codec's bytes are the plain form as JSON.
        plain = json.loads(bytes(encoded.data))
        return Definition("inline", identity, kind, plain=plain, needs=needs, modules=modules)
    address = digest(encoded.data)
    blobs[address] = encoded.data
    return Definition(
        "blob",
        identity,
        kind,
        codec=encoded.codec,
        blob=address,
        size=len(encoded.data),
        needs=needs,
        modules=modules,
    )


def with_shares(definition: Definition, names: Iterable[str]) -> Definition:
    """Return `definition` of a value that has mutable parts in common with those of `names`.

    That is part of its identity: what changes one of them does something else with equal, separate values.
    """
    shares = tuple(sorted(names))
    return replace(definition, identity=f"{definition.identity}~{','.join(shares)}", shares=shares)


def base_identity(identity: str) -> str:
    """Return the identity of a value by itself, whatever it shares."""
    return identity.partition("~")[0]


def _reached(cell: Cell, name: str) -> frozenset[str]:
    """The functions and classes of `cell` that `name` refers to, directly or through others."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for other in cell.sources[waiting.pop()].references & cell.sources.keys():
            if other not in found:
                found.add(other)
                waiting.append(other)
    return frozenset(found)


def _record(element: Element) -> dict[str, Any]:
    document = {
        "kind": element.kind,
        "arguments": element.arguments,
        "initial": element.initial,
        "id": element.id,
        "kept": to_plain(element.kept()),
    }
    if element.data_identity is not None:
        document["data"] = element.data_identity
    if "parts" in vars(element):  # what is made of parts may have none
        document["parts"] = [_record(part) for part in element.parts if isinstance(part, Element)]
        if any("data" in part for part in document["parts"]):
            raise NotEncodable("data inside of another widget are not kept")
    return document


def restore_element(
    record: Mapping[str, Any], part: Callable[[Mapping[str, Any]], Element] | None = None
) -> Element:
    """Return the element that a definition records, made of what `part` gives for each part's record;
    `CodecError` if this version has no such kind."""
    try:
        kind = find_kind(record["kind"])
    except ImportError as error:
        raise CodecError(f"the widget's code could not be loaded: {error}") from None
    if kind is None:
        raise CodecError(f"there is no widget of kind {record['kind']!r} in this version")
    kept = from_plain(record["kept"])
    if "parts" in record:
        kept = (kept, [(part or restore_element)(found) for found in record["parts"]])
    element = kind.restored(record["arguments"], record["initial"], kept)
    element.data_identity = record.get("data")
    return element


def live_identity(identity: str, value: Any, elements: Sequence[Reactive]) -> str:
    """Return the present identity of a live value: that of a widget follows its reader's moves.

    `identity` is what was recorded; a value that holds `elements` combines both.
    """
    if isinstance(value, Reactive):
        return element_identity(value.identity_document())
    if elements:
        documents = [element.identity_document() for element in elements]
        return f"ui:{json_digest({'base': identity, 'elements': documents})}"
    return identity
