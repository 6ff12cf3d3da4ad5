"""Problem documents (RFC 9457): how a server says what is wrong, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from tiffin.host.server.frames import to_json

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a request: an HTTP status, and a sentence that says what to do."""

    status: int
    detail: str
    headers: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the document."""
        title = HTTPStatus(self.status).phrase
        return {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}

    def to_response(self) -> Response:
        """Return the answer that says so."""
        return Response(to_json(self.to_json()), self.status, self.headers, MEDIA_TYPE)


class Refused(Exception):
    """Ends the handling of a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem
