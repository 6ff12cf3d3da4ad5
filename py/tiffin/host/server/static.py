"""The static server for exported sites: right MIME types, isolation headers, honest caching."""

from __future__ import annotations

import functools
import re
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

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name in the base class)
        """Say nothing of each request: the address was printed, and a browser's own tools show the rest."""


def make_server(site: Path, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server of `site`, bound, not yet serving; port 0 takes any free one. `OSError` if taken."""
    handler = functools.partial(SiteHandler, directory=str(site))
    return ThreadingHTTPServer((host, port), handler)
