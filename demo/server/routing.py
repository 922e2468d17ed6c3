"""Which function answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from demo.server.wire import Answer, Request

Handler = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path template such as ``/users/{user_id}`` and its handler.

    A name in braces matches one path segment and is passed as a keyword argument.
    ``limit`` is the group of routes that share a rate limit.
    """

    method: str
    pattern: re.Pattern[str]
    handler: Handler
    limit: str


def route(method: str, template: str, handler: Handler, limit: str) -> Route:
    """Compile a template."""
    pieces = re.split(r"\{(\w+)\}", template)
    text = "".join(
        f"(?P<{piece}>[^/]+)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces)
    )
    return Route(method, re.compile(f"^{text}$"), handler, limit)


@dataclass(frozen=True, slots=True)
class Found:
    """A route that answers a request, and the values taken from its path."""

    route: Route
    values: dict[str, str]


def find(routes: Sequence[Route], request: Request) -> Found | None:
    """The first route for the request."""
    for candidate in routes:
        match = candidate.pattern.match(request.path)
        if match and candidate.method == request.method:
            return Found(candidate, match.groupdict())
    return None
