"""Links that come out of answers lead nowhere inside, and absurd answers end in a plain refusal."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ingestion.http import HttpLimits, VendorClient, vendor_client
from ingestion.http_places import origin, require_outside
from runtime.errors import AiUsageError, AnswerError, SourceError
from tests.ingestion.http_stub import Answer, serve
from tests.ingestion.test_http import QUICK, client

PUBLIC = origin("https://9.9.9.9")
PRIVATE = origin("https://10.1.2.3")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://2130706433/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://localhost/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/x",
        "https://10.0.0.8/x",
        "https://192.168.1.1/x",
        "https://100.64.0.1/x",
        "https://0.0.0.0/x",
        "http://9.9.9.10/x",
        "file:///etc/passwd",
        "ftp://9.9.9.10/x",
        "https://9.9.9.10:99999/x",
        "https://9.9.9.10:port/x",
        "https:///x",
        "https://[::1/x",
        "",
    ],
)
def test_an_answer_leads_nowhere_inside(url: str) -> None:
    with pytest.raises(AnswerError) as refused:
        require_outside(url, PUBLIC, "chatgpt: a link")
    assert url not in str(refused.value) or not url


def test_an_answer_may_lead_to_another_public_place() -> None:
    require_outside("https://9.9.9.10/file", PUBLIC, "a link")


def test_a_source_of_the_own_network_stays_in_it() -> None:
    require_outside("https://10.9.9.9/file", PRIVATE, "a link")
    with pytest.raises(AnswerError):
        require_outside("https://169.254.169.254/", PRIVATE, "a link")


def follow(made: VendorClient) -> None:
    made.get_json("/x")


def hand_on(made: VendorClient) -> None:
    list(made.download(made.redirect_target("/x")))


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://127.0.0.1:99999/", "http://[::1", "//"])
@pytest.mark.parametrize("follows", [True, False])
def test_a_redirect_that_is_none_is_a_plain_refusal(location: str, follows: bool) -> None:
    with serve(Answer(302, body=b"", headers={"Location": location})) as stub, pytest.raises(AiUsageError):
        follow(client(stub)) if follows else hand_on(client(stub))


def test_redirects_without_an_end_are_a_plain_refusal() -> None:
    with serve(Answer(302, body=b"", headers={"Location": "/x"})) as stub, pytest.raises(AnswerError):
        client(stub).get_json("/x")


def test_a_credential_that_is_no_header_is_not_shown() -> None:
    made = vendor_client("chatgpt", "http://127.0.0.1:9", headers={"X-Api-Key": "s3cret\nkey"}, limits=QUICK)
    with pytest.raises(AnswerError) as refused:
        made.get_json("/x")
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "asked", ["9" * 400, "\u00b2".encode().decode("latin-1"), "-1", "1e9", "Mon, 99 Foo", "\x00"]
)
@pytest.mark.parametrize("header", ["Retry-After", "x-ratelimit-reset", "Date"])
def test_junk_where_a_wait_is_told_is_no_crash(header: str, asked: str) -> None:
    headers = {"x-ratelimit-remaining": "0", header: asked}
    with serve(Answer(429, headers=headers)) as stub, pytest.raises(SourceError):
        client(stub).get_json("/x")


@contextmanager
def dripping() -> Iterator[str]:
    """A server that sends a byte now and then, for ever."""
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def answer() -> None:
        while not ended.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
                while not ended.is_set():
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        break
                    time.sleep(0.02)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        ended.set()
        server.close()
        thread.join(5)


@pytest.mark.parametrize("is_file", [True, False])
def test_a_drip_ends_with_the_total_time(is_file: bool) -> None:
    """Every byte began the read's own time-out anew."""
    limits = HttpLimits(attempts=1, read_timeout=2.0, total_timeout=0.3, file_timeout=0.3)
    started = time.monotonic()
    with dripping() as url:
        made = vendor_client("chatgpt", url, limits=limits)
        with pytest.raises(SourceError):
            list(made.download(f"{url}/file")) if is_file else made.get_json("/x")
    assert time.monotonic() - started < 60  # the drip itself never ends


def test_one_absurd_record_does_not_end_a_page() -> None:
    deep = "[" * 3_000 + "]" * 3_000
    body = f'{{"data": [{{"id": 1, "x": {deep}}}, {{"id": 2, "n": {"9" * 5_000}}}], "has_more": false}}'
    with serve(Answer(body=body.encode())) as stub:
        answer = client(stub).get_json("/x")
    assert answer is not None
    assert [row["id"] for row in answer["data"]] == [1, 2]
    assert json.dumps(answer["has_more"]) == "false"
