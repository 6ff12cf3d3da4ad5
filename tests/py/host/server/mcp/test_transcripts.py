"""The recorded answers hold for agents, too: see `tests/contracts/transcripts.py`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest
from agent import LEGACY, MODERN, Agent, AgentDriver
from transcripts import CASES, Case, carry_out, check

from .conftest import opening

Notebook = Callable[[Case], AbstractContextManager[Agent]]


@pytest.fixture(scope="module", params=[("http", MODERN), ("stdio", LEGACY)], ids=lambda way: "-".join(way))
def notebook(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """Opens the notebook of a case; one server for all cases that leave it as it was."""
    way = opening(*request.param)
    with ExitStack() as stack:
        shared: dict[tuple[str, ...], Agent] = {}

        def start(case: Case) -> AbstractContextManager[Agent]:
            if case.cells not in shared or case.alone:
                path = tmp_path_factory.mktemp(case.name) / "nb.py"
                path.write_text("".join(f"# %%\n{cell}\n\n" for cell in case.cells))
                if case.alone:
                    return way(path)
                shared[case.cells] = stack.enter_context(way(path))
            return contextlib.nullcontext(shared[case.cells])

        yield start


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_answer_is_as_recorded(case: Case, notebook: Notebook) -> None:
    with notebook(case) as agent:
        check(case, carry_out(case, AgentDriver(agent)))
