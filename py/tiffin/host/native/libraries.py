"""Libraries of optional groups, which not every installation has."""

from __future__ import annotations

from collections.abc import Collection


def missing_library(error: ModuleNotFoundError, libraries: Collection[str]) -> str:
    """Return which of `libraries` could not be imported; raises `error` if it is about another one."""
    library = (error.name or "").partition(".")[0]
    if library not in libraries:
        raise error
    return library
