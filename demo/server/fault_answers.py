"""Faults that replace a whole answer, or break the way its bytes travel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from demo.server.fault_context import FaultContext, named
from demo.server.signing import storage_error
from demo.server.wire import JSON, Answer, Transport

HTML = b"<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"


def too_many_requests(fault: FaultContext) -> Answer:
    """429; ``retry_after``: seconds, "date" (with ``seconds`` and ``skew_minutes``) or None."""
    answer = Answer(429, payload={"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}})
    wanted = fault.arguments.get("retry_after", 1)
    if wanted == "date":
        now = datetime.now(UTC) + timedelta(minutes=fault.number("skew_minutes", 0))
        until = now + timedelta(seconds=fault.number("seconds", 2))
        answer.headers["Date"] = format_datetime(now, usegmt=True)
        answer.headers["Retry-After"] = format_datetime(until, usegmt=True)
    elif wanted is not None:
        answer.headers["Retry-After"] = str(wanted)
    return answer


def unauthorized(fault: FaultContext) -> Answer:
    """401, as if the token had expired."""
    del fault
    return Answer(401, payload={"error": {"code": "invalid_token", "message": "The token has expired."}})


def forbidden(fault: FaultContext) -> Answer:
    """403, as if a permission had been taken away."""
    del fault
    return Answer(403, payload={"error": {"code": "forbidden", "message": "Insufficient permissions."}})


def secondary_rate_limit(fault: FaultContext) -> Answer:
    """GitHub's 403 that means "slow down"; ``retry_after``: seconds or None."""
    answer = Answer(
        403,
        payload={
            "message": "You have exceeded a secondary rate limit. Please wait a few minutes.",
            "documentation_url": "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api",
        },
        headers={"x-ratelimit-remaining": "4000"},
    )
    if fault.arguments.get("retry_after", 1) is not None:
        answer.headers["Retry-After"] = str(fault.arguments.get("retry_after", 1))
    return answer


def server_error(fault: FaultContext) -> Answer:
    """``status`` (503): a failure of the vendor."""
    status = fault.number("status", 503)
    return Answer(status, body=b"upstream request failed\n", content_type="text/plain")


def client_error(fault: FaultContext) -> Answer:
    """``status`` (400): e.g. an expired cursor (400, 410) or a file that is gone (404)."""
    status = fault.number("status", 400)
    return Answer(status, payload={"error": {"code": "invalid_request", "message": "Cannot be answered."}})


def no_content(fault: FaultContext) -> Answer:
    """204 without a body."""
    del fault
    return Answer(204)


def empty_body(fault: FaultContext) -> Answer:
    """200 with nothing in it."""
    return Answer(200, content_type=fault.answer.content_type)


def html_page(fault: FaultContext) -> Answer:
    """200 with a sign-in page; ``content_type`` (text/html) may lie."""
    return Answer(200, body=HTML, content_type=fault.text("content_type", "text/html; charset=utf-8"))


def error_object(fault: FaultContext) -> Answer:
    """200 with ``{"error": …}``."""
    del fault
    return Answer(200, payload={"error": {"code": "internal", "message": "Something went wrong."}})


def null_data(fault: FaultContext) -> Answer:
    """200 with null where the rows should be."""
    page = fault.answer.page
    key = page.rows_key.split(".")[0] if page else "data"
    return Answer(200, payload={key: None}, headers=dict(fault.answer.headers))


def graphql_errors(fault: FaultContext) -> Answer:
    """200 with ``errors[]`` and no data, as GraphQL fails."""
    del fault
    error = {"type": "FORBIDDEN", "path": ["enterprise", "ownerInfo"], "message": "Not an enterprise owner."}
    return Answer(200, payload={"data": {"enterprise": None}, "errors": [error]})


def expired_link(fault: FaultContext) -> Answer:
    """403 with the XML of a storage host."""
    del fault
    return storage_error(403, "AuthenticationFailed", "Signature not valid in the specified time frame.")


def redirect_elsewhere(fault: FaultContext) -> Answer:
    """``status`` (302) to a host that is none of the vendor's; what arrives there is recorded."""
    target = fault.request.target if fault.request else "/"
    location = f"{fault.stranger_url}{target}"
    return Answer(fault.number("status", 302), headers={"Location": location}, content_type="text/plain")


def _travelling(fault: FaultContext, transport: Transport) -> Answer:
    fault.answer.transport = transport
    return fault.answer


def truncated_body(fault: FaultContext) -> Answer:
    """Announces the whole length, sends the ``share`` (0.5) of it and closes."""
    return _travelling(fault, Transport(send=fault.share("share", 0.5)))


def shortened_body(fault: FaultContext) -> Answer:
    """A ``share`` (0.5) of the plain body with a length that fits: only the content shows the cut."""
    body = fault.answer.content()
    fault.answer.replace_body(body[: int(len(body) * fault.share("share", 0.5))])
    return fault.answer


def cut_chunks(fault: FaultContext) -> Answer:
    """Chunked transfer that ends without its closing chunk."""
    return _travelling(fault, Transport(send=fault.share("share", 0.5), chunked=True))


def reset(fault: FaultContext) -> Answer:
    """Sends a ``share`` (0.5) of the body and resets the connection."""
    return _travelling(fault, Transport(send=fault.share("share", 0.5), reset=True))


def cut_gzip(fault: FaultContext) -> Answer:
    """A gzip stream cut at a ``share`` (0.5), with a length that fits."""
    return _travelling(fault, Transport(send=fault.share("share", 0.5), honest_length=True, force_gzip=True))


def false_gzip(fault: FaultContext) -> Answer:
    """Says ``Content-Encoding: gzip`` and sends plain text."""
    return _travelling(fault, Transport(false_gzip=True))


def hang(fault: FaultContext) -> Answer:
    """Accepts, waits ``seconds`` (30) and closes without a word."""
    return _travelling(fault, Transport(hang_seconds=fault.share("seconds", 30)))


def drip(fault: FaultContext) -> Answer:
    """Sends the body byte by byte, ``seconds`` (0.5) apart."""
    return _travelling(fault, Transport(drip_seconds=fault.share("seconds", 0.5)))


def wrong_type(fault: FaultContext) -> Answer:
    """The right body under another ``content_type`` (application/octet-stream)."""
    fault.answer.content_type = fault.text("content_type", "application/octet-stream")
    return fault.answer


def deep_json(fault: FaultContext) -> Answer:
    """A JSON document nested ``depth`` (100000) levels deep."""
    depth = fault.number("depth", 100_000)
    return Answer(200, body=b"[" * depth + b"]" * depth, content_type=JSON)


FAULTS = named(
    too_many_requests, unauthorized, forbidden, secondary_rate_limit, server_error, client_error,
    no_content, empty_body, html_page, error_object, null_data, graphql_errors, expired_link,
    redirect_elsewhere, truncated_body, shortened_body, cut_chunks, reset, cut_gzip, false_gzip, hang,
    drip, wrong_type, deep_json,
)  # fmt: skip
