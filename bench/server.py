"""Measure what a request to a live kernel costs, beside the same in a Jupyter kernel.

    python bench/server.py [--quick] [--runs N] [--output FOLDER]

Each round measures everything once against processes of its own; medians of the rounds, and ratios within a
round, go to `bench/results/server.md` and `server.json`. `--quick` does one small round and writes nothing.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "a-token-of-the-benchmark"  # noqa: S105 (of a server that lives for a minute)
TIMES, CLIENTS = 300, 200
PATIENCE = 60.0
NOTEBOOK = "# %%\nx = 20\n\n# %%\ny = x + 1\n\n# %%\ny * 2\n"


class Client:
    """One connection to a live kernel, which is kept."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """Return the whole answer to a request."""
        data = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/kernel/{path}", data, self._headers)
        response = self._connection.getresponse()
        assert response.status < 300, response.read()
        return response.read()

    def execute(self, code: str) -> str:
        """Run code in the scratchpad; return what its last line gives."""
        last = self.ask("POST", "execute", {"code": code}).decode().rstrip().rpartition("data: ")[2]
        done = json.loads(last)
        assert done["success"], done
        return str(done["output"]["data"])

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@contextmanager
def live_kernel(folder: Path) -> Iterator[int]:
    """The port of a live kernel."""
    notebook = folder / "notebook.py"
    notebook.write_text(NOTEBOOK, "utf-8")
    program = "from tiffin.host.cli.main import main; main()"
    command = [sys.executable, "-c", program, "kernel", str(notebook), "--port", "0"]
    environment = {**os.environ, "TIFFIN_TOKEN": TOKEN, "HOME": str(folder)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        match = re.search(r":(\d+)/", process.stdout.readline())
        assert match is not None
        try:
            yield int(match[1])
        finally:
            process.send_signal(signal.SIGINT)


@contextmanager
def jupyter_kernel() -> Iterator[Callable[[str], None]]:
    """Runs code in a Jupyter kernel, by its own client, until that kernel is idle again."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")

    def execute(code: str) -> None:
        reply = client.execute_interactive(code, timeout=PATIENCE, output_hook=lambda message: None)
        assert reply["content"]["status"] == "ok"

    try:
        yield execute
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def milliseconds(work: Callable[[], Any], times: int) -> float:
    """Return the median duration of a call, in ms."""
    for _ in range(5):
        work()
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent) * 1e3


def measure_tiffin(port: int, times: int, clients: int) -> dict[str, float]:
    """Return ms for each kind of request, and for `clients` at once."""

    def once(number: int) -> None:
        with closing(Client(port)) as client:
            assert client.execute(f"x + {number}") == str(20 + number)

    numbers = iter(range(1_000_000))
    with closing(Client(port)) as client:
        found = {
            "state": milliseconds(lambda: client.ask("GET", "state"), times),
            "empty": milliseconds(lambda: client.execute(""), times),
            "value": milliseconds(lambda: client.execute("x + 1"), times),
            "printed": milliseconds(lambda: client.execute("print(x)"), times),
            "edit": milliseconds(lambda: edit(client, f"x = {next(numbers)}"), times // 3),
        }
        edit(client, "x = 20")
    with ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        list(pool.map(once, range(clients)))
        found["at once"] = (time.perf_counter() - started) * 1e3 / clients
    return found


def edit(client: Client, source: str) -> None:
    """Edit a cell, and wait until it and what depends on it has run: code comes after it."""
    put = [{"id": "c1", "source": source}]
    client.ask("POST", "commands", {"type": "EditCells", "put": put})
    client.execute("")


def measure(times: int, clients: int) -> dict[str, float]:
    """Return all of one round, in ms."""
    folder = Path(tempfile.mkdtemp(prefix="tiffin-bench-"))
    try:
        with live_kernel(folder) as port:
            found = measure_tiffin(port, times, clients)
        with jupyter_kernel() as execute:
            execute("x = 20")
            found["Jupyter, empty"] = milliseconds(lambda: execute("pass"), times)
            found["Jupyter, value"] = milliseconds(lambda: execute("x + 1"), times)
            found["Jupyter, printed"] = milliseconds(lambda: execute("print(x)"), times)
        return found
    finally:
        shutil.rmtree(folder)


def report(every: list[dict[str, float]], clients: int) -> str:
    """Return the table in Markdown."""
    lines = [
        "# What a request to a live kernel costs",
        "",
        f"Medians of {len(every)} rounds, each with its own processes; Python {platform.python_version()}.",
        "One client that keeps its connection, unless it says otherwise. A Jupyter kernel is asked by its",
        "own client over ZeroMQ, without a server between. Made by `make bench`.",
        "",
        "| request | ms | of the same in Jupyter |",
        "|---|---:|---:|",
    ]
    titles = {
        "state": "`GET state`, which the kernel has no part in",
        "empty": "`POST execute` of nothing, to its `done`",
        "value": "`POST execute` of `x + 1`",
        "printed": "`POST execute` of `print(x)`",
        "at once": f"each of {clients} clients at once, with a new connection",
        "edit": "an edit that runs three cells, then `POST execute` of nothing",
    }
    for name, title in titles.items():
        other = f"Jupyter, {name}"
        ratio = ""
        if other in every[0]:
            ratio = f"{statistics.median(one[name] / one[other] for one in every):.2f}"
        lines.append(f"| {title} | {statistics.median(one[name] for one in every):.2f} | {ratio} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a few requests, once; nothing is written")
    parser.add_argument("--runs", type=int, default=5, help="rounds")
    parser.add_argument("--output", type=Path, default=ROOT / "bench" / "results")
    arguments = parser.parse_args()
    times, clients, count = (9, 9, 1) if arguments.quick else (TIMES, CLIENTS, arguments.runs)
    found = [measure(times, clients) for _ in range(count)]
    text = report(found, clients)
    if not arguments.quick:
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / "server.md").write_text(text, "utf-8")
        (arguments.output / "server.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
