"""The notebook as resources, and word of their changes."""

from __future__ import annotations

from typing import Any

import pytest
from agent import MODERN, Agent
from mcp import MCPError
from mcp.server.subscriptions import ResourcesListChanged, ResourceUpdated
from mcp_types import BlobResourceContents, TextResourceContents

from tiffin.host.server.mcp.resources import SOURCE, output_uri

from .conftest import Meet

PICTURE = "# %%\nclass P:\n    def _repr_png_(self):\n        return b'\\x89PNG'\nP()\n"


def read(agent: Agent, uri: str) -> Any:
    async def ask() -> Any:
        return await agent.client.read_resource(uri)

    return agent.wait(ask).contents


def addresses(agent: Agent) -> list[str]:
    async def ask() -> Any:
        return await agent.client.list_resources()

    return [resource.uri for resource in agent.wait(ask).resources]


def test_the_source_is_that_of_the_file(agent: Agent) -> None:
    (source,) = read(agent, SOURCE)
    assert isinstance(source, TextResourceContents)
    assert source.text.startswith("# %%\nx = 20\n")
    assert source.mime_type == "text/x-python"


def test_every_cell_has_an_output(agent: Agent) -> None:
    assert addresses(agent) == [SOURCE, *(output_uri(cell) for cell in ("c1", "c2", "c3"))]
    (output,) = read(agent, output_uri("c3"))
    assert (output.text, output.mime_type) == ("42", "text/plain")
    assert read(agent, output_uri("c1")) == []


def test_the_template_leads_to_outputs(agent: Agent) -> None:
    async def ask() -> Any:
        return await agent.client.list_resource_templates()

    (template,) = agent.wait(ask).resource_templates
    assert template.uri_template.replace("{cell}", "c3") == output_uri("c3")


@pytest.mark.parametrize(
    "uri",
    [
        "tiffin://notebook/cells/soup/output",
        "tiffin://notebook/cells/c1",
        "tiffin://notebook/cells//output",
        "tiffin://notebook/cells/../source",
        "tiffin://notebook/source/",
        "file:///etc/passwd",
        "x",
    ],
)
def test_there_is_nothing_else(agent: Agent, uri: str) -> None:
    with pytest.raises(MCPError, match="there is no resource"):
        read(agent, uri)


def test_images_are_images(meet: Meet) -> None:
    agent = meet(f"{PICTURE}\n# %%\nprint('words')\ndisplay(c)\nc\n\n# %%\nc = 'soup'\n")
    agent.call("run_cells")
    (image,) = read(agent, output_uri("c1"))
    assert isinstance(image, BlobResourceContents)
    assert (image.blob, image.mime_type) == ("iVBORw==", "image/png")
    assert [part.text for part in read(agent, output_uri("c2"))] == ["'soup'", "'soup'"]


@pytest.mark.parametrize("meet", [("http", MODERN), ("stdio", MODERN)], indirect=True, ids=["http", "stdio"])
def test_changes_are_told_to_those_who_listen(meet: Meet) -> None:
    agent = meet("# %%\nx = 1\n\n# %%\nx + 1\n")
    agent.call("run_cells")
    changed = (ResourceUpdated(SOURCE), ResourceUpdated(output_uri("c2")))
    heard: set[Any] = set()

    async def listen() -> None:
        async with agent.client.listen(
            resources_list_changed=True, resource_subscriptions=[change.uri for change in changed]
        ) as changes:
            await agent.client.call_tool("edit_cells", {"put": [{"id": "c1", "source": "x = 2"}]})
            async for change in changes:
                heard.add(change)
                if len(heard) == 3:
                    return

    agent.wait(listen)
    assert heard == {ResourcesListChanged(), *changed}
    (output,) = read(agent, output_uri("c2"))
    assert output.text == "3"
