"""Every fault of the script: what a client gets to see of it."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import socket
import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests
from urllib3.exceptions import ProtocolError

from demo.company.company import Company
from demo.server import Faults, VendorServer, faults
from demo.vendors.chatgpt.model import WORKSPACE_ID
from demo.vendors.github_copilot import VENDOR as GITHUB
from demo.vendors.github_copilot.model import ENTERPRISE, ORGANIZATION

MESSAGES = "CONVERSATION_MESSAGE"
ANY = "GET chatgpt"


def script(server: VendorServer, **rule: Any) -> None:
    """Put one rule in force."""
    server.faults.replace([{"match": ANY, **rule}])


def roster(client: Any, **query: Any) -> requests.Response:
    """The first page of a list that has several."""
    path = f"/compliance/workspaces/{WORKSPACE_ID}/users"
    return client.chatgpt(path, limit=5, **query)  # type: ignore[no-any-return]


def raw(client: Any, encoding: str = "identity") -> bytes:
    """The bytes of an answer of the roster as they come from the socket, head and body."""
    host, port = client.server.urls["chatgpt"].removeprefix("http://").split(":")
    key = client.server.configuration()["chatgpt"]["api_key"]
    path = f"/v1/compliance/workspaces/{WORKSPACE_ID}/users"
    headers = f"Host: x\r\nAuthorization: Bearer {key}\r\nAccept-Encoding: {encoding}"
    head = f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n"
    received = b""
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head.encode())
        try:
            while part := connection.recv(65536):
                received += part
                if b"\r\n\r\n" in received and is_whole(received):
                    break
        except ConnectionResetError:
            return received + b"<reset>"
    return received


def is_whole(received: bytes) -> bool:
    """Whether as many bytes came as the head announces."""
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    return bool(lengths) and len(body) >= int(lengths[0].split(b":")[1])


def test_every_fault_stands_in_the_table() -> None:
    table = faults.__doc__ or ""
    words = {line.split()[0] for line in table.splitlines() if line.startswith("    ") and line.split()}
    assert set(faults.REGISTRY) <= words
    assert all(function.__doc__ for function in faults.REGISTRY.values())


@pytest.mark.parametrize(
    "rule",
    [{"match": "x", "do": "explode"}, {"do": "hang"}, {"match": "x", "do": "hang", "nth": "0+"}],
)
def test_a_wrong_script_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"fault|nth"):
        Faults([rule])


@pytest.mark.parametrize(
    ("nth", "hit"),
    [("all", [1, 2, 3, 4]), (2, [2]), ([1, 3], [1, 3]), ("3+", [3, 4])],
)
def test_which_requests_are_hit(vendor_server: VendorServer, client: Any, nth: Any, hit: list[int]) -> None:
    script(vendor_server, nth=nth, do="server_error", status=502)
    statuses = [roster(client).status_code for _ in range(4)]
    assert [number for number, status in enumerate(statuses, 1) if status == 502] == hit
    assert [e.fault for e in vendor_server.requests] == [
        "server_error" if n in hit else "" for n in range(1, 5)
    ]


def test_rules_apply_to_matching_requests_in_order(vendor_server: VendorServer, client: Any) -> None:
    vendor_server.faults.replace(
        [
            {"match": "logs.*event_type=COSTS", "do": "no_content"},
            {"match": r"users\?.*limit=5", "do": "new_field", "field": "nick"},
            {"match": r"users\?.*limit=5", "do": "null_field", "field": "email"},
        ]
    )
    assert client.logs("COSTS").status_code == 204
    row = roster(client).json()["data"][0]
    assert (row["nick"], row["email"]) == ("Canary Birdwhistle", None)


# Whole answers -------------------------------------------------------------------------------------


def test_too_many_requests_in_all_forms(vendor_server: VendorServer, client: Any) -> None:
    for wanted in (3, 86400):
        script(vendor_server, do="too_many_requests", retry_after=wanted)
        assert roster(client).headers["Retry-After"] == str(wanted)
    script(vendor_server, do="too_many_requests", retry_after=None)
    answer = roster(client)
    assert answer.status_code == 429
    assert "Retry-After" not in answer.headers


def test_retry_after_as_a_date_by_a_clock_that_is_wrong(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="too_many_requests", retry_after="date", seconds=30, skew_minutes=10)
    headers = roster(client).headers
    said, until = parsedate_to_datetime(headers["Date"]), parsedate_to_datetime(headers["Retry-After"])
    assert 29 <= (until - said).total_seconds() <= 31
    assert 590 <= said.timestamp() - time.time() <= 610


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ({"do": "unauthorized"}, 401),
        ({"do": "forbidden"}, 403),
        ({"do": "server_error"}, 503),
        ({"do": "server_error", "status": 504}, 504),
        ({"do": "client_error", "status": 410}, 410),
        ({"do": "no_content"}, 204),
        ({"do": "empty_body"}, 200),
        ({"do": "html_page"}, 200),
        ({"do": "expired_link"}, 403),
    ],
)
def test_plain_answers(vendor_server: VendorServer, client: Any, rule: dict[str, Any], status: int) -> None:
    script(vendor_server, **rule)
    answer = roster(client)
    assert answer.status_code == status
    assert b"user-" not in answer.content


def test_secondary_rate_limit_of_github(
    vendor_server: VendorServer, client: Any, tiny_company: Company
) -> None:
    vendor_server.faults.replace(
        [{"match": "GET github", "nth": 1, "do": "secondary_rate_limit", "retry_after": 7}]
    )
    path = f"/orgs/{ORGANIZATION}/copilot/billing/seats"
    answer = client.github(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (403, "7")
    assert "secondary rate limit" in answer.json()["message"]
    assert client.github(path).status_code == 200


def test_html_may_call_itself_json(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="html_page", content_type="application/json")
    answer = roster(client)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.text.startswith("<!doctype html>")


def test_errors_with_status_200(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="error_object")
    assert roster(client).json()["error"]["code"] == "internal"
    script(vendor_server, do="null_data")
    assert roster(client).json() == {"data": None}
    script(vendor_server, do="graphql_errors")
    assert roster(client).json()["errors"][0]["type"] == "FORBIDDEN"


def test_redirect_to_a_stranger_is_recorded(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="redirect_elsewhere")
    answer = roster(client)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(vendor_server.urls["stranger"])
    requests.get(answer.headers["Location"], headers=client.bearer("chatgpt"), timeout=60)
    (leak,) = vendor_server.requests.matching("^GET stranger")
    assert leak.request.headers["authorization"] == client.bearer("chatgpt")["Authorization"]


def test_wrong_type_and_deep_json(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="wrong_type")
    assert roster(client).headers["Content-Type"] == "application/octet-stream"
    script(vendor_server, do="deep_json", depth=50)
    assert roster(client).content == b"[" * 50 + b"]" * 50


# Bytes ---------------------------------------------------------------------------------------------


def test_truncated_body_is_shorter_than_announced(vendor_server: VendorServer, client: Any) -> None:
    whole = raw(client)
    script(vendor_server, do="truncated_body", share=0.25)
    cut = raw(client)
    assert cut.partition(b"\r\n\r\n")[0].count(b"Content-Length") == 1
    assert not is_whole(cut)
    assert whole.partition(b"\r\n\r\n")[2].startswith(cut.partition(b"\r\n\r\n")[2])
    assert len(cut) > 300


def test_shortened_body_looks_whole(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="shortened_body")
    assert is_whole(raw(client))
    with pytest.raises(requests.JSONDecodeError):
        roster(client).json()


def test_chunks_without_an_end(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="cut_chunks")
    received = raw(client)
    assert b"Transfer-Encoding: chunked" in received
    assert not received.endswith(b"0\r\n\r\n")
    with pytest.raises((requests.exceptions.ChunkedEncodingError, ProtocolError)):
        roster(client)


def test_connection_is_reset(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="reset")
    assert raw(client).endswith(b"<reset>")


def test_gzip_that_is_cut_or_is_none(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="cut_gzip")
    received = raw(client, "gzip")
    assert is_whole(received)
    with pytest.raises(EOFError):
        gzip.decompress(received.partition(b"\r\n\r\n")[2])
    script(vendor_server, do="false_gzip")
    with pytest.raises(requests.exceptions.ContentDecodingError):
        roster(client)


def test_hang_says_nothing(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="hang", seconds=0.3)
    started = time.monotonic()
    assert raw(client) == b""
    assert time.monotonic() - started >= 0.3


def test_drip_is_slow_but_whole(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="drip", seconds=0.0001)
    assert len(roster(client).json()["data"]) == 5


def test_reader_that_gives_up_does_not_hold_the_server(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, nth=1, do="hang", seconds=30)
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.session.get(
            f"{vendor_server.urls['chatgpt']}/v1/x", headers=client.bearer("chatgpt"), timeout=(1, 0.2)
        )
    assert roster(client).status_code == 200


# Pages ---------------------------------------------------------------------------------------------


def pages(client: Any, count: int) -> list[dict[str, Any]]:
    """So many pages of the roster, each asked for with the cursor of the one before."""
    found: list[dict[str, Any]] = []
    after = None
    for _ in range(count):
        found.append(roster(client, **({"after": after} if after else {})).json())
        after = found[-1]["last_id"]
    return found


def ids(page: dict[str, Any]) -> list[str]:
    """Ids of a page."""
    return [row["id"] for row in page["data"]]


def test_the_same_page_for_ever(vendor_server: VendorServer, client: Any) -> None:
    whole = pages(client, 3)
    script(vendor_server, do="repeat_forever", nth="2+")
    found = pages(client, 5)
    assert [ids(page) for page in found] == [ids(whole[0])] + [ids(whole[1])] * 4
    assert all(page["has_more"] for page in found)


def test_a_page_once_more(vendor_server: VendorServer, client: Any) -> None:
    whole = pages(client, 2)
    script(vendor_server, do="repeat_once", nth=2)
    found = pages(client, 3)
    assert [ids(page) for page in found] == [ids(whole[0]), ids(whole[0]), ids(whole[1])]


def test_overlapping_pages(vendor_server: VendorServer, client: Any) -> None:
    first, second = pages(client, 2)
    script(vendor_server, do="overlap_page", nth=2)
    overlapping = pages(client, 2)[1]
    assert ids(overlapping) == ids(first) + ids(second)
    assert overlapping["last_id"] == second["last_id"]


def test_rows_out_of_order(vendor_server: VendorServer, client: Any) -> None:
    whole = roster(client).json()
    script(vendor_server, do="shuffle_rows", seed=3)
    shuffled = roster(client).json()
    assert ids(shuffled) != ids(whole)
    assert sorted(ids(shuffled)) == sorted(ids(whole))


def test_lost_rows(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="lost_rows", share=0.4)
    assert len(ids(roster(client).json())) == 3


def test_empty_page_of_the_roster_loses_nothing(vendor_server: VendorServer, client: Any) -> None:
    whole = pages(client, 2)
    script(vendor_server, do="empty_page", nth=[1, 3])
    found = pages(client, 4)
    assert [ids(page) for page in found] == [[], ids(whole[0]), [], ids(whole[1])]
    assert all(page["has_more"] for page in found)


def test_empty_page_of_the_logs_moves_the_cursor(vendor_server: VendorServer, client: Any) -> None:
    whole = client.all_files(MESSAGES)
    script(vendor_server, do="empty_page", nth=1)
    page = client.logs(MESSAGES).json()
    assert (page["data"], page["has_more"]) == ([], True)
    assert page["last_end_time"] > "2000-01-01T00:00:00"
    assert client.logs(MESSAGES, after=page["last_end_time"]).json()["data"] == whole


def test_empty_pages_of_github_and_graph(
    vendor_server: VendorServer, client: Any, tiny_company: Company
) -> None:
    vendor_server.faults.replace([{"match": "GET (github|microsoft)", "nth": [1, 3], "do": "empty_page"}])
    path = f"/orgs/{ORGANIZATION}/copilot/billing/seats"
    empty = client.github(path)
    assert empty.json()["seats"] == []
    again = client.session.get(empty.links["next"]["url"], headers=client.bearer("github_copilot"))
    assert again.json()["seats"]
    page = client.graph("/v1.0/users").json()
    assert page["value"] == []
    assert client.graph(page["@odata.nextLink"]).json()["value"]


# Rows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        ({"do": "null_field", "field": "id"}, "id", None),
        ({"do": "change_field", "field": "created_at", "value": "soon"}, "created_at", "soon"),
        ({"do": "change_field", "field": "created_at", "value": 10**20}, "created_at", 10**20),
        ({"do": "future_timestamp", "field": "created_at"}, "created_at", "2999-01-01T00:00:00Z"),
        ({"do": "unknown_model", "field": "role"}, "role", "zeta-9-unheard-of"),
        ({"do": "new_field"}, "person", {"display_name": "Canary Birdwhistle"}),
        ({"do": "long_text", "field": "name", "length": 5}, "name", "xxxxx"),
    ],
)
def test_fields(vendor_server: VendorServer, client: Any, rule: dict[str, Any], field: str, value: Any) -> None:
    script(vendor_server, **rule)
    rows = roster(client).json()["data"]
    assert rows[0][field] == value
    changed = [row for row in rows if row.get(field) == value]
    assert len(changed) == (5 if rule["do"] in ("new_field", "unknown_model") else 1)


@pytest.mark.parametrize("text", ["NaN", "1e400", '"\\ud800"', '"a\\u0000b"', '"a","id":"b"'])
def test_odd_json_stands_as_it_is(vendor_server: VendorServer, client: Any, text: str) -> None:
    script(vendor_server, do="raw_field", field="id", json=text)
    assert f'"id":{text},'.encode() in roster(client).content


def test_missing_field_in_the_last_row(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="missing_field", field="id", row=-1)
    rows = roster(client).json()["data"]
    assert ["id" in row for row in rows] == [True] * 4 + [False]


def test_duplicate_row_with_a_newer_one(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="duplicate_row", row=1, set={"role": "analytics-viewer"})
    rows = roster(client).json()["data"]
    assert len(rows) == 6
    assert rows[1]["id"] == rows[2]["id"]
    assert [rows[1]["role"] != "analytics-viewer", rows[2]["role"]] == [True, "analytics-viewer"]


def test_fields_at_any_depth_and_inside_lists(vendor_server: VendorServer, client: Any) -> None:
    vendor_server.faults.replace(
        [
            {
                "match": "^FILE chatgpt/COSTS",
                "nth": 1,
                "do": "new_field",
                "field": "payload.measures.billing.owner",
            },
            {
                "match": "^FILE chatgpt/COSTS",
                "nth": 1,
                "do": "missing_field",
                "field": "payload.measures.billing.sku",
            },
        ]
    )
    first, second = client.all_files("COSTS")[:2]
    row = json.loads(client.file("COSTS", first["id"]).splitlines()[0])
    entry = row["payload"]["measures"]["billing"][0]
    assert entry["owner"] == "Canary Birdwhistle"
    assert "sku" not in entry
    assert b"Canary" not in client.file("COSTS", second["id"])


# Files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ({"do": "bad_line", "row": 2}, 2),
        ({"do": "cut_last_line"}, -1),
        ({"do": "bad_bytes", "row": 1}, 1),
    ],
)
def test_bad_lines_fit_the_checksum(
    vendor_server: VendorServer, client: Any, rule: dict[str, Any], broken: int
) -> None:
    whole = client.all_files(MESSAGES)[0]
    vendor_server.faults.replace([{"match": f"^FILE chatgpt/{MESSAGES}", "nth": 1, **rule}])
    file = client.all_files(MESSAGES)[0]
    body = client.file(MESSAGES, file["id"])
    assert file["file_sha256"] != whole["file_sha256"]
    assert hashlib.sha256(body).hexdigest() == file["file_sha256"]
    lines = body.split(b"\n") if rule["do"] == "cut_last_line" else body.rstrip(b"\n").split(b"\n")
    with pytest.raises(ValueError, match=r".*"):
        json.loads(lines[broken])
    good = [line for index, line in enumerate(lines) if index != broken % len(lines)]
    assert all(json.loads(line)["event_id"] for line in good)
    vendor_server.faults.replace()
    assert client.all_files(MESSAGES)[0] == whole


def test_byte_order_mark(vendor_server: VendorServer, client: Any) -> None:
    script(vendor_server, do="byte_order_mark")
    assert roster(client).content.startswith(b"\xef\xbb\xbf{")


def test_download_can_be_broken_against_its_checksum(vendor_server: VendorServer, client: Any) -> None:
    vendor_server.faults.replace([{"match": "GET files/chatgpt", "nth": 1, "do": "lost_rows"}])
    file = client.all_files(MESSAGES)[0]
    assert len(client.file(MESSAGES, file["id"])) < file["file_size"]
    assert len(client.file(MESSAGES, file["id"])) == file["file_size"]


def test_report_parts_are_files_too(vendor_server: VendorServer, client: Any, tiny_company: Company) -> None:
    vendor_server.faults.replace(
        [{"match": "^FILE github/users-1-day/", "do": "null_field", "field": "user_id"}]
    )
    profile = tiny_company.profile
    path = f"/enterprises/{ENTERPRISE}/copilot/metrics/reports/users-1-day"
    days = (
        day for day in profile.days() if len(tiny_company.activity(GITHUB).versions.on(day)[-1].records) > 1
    )
    (link,) = client.github(path, day=next(days)).json()["download_links"]
    rows = [json.loads(line) for line in client.session.get(link).text.splitlines()]
    assert [row["user_id"] is None for row in rows[:2]] == [True, False]


# CSV -----------------------------------------------------------------------------------------------


def employees(server: VendorServer, **rule: Any) -> bytes:
    """The HR file under one rule."""
    server.faults.replace([{"match": "exports/employees.csv", **rule}])
    headers = {"Authorization": f"Bearer {server.configuration()['hris']['api_key']}"}
    return requests.get(f"{server.urls['hris']}/exports/employees.csv", headers=headers, timeout=60).content


def table(body: bytes) -> list[list[str]]:
    """Rows of a CSV body."""
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


def test_columns_go_and_double(vendor_server: VendorServer) -> None:
    whole = table(employees(vendor_server, do="csv_few_rows", share=1))
    without = table(employees(vendor_server, do="csv_missing_column", column="department"))
    assert without[0] == [name for name in whole[0] if name != "department"]
    doubled = table(employees(vendor_server, do="csv_duplicate_column", column="department"))
    assert doubled[0] == [*whole[0], "department"]
    assert len(without) == len(doubled) == len(whole)


@pytest.mark.parametrize("value", ["=HYPERLINK(1)", "two\nlines, quoted", "31.12.2026"])
def test_cells_hold_what_they_should_not(vendor_server: VendorServer, value: str) -> None:
    rows = table(employees(vendor_server, do="csv_value", column="department", row=3, value=value))
    assert rows[4][rows[0].index("department")] == value


def test_rows_are_ragged_or_gone(vendor_server: VendorServer) -> None:
    ragged = table(employees(vendor_server, do="csv_ragged_row", row=2))
    assert [len(row) - len(ragged[0]) for row in ragged[:5]] == [0, 0, 0, 1, 0]
    few = table(employees(vendor_server, do="csv_few_rows", share=0.5))
    assert len(few) - 1 == (len(ragged) - 1) // 2
    assert len(table(employees(vendor_server, do="csv_few_rows", share=0))) == 1


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_other_encodings(vendor_server: VendorServer, encoding: str) -> None:
    body = employees(vendor_server, do="csv_encoding", encoding=encoding)
    assert body.decode(encoding).lstrip("\ufeff").startswith("employee_id,")
    if encoding != "utf-8-sig":
        with pytest.raises(UnicodeDecodeError):
            body.decode()


def test_other_delimiter(vendor_server: VendorServer) -> None:
    assert employees(vendor_server, do="csv_delimiter").startswith(b"employee_id;work_email;")
