"""Keys of runs and identities of values (design, section 6).

An identity is a string whose prefix says what decides it, so that no two kinds can collide:
`content:<codec>:<digest>`, `lineage:<digest>`, `ui:<digest>`, `module:<name>`, `import:<module>:<name>`,
`source:<digest>`, `absent`. All hashing is SHA-256 over canonical JSON (RFC 8785).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import rfc8785

from tiffin.cells.cell import ImportedName
from tiffin.codecs.registry import Encoded
from tiffin.ids import Digest, Key, RunId, digest

Json: TypeAlias = Any

FORMAT = 1
CONTENT_LIMIT = 1 << 20
"""Encodings up to this many bytes are identified by their content."""

ABSENT = "absent"
"""The identity of a name that its definer left unbound."""


def json_digest(document: Json) -> Digest:
    """Return the SHA-256 of `document` as canonical JSON; equal in Python and TypeScript."""
    return digest(rfc8785.dumps(document))


_compact_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_FIRST_SURROGATE = "\ud800"


def text_digest(document: Mapping[str, Json]) -> Digest:
    """Return the same as `json_digest` for what holds only mappings, text and small whole numbers; faster.

    RFC 8785 then asks for what `json` does, but for two things: keys are sorted by UTF-16 code units, which
    is another order than that of code points only where a character is beyond the surrogates; and lone
    surrogates are refused. Floats, ints of 2**53 and more, and keys that are no text must not come here.
    """
    text = _compact_json(document)
    if text.isascii() or max(text) < _FIRST_SURROGATE:
        return digest(text.encode())
    return json_digest(document)


def run_key(code: Digest, inputs: Mapping[str, str]) -> Key:
    """Return the key of running code with this digest on inputs with these identities."""
    return Key(text_digest({"format": FORMAT, "code": code, "inputs": dict(inputs)}))


def salted(key: Key, run_id: RunId) -> Key:
    """Return what stands for `key` in the lineage of a run that a person forced."""
    return Key(text_digest({"key": key, "run": run_id}))


def lineage_key(key: Key, files: Mapping[str, Digest]) -> Key:
    """Return what stands for `key` in the lineage of a run that read `files`: paths, and digests."""
    return Key(text_digest({"key": key, "files": dict(files)})) if files else key


def content_identity(encoded: Encoded) -> str:
    """Return the identity of a value that has this encoding."""
    return f"content:{encoded.codec}:{digest(encoded.data)}"


def lineage_identity(key: Key, name: str) -> str:
    """Return the identity of what the run with `key` bound to `name`."""
    return f"lineage:{text_digest({'key': key, 'name': name})}"


def element_identity(document: Mapping[str, Json]) -> str:
    """Return the identity of a UI element: its kind, arguments and current front-end value."""
    return f"ui:{json_digest(dict(document))}"


def import_identity(imported: ImportedName, source: Digest | None = None) -> str:
    """Return the identity of what an import statement binds; `source` is the digest of the notebook's own
    modules, which change as its cells do."""
    own = "" if source is None else f"@{source}"
    if imported.attribute is None:
        return f"module:{imported.module}{own}"
    return f"import:{imported.module}:{imported.attribute}{own}"


def source_identity(code: Digest, references: Mapping[str, str]) -> str:
    """Return the identity of a function or class: its canonical source and what it references."""
    return f"source:{text_digest({'code': code, 'references': dict(references)})}"
