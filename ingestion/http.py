"""The one HTTP layer: retries, rate limits, time-outs, redirects and size caps for every source.

Built on dlt's RESTClient and paginators; this module adds what they leave open: how long to wait and when to
give up, that a token never reaches another host, and that an answer is what it claims to be.
"""

from __future__ import annotations

import email.utils
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
import urllib3
from dlt.common.jsonpath import compile_path
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import BasePaginator, SinglePagePaginator
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from ingestion.http_places import origin, require_outside
from ingestion.http_trouble import CertificateError, connection_error, require_address
from ingestion.vendor_json import loads
from runtime.clock import require_vendors_time
from runtime.errors import (
    AccessError,
    AnswerError,
    BadRequestError,
    LinkError,
    MissingError,
    NoContentError,
    RateLimitedError,
    SourceError,
)

_SECRET_HEADERS = ("Authorization", "X-Api-Key", "Cookie", "Proxy-Authorization")
_TRANSPORT_ERRORS = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
_ID_SEGMENT = re.compile(r"[^/]*[0-9@%][^/]*|[^/]{25,}")
_LONGEST_WAIT_DIGITS = 12
_REFUSALS: dict[int, type[AnswerError]] = {400: BadRequestError, 404: MissingError}
_API_VERSION = re.compile(r"v\d+(\.\d+)?|beta")


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds of one source's requests. Times in seconds, sizes in bytes."""

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    total_timeout: float = 600.0
    file_timeout: float = 3600.0
    attempts: int = 6
    first_wait: float = 0.5
    longest_wait: float = 120.0
    max_answer: int = 256 * 1024 * 1024
    max_file: int = 4 * 1024 * 1024 * 1024


# Somebody waits for the answer: a vendor that does not answer is a finding after two seconds, not after 16.
ASKED_BY_A_PERSON = HttpLimits(attempts=3)
_limits: ContextVar[HttpLimits] = ContextVar("limits", default=HttpLimits())  # noqa: B039 - it is frozen


@contextmanager
def limited(limits: HttpLimits) -> Iterator[None]:
    """Within this context new clients keep to these limits, unless they are given others."""
    before = _limits.set(limits)
    try:
        yield
    finally:
        _limits.reset(before)


class _RetryableError(Exception):
    """An attempt failed in a way that a later attempt may not."""

    def __init__(self, error: SourceError, wait: float | None = None) -> None:
        self.error = error
        self.wait = wait
        super().__init__(str(error))


class _EmptyBodyError(ValueError):
    """JSON was expected and nothing came."""


class VendorSession(requests.Session):
    """A requests session for one vendor: waits as told, reads whole answers, keeps credentials at home.

    Raises (from any request):
        AccessError: 401 or 403.  RateLimitedError: a wait longer than `longest_wait` is asked for.
        AnswerError: HTML for JSON, another 4xx, an answer over the size cap.
        SourceError: still failing after the last attempt.
    """

    def __init__(
        self, source: str, base_url: str, limits: HttpLimits, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__()
        require_address(source, base_url)
        self.source = source
        self.limits = limits
        self._home = origin(base_url)
        self._sleep = sleep
        self._nested = False
        self.headers["User-Agent"] = "ai-usage-analytics"

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Raises AnswerError for an address or header that none can be made of."""
        try:
            return super().prepare_request(request)
        except ValueError as error:  # their texts hold the address or the header, which may be the secret
            raise AnswerError(
                f"{self.source}: a request cannot be made: {type(error).__name__}.",
                "Check base_url and credentials of this source; a link of the vendor may be none.",
            ) from None

    def rebuild_auth(self, prepared_request: Any, response: Any) -> None:
        """Called by requests for every redirect: credentials go to no other origin."""
        self._strip_secrets(prepared_request)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        self._strip_secrets(request)
        place = f"{self.source}: a redirect" if self._nested else f"{self.source}: a link"
        require_outside(request.url or "", self._home, place)
        if self._nested:  # a redirect hop of the request below
            return super().send(request, **kwargs)
        keep_open = bool(kwargs.get("stream"))
        kwargs["stream"] = True
        kwargs["timeout"] = (self.limits.connect_timeout, self.limits.read_timeout)
        retrying = Retrying(
            retry=retry_if_exception_type(_RetryableError),
            stop=stop_after_attempt(self.limits.attempts),
            wait=self._wait_for,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._attempt, request, keep_open, kwargs)
        except _RetryableError as error:
            raise error.error from None

    def _attempt(
        self, request: requests.PreparedRequest, keep_open: bool, kwargs: dict[str, Any]
    ) -> requests.Response:
        place = f"{self.source}: {request.method} {safe_path(request.url or '')}"
        self._nested = True
        try:
            response = super().send(request, **kwargs)
            if not keep_open or response.status_code >= 300:
                _read_capped(response, place, self.limits.max_answer, self.limits.total_timeout)
        except _TRANSPORT_ERRORS as error:
            trouble = connection_error(place, error, urlsplit(request.url or "").hostname or "")
            if isinstance(trouble, CertificateError):
                raise trouble from None
            raise _RetryableError(trouble) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            # Too many redirects, an address that is none: asking again would give the same.
            raise AnswerError(
                f"{place} cannot be asked: {type(error).__name__}.",
                "Check base_url and credentials of this source; the vendor may redirect without an end.",
            ) from None
        finally:
            self._nested = False
        if origin(response.url) == self._home:
            require_vendors_time(self.source, _moment(response.headers.get("Date", "")))
        self._raise_for_answer(response, place)
        if not keep_open:
            response.json = _Json(response.content)  # type: ignore[method-assign]
        return response

    def _raise_for_answer(self, response: requests.Response, place: str) -> None:
        status = response.status_code
        if status < 300 or status in (304, 307, 308, 302, 301):
            _refuse_html(response, place)
            return
        if origin(response.url) != self._home and 400 <= status < 429:
            raise LinkError(f"{self.source}: a signed link was refused ({status}).", "Links expire; run again.")
        wait = _asked_wait(response)
        if status == 429 or (status == 403 and _is_rate_limit(response)):
            if wait is not None and wait > self.limits.longest_wait:
                raise RateLimitedError(
                    f"{place} asks to wait {int(wait)} s.", "The next run goes on where this one stopped."
                )
            raise _RetryableError(RateLimitedError(f"{place} is rate limited.", "Try again later."), wait)
        if status >= 500 or status == 408:
            raise _RetryableError(SourceError(f"{place} answered {status}.", "The vendor is failing."), wait)
        if status in (401, 403):
            what = "refused the credential" if status == 401 else "refuses this credential's scope"
            raise AccessError(
                f"{place} {what} ({status}).", "Run `ai-usage doctor` to see which permission is missing."
            )
        raise _REFUSALS.get(status, AnswerError)(
            f"{place} answered {status}.", "Check the ids and base_url of this source."
        )

    def _wait_for(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _RetryableError) else None
        backoff = self.limits.first_wait * 2.0 ** (state.attempt_number - 1)
        return float(min(max(asked or 0.0, backoff), self.limits.longest_wait))

    def _strip_secrets(self, request: requests.PreparedRequest) -> None:
        if origin(request.url or "") != self._home:
            for header in _SECRET_HEADERS:
                request.headers.pop(header, None)


@dataclass(frozen=True, slots=True)
class VendorClient:
    """What a source calls: pages of a list, one JSON answer, or the bytes of a file."""

    session: VendorSession
    rest: RESTClient
    base_url: str

    def pages(
        self,
        path: str,
        *,
        data_key: str,
        paginator: BasePaginator,
        params: dict[str, Any] | None = None,
        method: Literal["GET", "POST"] = "GET",
        body: dict[str, Any] | None = None,
        may_lack_data: bool = False,
    ) -> Iterator[list[dict[str, Any]]]:
        """Pages of the list under `data_key` (a top-level key).

        An answer without that list is an error, not an empty one, except from a vendor of whom it is known
        that it leaves the key out of an answer without rows (`may_lack_data`).

        Raises:
            NoContentError: 204, or an empty body.
            AnswerError: not the documented JSON, or a page that is asked for twice.
        """
        place = f"{self.session.source}: {safe_path(path)}"
        seen: set[str] = set()
        pages = self.rest.paginate(
            path,
            method=method,
            params=params,
            json=body,
            paginator=paginator,
            data_selector=json_path(data_key),
            hooks={"response": []},  # dlt's own hook would raise before the session can wait and try again
        )
        while True:
            try:
                page = next(pages, None)
                answer = page.response.json() if page is not None else None
            except _EmptyBodyError:
                raise NoContentError(f"{place} did not answer the documented JSON.", "") from None
            except (ValueError, RecursionError):  # dlt's message and requests' would quote the answer
                raise AnswerError(f"{place} did not answer the documented JSON.", "") from None
            if page is None:
                return
            rows = answer.get(data_key, [] if may_lack_data else None) if isinstance(answer, dict) else None
            if not isinstance(rows, list):
                raise AnswerError(
                    f"{place} answered without `{data_key}`.",
                    "An empty answer was not assumed; nothing was replaced.",
                )
            asked = f"{page.response.request.url} {page.response.request.body!r}"
            if asked in seen:
                raise AnswerError(
                    f"{place} keeps answering the same page.",
                    "Its cursor does not move; the next run starts this list again.",
                )
            seen.add(asked)
            yield rows

    def get_json(self, path: str, params: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """One JSON object; None when the vendor answers 204 or an empty body: not ready, which is not zero."""
        response = self.rest.get(path, params=params)
        if response.status_code == 204 or not response.content:
            return None
        return _json_object(response, f"{self.session.source}: {safe_path(path)}")

    def post_json(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One JSON object answered to a reading POST (reports, GraphQL)."""
        response = self.rest.post(path, json=body)
        return _json_object(response, f"{self.session.source}: {safe_path(path)}")

    def get_bytes(self, path: str, params: dict[str, Any] | None = None) -> bytes:
        """A whole answer as bytes (a CSV report)."""
        return bytes(self.rest.get(path, params=params).content)

    def redirect_target(self, path: str) -> str:
        """Where a download route points to; the redirect is not followed, so no token goes along.

        Raises:
            AnswerError: the route answered something other than a redirect.
        """
        url = self.base_url.rstrip("/") + "/" + path.lstrip("/")
        response = self.session.get(url, auth=self.rest.auth, allow_redirects=False)
        location = response.headers.get("Location")
        if not location:
            raise AnswerError(f"{self.session.source}: {safe_path(path)} gave no download link.", "")
        return location

    def signed_file(self, path: str, sha256: str) -> bytes:
        """A file behind a redirecting route, checked against its checksum; an expired link is asked for again.

        Raises:
            SourceError: the checksum differs twice, or the link is refused twice.
        """
        for last_try in (False, True):
            try:
                data = b"".join(self.download(self.redirect_target(path)))
                if hashlib.sha256(data).hexdigest() == sha256.lower():
                    return data
                error = SourceError(f"{self.session.source}: a file's checksum differs.", "Run again.")
            except LinkError as refused:
                error = refused
            if last_try:
                raise error
        raise AssertionError("unreachable")

    def download(self, url: str) -> Iterator[bytes]:
        """The bytes behind a signed link, without credentials, in chunks, never more than the cap."""
        with self.session.get(url, stream=True) as response:
            size = 0
            place = f"{self.session.source}: download"
            try:
                for chunk in _chunks(response, 1024 * 1024, self.session.limits.file_timeout):
                    size += len(chunk)
                    if size > self.session.limits.max_file:
                        raise AnswerError(
                            f"{place} exceeds the size cap.", "Raise it only if this is expected."
                        )
                    yield chunk
            except _TRANSPORT_ERRORS as error:
                raise SourceError(f"{place} broke off: {type(error).__name__}.", "") from None


def vendor_client(
    source: str,
    base_url: str,
    *,
    auth: AuthBase | None = None,
    headers: dict[str, str] | None = None,
    limits: HttpLimits | None = None,
) -> VendorClient:
    """A client for one vendor's `base_url` (all that stands before the documented path)."""
    session = VendorSession(source, base_url, limits or _limits.get())
    rest = RESTClient(
        base_url=base_url, headers=headers, auth=auth, paginator=SinglePagePaginator(), session=session
    )
    return VendorClient(session=session, rest=rest, base_url=base_url)


@cache
def json_path(written: str) -> Any:
    """A JSONPath as dlt takes it, parsed once: as text it would be parsed for every page."""
    return compile_path(written)


def safe_path(url: str) -> str:
    """The route of a URL without query and without segments that may be ids of people or tenants."""
    segments = urlsplit(url).path.strip("/").split("/")
    shown = [
        "…" if _ID_SEGMENT.fullmatch(part) and not _API_VERSION.fullmatch(part) else part for part in segments
    ]
    return "/" + "/".join(shown)


def _read_capped(response: requests.Response, place: str, cap: int, total_timeout: float) -> None:
    """Read the whole body now, decoded, so that a cut or endless one fails here and can be tried again."""
    parts, size = [], 0
    for chunk in _chunks(response, 256 * 1024, total_timeout):
        size += len(chunk)
        if size > cap:
            response.close()
            raise AnswerError(f"{place} answered more than {cap // 1024**2} MiB.", "It was not read on.")
        parts.append(chunk)
    response._content = b"".join(parts)


def _chunks(response: requests.Response, size: int, total_timeout: float) -> Iterator[bytes]:
    """The decoded body as it arrives. A byte now and then does not keep it open for ever.

    Raises:
        requests.Timeout: it takes longer than `total_timeout` as a whole.
        requests.exceptions.ChunkedEncodingError: it breaks off, or is not what its encoding says.
    """
    deadline = time.monotonic() + total_timeout
    try:
        while chunk := response.raw.read1(size, decode_content=True):
            if time.monotonic() > deadline:
                raise requests.Timeout
            yield chunk
    except urllib3.exceptions.HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(type(error).__name__) from None
    finally:
        if response.raw.closed is False and time.monotonic() > deadline:
            response.close()


def _refuse_html(response: requests.Response, place: str) -> None:
    """A proxy's or log-in page answered with 200 must not be taken for data."""
    kind = response.headers.get("Content-Type", "").lower()
    read: Any = response._content  # False while a streamed body has not been read
    body = read[:64].lstrip().lower() if isinstance(read, bytes) else b""
    if "text/html" in kind or body.startswith((b"<!doctype html", b"<html")):
        raise AnswerError(f"{place} answered a web page.", "A proxy or a log-in page stands in between.")


class _Json:
    """A response's `json`: Python's own reader would give up a page for one absurd record in it.

    dlt asks for it twice a page and we once, so it is read once. It holds no response: a cycle would keep the
    page in memory until the collector comes.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._read: list[Any] = []

    def __call__(self, **_: object) -> Any:
        if not self._content:
            raise _EmptyBodyError
        if not self._read:
            self._read.append(loads(self._content))
        return self._read[0]


def _asked_wait(response: requests.Response) -> float | None:
    """Seconds from Retry-After (seconds or date, by the server's own clock) or GitHub's reset header."""
    asked = response.headers.get("Retry-After", "").strip()
    now = _server_time(response)
    if (seconds := _seconds(asked)) is not None:
        return seconds
    if asked:
        moment = _moment(asked)
        return max(0.0, moment - now) if moment is not None else None
    if response.headers.get("x-ratelimit-remaining") == "0":
        reset = _seconds(response.headers.get("x-ratelimit-reset", ""))
        return max(0.0, reset - now) if reset is not None else None
    return None


def _seconds(text: str) -> float | None:
    """A number of seconds in plain digits; absurdly many are a very long time."""
    if not (text.isascii() and text.isdigit()):
        return None
    return float(text) if len(text) <= _LONGEST_WAIT_DIGITS else float(10**_LONGEST_WAIT_DIGITS)


def _moment(text: str) -> float | None:
    try:
        parsed = email.utils.parsedate_tz(text)
        return float(email.utils.mktime_tz(parsed)) if parsed else None
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _server_time(response: requests.Response) -> float:
    moment = _moment(response.headers.get("Date", ""))
    return time.time() if moment is None else moment


def _is_rate_limit(response: requests.Response) -> bool:
    """GitHub answers 403 for its secondary limits; that is no missing permission."""
    headers = response.headers
    if "Retry-After" in headers or headers.get("x-ratelimit-remaining") == "0":
        return True
    return b"rate limit" in response.content[:2000].lower()


def _json_object(response: requests.Response, place: str) -> dict[str, Any]:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        raise AnswerError(f"{place} did not answer JSON.", "") from None
    if not isinstance(answer, dict):
        raise AnswerError(f"{place} did not answer a JSON object.", "")
    if answer.get("error"):
        raise AnswerError(f"{place} answered an error with status {response.status_code}.", "")
    return answer
