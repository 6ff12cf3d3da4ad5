"""What may be used of a manifest that comes from others: all but what runs code when it is decoded."""

from __future__ import annotations

from dataclasses import replace

from tiffin.cache.manifest import Definition, Manifest

RUNS_CODE = frozenset({"pickle"})
"""Codecs whose bytes can do anything when they are decoded."""

REASON = "it is a pickle from a cache that others write"


def without_pickles(manifest: Manifest) -> Manifest:
    """Return `manifest` with pickles marked unavailable, so that a cell which needs one runs its producer."""
    if all(definition.codec not in RUNS_CODE for definition in manifest.definitions.values()):
        return manifest
    definitions = {name: _without_pickle(definition) for name, definition in manifest.definitions.items()}
    return replace(manifest, definitions=definitions)


def _without_pickle(definition: Definition) -> Definition:
    if definition.codec not in RUNS_CODE:
        return definition
    return Definition(
        "unavailable", definition.identity, definition.type, reason=REASON, shares=definition.shares
    )
