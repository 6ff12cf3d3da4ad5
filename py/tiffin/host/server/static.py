"""The static server for exported sites: right MIME types, isolation headers, honest caching."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_HASHED = re.compile(r"-[0-9A-Za-z]{8,}\.(js|css)$|/[0-9a-f]{20,}(\.\w+)?$")


class SiteHandler(SimpleHTTPRequestHandler):
    """Serves one folder. Hashed names are immutable; everything else is revalidated at each visit."""

    protocol_version = "HTTP/1.1"
    extensions_map = {  # noqa: RUF012 (the base class declares it so)
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript; charset=utf-8",
        ".mjs": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".wasm": "application/wasm",
        ".whl": "application/zip",
        ".html": "text/html; charset=utf-8",
        "": "application/octet-stream",
    }

    def end_headers(self) -> None:
        # Cross-origin isolation: without it there is no SharedArrayBuffer, and no interrupting a busy cell.
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("X-Content-Type-Options", "nosniff")
        path = self.path.split("?")[0]
        immutable = _HASHED.search(path) is not None
        self.send_header("Cache-Control", "public, max-age=31536000, immutable" if immutable else "no-cache")
        super().end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write one line for each answer, if the server was asked to."""
        log = getattr(self.server, "log", None)
        if log is not None:
            log(f"{int(code)} {self.command} {self.path}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name in the base class)
        """Say nothing of requests that went wrong: the browser's own tools show them."""


class SiteServer(ThreadingHTTPServer):
    """Serves in threads; `log`, if there is one, takes a line `STATUS METHOD PATH` for each answer."""

    daemon_threads = True
    log: Callable[[str], None] | None = None


def make_server(site: Path, host: str, port: int, log: Callable[[str], None] | None = None) -> SiteServer:
    """Return a server of `site`, bound, not yet serving; port 0 takes any free one. `OSError` if taken."""
    server = SiteServer((host, port), functools.partial(SiteHandler, directory=str(site)))
    server.log = log
    return server
