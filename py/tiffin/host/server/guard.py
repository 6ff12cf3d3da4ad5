"""The guard of a server: who may talk to it, and from where. It stands before everything else.

A page of another site can send requests to a server on this machine (its Origin says so), and can give
its own name this machine's address (then Host has that name): both are refused, and nobody gets anywhere
without the token.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tiffin.host.server.problems import Problem

EVENTS_PATH = "/api/kernel/events"
"""Where the token may be part of the address: a browser's EventSource sends no headers of one's own."""

_AUTHORITY = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?", re.ASCII)
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


@dataclass(frozen=True)
class Access:
    """Who gets in: with which token, and under which names (in lower case) besides those of the loopback."""

    token: str
    names: frozenset[str] = frozenset()

    def problem(self, scope: Scope) -> Problem | None:
        """Return why a request is refused, None if it is not."""
        authority = _only(scope, b"host")
        if authority is None or not self._is_own(authority):
            return Problem(421, "this server goes by another name: use the address that it printed")
        origin = _all(scope, b"origin")
        if origin and origin != [f"{scope['scheme']}://{authority}".encode("latin-1")]:
            return Problem(403, "requests from pages of other origins are refused")
        if not self._has_token(scope):
            return Problem(
                401,
                "the token is missing or wrong: send it as 'Authorization: Bearer TOKEN'",
                {"WWW-Authenticate": 'Bearer realm="tiffin"'},
            )
        return None

    def _is_own(self, authority: str) -> bool:
        match = _AUTHORITY.fullmatch(authority.lower())
        if match is None:
            return False
        name = match["name"].strip("[]")
        return name == "localhost" or name in self.names or _is_loopback(name)

    def _has_token(self, scope: Scope) -> bool:
        sent = _all(scope, b"authorization")
        if sent:
            scheme, _, token = sent[0].partition(b" ")
            return len(sent) == 1 and scheme.lower() == b"bearer" and self._is_token(token.strip())
        if scope["method"] != "GET" or scope["path"] != EVENTS_PATH:
            return False
        tokens = parse_qs(scope["query_string"], max_num_fields=16).get(b"token", [])
        return len(tokens) == 1 and self._is_token(tokens[0])

    def _is_token(self, sent: bytes) -> bool:
        return secrets.compare_digest(sent, self.token.encode())


def is_loopback_name(name: str) -> bool:
    """Return whether a name or address leads to this machine alone."""
    return name == "localhost" or _is_loopback(name)


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _all(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _only(scope: Scope, name: bytes) -> str | None:
    values = _all(scope, name)
    return values[0].decode("latin-1") if len(values) == 1 else None


class Guard:
    """An ASGI application that lets through to `app` what `access` allows, and nothing else."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                added = [header for header in _HEADERS if header[0] not in present]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        try:
            problem = self._access.problem(scope)
        except ValueError:  # a query with too many fields
            problem = Problem(400, "the address has too many fields")
        app = self._app if problem is None else problem.to_response()
        await app(scope, receive, send_guarded)
