"""A notebook's kernel, served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from live_server import LiveServer
from shell import LUNCH

Serve = Callable[..., LiveServer]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serves a notebook with this text: `serve(text, *arguments)`."""
    with ExitStack() as stack:

        def start(text: str = LUNCH, *arguments: str) -> LiveServer:
            path = tmp_path / "nb.py"
            path.write_text(text)
            return stack.enter_context(LiveServer(path, *arguments))

        yield start


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for tests that change nothing."""
    path = tmp_path_factory.mktemp("lunch") / "nb.py"
    path.write_text(LUNCH)
    with LiveServer(path) as server, server.listen() as listener:
        listener.rest()
        yield server
