"""The static server for exported sites: right MIME types, isolation headers, honest caching."""

from __future__ import annotations

import functools
import gzip
import io
import os
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

_COMPRESSED = frozenset({".html", ".css", ".js", ".mjs", ".json", ".svg", ".txt", ".wasm"})
_HASHED = re.compile(r"-[0-9A-Z]{8}\.(js|css|woff2)$|/[0-9a-f]{20,}(\.(?!json)\w+)?$")
"""Names made of their content's digest; that of a manifest is the key of a computation."""
_GZIP_TAKEN = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)


class SiteHandler(SimpleHTTPRequestHandler):
    """Serves one folder, text and WebAssembly compressed. Hashed names are immutable; all else is revalidated
    each time."""

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

    def send_response(self, code: int, message: str | None = None) -> None:
        self._code, self._length = int(code), 0
        super().send_response(code, message)

    def send_header(self, keyword: str, value: str) -> None:
        if keyword == "Content-Length":
            self._length = int(value)
        super().send_header(keyword, value)

    def end_headers(self) -> None:
        # Cross-origin isolation: without it there is no SharedArrayBuffer, and no interrupting a busy cell.
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("X-Content-Type-Options", "nosniff")
        # There is no path where the request could not be understood.
        path = getattr(self, "path", "").split("?")[0]
        if path.endswith("/") or Path(path).suffix in _COMPRESSED:
            self.send_header("Vary", "Accept-Encoding")
        immutable = self._code in (200, 304) and _HASHED.search(path) is not None
        self.send_header("Cache-Control", "public, max-age=31536000, immutable" if immutable else "no-cache")
        log = getattr(self.server, "log", None)
        if log is not None:
            log(f"{self._code} {self.command or '-'} {getattr(self, 'path', '-')} {self._length}")
        super().end_headers()

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        if "\0" in self.translate_path(self.path):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.split("?")[0].endswith("/"):
            path = path / "index.html"
        gzip_taken = _GZIP_TAKEN.search(self.headers.get("Accept-Encoding", ""))
        if path.suffix not in _COMPRESSED or not path.is_file() or gzip_taken is None:
            return super().send_head()
        changed = path.stat().st_mtime_ns
        if self._is_fresh(changed):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return None
        body = _gzip(path, changed)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", self.date_time_string(changed // 10**9))
        self.end_headers()
        return io.BytesIO(body)

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        """Answer 404, as static hosts do: a folder without an `index.html` is not listed."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def _is_fresh(self, changed: int) -> bool:
        """Whether what the browser has is as new as the file (RFC 9110, section 13.1.3)."""
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
            return changed // 10**9 <= since.timestamp()
        except (TypeError, ValueError, IndexError, OverflowError):
            return False

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing here: a line is written when the headers, and so the length, are known."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name in the base class)
        """Say nothing of requests that went wrong: the browser's own tools show them."""


@functools.lru_cache(maxsize=256)
def _gzip(path: Path, changed: int) -> bytes:  # noqa: ARG001 (it is part of what is remembered)
    """The file's content, compressed once for each time `changed` at which it was written."""
    return gzip.compress(path.read_bytes(), 6, mtime=0)


class SiteServer(ThreadingHTTPServer):
    """Serves in threads; `log`, if there is one, takes a line `STATUS METHOD PATH BYTES` for each answer."""

    daemon_threads = True
    log: Callable[[str], None] | None = None


def make_server(site: Path, host: str, port: int, log: Callable[[str], None] | None = None) -> SiteServer:
    """Return a server of `site`, bound, not yet serving; port 0 takes any free one. `OSError` if taken."""
    server = SiteServer((host, port), functools.partial(SiteHandler, directory=str(site)))
    server.log = log
    return server
