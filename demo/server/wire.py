"""What goes over the wire: a request as received, an answer as planned, and the log of both."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

JSON = "application/json; charset=utf-8"
NDJSON = "application/x-ndjson"
CSV = "text/csv; charset=utf-8"

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(value: object) -> bytes:
    """JSON as the vendors write it: decimals as numbers, aware datetimes as RFC 3339 with Z."""
    return _encoder.encode(value)


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``path`` is decoded, ``target`` is as sent; header names are lower case."""

    site: str
    method: str
    target: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    """Wall clock, for tests of waiting; the vendors' time is the server's clock."""

    @classmethod
    def parse(
        cls, site: str, method: str, target: str, headers: Mapping[str, str], body: bytes, at: datetime
    ) -> Request:
        """Build from the request line; a repeated query key keeps all its values."""
        parts = urlsplit(target)
        query: dict[str, list[str]] = {}
        for key, value in parse_qsl(parts.query, keep_blank_values=True):
            query.setdefault(key, []).append(value)
        return cls(site, method, target, unquote(parts.path), query, headers, body, at)

    @property
    def label(self) -> str:
        """What fault rules match on: ``GET chatgpt/v1/…?query`` (decoded)."""
        return f"{self.method} {self.site}{unquote(self.target)}"

    def one(self, key: str, default: str | None = None) -> str | None:
        """The last value of a query parameter."""
        values = self.query.get(key)
        return values[-1] if values else default

    def number(self, key: str, default: int, most: int) -> int:
        """A query parameter as an integer between 1 and ``most``; what is not a number is the default."""
        text = self.one(key) or ""
        return min(max(int(text), 1), most) if text.isdigit() else default


@dataclass(slots=True)
class Page:
    """Where the rows of a JSON page lie, and how to say "nothing yet, ask again from here"."""

    rows_key: str
    """Dotted path to the list, e.g. ``data``."""
    again: Mapping[str, object] = field(default_factory=dict)
    """Top-level values that make the reader come back to the same position."""
    again_headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Transport:
    """How the bytes are sent; anything but the defaults is a fault.

    ``send`` is the share of the body that is sent before the connection is closed;
    ``honest_length`` announces the length of what is sent instead of the whole.
    """

    send: float | None = None
    honest_length: bool = False
    reset: bool = False
    chunked: bool = False
    force_gzip: bool = False
    false_gzip: bool = False
    hang_seconds: float = 0.0
    drip_seconds: float = 0.0


@dataclass(slots=True)
class Answer:
    """A planned answer; ``payload`` (not None) is encoded as JSON when it is sent."""

    status: int = 200
    body: bytes = b""
    payload: Any = None
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    gzipped: bytes | None = None
    """The body already compressed, when it is kept that way."""
    page: Page | None = None
    transport: Transport = field(default_factory=Transport)
    faults: list[str] = field(default_factory=list)

    def content(self) -> bytes:
        """The body as plain bytes."""
        if self.payload is not None:
            return encode(self.payload)
        return self.body if self.gzipped is None else gzip.decompress(self.gzipped)

    def replace_body(self, body: bytes) -> None:
        """Put other bytes in place of the body."""
        self.payload, self.gzipped, self.body = None, None, body


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what it was answered with; ``fault`` names the applied faults."""

    request: Request
    status: int
    fault: str
    answered_at: datetime


class RequestLog:
    """Every request that reached the server, in order of arrival. Safe to read while serving."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exchanges: list[Exchange] = []

    def add(self, exchange: Exchange) -> None:
        """Record an exchange."""
        with self._lock:
            self._exchanges.append(exchange)

    def clear(self) -> None:
        """Forget everything, e.g. between two runs."""
        with self._lock:
            self._exchanges.clear()

    def matching(self, pattern: str) -> list[Exchange]:
        """Exchanges whose label (``GET site/path?query``) holds the regular expression."""
        return [exchange for exchange in self if re.search(pattern, exchange.request.label)]

    def __iter__(self) -> Iterator[Exchange]:
        with self._lock:
            return iter(list(self._exchanges))

    def __len__(self) -> int:
        with self._lock:
            return len(self._exchanges)
