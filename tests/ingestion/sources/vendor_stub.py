"""A vendor on the loopback interface whose routes a test writes down: method and path to an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.http_server import serving


@dataclass
class Asked:
    """One request as the vendor saw it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    repeated: dict[str, list[str]] = field(default_factory=dict)
    """The query with every value of a parameter."""

    @property
    def sent(self) -> dict[str, Any]:
        """The JSON object of a POST."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Reply:
    """One answer; `body` may be bytes or anything that JSON can say."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Asked], Any]


class VendorStub:
    """Routes by `GET /path`; an answer is a Reply, a JSON value, or a function of the request. Others: 404."""

    def __init__(self) -> None:
        self.routes: dict[str, Any] = {}
        self.asked: list[Asked] = []
        self.url = ""

    def paths(self, part: str) -> list[Asked]:
        """Requests whose path holds `part`."""
        return [asked for asked in self.asked if part in asked.path]

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        answer = self.routes.get(f"{asked.method} {asked.path}")
        if callable(answer):
            answer = answer(asked)
        if answer is None:
            return Reply({"message": "Not Found"}, 404)
        return answer if isinstance(answer, Reply) else Reply(answer)


@contextmanager
def vendor_stub() -> Iterator[VendorStub]:
    """A running stub; `url` is its base address."""
    stub = VendorStub()

    class Server(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two packets: the second would wait 40 ms

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            repeated = parse_qs(parts.query)
            query = {key: values[-1] for key, values in repeated.items()}
            headers = {key.lower(): value for key, value in self.headers.items()}
            body = self.rfile.read(length)
            reply = stub.reply(Asked(self.command, parts.path, query, headers, body, repeated))
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in ({"Content-Type": "application/json"} | reply.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with serving(Server) as stub.url:
        yield stub
