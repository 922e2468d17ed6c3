"""Waiting, giving up, keeping credentials at home, and not taking a web page for data."""

from __future__ import annotations

import datetime as dt
import email.utils
import gzip
import hashlib
import json

import pytest
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from ingestion import http
from ingestion.http import HttpLimits, VendorClient, limited, safe_path, vendor_client
from runtime.errors import AccessError, AnswerError, LinkError, RateLimitedError, SourceError
from tests.ingestion.http_stub import Answer, Stub, serve

SECRET = "s3cret-admin-key"
QUICK = HttpLimits(attempts=3, first_wait=0.01, longest_wait=5.0, read_timeout=60.0)


def client(stub: Stub, waits: list[float] | None = None, limits: HttpLimits = QUICK) -> VendorClient:
    made = vendor_client("chatgpt", stub.url, auth=BearerTokenAuth(SECRET), limits=limits)
    made.session._sleep = (waits if waits is not None else []).append
    return made


def page(rows: list[int], cursor: str | None, more: bool) -> Answer:
    return Answer(body=json.dumps({"data": rows, "last_id": cursor, "has_more": more}).encode())


def cursor_paginator() -> JSONResponseCursorPaginator:
    return JSONResponseCursorPaginator("last_id", "after", has_more_path="has_more")


def test_retry_after_in_seconds_is_waited_for() -> None:
    waits: list[float] = []
    with serve(Answer(429, headers={"Retry-After": "3"}), Answer(body=b'{"a": 1}')) as stub:
        assert client(stub, waits).get_json("/x") == {"a": 1}
    assert waits == [3.0]


def test_retry_after_as_a_date_counts_from_the_servers_clock() -> None:
    """The server's clock is ten minutes off: the wait is the difference of its two dates, not ours."""
    server_now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=10)
    headers = {
        "Date": email.utils.format_datetime(server_now, usegmt=True),
        "Retry-After": email.utils.format_datetime(server_now + dt.timedelta(seconds=4), usegmt=True),
    }
    waits: list[float] = []
    with serve(Answer(429, headers=headers), Answer(body=b'{"a": 1}')) as stub:
        c = client(stub, waits)
        c.get_json("/x")
    # http.server adds its own Date as well; requests joins both headers, so only the bound is certain
    assert len(waits) == 1
    assert 0.0 < waits[0] <= QUICK.longest_wait


def test_a_wait_longer_than_the_cap_fails_at_once() -> None:
    waits: list[float] = []
    with serve(Answer(429, headers={"Retry-After": "86400"})) as stub, pytest.raises(RateLimitedError):
        client(stub, waits).get_json("/x")
    assert waits == []


def test_clients_made_within_a_limit_keep_to_it() -> None:
    """As `doctor` asks, for whom somebody waits."""
    with serve(Answer(503)) as stub:
        with limited(HttpLimits(attempts=1)):
            asked_once = vendor_client("chatgpt", stub.url)
        with pytest.raises(SourceError, match="answered 503"):
            asked_once.get_json("/x")
        assert len(stub.requests) == 1
        assert vendor_client("chatgpt", stub.url).session.limits == HttpLimits()


def test_no_header_means_growing_waits_then_an_error() -> None:
    waits: list[float] = []
    with serve(Answer(503)) as stub:
        with pytest.raises(SourceError, match="answered 503"):
            client(stub, waits).get_json("/x")
        assert len(stub.requests) == 3
    assert waits == [0.01, 0.02]


def test_githubs_secondary_limit_is_no_missing_permission() -> None:
    body = b'{"message": "You have exceeded a secondary rate limit."}'
    with serve(Answer(403, body), Answer(body=b'{"a": 1}')) as stub:
        assert client(stub).get_json("/x") == {"a": 1}


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_is_not_tried_again_and_not_shown(status: int) -> None:
    with serve(Answer(status, b'{"message": "no"}')) as stub:
        with pytest.raises(AccessError) as error:
            client(stub).get_json("/compliance/workspaces/6f1b2c3d-4e5f/users")
        assert len(stub.requests) == 1
    assert SECRET not in str(error.value)
    assert "6f1b2c3d" not in str(error.value)


def test_a_cut_body_is_read_again_never_parsed() -> None:
    with serve(Answer(body=b'{"a": 1', cut=True), Answer(body=b'{"a": 1}')) as stub:
        assert client(stub).get_json("/x") == {"a": 1}
        assert len(stub.requests) == 2


def test_a_cut_gzip_stream_is_read_again() -> None:
    whole = gzip.compress(b'{"a": 1}')
    cut = Answer(body=whole[:-9], headers={"Content-Encoding": "gzip"})
    with serve(cut, Answer(body=whole, headers={"Content-Encoding": "gzip"})) as stub:
        assert client(stub).get_json("/x") == {"a": 1}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"<!DOCTYPE html><html>Sign in</html>", headers={"Content-Type": "text/html"}),
        Answer(body=b"  <html>captcha</html>"),
        Answer(body=b'{"error": {"message": "x"}}'),
        Answer(body=b"not json"),
        Answer(body=b"[1]"),
    ],
)
def test_what_is_not_the_documented_answer_is_an_error(answer: Answer) -> None:
    with serve(answer) as stub, pytest.raises(AnswerError):
        client(stub).get_json("/x")


def test_no_content_is_not_zero() -> None:
    with serve(Answer(204, b"")) as stub:
        assert client(stub).get_json("/x") is None


def test_an_answer_over_the_cap_is_not_read_on() -> None:
    limits = HttpLimits(attempts=1, max_answer=100)
    with serve(Answer(body=b'{"a": "' + b"x" * 200 + b'"}')) as stub, pytest.raises(AnswerError, match="MiB"):
        client(stub, limits=limits).get_json("/x")


def test_a_hanging_server_is_given_up() -> None:
    limits = HttpLimits(attempts=1, read_timeout=0.2)
    with serve(Answer(delay=1.0)) as stub, pytest.raises(SourceError, match="ReadTimeout"):
        client(stub, limits=limits).get_json("/x")


def test_pages_follow_the_cursor_also_over_an_empty_page() -> None:
    with serve(page([1], "a", True), page([], "b", True), page([2], None, False)) as stub:
        pages = client(stub).pages("/users", data_key="data", paginator=cursor_paginator())
        assert [row for rows in pages for row in rows] == [1, 2]


def test_each_page_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """dlt asks for the content of a page for its rows and for its cursor, and we for the list's key."""
    decoded: list[bytes] = []

    def counted(data: bytes) -> object:
        decoded.append(data)
        return json.loads(data)

    monkeypatch.setattr(http, "loads", counted)
    with serve(page([1], "a", True), page([2], None, False)) as stub:
        pages = client(stub).pages("/users", data_key="data", paginator=cursor_paginator())
        assert [row for rows in pages for row in rows] == [1, 2]
    assert len(decoded) == 2


def test_a_cursor_that_does_not_move_ends_in_an_error() -> None:
    with serve(page([1], "a", True)) as stub, pytest.raises(AnswerError, match="same page"):
        list(client(stub).pages("/users", data_key="data", paginator=cursor_paginator()))


@pytest.mark.parametrize(
    "body", [b'{"data": null, "has_more": false}', b'{"has_more": false}', b'{"data": []}']
)
def test_an_answer_without_its_list_or_its_end_mark_is_no_empty_list(body: bytes) -> None:
    with serve(Answer(body=body)) as stub, pytest.raises(AnswerError):
        list(client(stub).pages("/users", data_key="data", paginator=cursor_paginator()))


def test_the_token_stays_at_home() -> None:
    with serve(Answer(body=b"file")) as other, serve(Answer()) as home:
        home.answers = [Answer(307, b"", {"Location": other.url + "/signed?sig=1"})]
        c = client(home)
        assert b"".join(c.download(c.redirect_target("/logs/1"))) == b"file"
        assert "Authorization" in home.requests[0][1]
        assert "Authorization" not in other.requests[0][1]


def test_a_followed_redirect_loses_the_token_too() -> None:
    with serve(Answer(body=b'{"a": 1}')) as other, serve(Answer()) as home:
        home.answers = [Answer(302, b"", {"Location": other.url + "/elsewhere"})]
        client(home).get_json("/x")
        assert "Authorization" not in other.requests[0][1]


def test_a_signed_file_is_checked_and_asked_for_again() -> None:
    good = hashlib.sha256(b"file").hexdigest()
    with (
        serve(Answer(body=b"fil3"), Answer(403, b"<Error/>"), Answer(body=b"file")) as store,
        serve(Answer()) as home,
    ):
        home.answers = [Answer(307, b"", {"Location": store.url + "/f"})]
        with pytest.raises(LinkError):
            client(home).signed_file("/logs/1", good)
        assert client(home).signed_file("/logs/1", good) == b"file"


def test_routes_in_messages_hold_no_ids() -> None:
    url = "https://x.example/v1/copilot/users/11111111-aaaa/interactionHistory?filter=a"
    assert safe_path(url) == "/v1/copilot/users/…/interactionHistory"
    assert "maya" not in safe_path("https://x.example/v1/users/maya@asterlane.example")
