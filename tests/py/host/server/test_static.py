"""The static server, over real sockets."""

from __future__ import annotations

import functools
import gzip
import http.client
import os
import re
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tiffin.host.server.static import SiteHandler, SiteServer, make_server

DIGEST = "ab" * 32
FILES = {
    "index.html": b"<!doctype html>",
    "notebook.json": b"{}",
    "assets/page-X7VDUXWQ.js": b"export {};",
    "assets/page-6LWGG6GQ.css": b"p {}",
    "assets/fraunces-A2B4C6D8.woff2": b"wOF2",
    "assets/page-settings.js": b"",
    f"assets/outputs/{DIGEST[:20]}.png": b"PNG",
    "runtime/314.0.7/pyodide.mjs": b"export {};",
    "runtime/314.0.7/pyodide.asm.wasm": b"\0asm",
    "runtime/314.0.7/python_stdlib.zip": b"PK",
    "kernel/tiffin_kernel-0.1.0-py3-none-any.whl": b"PK",
    f"public/cache/manifests/ab/{DIGEST}.json": b"{}",
    f"public/cache/blobs/ab/{DIGEST}": b"blob",
    "runtime/314.0.7/snapshot.bin": b"memory",
    "runtime/314.0.7/snapshot.bin.zst": b"(zstd)",
    "runtime/314.0.7/snapshot.bin.br": b"(brotli)",
    "runtime/314.0.7/snapshot.bin.gz": b"(gzip)",
    "assets/worker-AAAAAAAA.js": b"work();",
    "assets/worker-AAAAAAAA.js.br": b"(brotli)",
    "lunch/index.html": b"lunch",
    "lunch/kernel/beans.json": b"{}",
    "playground/assets/page-X7VDUXWQ.js": b"page();",
    "playground/kernel/tiffin_kernel-0.1.0-py3-none-any.whl": b"PK",
    f"playground/assets/outputs/{DIGEST[:20]}.png": b"PNG",
}


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "site-secret").mkdir()
    (tmp_path / "site-secret" / "a.txt").write_text("secret")
    for name, content in FILES.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "site"


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def server(site: Path, log: list[str]) -> Iterator[SiteServer]:
    server = make_server(site, "127.0.0.1", 0, log.append)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def ask(server: SiteServer, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
    try:
        connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def send(server: SiteServer, raw: bytes) -> bytes:
    """The whole answer to `raw`, which need not be HTTP."""
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=10) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/lunch/", "text/html; charset=utf-8"),
        ("/notebook.json", "application/json"),
        ("/assets/page-X7VDUXWQ.js", "text/javascript; charset=utf-8"),
        ("/assets/page-6LWGG6GQ.css", "text/css"),
        ("/runtime/314.0.7/pyodide.mjs", "text/javascript; charset=utf-8"),
        ("/runtime/314.0.7/pyodide.asm.wasm", "application/wasm"),
        ("/runtime/314.0.7/python_stdlib.zip", "application/zip"),
        ("/kernel/tiffin_kernel-0.1.0-py3-none-any.whl", "application/zip"),
        ("/playground/assets/page-X7VDUXWQ.js", "text/javascript; charset=utf-8"),
        ("/playground/kernel/tiffin_kernel-0.1.0-py3-none-any.whl", "application/zip"),
        (f"/playground/assets/outputs/{DIGEST[:20]}.png", "image/png"),
        ("/lunch/kernel/beans.json", "application/json"),
        (f"/public/cache/blobs/ab/{DIGEST}", "application/octet-stream"),
        (f"/assets/outputs/{DIGEST[:20]}.png", "image/png"),
    ],
)
def test_every_file_has_its_type_and_isolates_the_page(server: SiteServer, path: str, kind: str) -> None:
    for headers in ({}, {"Accept_Encoding": "gzip, br"}):
        answer = ask(server, path, **headers)
        assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        # What a playground's sandbox needs, which has no origin, lies open; what is anybody's own does not.
        is_open = path.removeprefix("/playground").startswith(("/assets/page", "/runtime/", "/kernel/"))
        resource_policy = "cross-origin" if is_open else "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == resource_policy
        assert answer.headers.get("Access-Control-Allow-Origin") == ("*" if is_open else None)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        name = path.strip("/") if not path.endswith("/") else f"{path}index.html".strip("/")
        zipped = answer.headers.get("Content-Encoding") == "gzip"
        assert (gzip.decompress(answer.body) if zipped else answer.body) == FILES[name]
        assert int(answer.headers["Content-Length"]) == len(answer.body)


@pytest.mark.parametrize(
    ("path", "immutable"),
    [
        ("/assets/page-X7VDUXWQ.js", True),
        ("/assets/page-X7VDUXWQ.js?v=1", True),
        ("/assets/page-6LWGG6GQ.css", True),
        (f"/assets/outputs/{DIGEST[:20]}.png", True),
        (f"/public/cache/blobs/ab/{DIGEST}", True),
        # A key names a computation, not the bytes of its manifest: made again, it may hold others.
        (f"/public/cache/manifests/ab/{DIGEST}.json", False),
        ("/assets/fraunces-A2B4C6D8.woff2", True),
        ("/assets/page-settings.js", False),
        ("/", False),
        ("/notebook.json", False),
        ("/runtime/314.0.7/pyodide.mjs", False),
        ("/kernel/tiffin_kernel-0.1.0-py3-none-any.whl", False),
        # What is not there today may be there tomorrow.
        (f"/public/cache/blobs/cd/{'cd' * 32}", False),
        ("/assets/page-GONEGONE.js", False),
    ],
)
def test_names_with_a_digest_are_kept_and_others_asked_for_again(
    server: SiteServer, path: str, immutable: bool
) -> None:
    expected = "public, max-age=31536000, immutable" if immutable else "no-cache"
    assert ask(server, path).headers.get_all("Cache-Control") == [expected]


def test_text_and_webassembly_are_compressed_for_those_who_take_it(server: SiteServer) -> None:
    assert ask(server, "/").headers["Content-Encoding"] is None
    assert ask(server, "/", Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip"
    wasm = ask(server, "/runtime/314.0.7/pyodide.asm.wasm", Accept_Encoding="gzip")
    assert (wasm.headers["Content-Encoding"], wasm.headers["Content-Type"]) == ("gzip", "application/wasm")
    wheel = ask(server, "/kernel/tiffin_kernel-0.1.0-py3-none-any.whl", Accept_Encoding="gzip")
    assert wheel.headers["Content-Encoding"] is None
    for headers in ({}, {"Accept_Encoding": "gzip"}):  # a cache in between must tell the two apart
        assert ask(server, "/", **headers).headers["Vary"] == "Accept-Encoding"
    assert ask(server, "/", Accept_Encoding="gzip;q=0").headers["Content-Encoding"] is None


SNAPSHOT = "/runtime/314.0.7/snapshot.bin"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("path", "accepted", "encoding", "body"),
    [
        (SNAPSHOT, "gzip, deflate, br", "br", b"(brotli)"),
        (SNAPSHOT, "br;q=0, gzip", "gzip", b"(gzip)"),
        (SNAPSHOT, "gzip, deflate, br, zstd", "zstd", b"(zstd)"),
        (SNAPSHOT, "*", "zstd", b"(zstd)"),
        (SNAPSHOT, "identity", None, b"memory"),
        (f"{SNAPSHOT}?v=1", "br", "br", b"(brotli)"),
        (f"{SNAPSHOT}.zst", "zstd, br, gzip", None, b"(zstd)"),
        (f"{SNAPSHOT}.br", "br, gzip", None, b"(brotli)"),
        (f"{SNAPSHOT}.gz", "br, gzip", None, b"(gzip)"),
        ("/assets/worker-AAAAAAAA.js", "br", "br", b"(brotli)"),
        # There is no `.gz` of it, so it is made.
        ("/assets/worker-AAAAAAAA.js", "gzip", "gzip", gzip.compress(b"work();", 6, mtime=0)),
        ("/assets/page-X7VDUXWQ.js", "br", None, b"export {};"),
    ],
)
def test_a_file_that_lies_compressed_beside_is_sent_so(
    server: SiteServer, method: str, path: str, accepted: str, encoding: str | None, body: bytes
) -> None:
    answer = ask(server, path, method, Accept_Encoding=accepted)
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, encoding)
    assert answer.body == (body if method == "GET" else b"")
    assert answer.headers["Content-Length"] == str(len(body))
    plain = ask(server, path, method)
    for header in ("Content-Type", "Last-Modified", "Cache-Control", "Vary"):
        assert answer.headers.get_all(header) == plain.headers.get_all(header)
    own = re.search(r"\.(zst|br|gz)$", path) is not None
    assert answer.headers["Vary"] == (None if own else "Accept-Encoding")


def test_compressed_files_asked_for_themselves_are_no_scripts(server: SiteServer) -> None:
    answer = ask(server, "/assets/worker-AAAAAAAA.js.br", Accept_Encoding="br")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/octet-stream")
    assert ask(server, f"{SNAPSHOT}.gz").headers["Content-Type"] == "application/gzip"


def test_what_was_compressed_before_the_file_changed_is_not_sent(server: SiteServer, site: Path) -> None:
    path = site / "assets" / "worker-AAAAAAAA.js"
    path.write_bytes(b"rest();")
    changed = path.stat().st_mtime_ns
    os.utime(path.with_name(f"{path.name}.br"), ns=(changed - 1, changed - 1))
    answer = ask(server, "/assets/worker-AAAAAAAA.js", Accept_Encoding="br")
    assert (answer.headers["Content-Encoding"], answer.body) == (None, b"rest();")


def test_a_compressed_file_without_the_file_itself_is_nothing(server: SiteServer, site: Path) -> None:
    (site / "runtime" / "314.0.7" / "snapshot.bin").unlink()
    assert ask(server, SNAPSHOT, Accept_Encoding="br").status == 404


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
def test_ranges_are_not_served_and_the_answer_says_so(server: SiteServer, encoding: str) -> None:
    whole = ask(server, SNAPSHOT, Accept_Encoding=encoding)
    part = ask(server, SNAPSHOT, Accept_Encoding=encoding, Range="bytes=1-2")
    assert (part.status, part.body) == (200, whole.body)
    assert part.headers["Accept-Ranges"] == "none"
    assert part.headers["Content-Range"] is None


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_what_has_not_changed_is_not_sent_again(server: SiteServer, site: Path, encoding: str) -> None:
    first = ask(server, "/notebook.json", Accept_Encoding=encoding)
    since = first.headers["Last-Modified"]
    again = ask(server, "/notebook.json", Accept_Encoding=encoding, If_Modified_Since=since)
    assert (again.status, again.body) == (304, b"")
    assert ask(server, "/notebook.json", Accept_Encoding=encoding, If_Modified_Since="soon").status == 200


def test_head_answers_without_a_body(server: SiteServer) -> None:
    for headers in ({}, {"Accept_Encoding": "gzip"}):
        answer = ask(server, "/", "HEAD", **headers)
        assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("path", ["/nothing.html", "/assets/", "/assets", "/public/cache/blobs/ab/"])
def test_what_is_no_file_is_not_found(server: SiteServer, path: str) -> None:
    answer = ask(server, path)
    while answer.status == 301:
        answer = ask(server, answer.headers["Location"])
    assert answer.status == 404
    assert b"page-X7VDUXWQ" not in answer.body  # folders are not listed


def test_a_folder_leads_to_its_page(server: SiteServer) -> None:
    answer = ask(server, "/lunch")
    assert (answer.status, answer.headers["Location"]) == (301, "/lunch/")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "//../secret.txt",
        "/..\\secret.txt",
        "/....//secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/../site-secret/a.txt",
        "/./../secret.txt",
        "/..;/secret.txt",
        "/%252e%252e/secret.txt",
        "/secret.txt%00.html",
    ],
)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_no_path_leaves_the_folder(server: SiteServer, path: str, encoding: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: {encoding}\r\nConnection: close\r\n\r\n"
    answer = send(server, request.encode())
    assert answer.startswith(b"HTTP/1.1 404 ")
    body = answer.partition(b"\r\n\r\n")[2]
    assert body != b"secret"
    assert not body.startswith(b"\x1f\x8b")


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    ],
    ids=["nonsense", "no path", "no such version", "too long"],
)
def test_what_is_no_request_is_refused_and_the_server_goes_on(
    server: SiteServer, raw: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    assert re.search(rb"(HTTP/1.1 |Error code: )(400|414|505)", send(server, raw))
    assert ask(server, "/").status == 200
    assert capfd.readouterr().err == ""


def test_only_reading_is_allowed(server: SiteServer, site: Path) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert ask(server, "/notebook.json", method).status == 501
    assert (site / "notebook.json").read_bytes() == b"{}"


def test_each_answer_is_a_line_of_the_log(server: SiteServer, log: list[str]) -> None:
    ask(server, "/")
    ask(server, "/nothing?a=b", "HEAD")
    assert log[0] == "200 GET / 15"
    assert re.fullmatch(r"404 HEAD /nothing\?a=b \d+", log[1])
    assert len(log) == 2


def test_without_a_log_nothing_is_said(site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    server = make_server(site, "127.0.0.1", 0)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    ask(server, "/nothing")
    thread.join()
    server.server_close()
    assert capfd.readouterr() == ("", "")


def test_a_reader_who_leaves_is_no_error(server: SiteServer, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_connection(("127.0.0.1", server.server_port)) as left:
        left.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        left.sendall(b"GET / HT")
    # The next answer comes after what the first one's end has led to, or soon: its thread is joined.
    for thread in [found for found in threading.enumerate() if "process_request" in found.name]:
        thread.join(10)
    assert ask(server, "/").status == 200
    assert capfd.readouterr().err == ""


def test_a_port_that_is_taken_is_an_error(server: SiteServer, site: Path) -> None:
    with pytest.raises(OSError, match="in use"):
        make_server(site, "127.0.0.1", server.server_address[1])


def test_no_answer_waits_for_an_acknowledgement(site: Path) -> None:
    options = []

    class Handler(SiteHandler):
        def setup(self) -> None:
            super().setup()
            options.append(self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    with (
        SiteServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(site))) as server,
        socket.create_connection(("127.0.0.1", server.server_port)) as connection,
    ):
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        server.handle_request()
        while connection.recv(1 << 16):
            pass
    assert [bool(option) for option in options] == [True]
