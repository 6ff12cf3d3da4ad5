"""Interpreter snapshots: Python's memory with the kernel imported, made in a browser of exported files."""

from __future__ import annotations

import functools
import gzip
import json
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tiffin.errors import TiffinError
from tiffin.host.export.makers import Family, Maker
from tiffin.host.export.variants import LIBRARIES, MEMORY
from tiffin.ids import digest

_TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}
_MADE = "made/"
_PAGE = b"<!doctype html><title>Snapshot</title>"


class SnapshotError(TiffinError):
    """A snapshot that could not be made, and why."""


@dataclass(frozen=True)
class Snapshot:
    """Python's memory, compressed by gzip, and what has to be the same where it is restored.

    `table` is the length of WebAssembly's table of functions before Python's start, `heap` the bytes of
    memory. `libraries` are the paths of libraries in WebAssembly with their sizes, in the order in which they
    are linked; `code` is the file with all of them, one after another, compressed by gzip; None without any.
    `handles` are what Python calls them, `packages` the packages whose modules it holds, without their files.
    """

    family: Family
    memory: Path
    table: int
    heap: int
    code: Path | None = None
    libraries: tuple[tuple[str, int], ...] = ()
    handles: tuple[tuple[int, str], ...] = ()
    packages: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The snapshot with the names of its files."""
        return {
            "family": self.family,
            "memory": self.memory.name,
            "table": self.table,
            "heap": self.heap,
            "code": self.code and self.code.name,
            "libraries": [list(library) for library in self.libraries],
            "handles": [list(handle) for handle in self.handles],
            "packages": list(self.packages),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any], folder: Path) -> Snapshot:
        """The opposite, of files in `folder`."""
        return cls(
            document["family"],
            folder / document["memory"],
            document["table"],
            document["heap"],
            document["code"] and folder / document["code"],
            tuple((path, size) for path, size in document["libraries"]),
            tuple((handle, name) for handle, name in document["handles"]),
            tuple(document["packages"]),
        )


@dataclass(frozen=True)
class Ingredients:
    """What a snapshot is made of: the worker that makes it, and the runtime's files by role: `loader`,
    `glue`, `wasm`, `stdlib`, `kernel`, `lock`; beside the lock lie `wheels`."""

    script: Path
    files: Mapping[str, Path]
    wheels: Sequence[Path] = ()


def make_snapshot(
    maker: Maker, ingredients: Ingredients, code: str, target: Path, packages: Sequence[str] = ()
) -> Snapshot:
    """Make a snapshot after `packages` were loaded and `code` has run; its files are written to `target`.

    A `SnapshotError` says why it cannot be made.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        addresses = _lay_out(folder, ingredients)
        with _serving(folder) as base:
            runtime = {
                **{role: f"{base}{address}" for role, address in addresses.items()},
                **{role: {"url": f"{base}{addresses[role]}", "size": 0} for role in ("stdlib", "kernel")},
                "bytecode": True,
                "snapshots": [],
            }
            config = {
                "runtime": runtime,
                "packages": list(packages),
                "code": code,
                "target": f"{base}{_MADE}",
            }
            made = maker.make(f"{base}index.html", f"{base}{ingredients.script.name}", config)
        if made["kind"] != "made":
            raise SnapshotError(f"the snapshot for {maker.family} could not be made: {made['reason']}")
        return _keep(maker.family, made, folder / _MADE, target)


def _lay_out(folder: Path, ingredients: Ingredients) -> dict[str, str]:
    """Link everything into one folder to be served; return the names by role."""
    (folder / "index.html").write_bytes(_PAGE)
    (folder / ingredients.script.name).symlink_to(ingredients.script.resolve())
    (folder / _MADE).mkdir()
    addresses = {}
    for role, path in ingredients.files.items():
        addresses[role] = f"{role}/{path.name}"
        (folder / role).mkdir()
        (folder / role / path.name).symlink_to(path.resolve())
    for wheel in ingredients.wheels:
        (folder / "lock" / wheel.name).symlink_to(wheel.resolve())
    return addresses


def _keep(family: Family, made: Mapping[str, Any], source: Path, target: Path) -> Snapshot:
    """Put what was made into `target`, under names made of its digest."""
    target.mkdir(parents=True, exist_ok=True)

    def put(data: bytes, suffix: str) -> Path:
        path = target / f"{digest(data)[:20]}{suffix}"
        path.write_bytes(gzip.compress(data, 9, mtime=0))
        return path

    code = [(source / f"library-{number}").read_bytes() for number in range(len(made["libraries"]))]
    return Snapshot(
        family,
        put((source / "memory").read_bytes(), MEMORY),
        made["table"],
        made["heap"],
        put(b"".join(code), LIBRARIES) if code else None,
        tuple(zip(made["libraries"], map(len, code), strict=True)),
        tuple((handle, name) for handle, name in made["handles"]),
        tuple(made["packages"]),
    )


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder to the worker that makes a snapshot, and takes what it made."""

    protocol_version = "HTTP/1.1"

    def guess_type(self, path: Any) -> str:
        return _TYPES.get(Path(path).suffix) or super().guess_type(path)

    def do_PUT(self) -> None:
        name = self.path.removeprefix(f"/{_MADE}")
        if not self.path.startswith(f"/{_MADE}") or not name.replace("-", "").isalnum():
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        with Path(self.directory, _MADE, name).open("wb") as file:
            left = int(self.headers["Content-Length"])
            while left > 0:
                piece = self.rfile.read(min(left, 1 << 20))
                file.write(piece)
                left -= len(piece) or left
        self.send_response(HTTPStatus.NO_CONTENT)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name in the base class)
        """Say nothing."""


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """The address of a server of `folder` on this machine, while the block runs."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def read_snapshots(folder: Path, made_from: Mapping[str, str]) -> tuple[Snapshot, ...]:
    """The snapshots in `folder`, as `write_snapshots` has described them, if they were made from these files
    (digests by role); none if not."""
    try:
        record = json.loads((folder / "snapshots.json").read_text("utf-8"))
        found = tuple(Snapshot.from_json(document, folder) for document in record["snapshots"])
        same = record["from"] == dict(made_from)
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    files = [file for snapshot in found for file in (snapshot.memory, snapshot.code) if file is not None]
    return found if same and all(file.is_file() for file in files) else ()


def write_snapshots(folder: Path, snapshots: Sequence[Snapshot], made_from: Mapping[str, str]) -> None:
    """Describe the snapshots whose files are in `folder`."""
    record = {"from": dict(made_from), "snapshots": [snapshot.to_json() for snapshot in snapshots]}
    (folder / "snapshots.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
