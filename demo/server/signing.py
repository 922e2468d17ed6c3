"""Time-limited signed links, as cloud storage gives them: who holds the link may read, for a while."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from demo.server.clock import Clock
from demo.server.wire import Answer, Request

_KEY = b"signing key of the demo: protects nothing"


class Signer:
    """Makes links on the file host and checks them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def link(self, base_url: str, path: str, life_seconds: int) -> str:
        """An absolute URL to the path, valid for so many seconds of the server's clock."""
        expires = int((self._clock.now() + timedelta(seconds=life_seconds)).timestamp())
        query = urlencode({"se": expires, "sig": _signature(path, expires)})
        return f"{base_url}{quote(path)}?{query}"

    def refusal(self, request: Request) -> Answer | None:
        """Why the link is not honoured, as storage says it; None = it is good.

        A request that carries an Authorization header is refused: the vendor's key must not travel
        to the file host.
        """
        if "authorization" in request.headers:
            return storage_error(400, "InvalidAuthenticationInfo", "Authorization is not accepted here.")
        expires = request.one("se") or ""
        if not expires.isdigit() or not hmac.compare_digest(
            _signature(request.path, int(expires)), request.one("sig") or ""
        ):
            return storage_error(403, "AuthenticationFailed", "Signature did not match.")
        if datetime.fromtimestamp(int(expires), UTC) < self._clock.now():
            return storage_error(403, "AuthenticationFailed", "The signature is no longer valid.")
        return None


def storage_error(status: int, code: str, message: str) -> Answer:
    """An error page of cloud storage: XML, never data."""
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error>"
    )
    return Answer(status=status, body=body.encode(), content_type="application/xml")


def _signature(path: str, expires: int) -> str:
    return hmac.new(_KEY, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()
