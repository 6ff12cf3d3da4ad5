"""The notebook's file, as a server keeps it: every edit is written at once, and the file is always whole."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from tiffin.commands import EditCells
from tiffin.errors import NotebookError
from tiffin.ids import Digest, digest
from tiffin.notebook.edit import EditedNotebook, edit_notebook
from tiffin.notebook.files import read_sources, rewrite_cell, write_notebook, writing_problem
from tiffin.notebook.notebook import Notebook

Check: TypeAlias = Callable[[Notebook, Notebook], None]
"""Looks at the notebook before and after an edit, and raises an error if that must not happen."""


class NotebookFile:
    """The notebook in a file. It is read without running anything: no star import is looked up.

    One at a time may change it, and waits for that.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notebook, self._digest = self._read()

    def _read(self) -> tuple[Notebook, Digest | None]:
        notebook = read_sources(self.path)
        return notebook, self._on_disk()

    def _on_disk(self) -> Digest | None:
        try:
            return digest(self.path.read_bytes())
        except OSError:
            return None

    async def edit(self, command: EditCells, check: Check | None = None) -> EditedNotebook:
        """Carry out an edit, and write it; `check`, in a thread, may refuse it.

        `UsageError` for an edit that cannot be carried out, `NotebookError` for a file that cannot be written
        or that somebody else has changed; nothing is changed then.
        """
        edited = edit_notebook(self.notebook, command, rewrite_cell)
        if check is not None:
            await asyncio.to_thread(check, self.notebook, edited.notebook)
        if edited.notebook != self.notebook:
            await asyncio.to_thread(self._write, edited.notebook)
        self.notebook = edited.notebook
        return edited

    async def follow(self, command: EditCells, later: Collection[str]) -> None:
        """Carry out an edit that a kernel has made, and write it; errors as for `edit`.

        `later` are cells that were edited here, and of which the kernel has not heard yet: they stay.
        """
        known = [cell.id for cell in self.notebook.cells]
        put = tuple(source for source in command.put if source.id not in later)
        remove = tuple(cell for cell in command.remove if cell in known and cell not in later)
        left = {*known, *(source.id for source in put)} - set(remove)
        told = [cell for cell in command.order or () if cell in left]
        order = (*told, *(cell for cell in known if cell in left and cell not in told))
        await self.edit(replace(command, put=put, remove=remove, order=order))

    def _write(self, notebook: Notebook) -> None:
        found = self._on_disk()
        if found is None:
            raise NotebookError(f"{self.path.name} is gone or cannot be read: nothing was written")
        if found != self._digest:
            raise NotebookError(
                f"{self.path.name} was changed by another program, nothing was written: restart the kernel, "
                "which reads it anew"
            )
        problem = writing_problem(self.path, self.path.read_text("utf-8-sig"))
        if problem is not None:
            raise NotebookError(problem)
        write_notebook(notebook, self.path)
        self._digest = self._on_disk()

    def read_again(self) -> bool:
        """Read the file if it is another one than was read or written last, and return whether it was;
        `NotebookError` if it cannot be read, and nothing is changed."""
        if self._on_disk() == self._digest:
            return False
        self.notebook, self._digest = self._read()
        return True
