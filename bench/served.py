"""The sites that the benchmarks of pages measure, and a server that tells what it sent."""

from __future__ import annotations

import functools
import math
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tiffin.host.export.runtime import LOCK, built_variants, find_runtime, named_by_content, stock_files
from tiffin.host.export.variants import VARIANTS
from tiffin.host.server.static import SiteHandler, make_server

ROOT = Path(__file__).resolve().parent.parent
# -P: the root of the checkout must not be importable.
TIFFIN = (sys.executable, "-P", "-c", "from tiffin.host.cli.main import main; main()")
RATE = 20_000_000 / 8
"""Bytes a second of the slow line, all connections together."""
LATENCY = 0.040
"""Seconds that each request takes longer over it."""
STOCK = "stock"
IMMUTABLE = "public, max-age=31536000, immutable"
KINDS = {
    "document": {"", ".html"},
    "script": {".js", ".mjs"},
    "wasm": {".wasm", ".libraries"},
    "snapshot": {".snapshot"},
    "archive": {".zip", ".whl"},
    "font, style": {".woff2", ".css"},
}
CACHE, OTHER = "cache", "other"


def export(notebook: Path, site: Path, *options: str) -> Path:
    """Export a notebook, and return the site."""
    command = [*TIFFIN, "export", "html-wasm", str(notebook), "-o", str(site), *options]
    subprocess.run(command, check=True, stdout=sys.stderr)
    return site


def add_stock(site: Path, version: str, packages: Sequence[str] = ()) -> str:
    """Put the bare page into a site, and Pyodide under its stock names, with the wheels of `packages` and of
    what these need. Return the address of the page in the site."""
    folder = site / STOCK / version
    folder.mkdir(parents=True)
    for name in ("bare.html", "bare.js", "bare-worker.js"):
        shutil.copyfile(ROOT / "bench" / "pages" / name, site / name)
    runtime = find_runtime(version)
    assert runtime.folder is not None
    for path in stock_files(runtime).values():
        shutil.copyfile(path, folder / path.name)
        for variant in built_variants(path, named_by_content(path)):
            shutil.copyfile(variant, folder / f"{path.name}{variant.suffix}")
    for name in (LOCK, *wheels_of(runtime.lock["packages"], packages)):
        shutil.copyfile(runtime.folder / name, folder / name)
    query = f"&packages={','.join(packages)}" if packages else ""
    return f"bare.html?runtime={STOCK}/{version}/{query}"


def wheels_of(lock: Any, packages: Iterable[str]) -> list[str]:
    """The wheels of packages of a lock, and of all that they depend on."""
    found: dict[str, str] = {}
    waiting = list(packages)
    while waiting:
        entry = lock[waiting.pop()]
        if entry["name"] not in found:
            found[entry["name"]] = entry["file_name"]
            waiting += entry["depends"]
    return sorted(found.values())


def kind_of(address: str) -> str:
    """The kind of the file that a request names."""
    bare = address.split("?")[0]
    if "/public/cache/" in bare:
        return CACHE
    path = Path(bare)
    suffix = (path.with_suffix("") if path.suffix in VARIANTS else path).suffix
    return next((kind for kind, suffixes in KINDS.items() if suffix in suffixes), OTHER)


def bytes_by_kind(lines: Iterable[str]) -> dict[str, int]:
    """The bytes of bodies that a server's log tells, for every kind of file."""
    found = dict.fromkeys((*KINDS, CACHE, OTHER), 0)
    for line in lines:
        _, _, path, size = line.split(" ")
        found[kind_of(path)] += int(size)
    return found


class BenchHandler(SiteHandler):
    """Lets browsers keep the stock files for good, as the CDN of Pyodide's releases does."""

    def send_header(self, keyword: str, value: str) -> None:
        """Send a header, or the better one."""
        stock = f"/{STOCK}/" in getattr(self, "path", "")
        if keyword == "Cache-Control" and stock and self._code in (200, 304):
            value = IMMUTABLE
        super().send_header(keyword, value)


class Server:
    """A site's server in this process, at `url`, and over a slow line at `slow_url`."""

    def __init__(self, site: Path) -> None:
        self._log: list[tuple[float, str]] = []
        self._server = make_server(site, "127.0.0.1", 0, lambda line: self._log.append((time.time(), line)))
        handler: Any = self._server.RequestHandlerClass
        handler = functools.partial(BenchHandler, *handler.args, **handler.keywords)
        self._server.RequestHandlerClass = handler
        port = self._server.server_address[1]
        self._line = SlowLine(port)
        self.url = f"http://127.0.0.1:{port}/"
        self.slow_url = f"http://127.0.0.1:{self._line.port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def lines(self) -> list[str]:
        """What was sent since it was forgotten, a line each."""
        return self.lines_until(math.inf)

    def lines_until(self, moment: float) -> list[str]:
        """Return the lines of a log until a moment, in seconds since 1970."""
        return [line for time_of_day, line in self._log if time_of_day <= moment]

    def reset(self) -> None:
        """Forget what was sent."""
        self._log.clear()

    def counts(self) -> tuple[int, int]:
        """Return the number of requests since then, and the bytes of the bodies that were sent."""
        return len(self.lines), sum(bytes_by_kind(self.lines).values())

    def stop(self) -> None:
        """Serve no more."""
        self._line.close()
        self._server.shutdown()
        self._server.server_close()


class Pace:
    """Lets pass no more than `rate` bytes a second, whoever asks."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._free = 0.0

    def wait(self, size: int) -> None:
        """Return when `size` bytes have passed."""
        with self._lock:
            self._free = max(self._free, time.monotonic()) + size / self._rate
            until = self._free
        time.sleep(max(0.0, until - time.monotonic()))


class SlowLine:
    """Passes connections on to a port of this machine: answers at RATE, each request LATENCY later.

    The browser's own throttling does not reach workers in every engine.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._pace = Pace(RATE)
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._socket.accept()
            except OSError:
                return  # closed
            server = socket.create_connection(("127.0.0.1", self._target))
            for near in (browser, server):
                near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for work, source, target in (("ask", browser, server), ("answer", server, browser)):
                threading.Thread(target=self._pass, args=(work, source, target), daemon=True).start()

    def _pass(self, work: str, source: socket.socket, target: socket.socket) -> None:
        """Pass on what comes from one end, until there is no more. A request is one piece."""
        try:
            while data := source.recv(1 << 14 if work == "answer" else 1 << 16):
                if work == "ask":
                    time.sleep(LATENCY)
                else:
                    self._pace.wait(len(data))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            for end in (source, target):
                end.close()
