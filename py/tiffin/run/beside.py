"""Code that runs in a run, and is no cell: in no graph, and with no result that is kept."""

from __future__ import annotations

from typing import Protocol

from tiffin.run.lifecycle import Outcome, RunMemory


class Beside(Protocol):
    """Code that runs first in a run, and is no cell."""

    async def run(self, memory: RunMemory, *, interrupted: bool) -> Outcome:
        """Run it, unless the run was interrupted; what it asks for by `Rerun` is had before it is called
        again."""

    def end(self, *, interrupted: bool) -> None:
        """The run is about to be over, and has been `interrupted` or not."""
