"""Results of calls in the stores of the cache: they outlive the session, and travel with an exported
notebook."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from tiffin.cache.cell_cache import BadBlob, CellCache, Unreadable, blob_of
from tiffin.cache.function_cache import Call, CallServices, Found
from tiffin.cache.key import lineage_identity, run_key
from tiffin.cache.manifest import Definition, Manifest
from tiffin.cache.snapshot import define_encoded
from tiffin.cache.surroundings import FilesUsed
from tiffin.errors import CodecError
from tiffin.ids import Bytes, Digest, Key
from tiffin.stores.store import at_once
from tiffin.ui.contained import elements_in

_UNUSABLE = "a stored result cannot be used, so it is made again"
RETURNED = "return"
"""The name under which a manifest holds what a call returned."""


class StoredCallServices(CallServices, Protocol):
    """What stored calls need besides; `cache` must do without waiting, `used` takes the keys that were."""

    @property
    def cache(self) -> CellCache: ...
    def used(self, key: Key) -> None: ...


@dataclass(frozen=True)
class StoredKey:
    """The key of a call, and what it is made of."""

    key: Key
    source: Digest
    inputs: Mapping[str, str]


def stored_key(source: Digest, inputs: Mapping[str, str]) -> StoredKey:
    """Return the key of running code with this source on inputs with these identities."""
    return StoredKey(run_key(source, inputs), source, inputs)


def find_stored(services: StoredCallServices, key: StoredKey) -> dict[str, Any] | None:
    """Return the values that are stored under `key`, by name; None on a miss, also where they cannot be
    had."""
    try:
        found = at_once(services.cache.find(key.key))
        if isinstance(found, Unreadable):
            services.notice(f"{_UNUSABLE} ({found.reason})")
            return None
        if found is None or not all(map(services.surroundings.unchanged, found.files)):
            return None
        definitions = found.definitions
        wanted = [blob for d in definitions.values() if (blob := blob_of(d)) is not None]
        blobs = at_once(services.cache.fetch(wanted))
        once = {blob for blob in wanted if wanted.count(blob) == 1}
        values = {name: _value(services.cache, d, blobs, once) for name, d in definitions.items()}
    except Exception as problem:  # noqa: BLE001 (a store that fails, and what unpickling runs, raise anything)
        services.notice(f"{_UNUSABLE} ({problem})")
        return None
    services.surroundings.count(found.files)
    services.used(key.key)
    return values


def _value(
    cache: CellCache,
    definition: Definition,
    blobs: Mapping[Digest, Bytes | BadBlob],
    once: Collection[Digest],
) -> Any:
    if definition.kind == "inline":
        return cache.codecs.inline(definition.plain)
    if definition.kind == "import" and definition.imported is not None:
        return importlib.import_module(str(definition.imported["module"]))
    if definition.blob is None:
        raise CodecError(definition.reason or f"it is of the kind {definition.kind}")
    data = blobs[definition.blob]
    if isinstance(data, BadBlob):
        raise CodecError(f"its blob {data.digest[:12]}… cannot be used: {data.reason}")
    if isinstance(data, memoryview) and definition.blob not in once:
        data = data.toreadonly()
    return cache.codecs.decode(definition.codec or "", data)


def keep_stored(
    services: StoredCallServices, key: StoredKey, values: Mapping[str, Any], seconds: float, files: FilesUsed
) -> str | None:
    """Store `values` under `key`; return why they cannot be, None if they are."""
    definitions: dict[str, Definition] = {}
    blobs: dict[Digest, Bytes] = {}
    for name, value in values.items():
        try:
            definition = _define(services.cache, key.key, name, value, blobs)
        except CodecError as error:
            return f"its result could not be saved: {error}"
        if definition is not None and (own := sorted({*definition.needs} & values.keys())):
            return f"it defines '{own[0]}', which only running it gives"
        if definition is None:
            kind = f"{type(value).__module__}.{type(value).__qualname__}"
            what = "what it returns" if name == RETURNED else f"'{name}'"
            return f"no codec takes {what}, a {kind}"
        definitions[name] = definition
    manifest = Manifest(
        key=key.key,
        code=key.source,
        inputs=key.inputs,
        definitions=definitions,
        output={},
        seconds=round(seconds, 6),
        files=files.read,
        written=files.written,
        environment=services.cache.environment,
    )
    try:
        at_once(services.cache.save(manifest, blobs))
    except (OSError, ValueError) as error:  # of a store; of what no signature can be made over
        return f"its result could not be saved: {getattr(error, 'strerror', None) or error}"
    services.used(key.key)
    return None


def _define(
    cache: CellCache, key: Key, name: str, value: Any, blobs: dict[Digest, Bytes]
) -> Definition | None:
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, ModuleType):
        return Definition("import", f"module:{value.__name__}", kind, imported={"module": value.__name__})
    encoded = None if any(True for _ in elements_in(value)) else cache.codecs.encode(value)
    if encoded is None:
        return None
    return define_encoded(lineage_identity(key, name), kind, encoded, blobs)


class StoredResults:
    """Results of calls as entries of the cache, under the keys that runs of cells have."""

    maxsize: int | None = None

    def __init__(self) -> None:
        self._keys: set[Key] = set()

    def __len__(self) -> int:
        return len(self._keys)

    def key(self, services: StoredCallServices, call: Call) -> StoredKey:
        of = services.identities.of
        inputs: dict[str, str] = {"^references": call.static}
        inputs.update((f"^moving {index}", identity) for index, identity in enumerate(call.moving))
        inputs.update((f"{index}", of(value)) for index, value in enumerate(call.values))
        inputs.update((f"{name!a}=", of(value)) for name, value in call.named)
        return stored_key(call.source, inputs)

    def find(self, services: StoredCallServices, key: StoredKey) -> Found | None:
        values = find_stored(services, key)
        if values is None or RETURNED not in values:
            return None
        self._keys.add(key.key)
        return Found(values[RETURNED])

    def keep(
        self,
        services: StoredCallServices,
        key: StoredKey,
        call: Call,
        value: Any,
        seconds: float,
        files: FilesUsed,
    ) -> str | None:
        reason = keep_stored(services, key, {RETURNED: value}, seconds, files)
        if reason is None:
            self._keys.add(key.key)
        return reason

    def clear(self, services: StoredCallServices, source: Digest) -> None:
        self._keys.clear()
        at_once(services.cache.forget(source))
