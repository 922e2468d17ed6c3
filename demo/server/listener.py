"""One listening port on the loopback interface: reads requests, sends answers, breaks them when asked."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from demo.server.wire import Answer, Request

MAX_REQUEST_BODY = 1_000_000
GZIP_FROM = 512
"""Bodies shorter than this are sent as they are."""

Respond = Callable[[Request], Answer]


class Listener:
    """A site: a port with its own name, answering by one function. Errors: OSError when no port is free."""

    def __init__(self, site: str, respond: Respond) -> None:
        self.site = site
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler, self, respond)
        self._thread = threading.Thread(target=self._serve, name=f"demo-{site}", daemon=True)

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Serve in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every open connection."""
        self.stopping.set()
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join(timeout=5)

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], handler: type[_Handler], listener: Listener, respond: Respond
    ) -> None:
        super().__init__(address, handler)
        self.listener = listener
        self.respond = respond
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def server_bind(self) -> None:
        """Bind without the look-up of a host name that the base class makes."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        with self._lock:
            remaining = list(self._open)
        for connection in remaining:
            with contextlib.suppress(OSError):  # the client may have closed it in the meantime
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news; anything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "demo-vendors"
    sys_version = ""
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the request log holds everything."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_REQUEST_BODY:
            self.close_connection = True
            return
        request = Request.parse(
            site=self.server.listener.site,
            method=self.command,
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
            at=datetime.now(UTC),
        )
        self._send(request, self.server.respond(request))

    def _send(self, request: Request, answer: Answer) -> None:
        how = answer.transport
        if how.hang_seconds:
            self.server.listener.stopping.wait(how.hang_seconds)
            self.close_connection = True
            return
        body, encoding = _encoded(request, answer)
        sent = body if how.send is None else body[: int(len(body) * how.send)]
        head = self._head(answer, encoding, len(sent) if how.honest_length else len(body))
        if how.chunked:
            sent = b"%x\r\n%s\r\n" % (len(sent), sent)  # the closing chunk never comes
        if how.drip_seconds:
            self._drip(head, sent, how.drip_seconds)
        else:
            self.wfile.write(head + sent)
        if how.reset:
            # closing with a zero linger time makes the kernel send RST instead of FIN
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        if how.reset or how.chunked or (how.send is not None and not how.honest_length):
            self.close_connection = True

    def _drip(self, head: bytes, body: bytes, seconds: float) -> None:
        self.wfile.write(head)
        for index in range(len(body)):
            if self.server.listener.stopping.wait(seconds):
                break
            self.wfile.write(body[index : index + 1])

    def _head(self, answer: Answer, encoding: str | None, length: int) -> bytes:
        lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}"]
        headers = {"Server": self.server_version, "Date": self.date_time_string()}
        if answer.status not in (204, 304):
            headers["Content-Type"] = answer.content_type
            headers["Transfer-Encoding" if answer.transport.chunked else "Content-Length"] = (
                "chunked" if answer.transport.chunked else str(length)
            )
        if encoding:
            headers["Content-Encoding"] = encoding
        headers.update(answer.headers)
        lines.extend(f"{name}: {value}" for name, value in headers.items())
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _encoded(request: Request, answer: Answer) -> tuple[bytes, str | None]:
    if answer.status in (204, 304):
        return b"", None
    if answer.transport.false_gzip:
        return answer.content(), "gzip"
    accepted = "gzip" in request.headers.get("accept-encoding", "")
    if accepted and answer.gzipped is not None:
        return answer.gzipped, "gzip"
    body = answer.content()
    if (accepted and len(body) >= GZIP_FROM) or answer.transport.force_gzip:
        return gzip.compress(body, compresslevel=1, mtime=0), "gzip"
    return body, None
