"""The static server for exported sites: right MIME types, isolation headers, honest caching."""

from __future__ import annotations

import functools
import gzip
import io
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

from tiffin.host.server.encodings import IDENTITY, choose_encoding

_COMPRESSED = frozenset({".html", ".css", ".js", ".mjs", ".json", ".svg", ".txt", ".wasm"})
_HASHED = re.compile(r"-[0-9A-Z]{8}\.(js|css|woff2)$|/[0-9a-f]{20,}(\.(?!json)\w+)?$")
"""Names made of their content's digest; that of a manifest is the key of a computation."""
_OPEN = re.compile(r"/(?:playground/)?(?:assets/(?!outputs/)|runtime/|kernel/)")
"""Where nothing lies that is anybody's own: a playground's sandbox, which has no origin, reads it, too. The
playground is the whole site, or beside notebooks in its own folder."""
_SIBLINGS = {"zstd": ".zst", "br": ".br", "gzip": ".gz"}
"""Content encoding -> what the name of a file that is compressed already ends in, best first."""


@dataclass(frozen=True)
class _Form:
    """A file as it is sent: `sibling` is compressed already; without one it is compressed now, if at all."""

    encoding: str
    sibling: Path | None = None


class SiteHandler(SimpleHTTPRequestHandler):
    """Serves one folder, compressed where the reader takes it. Hashed names are immutable; all else is
    revalidated each time.

    A file `X` is sent as `X.zst`, `X.br` or `X.gz` where they lie beside it and are not older; text and
    WebAssembly are also compressed here. Ranges are not served: every answer is the whole file.
    """

    protocol_version = "HTTP/1.1"
    # Headers and body are sent apart: on a connection that is kept, the body's end would wait for an
    # acknowledgement.
    disable_nagle_algorithm = True
    extensions_map = {  # noqa: RUF012 (the base class declares it so)
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript; charset=utf-8",
        ".mjs": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".wasm": "application/wasm",
        ".whl": "application/zip",
        ".html": "text/html; charset=utf-8",
        ".zst": "application/zstd",
        ".br": "application/octet-stream",
        ".gz": "application/gzip",
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
        self.send_header("X-Content-Type-Options", "nosniff")
        # There is no path where the request could not be understood.
        path = getattr(self, "path", "").split("?")[0]
        opened = _OPEN.match(path) is not None
        self.send_header("Cross-Origin-Resource-Policy", "cross-origin" if opened else "same-origin")
        if opened:
            self.send_header("Access-Control-Allow-Origin", "*")
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
        # A path with a slash at its end is that of a folder, whatever `Path` makes of it.
        if not path.is_file() or (path.name != "index.html" and self.path.split("?")[0].endswith("/")):
            return super().send_head()
        changed = path.stat().st_mtime_ns
        forms = _forms(path, changed)
        if self._is_fresh(changed):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self._send_vary(forms)
            self.end_headers()
            return None
        encoding = choose_encoding(self.headers.get("Accept-Encoding", ""), list(forms))
        form = forms.get(encoding, _Form(IDENTITY))
        return self._send_file(path, changed, form, forms)

    def _send_file(
        self, path: Path, changed: int, form: _Form, forms: Mapping[str, _Form]
    ) -> io.BytesIO | BinaryIO | None:
        body: io.BytesIO | BinaryIO
        try:
            if form.encoding != IDENTITY and form.sibling is None:
                body = io.BytesIO(_gzip(path, changed))
            else:
                body = (form.sibling or path).open("rb")
        except OSError:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        length = body.seek(0, os.SEEK_END)
        body.seek(0)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if form.encoding != IDENTITY:
            self.send_header("Content-Encoding", form.encoding)
        self.send_header("Content-Length", str(length))
        self.send_header("Last-Modified", self.date_time_string(changed // 10**9))
        self.send_header("Accept-Ranges", "none")
        self._send_vary(forms)
        self.end_headers()
        return body

    def _send_vary(self, forms: Mapping[str, _Form]) -> None:
        """Tell caches in between that others may get the same file in another form."""
        if forms:
            self.send_header("Vary", "Accept-Encoding")

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


def _forms(path: Path, changed: int) -> dict[str, _Form]:
    """The compressed forms of a file that was written at `changed`, by content encoding, best first."""
    forms: dict[str, _Form] = {}
    if path.suffix in _SIBLINGS.values():
        return forms
    for encoding, suffix in _SIBLINGS.items():
        sibling = path.with_name(path.name + suffix)
        # An older one was made from what the file was before.
        if sibling.is_file() and sibling.stat().st_mtime_ns >= changed:
            forms[encoding] = _Form(encoding, sibling)
    if path.suffix in _COMPRESSED:
        forms.setdefault("gzip", _Form("gzip"))
    return forms


@functools.lru_cache(maxsize=256)
def _gzip(path: Path, changed: int) -> bytes:  # noqa: ARG001 (it is part of what is remembered)
    """The file's content, compressed once for each time `changed` at which it was written."""
    return gzip.compress(path.read_bytes(), 6, mtime=0)


class SiteServer(ThreadingHTTPServer):
    """Serves in threads; `log`, if there is one, takes a line `STATUS METHOD PATH BYTES` for each answer."""

    daemon_threads = True
    log: Callable[[str], None] | None = None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of readers who leave before their answer is there: browsers do, with every tab."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def make_server(site: Path, host: str, port: int, log: Callable[[str], None] | None = None) -> SiteServer:
    """Return a server of `site`, bound, not yet serving; port 0 takes any free one. `OSError` if taken."""
    server = SiteServer((host, port), functools.partial(SiteHandler, directory=str(site)))
    server.log = log
    return server
