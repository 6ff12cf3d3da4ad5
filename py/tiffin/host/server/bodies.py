"""The bodies of requests: JSON, of bounded size, within bounded time."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from starlette.requests import ClientDisconnect, Request

from tiffin.host.server.problems import Problem, Refused

Json: TypeAlias = Any


@dataclass(frozen=True)
class Limits:
    """How much a client may ask of a server: bytes of a body, seconds for a whole request to come and for a
    client to take something of an answer, and how many may listen."""

    body: int = 10_000_000
    seconds: float = 20.0
    listeners: int = 100


async def read_json(request: Request, limits: Limits) -> Json:
    """Return the document that a request brings; `Refused` for one that is too long or none."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refused(Problem(415, "send JSON, with 'Content-Type: application/json'"))
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length[:20]) > limits.body:
        _refuse_long(limits)
    data = bytearray()
    try:
        async with asyncio.timeout(limits.seconds):
            async for piece in request.stream():
                data += piece
                if len(data) > limits.body:
                    _refuse_long(limits)
    except TimeoutError:
        raise Refused(
            Problem(408, f"the request did not come whole within {limits.seconds:g} seconds")
        ) from None
    except ClientDisconnect:
        raise Refused(Problem(400, "the client went away")) from None
    try:
        return json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = (
            "it is nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())
        )
        raise Refused(Problem(400, f"the body is no JSON: {reason}")) from None


def _refuse_long(limits: Limits) -> NoReturn:
    raise Refused(Problem(413, f"a body may have {limits.body:,} bytes at most"))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON has no {name}")
