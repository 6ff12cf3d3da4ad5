"""A session of ten thousand edits and runs: nothing is lost, and nothing piles up."""

from __future__ import annotations

from pathlib import Path

import pytest
from live_server import children

from .conftest import Serve

COMMANDS = 10_000
WARM = 2_000
"""After so many, the log of events is full."""
AT_ONCE = 20


def private_memory(pid: int) -> int:
    """The memory that a process has for itself, in KiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))


@pytest.mark.slow
def test_memory_stays_flat_and_no_event_is_lost(serve: Serve) -> None:
    server = serve("# %%\nx = 0\n\n# %%\ny = x + 1\n\n# %%\nprint(y)\n")
    with server.listen() as listener:
        listener.rest()
        (kernel,) = children(server.process.pid)
        warm, last = [0, 0], listener.last_id
        for first in range(0, COMMANDS, AT_ONCE):
            runs = []
            for number in range(first, first + AT_ONCE, 2):
                runs.append(server.put(c1=f"x = {number}"))
                runs.append(server.command("RunCells", cells=["c2"], force=True))
            listener.heard.clear()
            events = listener.until_done(runs[-1])
            assert [message.id for message in listener.heard] == list(range(last + 1, last + 1 + len(events)))
            last = listener.last_id
            for kind in ("RunStarted", "RunCompleted"):
                assert [event["run_id"] for event in events if event["type"] == kind] == runs
            assert all(event["success"] for event in events if event["type"] == "RunCompleted")
            if first + AT_ONCE == WARM:
                warm = [private_memory(pid) for pid in (server.process.pid, kernel)]
        flat = [private_memory(pid) for pid in (server.process.pid, kernel)]
    assert all(after <= 1.1 * before for before, after in zip(warm, flat, strict=True)), (warm, flat)
    assert f"x = {COMMANDS - 2}\n" in server.notebook.read_text()
    assert server.cell("c3")["console"] == [{"stream": "stdout", "text": f"{COMMANDS - 1}\n"}]
