"""A static host that is not `tiffin serve`: it sends no headers but those that it is told to."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.0"  # a connection that stays open would be answered after `stop`
    extensions_map = {  # noqa: RUF012 (the base class declares it so)
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }
    server: Host

    def end_headers(self) -> None:
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        super().end_headers()

    def do_GET(self) -> None:
        self.server.requests.append((self.path, self.headers.get("Sec-Fetch-Dest", "")))
        super().do_GET()

    def log_message(self, *args: object) -> None:
        return None


class Host(ThreadingHTTPServer):
    """Serves a folder from when it is made until `stop`; `requests` are path and destination of each."""

    daemon_threads = True

    def __init__(self, folder: Path, headers: Mapping[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(_Handler, directory=str(folder)))
        self.folder = folder
        self.headers = headers
        self.requests: list[tuple[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away is no news."""

    def stop(self) -> None:
        """Answer nobody from now on."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
            self.server_close()
