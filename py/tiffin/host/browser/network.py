"""The network for code that knows sockets: `urllib` and `requests` through the browser's own requests."""

from __future__ import annotations

import http.client
import importlib
import urllib.error
import urllib.request
from typing import Any

PATCH = "pyodide_http"
_DECODED = ("transfer-encoding", "content-encoding")
"""Headers that do not hold for a body as a browser hands it over."""


def patch_network() -> None:
    """Let `requests` and `urllib.request` work, as far as they are there; to do it again is no harm.

    Beside what pyodide-http does: a status of an error raises `HTTPError`, no answer `URLError`, `data` is
    sent, and an answer in chunks can be read.
    """
    importlib.import_module(PATCH).patch_all()
    if urllib.request.urlopen is not urlopen:
        inner: Any = importlib.import_module(f"{PATCH}._urllib")
        send = inner.send

        def send_whole(request: Any, stream: bool = False) -> Any:
            try:
                response = send(request, stream)
            except Exception as error:
                raise urllib.error.URLError(str(error)) from error
            for header in _DECODED:
                response.headers.pop(header, None)
            return response

        inner.send = send_whole
        urllib.request.urlopen = urlopen
        urllib.request.OpenerDirector.open = _open  # type: ignore[method-assign,assignment]


def urlopen(url: Any, data: Any = None, *_: Any, **__: Any) -> Any:
    """Open `url`, a text or a `Request`, as `urllib.request.urlopen` does."""
    request = url if isinstance(url, urllib.request.Request) else urllib.request.Request(url)  # noqa: S310
    if data is not None:
        request.data = data
    response = importlib.import_module(f"{PATCH}._urllib").urlopen(request)
    response.msg = response.reason = http.client.responses.get(response.status, "")
    if response.status >= 400:
        raise urllib.error.HTTPError(
            request.full_url, response.status, response.reason, response.headers, response
        )
    return response


def _open(_opener: object, url: Any, data: Any = None, *_: Any, **__: Any) -> Any:
    return urlopen(url, data)
