"""A notebook as resources: its source, and what each cell shows; and word of their changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import quote, unquote

from mcp.server.subscriptions import ResourcesListChanged, ResourceUpdated, ServerEvent
from mcp_types import (
    BlobResourceContents,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from tiffin.errors import UsageError
from tiffin.host.server.kernel_state import CellState
from tiffin.host.server.live_kernel import LiveKernel
from tiffin.host.server.mcp.room import is_image
from tiffin.session.answer import show

Json: TypeAlias = Any

SOURCE = "tiffin://notebook/source"
_CELLS, _OUTPUT = "tiffin://notebook/cells/", "/output"
_SOURCE_TYPES = {".py": "text/x-python", ".ipynb": "application/x-ipynb+json", ".md": "text/markdown"}


def output_uri(cell: str) -> str:
    """Return the address of what a cell shows."""
    return f"{_CELLS}{quote(cell, safe='')}{_OUTPUT}"


def list_resources(kernel: LiveKernel) -> list[Resource]:
    """Return the notebook's source, and the output of each cell of code."""
    notebook = kernel.file.notebook
    source = Resource(
        uri=SOURCE,
        name=notebook.filename,
        title="The notebook's source",
        mime_type=_source_type(kernel),
    )
    outputs = [
        Resource(uri=output_uri(cell.id), name=cell.name or cell.id, title=f"What {cell.id} shows")
        for cell in notebook.cells
        if cell.kind == "code"
    ]
    return [source, *outputs]


def list_templates() -> list[ResourceTemplate]:
    """Return the form of the addresses of outputs."""
    return [
        ResourceTemplate(
            uri_template=f"{_CELLS}{{cell}}{_OUTPUT}",
            name="output",
            title="What a cell shows",
            description="What a cell, given by its id, has displayed, and its output: images as images.",
        )
    ]


async def read_resource(kernel: LiveKernel, uri: str) -> ReadResourceResult:
    """Return what stands at an address; `UsageError` if nothing does."""
    if uri == SOURCE:
        # The file as it is, whoever wrote it last.
        try:
            text = await asyncio.to_thread(kernel.file.path.read_text, "utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{kernel.file.path.name} cannot be read: {error}") from None
        return ReadResourceResult(
            contents=[TextResourceContents(uri=uri, text=text, mime_type=_source_type(kernel))]
        )
    cell = unquote(uri[len(_CELLS) : -len(_OUTPUT)])
    if uri != output_uri(cell) or cell not in {known.id for known in kernel.file.notebook.cells}:
        raise UsageError(f"there is no resource {uri}: list the resources")
    state = kernel.state.cells.get(cell, CellState())
    bundles = [show(bundle) for bundle in (*state.displays, state.output) if bundle]
    return ReadResourceResult(
        contents=[_contents(uri, shown["mimetype"], shown["data"]) for shown in bundles]
    )


def _contents(uri: str, mimetype: str, data: Json) -> TextResourceContents | BlobResourceContents:
    if is_image(mimetype):
        return BlobResourceContents(uri=uri, blob=data, mime_type=mimetype)
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return TextResourceContents(uri=uri, text=text, mime_type=mimetype)


def _source_type(kernel: LiveKernel) -> str:
    return _SOURCE_TYPES.get(kernel.file.path.suffix.lower(), "text/plain")


class ChangeBus:
    """Tells subscribers which resources have changed, as the log of a kernel says it.

    It is a `SubscriptionBus`: nothing is looked at while nobody listens.
    """

    def __init__(self, kernel: LiveKernel) -> None:
        self._kernel = kernel

    async def publish(self, event: ServerEvent) -> None:
        """Do nothing: what there is to tell comes from the log."""

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        """Call `listener` with each change from now on, until what is returned is called."""
        following = asyncio.create_task(self._follow(listener, self._kernel.log.newest))

        def unsubscribe() -> None:
            following.cancel()

        return unsubscribe

    async def _follow(self, listener: Callable[[ServerEvent], None], position: int) -> None:
        log = self._kernel.log
        while not log.closed:
            events = log.after(position)
            if events is None:  # it lags behind: anything may have changed
                position = log.newest
                for uri in (resource.uri for resource in list_resources(self._kernel)):
                    listener(ResourceUpdated(uri))
                listener(ResourcesListChanged())
                continue
            for event in events:
                position = event.id
                for change in _changes(json.loads(event.text)):
                    listener(change)
            await log.wait(position)


def _changes(event: Json) -> list[ServerEvent]:
    match event["type"]:
        case "CellEnded":
            return [ResourceUpdated(output_uri(event["cell"]))]
        case "NotebookEdited":
            return [ResourceUpdated(SOURCE), ResourcesListChanged()]
    return []
