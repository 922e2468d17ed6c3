"""ChatGPT Enterprise: log files, roster and seats as rows, and what is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.source import SourceRun
from ingestion.sources.chatgpt import SOURCE
from runtime.clock import RunClock
from runtime.errors import AnswerError, SourceError
from tests.ingestion.sources.runs import AS_OF, TODAY, TOKENS, left_out, loaded_rows, rejects, source_run
from tests.ingestion.sources.vendor_stub import Asked, Reply, VendorStub, vendor_stub

DAY = dt.date(2026, 11, 18)
WORKSPACE = "/compliance/workspaces/ws-1"
ORGANIZATION = "/compliance/organizations/org-1"
SEATS = "/manage/workspaces/ws-1/usage_limits/users"
MESSAGES, COSTS = "log_files/CONVERSATION_MESSAGE", "log_files/COSTS"
NONE = {"data": [], "has_more": False, "last_id": None}
ADA = {"type": "ACCOUNT_USER", "user_id": "user-ada", "user_email": "Ada@asterlane.example"}


def message(number: int, kind: str = "user", **changes: Any) -> dict[str, Any]:
    """A `CONVERSATION_MESSAGE` in the vendor's shape."""
    author = {"type": "user", "client_type": "desktop_web"}
    if kind == "assistant":
        author = {"type": "assistant", "model": "gpt-5-5", "tools_used": ["browser"]}  # type: ignore[dict-item]
    event = {
        "event_id": f"event-{number}",
        "type": "CONVERSATION_MESSAGE",
        "timestamp": "2026-11-18T09:01:12.101000Z",
        "principal": {"id": "ws-1", "type": "CHATGPT_WORKSPACE"},
        "actor": ADA,
        "message": {
            "id": f"message-{number}",
            "created_at": "2026-11-18T09:01:12.101000Z",
            "author": author,
            "content": {"type": "text", "value": "Ask Cai to plan it"},
        },
        "conversation": {
            "id": "convo-1",
            "title": "Cai's plan",
            "created_at": "2026-11-18T09:01:10Z",
            "is_pinned": False,
            "is_temporary_chat": False,
        },
    }
    return event | changes


def content(kind: str, value: str | None, **changes: Any) -> dict[str, Any]:
    return message(1)["message"] | {"content": {"type": kind, "value": value}} | changes


def cost(number: int, *, usage: dict[str, int] | None = None, **payload: Any) -> dict[str, Any]:
    """A `COSTS` event in the vendor's shape."""
    tokens = {"text_input_tokens": 1840, "text_cached_input_tokens": 42000, "text_output_tokens": 2610}
    lines = [
        {
            "sku": "input",
            "quantity": {"value": 1840, "unit": "tokens"},
            "cost": {"value": 6.2, "unit": "CREDITS"},
            "estimated_cost_usd": {"value": 0.25, "unit": "USD"},
        },
        {
            "sku": "output",
            "quantity": {"value": 2610, "unit": "tokens"},
            "cost": {"value": 0.1 + 0.2, "unit": "CREDITS"},
        },
    ]
    identity = {
        "user_id": "user-ada",
        "email": "ada@asterlane.example",
        "name": "Ada Example",
        "groups": [{"id": "g", "name": "Engineering"}],
    }
    return {
        "event_id": f"cost-{number}",
        "type": "COSTS",
        "timestamp": "2026-11-18T09:59:59Z",
        "principal": {"id": "org-1", "type": "API_PLATFORM_ORG"},
        "actor": {"type": "SYSTEM", "id": "costs_compliance"},
        "payload": {
            "day": "2026-11-18",
            "hour": 9,
            "organization_id": "org-1",
            "identity": identity,
            "product": "chatgpt",
            "surface": "chatgpt",
            "client": "web",
            "model": "gpt-5.5",
            "service_tier": "default",
            "reasoning": "medium",
            "measures": {"usage": tokens if usage is None else usage, "billing": lines},
            **payload,
        },
    }


class LogHost:
    """Lists log files on the vendor and keeps their bytes on the file host."""

    def __init__(self, vendor: VendorStub, files: VendorStub) -> None:
        self._vendor, self._files = vendor, files
        self._listed: dict[str, list[dict[str, Any]]] = {}

    def put(self, route: str, event_type: str, end_time: str, *rows: Any, sha256: str | None = None) -> None:
        body = b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)
        name = f"file-{event_type}-{end_time}"
        listed = self._listed.setdefault(f"{route} {event_type}", [])
        entry = {"id": name, "event_type": event_type, "end_time": end_time}
        listed.append(entry | {"file_sha256": sha256 or hashlib.sha256(body).hexdigest()})
        self._files.routes[f"GET /{name}"] = Reply(body, headers={"Content-Type": "application/octet-stream"})
        target = f"{self._files.url}/{name}?sig=EXAMPLE"
        self._vendor.routes[f"GET {route}/logs/{name}"] = Reply(b"", 307, {"Location": target})
        self._vendor.routes[f"GET {route}/logs"] = lambda asked: self._list(route, asked)

    def _list(self, route: str, asked: Asked) -> dict[str, Any]:
        """One file a page; both bounds exclusive, as the vendor has them."""
        files = self._listed.get(f"{route} {asked.query['event_type']}", [])
        inside = [f for f in files if asked.query["after"] < f["end_time"] < asked.query["before"]]
        inside.sort(key=lambda file: file["end_time"])
        last = inside[0]["end_time"] if inside else None
        return {"data": inside[:1], "has_more": len(inside) > 1, "last_end_time": last}


@pytest.fixture
def vendor() -> Iterator[VendorStub]:
    with vendor_stub() as stub:
        for route in (f"{WORKSPACE}/users", SEATS, f"{WORKSPACE}/logs", f"{ORGANIZATION}/logs"):
            stub.routes[f"GET {route}"] = NONE
        yield stub


@pytest.fixture
def files() -> Iterator[VendorStub]:
    with vendor_stub() as stub:
        yield stub


@pytest.fixture
def logs(vendor: VendorStub, files: VendorStub) -> LogHost:
    return LogHost(vendor, files)


def chat_run(vendor: VendorStub, first: dt.date = DAY, last: dt.date = DAY, **settings: Any) -> SourceRun:
    given = {"api_key": "secret-key", "workspace_id": "ws-1", "organization_id": "org-1"} | settings
    run = source_run(SOURCE, base_url=vendor.url, **given)
    run.clock = RunClock(AS_OF, since=first, until=last)
    return run


def days_of(run: SourceRun, resource: str) -> dict[dt.date, str]:
    return {record.day: record.status for record in run.fetched if record.resource == resource}


# -- messages -----------------------------------------------------------------------------------------------


def test_messages_become_lengths_and_features(vendor: VendorStub, logs: LogHost) -> None:
    conversation = message(1)["conversation"] | {"gpt_id": "g-1", "gpt_name": "Helper", "project_id": "p-1"}
    with_file = message(
        3, message=content("text", "x", id="message-3", files=[{"id": "f", "name": "plan.pdf"}])
    )
    rows = [message(1), message(2, "assistant"), with_file | {"conversation": conversation}]
    logs.put(WORKSPACE, "CONVERSATION_MESSAGE", "2026-11-18T09:10:02.000000Z", *rows)
    run = chat_run(vendor)
    tables = loaded_rows(SOURCE, run)
    user, assistant, attached = tables["conversation_messages"]
    assert user["user_token"] == TOKENS.token("vendor-user/chatgpt", "user-ada")
    assert user["email_token"] == TOKENS.email_token("ada@asterlane.example")
    assert (user["actor_type"], user["author_type"], user["client_type"]) == (
        "account_user",
        "user",
        "desktop_web",
    )
    assert (user["prompt_chars"], user["is_injected"]) == (18, False)
    assert user["message_date"] == DAY
    assert (assistant["model"], assistant["used_search"], assistant["prompt_chars"]) == ("gpt-5-5", True, None)
    assert (attached["used_files"], attached["used_gpt"], attached["used_project"]) == (True, True, True)
    assert (user["used_files"], user["used_gpt"], user["used_project"]) == (False, False, False)
    assert user["conversation_token"] == attached["conversation_token"]
    for word in ("Cai", "plan", "Helper", "asterlane", "message-1", "event-1", "convo-1"):
        assert word not in str(dict(tables))
    assert not run.gate.report.unknown_fields
    (edge,) = tables["identity_links"]
    assert (edge["id_token"], edge["target_token"], edge["method"]) == (
        user["user_token"],
        user["email_token"],
        "event",
    )


@pytest.mark.parametrize(
    ("kind", "value", "chars", "injected"),
    [
        ("text", "👩‍💻 hi", 6, False),
        ("text", "", None, False),
        ("text", None, None, False),
        ("user_instructions", "be brief", None, True),
        ("image", "x", None, False),
    ],
)
def test_what_counts_as_a_prompt(
    vendor: VendorStub, logs: LogHost, kind: str, value: str | None, chars: int | None, injected: bool
) -> None:
    event = message(1, message=content(kind, value))
    logs.put(WORKSPACE, "CONVERSATION_MESSAGE", "2026-11-18T09:10:02.000000Z", event)
    (row,) = loaded_rows(SOURCE, chat_run(vendor))["conversation_messages"]
    assert (row["prompt_chars"], row["is_injected"]) == (chars, injected)


def test_a_repeated_event_is_one_row_and_a_new_version_another(vendor: VendorStub, logs: LogHost) -> None:
    edited = message(2, message=content("text", "longer than before", id="message-1"))
    logs.put(WORKSPACE, "CONVERSATION_MESSAGE", "2026-11-18T09:10:02.000000Z", message(1), message(1), edited)
    rows = loaded_rows(SOURCE, chat_run(vendor))["conversation_messages"]
    assert len(rows) == 2
    assert len({row["message_token"] for row in rows}) == 1, "staging takes the newest version of a message"


def test_a_message_without_a_time_of_its_own_is_dated_by_its_event(vendor: VendorStub, logs: LogHost) -> None:
    event = message(1, message=content("text", "x", created_at=None), timestamp="2026-11-17T23:30:00-01:00")
    logs.put(WORKSPACE, "CONVERSATION_MESSAGE", "2026-11-18T09:10:02.000000Z", event)
    (row,) = loaded_rows(SOURCE, chat_run(vendor))["conversation_messages"]
    assert row["message_at"] == dt.datetime(2026, 11, 18, 0, 30)
    assert row["message_date"] == DAY


def test_bad_lines_are_counted_and_the_rest_is_kept(vendor: VendorStub, logs: LogHost) -> None:
    bad: list[Any] = [
        b'{"event_id": "cut',
        message(2) | {"event_id": None},
        message(3, timestamp="2999-01-01T00:00:00Z"),
        {key: value for key, value in message(4).items() if key != "message"},
        message(5, message="a string"),
        b"\xff\xfe",
    ]
    logs.put(WORKSPACE, "CONVERSATION_MESSAGE", "2026-11-18T09:10:02.000000Z", message(1), *bad)
    run = chat_run(vendor)
    assert len(loaded_rows(SOURCE, run)["conversation_messages"]) == 1
    assert sum(rejects(run).values()) == len(bad)


# -- log files ----------------------------------------------------------------------------------------------


def test_every_page_of_files_is_read_without_the_key(
    vendor: VendorStub, files: VendorStub, logs: LogHost
) -> None:
    for hour in (0, 8, 23):
        end = f"2026-11-18T{hour:02}:00:00.000000Z"
        logs.put(WORKSPACE, "CONVERSATION_MESSAGE", end, message(hour))
    logs.put(WORKSPACE, "CONVERSATION_MESSAGE", "2026-11-19T00:00:00.000000Z", message(99))
    run = chat_run(vendor)
    assert len(loaded_rows(SOURCE, run)["conversation_messages"]) == 3, "midnight belongs to its own day"
    assert days_of(run, MESSAGES) == {DAY: "ok"}
    assert vendor.asked[0].headers["authorization"] == "Bearer secret-key"
    assert len(files.asked) == 3
    assert all("authorization" not in asked.headers for asked in files.asked)


def test_a_file_that_differs_from_its_checksum_twice_is_an_error(vendor: VendorStub, logs: LogHost) -> None:
    end = "2026-11-18T08:00:00.000000Z"
    logs.put(WORKSPACE, "CONVERSATION_MESSAGE", end, message(1), sha256="c3" * 32)
    with pytest.raises(SourceError, match="checksum"):
        loaded_rows(SOURCE, chat_run(vendor))


def test_an_expired_link_is_asked_for_again(vendor: VendorStub, files: VendorStub, logs: LogHost) -> None:
    logs.put(WORKSPACE, "CONVERSATION_MESSAGE", "2026-11-18T08:00:00.000000Z", message(1))
    name = "GET /file-CONVERSATION_MESSAGE-2026-11-18T08:00:00.000000Z"
    whole = files.routes[name]
    answers = [Reply(b"<Error/>", 403, {"Content-Type": "application/xml"}), whole]
    files.routes[name] = lambda _: answers.pop(0)
    assert len(loaded_rows(SOURCE, chat_run(vendor))["conversation_messages"]) == 1


def test_a_day_without_files_is_empty_only_within_the_vendors_retention(vendor: VendorStub) -> None:
    recent, gone = TODAY - dt.timedelta(days=30), TODAY - dt.timedelta(days=31)
    run = chat_run(vendor, gone, recent)
    loaded_rows(SOURCE, run)
    assert days_of(run, MESSAGES) == {recent: "empty"}
    assert days_of(run, COSTS) == {recent: "empty"}


def test_a_quiet_day_after_a_file_that_the_vendor_still_has_is_empty(vendor: VendorStub, logs: LogHost) -> None:
    first = TODAY - dt.timedelta(days=60)
    days = [first + dt.timedelta(days=n) for n in range(4)]
    logs.put(WORKSPACE, "CONVERSATION_MESSAGE", f"{days[1]}T08:00:00.000000Z", message(1))
    run = chat_run(vendor, days[0], days[-1])
    loaded_rows(SOURCE, run)
    assert days_of(run, MESSAGES) == {days[1]: "ok", days[2]: "empty", days[3]: "empty"}
    assert days_of(run, COSTS) == {}


# -- costs --------------------------------------------------------------------------------------------------


def test_tokens_and_money_stay_two_tables(vendor: VendorStub, logs: LogHost) -> None:
    total = cost(2, usage={"text_total_tokens": 51200}, product="Work", service_tier=None, reasoning=None)
    agent = cost(3, identity={"agent": {"id": "agent-1", "name": "Robot"}})
    nobody = cost(4, identity=None)
    no_mail = cost(5, identity={"user_id": "user-ben"})
    logs.put(
        ORGANIZATION, "COSTS", "2026-11-18T14:02:11.000000Z", cost(1), cost(1), total, agent, nobody, no_mail
    )
    run = chat_run(vendor)
    tables = loaded_rows(SOURCE, run)
    usage = {row["event_token"]: row for row in tables["costs_usage"]}
    detailed, only_total, by_agent, unattributed, without_mail = (
        usage[TOKENS.event_hashes([f"cost-{n}"])[0]] for n in range(1, 6)
    )
    assert len(usage) == 5, "delivered at least once, counted once"
    assert (detailed["usage_date"], detailed["usage_hour"], detailed["product"]) == (DAY, 9, "chatgpt")
    assert (detailed["text_input_tokens"], detailed["text_cached_input_tokens"]) == (1840, 42000)
    assert (detailed["text_total_tokens"], detailed["audio_input_tokens"]) == (None, None)
    assert (only_total["text_total_tokens"], only_total["text_input_tokens"]) == (51200, None)
    assert (by_agent["is_agent"], by_agent["user_token"], detailed["is_agent"]) == (True, None, False)
    assert (unattributed["user_token"], unattributed["email_token"]) == (None, None)
    assert without_mail["user_token"] == TOKENS.token("vendor-user/chatgpt", "user-ben")

    money = [row for row in tables["costs_billing"] if row["event_token"] == detailed["event_token"]]
    assert [(row["line_number"], row["sku"]) for row in money] == [(0, "input"), (1, "output")]
    assert [row["cost"] for row in money] == [Decimal("6.2"), Decimal("0.3")], "floating noise is rounded off"
    assert [row["estimated_cost_usd"] for row in money] == [Decimal("0.25"), None]
    assert "Engineering" not in str(dict(tables))
    assert not run.gate.report.unknown_fields
    assert days_of(run, COSTS) == {DAY: "ok"}


def test_costs_need_the_organization(vendor: VendorStub) -> None:
    run = chat_run(vendor, organization_id=None)
    loaded_rows(SOURCE, run)
    assert not vendor.paths(ORGANIZATION)
    assert not days_of(run, COSTS)


# -- roster and seats ---------------------------------------------------------------------------------------


def roster_user(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "object": "compliance.workspace.user",
        "id": f"user-{number}",
        "email": f"u{number}@asterlane.example",
        "name": "Ada Example",
        "created_at": 1748000000.0,
        "role": "standard-user",
        "status": "active",
    } | changes


def seat_user(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "object": "workspace.user.usage_limit",
        "id": f"user-{number}",
        "account_user_id": f"user-{number}__ws-1",
        "name": "Ada Example",
        "email": f"u{number}@asterlane.example",
        "role": "standard-user",
        "seat_type": "default",
        "is_scim_managed": True,
        "last_month_usage": None,
        "current_month_usage": 198.70000000000002,
        "override_monthly_usage_limit": None,
        "effective_monthly_usage_limit": None,
        "inherited_monthly_usage_limit": None,
    } | changes


def test_roster_and_seats_are_paged_snapshots(vendor: VendorStub) -> None:
    def users(asked: Asked) -> dict[str, Any]:
        if asked.query.get("after") == "user-1":
            return {"data": [roster_user(2)], "has_more": False, "last_id": "user-2"}
        return {"data": [roster_user(1)], "has_more": True, "last_id": "user-1"}

    def seats(asked: Asked) -> dict[str, Any]:
        if asked.query.get("cursor") == "c2":
            return {"data": [seat_user(2, seat_type=None)], "has_more": False, "cursor": None}
        return {"data": [seat_user(1)], "has_more": True, "cursor": "c2"}

    vendor.routes[f"GET {WORKSPACE}/users"] = users
    vendor.routes[f"GET {SEATS}"] = seats
    run = chat_run(vendor, TODAY, TODAY)
    tables = loaded_rows(SOURCE, run)
    assert [row["user_token"] for row in tables["users"]] == TOKENS.tokens(
        "vendor-user/chatgpt", ["user-1", "user-2"]
    )
    assert tables["users"][0]["created_at"] == dt.datetime(2025, 5, 23, 11, 33, 20)
    assert [(row["seat_type"], row["current_month_credits"]) for row in tables["seats"]] == [
        ("default", Decimal("198.7")),
        (None, Decimal("198.7")),
    ]
    assert {row["day"] for row in (*tables["users"], *tables["seats"])} == {TODAY}
    assert len(tables["identity_links"]) == 2
    assert not run.gate.report.unknown_fields


def test_a_cursor_that_stands_still_is_an_error(vendor: VendorStub) -> None:
    vendor.routes[f"GET {WORKSPACE}/users"] = {"data": [roster_user(1)], "has_more": True, "last_id": "user-1"}
    with pytest.raises(AnswerError, match="same page"):
        loaded_rows(SOURCE, chat_run(vendor, TODAY, TODAY))


def test_impossible_roster_rows_are_counted(vendor: VendorStub) -> None:
    rows = [
        roster_user(1),
        roster_user(2, id=None),
        roster_user(3, id=""),
        roster_user(4, created_at=1748000000000.0),
        roster_user(5, created_at="yesterday"),
    ]
    vendor.routes[f"GET {WORKSPACE}/users"] = NONE | {"data": rows}
    run = chat_run(vendor, TODAY, TODAY)
    rows = loaded_rows(SOURCE, run)["users"]
    assert [row["created_at"] is None for row in rows] == [False, True, True]
    assert sum(rejects(run).values()) == 2
    assert left_out(run) == {
        ("users", "created_at in the future, left out"): 1,
        ("users", "created_at unreadable, left out"): 1,
    }


def test_saved_rosters_give_a_past(vendor: VendorStub, tmp_path: Path) -> None:
    folder = tmp_path / "chatgpt" / "users"
    folder.mkdir(parents=True)
    (folder / "2026-10-30.json").write_text(json.dumps({"data": [roster_user(7)]}))
    run = source_run(
        SOURCE,
        [
            (window, "main", "main", TODAY - dt.timedelta(days=n), "ok", 1)
            for window in (MESSAGES, COSTS)
            for n in range(366)
        ],
        base_url=vendor.url,
        api_key="k",
        workspace_id="ws-1",
        archive_dir=str(tmp_path),
    )
    tables = loaded_rows(SOURCE, run)
    assert [row["day"] for row in tables["users"]] == [dt.date(2026, 10, 30)]
    assert [row["observed_on"] for row in tables["identity_links"]] == [dt.date(2026, 10, 30)]
    assert days_of(run, "users") == {dt.date(2026, 10, 30): "ok", TODAY: "empty"}


# -- doctor -------------------------------------------------------------------------------------------------


def test_doctor_is_content_when_every_route_answers(vendor: VendorStub) -> None:
    found = list(SOURCE.check(chat_run(vendor)))
    assert {finding.subject: finding.ok for finding in found} == {
        "roster": True,
        "seats and credits": True,
        "messages": True,
        "costs": True,
    }


def test_doctor_says_that_costs_need_the_organization(vendor: VendorStub) -> None:
    found = list(SOURCE.check(chat_run(vendor, organization_id=None)))
    assert "organization_id" in found[-1].message
