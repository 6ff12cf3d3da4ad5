"""A real `tiffin kernel` in a process of its own, and clients of it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import tiffin

TOKEN = "a-token-that-tests-know"
PATIENCE = 20.0  # seconds until a test gives up waiting
PROGRAM = "from tiffin.host.cli.main import main; main()"
EVENTS = "/api/kernel/events"


@dataclass(frozen=True)
class Answer:
    """An answer to a request."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Message:
    """One server-sent event."""

    name: str | None
    id: int | None
    data: Any


@dataclass
class Listener:
    """A client of the event stream. `heard` are all messages so far."""

    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse
    heard: list[Message] = field(default_factory=list)
    comments: int = 0

    def next(self) -> Message:
        """The next message; fails when the stream ends, or nothing comes in time."""
        fields: dict[str, str] = {}
        deadline = time.monotonic() + PATIENCE
        while True:
            line = self.response.readline()
            # The stream's own signs of life don't count.
            assert time.monotonic() < deadline, f"nothing came in time after {self.heard[-3:]}"
            assert line.endswith(b"\n"), f"the stream ended after {self.heard[-3:]}"
            text = line.decode().rstrip("\n")
            if text.startswith(":"):
                self.comments += 1
            elif text:
                name, _, value = text.partition(": ")
                assert name in ("id", "event", "data"), text
                assert name not in fields, text
                fields[name] = value
            elif fields:
                break
        number = int(fields["id"]) if "id" in fields else None
        message = Message(fields.get("event"), number, json.loads(fields["data"]))
        self.heard.append(message)
        return message

    def until(self, found: Callable[[Any], bool]) -> list[Any]:
        """The kernel's events from here to the first for which `found` is true, that included."""
        events = []
        while True:
            message = self.next()
            if message.name is None:
                events.append(message.data)
                if found(message.data):
                    return events

    def until_done(self, run_id: str) -> list[Any]:
        """The events from here to the end of a run."""
        return self.until(lambda event: is_done(event, run_id))

    def rest(self) -> None:
        """Hear the snapshot that comes first, and the run at the start to its end."""
        if self.next().data["kernel"] != "idle":
            self.until_at_rest()

    def until_at_rest(self) -> list[Any]:
        """The events from here to the end of the first run."""
        return self.until(lambda event: event["type"] == "RunCompleted")

    @property
    def last_id(self) -> int:
        """The id of the last message that had one."""
        return next(message.id for message in reversed(self.heard) if message.id is not None)

    def close(self) -> None:
        self.response.close()
        self.connection.close()


def is_done(event: Any, run_id: str) -> bool:
    return bool(event["type"] == "RunCompleted" and event["run_id"] == run_id)


class LiveServer:
    """`tiffin kernel` of a notebook, at work until the `with` block ends."""

    def __init__(self, notebook: Path, *arguments: str, token: str | None = TOKEN) -> None:
        self.notebook = notebook
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(tiffin.__file__).parent.parent),
            "HOME": str(notebook.parent),
        }
        if token is not None:
            environment["TIFFIN_TOKEN"] = token
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, "kernel", str(notebook), "--port", "0", *arguments],
            cwd=notebook.parent,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.url = self.process.stdout.readline().strip()
        match = re.fullmatch(r"http://(.+):(\d+)/api/kernel/events\?token=(.+)", self.url)
        if match is None:
            out, err = self.process.communicate(timeout=PATIENCE)
            raise AssertionError(f"no server: {self.url!r} {out!r} {err!r}")
        self.host, self.port, self.token = match[1].strip("[]"), int(match[2]), match[3]

    def __enter__(self) -> LiveServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str | None] | None = None
    ) -> Answer:
        """One request with the token; a header of None is left out, bytes are sent as they are."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        sent: dict[str, str | None] = {"Host": f"{self.host}:{self.port}", "Authorization": f"Bearer {TOKEN}"}
        if data is not None:
            sent |= {"Content-Type": "application/json", "Content-Length": str(len(data))}
        sent |= headers or {}
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(data)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())

    def command(self, type_: str, **fields: Any) -> str:
        """Send a command that is taken; the id of its run."""
        answer = self.request("POST", "/api/kernel/commands", {"type": type_, **fields})
        assert answer.status == 202, answer
        return str(answer.json["run_id"])

    def put(self, **sources: str) -> str:
        """Send an edit that puts cells; the id of its run."""
        cells = [{"id": cell, "source": source} for cell, source in sources.items()]
        return self.command("EditCells", put=cells)

    def state(self) -> Any:
        return self.request("GET", "/api/kernel/state").json

    def cell(self, name: str) -> Any:
        return next(cell for cell in self.state()["cells"] if cell["id"] == name)

    def preview(self, name: str) -> str:
        """What the list of variables says of a value."""
        variables = self.request("GET", "/api/kernel/variables").json["variables"]
        return str(next(variable["preview"] for variable in variables if variable["name"] == name))

    @contextlib.contextmanager
    def listen(self, after: int | None = None) -> Iterator[Listener]:
        """A listener, from a snapshot on or after an event."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        connection.request("GET", EVENTS, headers=headers)
        response = connection.getresponse()
        assert response.status == 200, response.read()
        listener = Listener(connection, response)
        try:
            yield listener
        finally:
            listener.close()

    def raw(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection((self.host, self.port), timeout=PATIENCE)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for_end(pid: int) -> None:
    """Wait until a process of somebody else has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], PATIENCE)[0], f"process {pid} goes on"
    finally:
        os.close(handle)
