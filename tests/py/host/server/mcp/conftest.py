"""Agents, over either transport, and in either generation of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from agent import LEGACY, MODERN, Agent, joining, starting
from live_server import LiveServer
from shell import LUNCH

WAYS = [("http", MODERN), ("http", LEGACY), ("stdio", MODERN), ("stdio", LEGACY)]
Open = Callable[[Path], AbstractContextManager[Agent]]
Meet = Callable[..., Agent]


def opening(transport: str, mode: str) -> Open:
    """What opens a notebook for an agent."""

    @contextmanager
    def serve(notebook: Path) -> Iterator[Agent]:
        with LiveServer(notebook) as server, joining(server, mode) as agent:
            yield agent

    return serve if transport == "http" else lambda notebook: starting(notebook, mode)


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: "-".join(way))
def way(request: pytest.FixtureRequest) -> Open:
    """One of the ways to open a notebook for an agent."""
    return opening(*request.param)


@pytest.fixture(params=[("http", MODERN), ("stdio", LEGACY)], ids=lambda way: "-".join(way))
def meet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Meet]:
    """Opens a notebook with this text for an agent, by two of the ways that have nothing in common."""
    way = opening(*request.param)
    with ExitStack() as stack:

        def start(text: str = LUNCH, name: str = "nb.py") -> Agent:
            path = tmp_path / name
            path.write_text(text)
            return stack.enter_context(way(path))

        yield start


@pytest.fixture(scope="module")
def agent(way: Open, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """One agent for tests that change nothing, once all cells have run."""
    path = tmp_path_factory.mktemp("lunch") / "nb.py"
    path.write_text(LUNCH)
    with way(path) as agent:
        agent.call("run_cells")
        yield agent
