"""The playground: a site with one empty notebook, in which readers write their own."""

from __future__ import annotations

from tiffin.host.export.site import Entry, SiteOptions
from tiffin.ids import CellId
from tiffin.notebook.notebook import Notebook, NotebookCell

NAME = "untitled"
PLAYGROUND = "playground"
"""Where a playground lies in a site of several notebooks."""


def playground_entry() -> Entry:
    """Return the notebook that a visitor finds at first: one empty cell."""
    cell = NotebookCell(CellId("c1"), "code", "")
    return Entry(Notebook(NAME, f"{NAME}.py", (cell,), title="Playground"), None, "")


def playground_options(*, offline: bool, index: str | None, service_worker: bool) -> SiteOptions:
    """Return how the site of a playground behaves: its page starts Python when it has found the notebook."""
    return SiteOptions(
        boot="intent",
        mode="edit",
        offline=offline,
        index=index,
        service_worker=service_worker,
        view="notebook",
        playground=True,
    )
