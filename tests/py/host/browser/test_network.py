"""urllib through a stand-in for pyodide-http, which is there only in a browser."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from email.message import Message
from io import BytesIO
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tiffin.host.browser.network import patch_network


class Http:
    """pyodide-http: what it was asked, and the answers it gets from the browser."""

    def __init__(self) -> None:
        self.patched = 0
        self.sent: list[Any] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.problem: Exception | None = None

    def send(self, request: Any, stream: bool = False) -> Any:
        self.sent.append(request)
        if self.problem is not None:
            raise self.problem
        return SimpleNamespace(status_code=self.status, headers=dict(self.headers), body=b"body")


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Http:
    made = Http()
    package, inner = ModuleType("pyodide_http"), ModuleType("pyodide_http._urllib")
    for name, value in (("urlopen", urllib.request.urlopen),):
        monkeypatch.setattr(urllib.request, name, value)
    monkeypatch.setattr(urllib.request.OpenerDirector, "open", urllib.request.OpenerDirector.open)

    def count() -> None:
        made.patched += 1

    class Answer(BytesIO):
        def __init__(self, found: Any) -> None:
            super().__init__(found.body)
            self.status, self.headers = found.status_code, Message()
            for name, value in found.headers.items():
                self.headers[name] = value

    package.patch_all = count  # type: ignore[attr-defined]
    inner.send = made.send  # type: ignore[attr-defined]
    inner.urlopen = lambda request: Answer(inner.send(request))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyodide_http", package)
    monkeypatch.setitem(sys.modules, "pyodide_http._urllib", inner)
    patch_network()
    return made


def test_an_answer_is_read_without_what_the_browser_has_undone(web: Http) -> None:
    web.headers = {"transfer-encoding": "chunked", "content-encoding": "gzip", "x-mine": "1"}
    with urllib.request.urlopen("https://x.org/") as answer:
        assert (answer.read(), answer.reason, answer.headers.keys()) == (b"body", "OK", ["x-mine"])


@pytest.mark.parametrize("status", [400, 404, 500])
def test_an_error_is_raised(web: Http, status: int) -> None:
    web.status = status
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.build_opener().open("https://x.org/gone")
    assert (caught.value.code, caught.value.url, caught.value.read()) == (
        status,
        "https://x.org/gone",
        b"body",
    )


def test_data_is_sent(web: Http) -> None:
    urllib.request.urlopen("https://x.org/", b"abc")
    urllib.request.urlopen(urllib.request.Request("https://x.org/", method="PUT"), data=b"abc")
    assert [(request.get_method(), request.data) for request in web.sent] == [
        ("POST", b"abc"),
        ("PUT", b"abc"),
    ]


def test_no_answer_is_the_error_that_urllib_has_for_it(web: Http) -> None:
    web.problem = RuntimeError("NetworkError")
    with pytest.raises(urllib.error.URLError, match="NetworkError"):
        urllib.request.urlopen("https://x.org/")


def test_patching_again_does_no_harm(web: Http) -> None:
    patch_network()
    assert web.patched == 2
    urllib.request.urlopen("https://x.org/")
    assert len(web.sent) == 1
