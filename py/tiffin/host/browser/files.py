"""The notebook's files in a worker, where readers bring their own: what cells read, wrote, did not find."""

from __future__ import annotations

import importlib
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tiffin.cache.manifest import FileRead
from tiffin.cache.notebook_folder import NotebookFolder
from tiffin.cache.surroundings import ABSENT_FILE, FilesUsed, Recording
from tiffin.host.browser.packages import is_there
from tiffin.ids import Digest

_NAME = re.compile(r"[^\s/\\:*?\"<>|.][^/\\:*?\"<>|\n]{0,80}\.[A-Za-z0-9]{1,8}")
"""What looks like the name of a file beside the notebook."""


class WorkerFolder:
    """The surroundings of a notebook to which files may come while it is open, as `NotebookFolder` sees them.

    What a body names, or imports, and is not there counts as read, too: a file of this name may come. Outside
    of `folder` only temporary files count, which end with the worker; packages that are being installed have
    theirs anywhere. `shipped` are the digests of own modules that came with
    the page, by root.
    """

    def __init__(self, folder: Path, shipped: Mapping[str, Digest]) -> None:
        self._place = folder
        self._shipped = shipped
        self._folder = NotebookFolder(folder, folder / "public" / "cache")

    def begin(self) -> Recording:
        return self._folder.begin()

    def end(self, recording: Recording, modules: frozenset[str], texts: Iterable[str] = ()) -> FilesUsed:
        texts = list(texts)
        found = self._folder.end(recording, modules, texts)
        used = FilesUsed(tuple(filter(self._counts, found.read)), tuple(filter(self._counts, found.written)))
        roots = {module.split(".")[0] for module in modules} - {""}
        sought = {f"{root}.py" for root in roots if root not in self._shipped and not is_there(root)}
        sought |= {text for text in texts if _NAME.fullmatch(text)}
        known = {file.path for file in (*used.read, *used.written)}
        missed = [name for name in sorted(sought - known) if not self._folder.exists(name)]
        return FilesUsed((*used.read, *(FileRead(name, ABSENT_FILE) for name in missed)), used.written)

    def count(self, files: Iterable[FileRead]) -> None:
        self._folder.count(files)

    def unchanged(self, file: FileRead) -> bool:
        return self._folder.unchanged(file)

    def exists(self, path: str) -> bool:
        # What is outside of the folder is not kept: who wrote it has to write it again.
        return path.startswith("..") or self._folder.exists(path)

    def _counts(self, file: FileRead) -> bool:
        if not file.path.startswith(".."):
            return True
        return (self._place / file.path).resolve().is_relative_to(tempfile.gettempdir())

    def module_digest(self, module: str) -> Digest | None:
        return self._shipped.get(module.split(".")[0]) or self._folder.module_digest(module)

    def replaced(self, name: str) -> None:
        """Learn that the page has put or removed a file; the next import of an own module loads it anew."""
        importlib.invalidate_caches()
        if not name.endswith(".py"):
            return
        self._folder.forget_modules()
        inside = f"{self._place}/"
        for module, found in list(sys.modules.items()):
            if str(getattr(found, "__file__", None)).startswith(inside):
                del sys.modules[module]
