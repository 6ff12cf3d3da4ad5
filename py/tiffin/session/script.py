"""The author's caches in a plain script: results are kept beside it, as those of a notebook are."""

from __future__ import annotations

import atexit
import contextlib
import functools
import platform
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiffin.cache.cell_cache import CellCache
from tiffin.cache.live_identity import LiveIdentities
from tiffin.cache.notebook_folder import NotebookFolder, cache_folder
from tiffin.codecs.extensions import find_codecs
from tiffin.codecs.standard import standard_codecs
from tiffin.ids import Key
from tiffin.session.calls import Calls
from tiffin.stores.folder import FolderPlace, folder_session
from tiffin.stores.loader import open_stores
from tiffin.stores.recording import RecordingStore


class ScriptNotice(UserWarning):
    """Something about a cache that its author should know."""


@functools.cache
def call_services() -> Calls:
    """Return what caches of calls need in the script that runs: its folder, or the present one without
    any."""
    file = getattr(sys.modules["__main__"], "__file__", None)
    folder = Path.cwd() if file is None else Path(file).resolve().parent
    cache = cache_folder(folder / "script")
    stores = open_stores("lazy", FolderPlace(cache))
    manifests = RecordingStore(stores.manifests)
    session = contextlib.ExitStack()
    note_found = session.enter_context(folder_session(cache))
    session.callback(lambda: note_found(manifests.found))
    atexit.register(session.close)  # a script has no other end
    codecs = standard_codecs(_namespace, lambda root: True, find_codecs())
    environment = {"python": platform.python_version(), "platform": "native", "packages": {}}
    surroundings = NotebookFolder(folder, cache)
    return Calls(
        LiveIdentities(codecs, _namespace, _no_lineage, surroundings.module_digest),
        surroundings,
        CellCache(manifests, stores.blobs, codecs, environment, mark=stores.mark),
        _forget_use,
        _warn,
    )


def _namespace() -> Mapping[str, Any]:
    return vars(sys.modules["__main__"])


def _no_lineage(_: str) -> None:
    return None


def _forget_use(_: Key) -> None:
    return None


def _warn(text: str) -> None:
    warnings.warn(text, ScriptNotice, stacklevel=4)
