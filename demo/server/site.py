"""What the sites have in common: bearer keys, tokens of paging, times."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime

from demo.server.routing import Route
from demo.server.settings import WITHOUT_SCOPE
from demo.server.wire import Answer, Request


class Site:
    """A vendor's API. Unless a subclass says otherwise, everybody is welcome and unknown paths are 404."""

    routes: Sequence[Route] = ()

    def refusal(self, request: Request) -> Answer | None:
        """Why the caller is not let in, as the vendor says it; None = welcome."""
        del request
        return None

    def not_found(self) -> Answer:
        """The vendor's answer to an unknown path."""
        return Answer(404, payload={"error": {"message": "Not found."}})

    def stamp(self, answer: Answer) -> None:
        """Add the headers that the vendor puts on every answer of a route."""

    def forget(self) -> None:
        """Drop what was written beforehand: the script of faults has changed."""


def bearer_status(request: Request, keys: Sequence[str]) -> int:
    """200 for a right key, 403 for one without the scope, 401 for anything else."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return 401
    return key_status(key, keys)


def key_status(key: str, keys: Sequence[str]) -> int:
    """200, 401 or 403 for a bare key."""
    if key in keys:
        return 200
    return 403 if key in {f"{good}{WITHOUT_SCOPE}" for good in keys} else 401


def page_token(offset: int, salt: str = "") -> str:
    """An opaque token for a position; another ``salt`` gives another token for the same position."""
    return base64.urlsafe_b64encode(f"{offset}:{salt}".encode()).decode()


def page_offset(token: str | None) -> int:
    """The position of a token; errors: ValueError for a token that is none of ours."""
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().partition(":")[0])
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("not a page token") from error


def parse_time(text: str | None) -> datetime | None:
    """An ISO 8601 time with a zone; None for anything else."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
