"""What the author's caches get of the kernel whose cell runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tiffin.cache.cell_cache import CellCache
from tiffin.cache.live_identity import LiveIdentities
from tiffin.cache.surroundings import Surroundings
from tiffin.ids import Key


@dataclass(frozen=True)
class Calls:
    """Services of calls; see `tiffin.cache.stored_calls.StoredCallServices`."""

    identities: LiveIdentities
    surroundings: Surroundings
    cache: CellCache
    used: Callable[[Key], None]
    notice: Callable[[str], None]
