"""The manifest: what one run bound, showed and printed, as a versioned record. See docs/cache-format.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from tiffin.errors import ManifestError
from tiffin.ids import Digest, Key, is_digest

Json: TypeAlias = Any

FORMAT = 1

DefinitionKind = Literal["inline", "blob", "source", "import", "element", "unavailable"]
_KINDS = ("inline", "blob", "source", "import", "element", "unavailable")


@dataclass(frozen=True)
class Definition:
    """One name that a run bound.

    `kind` says where the value is: `inline` (a plain form in `plain`), `blob` (`blob`, `codec`, `size` in
    bytes), `source` (a statement of the cell itself), `import` (`imported`), `element` (`element`), or
    `unavailable` (`reason`). `needs` are names of the notebook that decoding refers to, `modules` those it
    imports. `shares` are names whose values had mutable parts in common with this one, which decoding each by
    itself would part (`^name` where it is the version above the cell).
    """

    kind: DefinitionKind
    identity: str
    type: str
    plain: Json = None
    codec: str | None = None
    blob: Digest | None = None
    size: int | None = None
    imported: Mapping[str, Json] | None = None
    element: Mapping[str, Json] | None = None
    reason: str | None = None
    needs: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()

    @property
    def holds_objects(self) -> bool:
        """Whether instances of classes of the notebook may be part of the value."""
        return bool(self.needs) or self.codec == "pickle"


@dataclass(frozen=True, slots=True)
class OutputPart:
    """One MIME type of an output: `data` inline, or the `blob` that holds it as JSON (`size` in bytes)."""

    data: Json = None
    blob: Digest | None = None
    size: int | None = None


OutputParts: TypeAlias = Mapping[str, OutputPart]


@dataclass(frozen=True)
class FileRead:
    """A file that the body read or wrote: path relative to the notebook's folder, digest of its content,
    size in bytes, and time of change in microseconds since 1970 where that had settled. A path with a slash
    at its end is a folder whose names were listed."""

    path: str
    digest: Digest
    size: int | None = None
    modified: int | None = None


@dataclass(frozen=True)
class Signature:
    """An Ed25519 signature (RFC 8032): the public key and the signature itself, in hexadecimal."""

    key: str
    value: str


@dataclass(frozen=True)
class Manifest:
    """One run: its key and what the key is made of, definitions, output, displays, console, time, files.

    `written` are the files that the body wrote, `calls` the keys of the stored calls that it made.
    `stopped` says that the body ended by `tn.stop`: it defined nothing, and what depends on it does not run.
    """

    key: Key
    code: Digest
    inputs: Mapping[str, str]
    definitions: Mapping[str, Definition]
    output: OutputParts
    displays: tuple[OutputParts, ...] = ()
    console: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    files: tuple[FileRead, ...] = ()
    written: tuple[FileRead, ...] = ()
    calls: tuple[Key, ...] = ()
    environment: Mapping[str, Json] = field(default_factory=dict)
    stopped: bool = False
    signature: Signature | None = None

    @property
    def blobs(self) -> frozenset[Digest]:
        """Every blob that the manifest refers to."""
        parts = [part for bundle in (self.output, *self.displays) for part in bundle.values()]
        found = {part.blob for part in parts} | {d.blob for d in self.definitions.values()}
        return frozenset(blob for blob in found if blob is not None)

    def to_bytes(self) -> bytes:
        """Return the manifest as it lies in a store: JSON with sorted keys, in UTF-8."""
        document = self.unsigned()
        if self.signature is not None:
            document["signature"] = vars(self.signature)
        return _sorted_json(document).encode("utf-8", "backslashreplace")

    def unsigned(self) -> dict[str, Json]:
        """Return all of the manifest but its signature, as JSON: what the signature is made over."""
        return {
            "format": FORMAT,
            "key": self.key,
            "code": self.code,
            "inputs": dict(self.inputs),
            "definitions": {name: _drop_empty(vars(d)) for name, d in self.definitions.items()},
            "output": _parts_to_json(self.output),
            "displays": [_parts_to_json(parts) for parts in self.displays],
            "console": [list(piece) for piece in self.console],
            "seconds": self.seconds,
            "files": [_drop_empty(vars(file)) for file in self.files],
            **({"written": [_drop_empty(vars(file)) for file in self.written]} if self.written else {}),
            **({"calls": list(self.calls)} if self.calls else {}),
            "environment": dict(self.environment),
            **({"stopped": True} if self.stopped else {}),
        }


_sorted_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def _drop_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in fields.items() if value is not None and value != ()}
    kept.pop("plain", None)
    if fields.get("kind") == "inline":
        kept["plain"] = fields["plain"]
    return kept


def _parts_to_json(parts: OutputParts) -> dict[str, Json]:
    return {
        mime: {"data": part.data} if part.blob is None else {"blob": part.blob, "size": part.size}
        for mime, part in parts.items()
    }


def is_torn(data: bytes) -> bool:
    """Return whether `data` are what a power cut leaves of a manifest: nothing, its beginning, or holes."""
    return not data or b"\0" in data or (data.startswith(b"{") and not data.endswith(b"}"))


def read_manifest(data: bytes, key: Key, where: str) -> Manifest:
    """Return the manifest in `data`, which was found under `key` at `where`; `ManifestError` otherwise."""
    try:
        document = json.loads(data.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"{where}: the manifest is damaged ({error}); delete it and run again") from error
    if not isinstance(document, dict) or not isinstance(document.get("format"), int):
        raise ManifestError(f"{where}: this is no manifest; delete it and run again")
    if document["format"] != FORMAT:
        raise ManifestError(
            f"{where}: the manifest has format {document['format']}, this tiffin reads format {FORMAT}: "
            "update tiffin, or use another cache folder"
        )
    if document.get("key") != key:
        raise ManifestError(
            f"{where}: the manifest is of another key, {document.get('key')!r}; delete it and run again"
        )
    try:
        return _from_document(document)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        problem = f"{type(error).__name__}: {error}"
        raise ManifestError(
            f"{where}: the manifest is incomplete ({problem}); delete it and run again"
        ) from error


_OPTIONAL: Mapping[str, type] = {
    **dict.fromkeys(("codec", "reason"), str),
    **dict.fromkeys(("size", "modified"), int),
    **dict.fromkeys(("imported", "element", "inputs", "environment"), dict),
}


def _check(fields: Mapping[str, Any], *texts: str) -> Mapping[str, Any]:
    """Return `fields`, of which those called `texts` must be there; `TypeError` for one of another type."""
    _texts(fields[name] for name in texts)
    for name, value in fields.items():
        if value is not None and not isinstance(value, _OPTIONAL.get(name, object)):
            raise TypeError(f"{name!r} is of another type")
    return fields


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    found = tuple(values)
    if isinstance(values, str) or not all(isinstance(value, str) for value in found):
        raise TypeError("something else stands where text should")
    return found


def _from_document(document: Mapping[str, Any]) -> Manifest:
    _check(document, "code")
    _texts(document["inputs"].values())
    return Manifest(
        key=document["key"],
        code=document["code"],
        inputs=dict(document["inputs"]),
        definitions={name: _definition(d) for name, d in document["definitions"].items()},
        output=_parts(document["output"]),
        displays=tuple(_parts(parts) for parts in document["displays"]),
        console=tuple((stream, text) for stream, text in map(_texts, document["console"])),
        seconds=float(document["seconds"]),
        files=tuple(FileRead(**_check(file, "path", "digest")) for file in document["files"]),
        written=tuple(FileRead(**_check(file, "path", "digest")) for file in document.get("written", ())),
        calls=tuple(map(_key, document.get("calls", ()))),
        environment=dict(document["environment"]),
        stopped=bool(document.get("stopped", False)),
        signature=Signature(**_check(document["signature"], "key", "value"))
        if "signature" in document
        else None,
    )


def _key(text: Any) -> Key:
    if not is_digest(text):
        raise ValueError(f"{text!r} is no key")
    return Key(text)


def _definition(fields: Mapping[str, Any]) -> Definition:
    if fields["kind"] not in _KINDS:
        raise ValueError(f"unknown kind of definition {fields['kind']!r}")
    _check(fields, "identity", "type")
    if (fields["kind"] == "blob" or "blob" in fields) and not is_digest(fields.get("blob")):
        raise ValueError(f"{fields.get('blob')!r} is no digest")
    several = {name: _texts(fields[name]) for name in ("needs", "modules", "shares") if name in fields}
    return Definition(**{**fields, **several})


def _parts(parts: Mapping[str, Any]) -> OutputParts:
    return {mime: _part(part) for mime, part in parts.items()}


def _part(part: Mapping[str, Any]) -> OutputPart:
    blob = part.get("blob")
    if blob is not None and not is_digest(blob):
        raise ValueError(f"{blob!r} is no digest")
    return OutputPart(part.get("data"), blob, _check(part).get("size"))
