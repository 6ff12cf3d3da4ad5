"""The cache of an exported page in real Chromium: calls inside bodies, and servers that fail."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from conftest import Served, View

from tiffin.host.server.static import SiteHandler, SiteServer

pytestmark = pytest.mark.browser

Sites = Callable[..., Path]
Serve = Callable[[Path], Served]
Visit = Callable[..., View]


def without_jspi(site: Path) -> None:
    for worker in site.glob("assets/worker-*.js"):
        text = worker.read_text("utf-8")
        worker.write_text(f"delete WebAssembly.Suspending; delete WebAssembly.promising;\n{text}", "utf-8")


@pytest.mark.parametrize("jspi", [True, False])
def test_a_live_cell_has_its_calls_from_the_site(
    jspi: bool, sites: Sites, serve: Serve, visit: Visit
) -> None:
    served = serve(sites("caches.py"))
    if not jspi:
        without_jspi(served.folder)
    view = visit(served.url)
    view.wait_ready()
    assert view.stats["cellsRun"] == 0
    assert view.stats["blobsFetched"] == 0
    view.set("count", 3)
    assert view.output("c7") == "['dal 3', 'rice 3999', 6, 6, 40495500]"
    assert view.console_text("c7") == "hit\n"
    assert view.console_text("c8") == ""
    assert view.stats["blobsFetched"] == 2
    view.set("count", 7)
    assert view.output("c7") == "['dal 7', 'rice 3999', 14, 14, 40495500]"
    assert view.console_text("c8") == "simmering soup 7\n"
    assert view.stats["blobsFetched"] == 2, "what was fetched once is in memory"
    assert [line for line in served.requests if not line.startswith(("200", "304"))] == []
    asked = Counter(served.paths())
    assert [path for path, times in asked.items() if "/cache/" in path and times > 1] == []


class Fate:
    """What becomes of a request: decided by its path and how often that was asked for before."""

    def __init__(self, decide: Callable[[str, int], str]) -> None:
        self.decide = decide
        self.asked: Counter[str] = Counter()


Failing = Callable[..., tuple[str, Fate]]


class FailingHandler(SiteHandler):
    fate: Fate

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        fate = self.fate.decide(path, self.fate.asked[path])
        self.fate.asked[path] += 1
        if fate == "ok":
            super().do_GET()
        elif fate == "busy":
            self.send_error(503)
        elif fate == "gone":
            self.send_error(404)
        elif fate == "torn":
            body = Path(self.translate_path(self.path)).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif fate == "closed":
            self.close_connection = True
            self.connection.close()


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Failing]:
    """Serves a copy of a site in this process, by rules that a test sets."""
    servers: list[SiteServer] = []

    def start(site: Path, decide: Callable[[str, int], str], *, jspi: bool) -> tuple[str, Fate]:
        fate, folder = Fate(decide), tmp_path / f"site-{len(servers)}"
        shutil.copytree(site, folder)
        if not jspi:
            without_jspi(folder)
        handler = type("Handler", (FailingHandler,), {"fate": fate})
        server = SiteServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/", fate

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def of_blobs(fate: Callable[[int], str]) -> Callable[[str, int], str]:
    return lambda path, before: fate(before) if "/blobs/" in path else "ok"


def forgive(view: View, *words: str) -> None:
    """Take from the console what the browser itself says of requests that a test lets fail."""
    view.console = [line for line in view.console if not any(word in line for word in words)]


SAYS = ("Failed to load resource", "net::")


@pytest.mark.parametrize("jspi", [True, False])
@pytest.mark.parametrize(
    ("fate", "asked"),
    [
        (lambda before: "busy" if before < 2 else "ok", 3),
        (lambda before: "torn" if before < 1 else "ok", 2),
        (lambda before: "closed" if before < 1 else "ok", 2),
    ],
    ids=["busy", "torn", "closed"],
)
def test_a_server_that_recovers_costs_only_time(
    fate: Callable[[int], str], asked: int, jspi: bool, sites: Sites, failing: Failing, visit: Visit
) -> None:
    url, seen = failing(sites("caches.py"), of_blobs(fate), jspi=jspi)
    view = visit(url)
    view.wait_ready()
    view.set("count", 3)
    assert view.output("c7") == "['dal 3', 'rice 3999', 6, 6, 40495500]"
    assert view.console_text("c7") == "hit\n"
    assert {times for path, times in seen.asked.items() if "/blobs/" in path} == {asked}
    assert view.notices() == []
    forgive(view, *SAYS)


@pytest.mark.parametrize("jspi", [True, False])
@pytest.mark.parametrize(("fate", "asked"), [("busy", 3), ("torn", 3), ("closed", 3), ("gone", 1)])
def test_a_server_that_does_not_is_worked_around(
    fate: str, asked: int, jspi: bool, sites: Sites, failing: Failing, visit: Visit
) -> None:
    url, seen = failing(sites("caches.py"), of_blobs(lambda before: fate), jspi=jspi)
    view = visit(url)
    view.wait_ready()
    assert view.stats["cellsRun"] == 0
    view.set("count", 3)
    assert view.output("c7") == "['dal 3', 'rice 3999', 6, 6, 40495500]"
    assert view.console_text("c7") == "simmering dal\nsimmering rice\nhit\n"
    times = {path: count for path, count in seen.asked.items() if "/blobs/" in path}
    assert set(times.values()) == {asked} or fate == "closed"  # a browser tries again itself then
    assert any("a stored result cannot be used, so it is made again" in notice for notice in view.notices())
    view.set("count", 4)
    assert view.console_text("c7") == "hit\n", "made once, it is in memory"
    assert {path: count for path, count in seen.asked.items() if "/blobs/" in path} == times
    forgive(view, *SAYS)


def test_a_server_that_vanishes_is_never_waited_for_in_vain(sites: Sites, serve: Serve, visit: Visit) -> None:
    served = serve(sites("caches.py"))
    view = visit(served.url)
    view.wait_ready()
    served.process.terminate()
    served.process.wait(10)
    view.set("count", 3)
    assert view.output("c7") == "['dal 3', 'rice 3999', 6, 6, 40495500]"
    assert view.kernel == "ready"
    forgive(view, *SAYS)


def test_an_altered_result_of_a_call_is_made_again(sites: Sites, serve: Serve, visit: Visit) -> None:
    served = serve(sites("caches.py"))
    for blob in (served.folder / "public/cache/blobs").glob("*/*"):
        data = bytearray(blob.read_bytes())
        data[len(data) // 2] ^= 1
        blob.write_bytes(bytes(data))
    view = visit(served.url)
    view.wait_ready()
    view.set("count", 3)
    assert view.output("c7") == "['dal 3', 'rice 3999', 6, 6, 40495500]"
    assert view.console_text("c7") == "simmering dal\nsimmering rice\nhit\n"
    assert view.stats["blobsRejected"] == 2
