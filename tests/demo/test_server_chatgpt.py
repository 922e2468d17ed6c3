"""ChatGPT's log files, roster and seats as the server tells them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from demo.company.company import Company
from demo.company.text import MARKER
from demo.server import RateLimit, VendorServer
from demo.vendors.chatgpt import VENDOR as CHATGPT
from demo.vendors.chatgpt.log_files import Switches
from demo.vendors.chatgpt.model import WORKSPACE_ID
from demo.vendors.chatgpt.rosters import roster

MESSAGES, COSTS = "CONVERSATION_MESSAGE", "COSTS"


def lines_of(client: Any, event_type: str) -> list[dict[str, Any]]:
    """Every line of every file, in order."""
    files = client.all_files(event_type)
    return [json.loads(line) for file in files for line in client.file(event_type, file["id"]).splitlines()]


def delivered_messages(company: Company, until: datetime) -> list[Any]:
    """Message events delivered up to a moment, straight from the company."""
    return [
        e
        for day in company.profile.days()
        for e in company.activity(CHATGPT).messages.on(day)
        if e.delivered_at <= until
    ]


def test_every_delivered_message_is_in_exactly_the_files(client: Any, tiny_company: Company) -> None:
    expected = Counter(e.event_id for e in delivered_messages(tiny_company, tiny_company.profile.as_of))
    lines = lines_of(client, MESSAGES)
    assert Counter(line["event_id"] for line in lines) == expected
    assert max(expected.values()) > 1, "at least once: some event comes twice"


def test_messages_carry_their_length_and_nothing_is_lost_on_the_way(client: Any, tiny_company: Company) -> None:
    written = {line["event_id"]: line for line in lines_of(client, MESSAGES)}
    events = delivered_messages(tiny_company, tiny_company.profile.as_of)
    for event in events:
        message = written[event.event_id]["message"]
        assert message["author"]["type"] == event.author
        if event.is_injected:
            assert message["content"]["type"] == "user_instructions"
        elif event.prompt_chars is not None:
            assert len(message["content"]["value"]) == event.prompt_chars
            assert message["content"]["type"] == "text"
        elif event.author == "user":
            assert "content" not in message
        else:
            assert message["author"]["model"] == event.model
    assert all(MARKER in line["conversation"]["title"] for line in written.values())


def test_costs_are_on_the_organization_route_with_exact_amounts(client: Any, tiny_company: Company) -> None:
    profile = tiny_company.profile
    events = [
        e
        for d in profile.days()
        for e in tiny_company.activity(CHATGPT).costs.on(d)
        if e.delivered_at <= profile.as_of
    ]
    files = client.all_files(COSTS)
    lines = [
        json.loads(line, parse_float=Decimal, parse_int=Decimal)
        for file in files
        for line in client.file(COSTS, file["id"]).splitlines()
    ]
    assert Counter(line["event_id"] for line in lines) == Counter(e.event_id for e in events)
    billed = {e.event_id: [x.cost for x in e.billing] for e in events}
    for line in lines:
        measures = line["payload"]["measures"]
        assert [x["cost"]["value"] for x in measures["billing"]] == billed[line["event_id"]]
        assert not {"text_total_tokens", "text_input_tokens"} <= set(measures["usage"])


def test_workspace_route_has_no_costs(client: Any, tiny_company: Company) -> None:
    path = f"/compliance/workspaces/{WORKSPACE_ID}/logs"
    answer = client.chatgpt(path, event_type=COSTS, after="2026-11-01T00:00:00Z")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_event_type")
    assert client.logs("CODEX_LOG").json() == {"data": [], "has_more": False, "last_end_time": None}


def test_list_is_sorted_bounded_and_paged(client: Any) -> None:
    everything = client.all_files(MESSAGES)
    ends = [file["end_time"] for file in everything]
    assert ends == sorted(set(ends))
    assert client.all_files(MESSAGES, limit=3) == everything
    first = client.logs(MESSAGES, limit=3).json()
    assert (len(first["data"]), first["has_more"], first["last_end_time"]) == (3, True, ends[2])
    inside = client.logs(MESSAGES, after=ends[2], before=ends[6]).json()["data"]
    assert [file["end_time"] for file in inside] == ends[3:6]


def test_page_ends_early_when_much_was_written(vendor_server: VendorServer, client: Any) -> None:
    vendor_server.behaviour.of(Switches).list_budget_bytes = 1
    page = client.logs(MESSAGES).json()
    assert (len(page["data"]), page["has_more"]) == (1, True)
    assert len(client.all_files(MESSAGES)) > 5


@pytest.mark.parametrize("after", ["", "yesterday", "2026-11-01T00:00:00"])
def test_after_must_be_a_moment(client: Any, after: str) -> None:
    assert client.logs(MESSAGES, after=after).status_code == 400


def test_file_fits_its_checksum_and_size_compressed_or_not(client: Any) -> None:
    file = client.all_files(MESSAGES)[0]
    link = client.link(MESSAGES, file["id"])
    packed = requests.get(link, headers={"Accept-Encoding": "gzip"}, timeout=60)
    plain = requests.get(link, headers={"Accept-Encoding": "identity"}, timeout=60)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert len(plain.content) == file["file_size"]
    assert hashlib.sha256(plain.content).hexdigest() == file["file_sha256"]


def test_files_are_cut_to_size(vendor_server: VendorServer, client: Any, tiny_company: Company) -> None:
    whole = lines_of(client, MESSAGES)
    vendor_server.behaviour.of(Switches).log_file_bytes = 20_000
    vendor_server.replace_company(tiny_company)
    files = client.all_files(MESSAGES)
    assert max(file["file_size"] for file in files) <= 20_000
    assert len({file["end_time"] for file in files}) == len(files)
    assert lines_of(client, MESSAGES) == whole


def test_a_file_that_was_dropped_is_written_the_same_again(
    vendor_server: VendorServer, client: Any, tiny_company: Company
) -> None:
    vendor_server.behaviour.of(Switches).cached_body_bytes = 1
    vendor_server.replace_company(tiny_company)
    files = client.all_files(MESSAGES)
    bodies = [client.file(MESSAGES, file["id"]) for file in files]
    assert [hashlib.sha256(body).hexdigest() for body in bodies] == [file["file_sha256"] for file in files]


def test_later_nights_only_add_files(vendor_server: VendorServer, client: Any, tiny_company: Company) -> None:
    night = tiny_company.profile.as_of - timedelta(days=3)
    vendor_server.clock.set(night)
    early = client.all_files(MESSAGES)
    seen = Counter(line["event_id"] for line in lines_of(client, MESSAGES))
    assert seen == Counter(e.event_id for e in delivered_messages(tiny_company, night))
    vendor_server.clock.set(tiny_company.profile.as_of)
    late = client.all_files(MESSAGES)
    assert late[: len(early)] == early
    assert len(late) > len(early)


def test_late_events_are_in_later_files(tiny_company: Company) -> None:
    events = delivered_messages(tiny_company, tiny_company.profile.as_of)
    assert any(e.delivered_at - e.event_at > timedelta(hours=12) for e in events)


def test_retention_hides_and_forgets_old_files(vendor_server: VendorServer, client: Any) -> None:
    everything = client.all_files(MESSAGES)
    vendor_server.behaviour.of(Switches).log_retention_days = 7
    kept = client.all_files(MESSAGES)
    limit = (vendor_server.clock.now() - timedelta(days=7)).isoformat().replace("+00:00", "")
    assert kept == [file for file in everything if file["end_time"] >= limit]
    assert 0 < len(kept) < len(everything)
    path = f"{client.logs_path(MESSAGES)}/{everything[0]['id']}"
    assert client.chatgpt(path).status_code == 404


def test_signed_link_refuses_a_key_and_ends(vendor_server: VendorServer, client: Any) -> None:
    link = client.link(MESSAGES, client.all_files(MESSAGES)[0]["id"])
    assert not link.startswith(vendor_server.urls["chatgpt"])
    assert requests.get(link, headers=client.bearer("chatgpt"), timeout=60).status_code == 400
    assert requests.get(link.replace("sig=", "sig=0"), timeout=60).status_code == 403
    vendor_server.clock.advance(timedelta(hours=2))
    late = requests.get(link, timeout=60)
    assert (late.status_code, late.headers["Content-Type"]) == (403, "application/xml")
    assert b"<Code>AuthenticationFailed</Code>" in late.content


def test_unknown_file_is_not_found(client: Any) -> None:
    for name in ("clog_conversation_message_999999_1", "clog_conversation_message_000001_9", "nonsense"):
        assert client.chatgpt(f"{client.logs_path(MESSAGES)}/{name}").status_code == 404


def test_keys(vendor_server: VendorServer, tiny_company: Company) -> None:
    url = f"{vendor_server.urls['chatgpt']}/v1/compliance/workspaces/{WORKSPACE_ID}/users"
    key = vendor_server.configuration()["chatgpt"]["api_key"]
    statuses = [
        requests.get(url, headers=headers, timeout=60).status_code
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": f"Bearer {key}-without-scope"},
            {"Authorization": f"Bearer {key}"},
        )
    ]
    assert statuses == [401, 401, 403, 200]
    assert [e.status for e in vendor_server.requests] == statuses
    assert next(iter(vendor_server.requests)).request.label.startswith("GET chatgpt/v1/compliance/workspaces/")


def test_other_workspace_is_not_found(client: Any) -> None:
    assert client.chatgpt("/compliance/workspaces/somebody-else/users").status_code == 404


def test_roster_by_pages(client: Any, tiny_company: Company) -> None:
    profile = tiny_company.profile
    path = f"/compliance/workspaces/{WORKSPACE_ID}/users"
    found, after = [], None
    while True:
        page = client.chatgpt(path, limit=7, **({"after": after} if after else {})).json()
        found += page["data"]
        after = page["last_id"]
        if not page["has_more"]:
            break
    members = roster(tiny_company, profile.as_of_day)
    assert [user["id"] for user in found] == sorted(user.user_id for user in members)
    assert {user["id"] for user in found if user["status"] == "active"} == {
        user.user_id for user in members if user.has_seat
    }
    assert len(client.chatgpt(path).json()["data"]) == len(members)


def test_seats_by_cursor_with_credits_of_the_month(client: Any, tiny_company: Company) -> None:
    profile = tiny_company.profile
    path = f"/manage/workspaces/{WORKSPACE_ID}/usage_limits/users"
    found, cursor = [], None
    while True:
        page = client.chatgpt(path, limit=5, **({"cursor": cursor} if cursor else {})).json()
        found += page["data"]
        cursor = page["cursor"]
        if not page["has_more"]:
            break
    assert cursor is None
    assert {row["id"] for row in found} == {
        seat.account for seat in tiny_company.seats_on("chatgpt", profile.as_of_day)
    }
    spent: Counter[str] = Counter()
    for number in range(1, profile.as_of_day.day):
        for event in tiny_company.activity(CHATGPT).costs.on(profile.as_of_day.replace(day=number)):
            if event.account:
                spent[event.account] += sum(line.cost for line in event.billing if line.cost_unit == "CREDITS")
    shown = {row["id"]: Decimal(str(row["current_month_usage"])) for row in found if row["current_month_usage"]}
    assert shown == {
        key: value for key, value in spent.items() if key in {row["id"] for row in found} and value
    }
    assert client.chatgpt(path, cursor="???").status_code == 400


def test_rate_limit_asks_to_wait_and_then_lets_through(vendor_server: VendorServer, client: Any) -> None:
    vendor_server.behaviour.rate_limits = {"chatgpt.list": RateLimit(2, 60)}
    answers = [client.logs(MESSAGES, limit=1) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60


def test_clock_refuses_naive_times(vendor_server: VendorServer) -> None:
    with pytest.raises(ValueError, match="aware"):
        vendor_server.clock.set(datetime(2026, 11, 19))
    vendor_server.clock.set(datetime(2026, 11, 19, 2, tzinfo=UTC))
