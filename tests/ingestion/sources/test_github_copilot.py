"""GitHub Copilot: what the reports, seats, billing and identity routes become, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.source import SourceRun
from ingestion.sources.github_copilot import SOURCE
from runtime.clock import RunClock
from runtime.errors import AnswerError, ConfigurationError, RateLimitedError, SourceError
from tests.ingestion.sources.runs import AS_OF, TODAY, TOKENS, loaded_rows, rejects, source_run
from tests.ingestion.sources.vendor_stub import Asked, Reply, VendorStub, vendor_stub

DAY = dt.date(2026, 11, 15)
HOME = "/enterprises/asterlane"
REPORTS = f"GET {HOME}/copilot/metrics/reports/users-1-day"
SEATS = f"GET {HOME}/copilot/billing/seats"
BILLING = f"GET {HOME}/settings/billing/ai_credit/usage"
EMPTY_SEATS = {"total_seats": 0, "seats": []}
NO_BILLING = {"usageItems": []}


def user_day(**changes: Any) -> dict[str, Any]:
    """A user-day in the vendor's shape, with every field that the vendor's page names."""
    totals = {
        "code_acceptance_activity_count": 2,
        "code_generation_activity_count": 9,
        "loc_added_sum": 10,
        "loc_deleted_sum": 0,
        "loc_suggested_to_add_sum": 40,
        "loc_suggested_to_delete_sum": 0,
    }
    return {
        "user_id": 9001,
        "user_login": "Ada-Example",
        "day": DAY.isoformat(),
        "enterprise_id": "4242",
        **totals,
        "user_initiated_interaction_count": 11,
        "chat_panel_agent_mode": 6,
        "ai_credits_used": 38.5,
        "used_agent": True,
        "used_chat": True,
        "used_cli": True,
        "used_copilot_code_review_active": False,
        "used_copilot_code_review_passive": True,
        "used_copilot_coding_agent": False,
        "totals_by_ide": [{"ide": "vscode", **totals}],
        "totals_by_feature": [
            {"feature": "chat_panel_ask_mode", "user_initiated_interaction_count": 5, **totals},
            {"feature": "agent_edit", "loc_added_sum": 46, "loc_deleted_sum": 22},
        ],
        "totals_by_language_feature": [{"language": "python", "feature": "code_completion", **totals}],
        "totals_by_language_model": [{"language": "python", "model": "gpt-5.5", **totals}],
        "totals_by_model_feature": [
            {
                "model": "gpt-5.5",
                "feature": "chat_panel_ask_mode",
                "user_initiated_interaction_count": 5,
                **totals,
            }
        ],
        "totals_by_cli": {
            "session_count": 2,
            "request_count": 5,
            "prompt_count": 3,
            "token_usage": {
                "avg_tokens_per_request": 4200.0,
                "output_tokens_sum": 6000,
                "prompt_tokens_sum": 15000,
            },
            "last_known_cli_version": {"cli_version": "1.4.2", "sampled_at": "2026-11-15T10:01:43.000Z"},
        },
        "totals_by_3rd_party_agent": [
            {"agent_id": "a", "agent_name": "A", "user_initiated_interaction_count": 2},
            {"agent_id": "b", "agent_name": "B", "user_initiated_interaction_count": 1},
        ],
        "etl_id": "x",
        "day_partition": "2026-11-15",
        "entity_id_partition": 1,
        **changes,
    }


def server_side_only(**changes: Any) -> dict[str, Any]:
    """A user known only from server-side signals: no counters, empty breakdowns."""
    arrays = ("ide", "feature", "language_feature", "language_model", "model_feature")
    return {
        "user_id": 9002,
        "user_login": "ben-example",
        "day": DAY.isoformat(),
        **{f"totals_by_{name}": [] for name in arrays},
        **changes,
    }


def ndjson(*rows: dict[str, Any] | bytes) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def seat(user_id: int | None, login: str = "ada-example", **changes: Any) -> dict[str, Any]:
    assignee = None if user_id is None else {"login": login, "id": user_id, "type": "User", "site_admin": False}
    return {
        "created_at": "2026-01-12T20:00:00-06:00",
        "updated_at": "2026-01-12T20:00:00-06:00",
        "pending_cancellation_date": None,
        "last_activity_at": "2026-11-17T10:01:43-06:00",
        "last_activity_editor": "vscode/1.108.0/copilot-chat/0.36.1",
        "last_authenticated_at": None,
        "plan_type": "business",
        "assignee": assignee,
        "assigning_team": {"id": 42, "name": "Frontend"},
        **changes,
    }


@pytest.fixture
def github() -> Iterator[VendorStub]:
    with vendor_stub() as stub:
        stub.routes[SEATS] = EMPTY_SEATS
        stub.routes[BILLING] = NO_BILLING
        yield stub


@pytest.fixture
def files() -> Iterator[VendorStub]:
    with vendor_stub() as stub:
        yield stub


def copilot_run(github: VendorStub, first: dt.date = DAY, last: dt.date = DAY, **settings: Any) -> SourceRun:
    """A load of the days `first` to `last`; identities are left out unless asked for."""
    settings = {"enterprise": "asterlane", "identity_methods": [], "api_key": "secret-token"} | settings
    run = source_run(SOURCE, base_url=github.url, **settings)
    run.clock = RunClock(AS_OF, since=first, until=last)
    return run


def days_of(run: SourceRun, table: str) -> dict[dt.date, str]:
    return {record.day: record.status for record in run.fetched if record.resource == table}


def report(files: VendorStub, *parts: bytes) -> dict[str, Any]:
    """A report whose parts lie on the file host."""
    for number, part in enumerate(parts):
        files.routes[f"GET /part-{number}.ndjson"] = Reply(
            part, headers={"Content-Type": "application/x-ndjson"}
        )
    links = [f"{files.url}/part-{number}.ndjson?sig=EXAMPLE" for number in range(len(parts))]
    return {"download_links": links, "report_day": DAY.isoformat()}


# -- reports ------------------------------------------------------------------------------------------------


def test_every_part_is_read_and_fills_three_tables(github: VendorStub, files: VendorStub) -> None:
    github.routes[REPORTS] = report(files, ndjson(user_day()), ndjson(server_side_only()))
    run = copilot_run(github)
    tables = loaded_rows(SOURCE, run)

    ada, ben = sorted(tables["user_days"], key=lambda row: row["cli_prompts"] is None)
    assert ada["user_token"] == TOKENS.token("github-user", "9001")
    assert ada["login_token"] == TOKENS.token("github-login", "ada-example"), "logins have no case"
    assert (ada["tenant"], ada["scope"], ada["day"]) == ("main", "main", DAY)
    assert (ada["user_initiated_interactions"], ada["code_generations"], ada["code_acceptances"]) == (11, 9, 2)
    assert (ada["ai_credits_used"], ada["agent_starts"]) == (Decimal("38.5"), 3)
    assert (ada["cli_sessions"], ada["cli_requests"], ada["cli_prompts"]) == (2, 5, 3)
    assert (ada["cli_prompt_tokens"], ada["cli_output_tokens"]) == (15000, 6000)
    assert ada["used_code_review_passive"] is True
    assert ben["user_initiated_interactions"] is None, "not reported is not zero"
    assert (ben["ai_credits_used"], ben["agent_starts"], ben["used_cli"]) == (None, None, None)

    assert [row["feature"] for row in tables["user_day_features"]] == ["chat_panel_ask_mode", "agent_edit"]
    assert tables["user_day_features"][1]["code_generations"] is None
    assert [(row["model"], row["user_initiated_interactions"]) for row in tables["user_day_models"]] == [
        ("gpt-5.5", 5)
    ]
    assert not run.gate.report.unknown_fields, "every documented field is declared or known and dropped"
    assert not rejects(run)


def test_downloads_carry_no_token(github: VendorStub, files: VendorStub) -> None:
    github.routes[REPORTS] = report(files, ndjson(user_day()))
    loaded_rows(SOURCE, copilot_run(github))
    assert github.asked[0].headers["authorization"] == "Bearer secret-token"
    assert github.asked[0].headers["x-github-api-version"] == "2026-03-10"
    assert all("authorization" not in asked.headers for asked in files.asked)


def test_an_expired_link_asks_for_the_report_once_more(github: VendorStub, files: VendorStub) -> None:
    whole = report(files, ndjson(user_day()))
    expired = {"download_links": [f"{files.url}/expired"], "report_day": DAY.isoformat()}
    files.routes["GET /expired"] = Reply(b"<Error/>", 403, {"Content-Type": "application/xml"})
    answers = [expired, whole]
    github.routes[REPORTS] = lambda _: answers.pop(0)
    assert len(loaded_rows(SOURCE, copilot_run(github))["user_days"]) == 1

    github.routes[REPORTS] = expired
    with pytest.raises(SourceError, match="signed link was refused"):
        loaded_rows(SOURCE, copilot_run(github))


@pytest.mark.parametrize("answer", [Reply(b"", 204), Reply({"message": "Not Found"}, 404), Reply(b"")])
def test_no_report_is_pending_and_never_zero(github: VendorStub, answer: Reply) -> None:
    github.routes[REPORTS] = answer
    run = copilot_run(github)
    tables = loaded_rows(SOURCE, run)
    for table in ("user_days", "user_day_features", "user_day_models"):
        assert days_of(run, table) == {DAY: "pending"}
        assert not tables[table]
    assert all(marker["day"] != DAY or "product" in marker for marker in tables["markers"]), "nothing deleted"


def test_an_empty_report_empties_a_final_day_and_not_a_fresh_one(github: VendorStub) -> None:
    fresh, final = TODAY - dt.timedelta(days=2), TODAY - dt.timedelta(days=3)
    github.routes[REPORTS] = lambda asked: {"download_links": [], "report_day": asked.query["day"]}
    run = copilot_run(github, final, fresh)
    loaded_rows(SOURCE, run)
    expected = {final: "empty", fresh: "pending"}
    assert days_of(run, "user_days") == expected
    assert days_of(run, "user_day_features") == expected
    assert days_of(run, "user_day_models") == expected


def test_days_asked_for_are_the_missing_what_it_left_unfinished_and_the_last_week(github: VendorStub) -> None:
    """Reports come two days late and change for a week: five days before a missing one were read too early."""
    github.routes[REPORTS] = Reply(b"", 204)
    first = TODAY - dt.timedelta(days=365)
    done = [first + dt.timedelta(days=n) for n in range(364) if n != 100]
    run = source_run(
        SOURCE,
        [("user_days", "main", "main", day, "ok", 1) for day in done],
        base_url=github.url,
        api_key="k",
        enterprise="asterlane",
        identity_methods=[],
        billing=False,
    )
    loaded_rows(SOURCE, run)
    asked = [request.query["day"] for request in github.paths("users-1-day")]
    week = [(TODAY - dt.timedelta(days=n)).isoformat() for n in range(7, 1, -1)]
    missing = [(first + dt.timedelta(days=n)).isoformat() for n in range(95, 101)]
    assert asked == [*missing, *week]


def test_days_before_the_first_report_are_not_asked_for(github: VendorStub) -> None:
    github.routes[REPORTS] = Reply(b"", 204)
    run = copilot_run(github, dt.date(2025, 10, 9), dt.date(2025, 10, 10), billing=False)
    loaded_rows(SOURCE, run)
    assert [asked.query["day"] for asked in github.paths("users-1-day")] == ["2025-10-10"]


def test_a_user_repeated_in_a_report_counts_once_the_later_row(github: VendorStub, files: VendorStub) -> None:
    later = user_day(user_initiated_interaction_count=12)
    github.routes[REPORTS] = report(files, ndjson(user_day()), ndjson(later))
    tables = loaded_rows(SOURCE, copilot_run(github))
    assert [row["user_initiated_interactions"] for row in tables["user_days"]] == [12]
    assert len(tables["user_day_features"]) == 2


def test_bad_lines_are_counted_and_the_rest_is_kept(github: VendorStub, files: VendorStub) -> None:
    bad = [
        b'{"user_id": 1, "day": "2026-11',
        server_side_only(user_id=None),
        {"user_login": "nobody", "day": DAY.isoformat()},
        server_side_only(user_id=5, day="2026-11-14"),
        server_side_only(user_id=6, user_initiated_interaction_count=-1),
        server_side_only(user_id=7, user_initiated_interaction_count="many"),
        server_side_only(user_id=8, day="2999-01-01"),
    ]
    github.routes[REPORTS] = report(files, ndjson(user_day(), *bad))
    run = copilot_run(github)
    tables = loaded_rows(SOURCE, run)
    assert [row["user_token"] for row in tables["user_days"]] == [TOKENS.token("github-user", "9001")]
    assert sum(rejects(run).values()) == len(bad)
    assert rejects(run)["user_days", "day is not the report's"] == 2


def test_a_report_without_one_readable_line_replaces_nothing(github: VendorStub, files: VendorStub) -> None:
    good = (DAY - dt.timedelta(days=1)).isoformat()
    readable = report(files, ndjson(user_day(day=good))) | {"report_day": good}
    files.routes["GET /broken"] = b"not json\nnot json\n"
    broken = {"download_links": [f"{files.url}/broken"], "report_day": DAY.isoformat()}
    github.routes[REPORTS] = lambda asked: readable if asked.query["day"] == good else broken
    run = copilot_run(github, DAY - dt.timedelta(days=1), DAY)
    loaded_rows(SOURCE, run)
    assert days_of(run, "user_days")[DAY] == "pending"


@pytest.mark.parametrize(
    "answer",
    [
        {"report_day": DAY.isoformat()},
        {"download_links": "https://files.example/part"},
        {"download_links": [], "report_day": "2026-11-01"},
    ],
)
def test_an_undocumented_report_answer_is_an_error(github: VendorStub, answer: dict[str, Any]) -> None:
    github.routes[REPORTS] = answer
    with pytest.raises(AnswerError):
        loaded_rows(SOURCE, copilot_run(github))


def test_organization_routes_are_used_without_an_enterprise(github: VendorStub, files: VendorStub) -> None:
    github.routes["GET /orgs/asterlane/copilot/billing/seats"] = EMPTY_SEATS
    github.routes["GET /organizations/asterlane/settings/billing/ai_credit/usage"] = NO_BILLING
    github.routes["GET /orgs/asterlane/copilot/metrics/reports/users-1-day"] = report(
        files, ndjson(user_day(organization_id="777"))
    )
    run = copilot_run(github, enterprise=None, organization="asterlane")
    assert len(loaded_rows(SOURCE, run)["user_days"]) == 1
    assert not run.gate.report.unknown_fields


# -- seats --------------------------------------------------------------------------------------------------


def test_seats_are_paged_deduplicated_and_in_utc(github: VendorStub) -> None:
    pages = {
        "1": [seat(1), seat(2, "Ben-Example", pending_cancellation_date="2026-12-01")],
        "2": [seat(2, "Ben-Example", created_at="2026-03-01T09:00:00Z"), seat(None), seat(None)],
    }

    def answer(asked: Asked) -> Reply:
        page = asked.query.get("page", "1")
        link = {"Link": f'<{github.url}{HOME}/copilot/billing/seats?per_page=100&page=2>; rel="next"'}
        return Reply({"total_seats": 4, "seats": pages[page]}, headers=link if page == "1" else {})

    github.routes[SEATS] = answer
    run = copilot_run(github, TODAY, TODAY)
    rows = loaded_rows(SOURCE, run)["seats"]
    assert len(rows) == 4, "two holders, and two seats without one"
    ada, ben = rows[:2]
    assert ada["created_at"] == dt.datetime(2026, 1, 13, 2)
    assert ada["last_activity_at"] == dt.datetime(2026, 11, 17, 16, 1, 43)
    assert ben["user_token"] == TOKENS.token("github-user", "2")
    assert ben["pending_cancellation_date"] is None, "another grant lasts"
    assert [row["user_token"] for row in rows[2:]] == [None, None]
    assert github.paths("seats")[0].query["per_page"] == "100"
    assert not run.gate.report.unknown_fields


def test_seat_pages_are_not_followed_to_another_host(github: VendorStub, files: VendorStub) -> None:
    link = {"Link": f'<{files.url}/seats?page=2>; rel="next"'}
    github.routes[SEATS] = Reply({"seats": [seat(1)]}, headers=link)
    with pytest.raises(AnswerError, match="another host"):
        loaded_rows(SOURCE, copilot_run(github, TODAY, TODAY))
    assert not files.asked


@pytest.mark.parametrize(
    "reply",
    [
        Reply({}, 429, {"Retry-After": "7200"}),
        Reply({}, 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"}),
    ],
)
def test_a_rate_limit_is_not_a_missing_permission(github: VendorStub, reply: Reply) -> None:
    github.routes[SEATS] = reply
    with pytest.raises(RateLimitedError):
        loaded_rows(SOURCE, copilot_run(github, TODAY, TODAY))


def test_saved_seats_give_seats_a_past(github: VendorStub, tmp_path: Path) -> None:
    folder = tmp_path / "github_copilot" / "seats"
    folder.mkdir(parents=True)
    pages = [{"total_seats": 1, "seats": [seat(1)]}, {"total_seats": 1, "seats": []}]
    (folder / "2026-11-01.json").write_text(json.dumps(pages))
    github.routes[REPORTS] = Reply(b"", 204)
    run = source_run(
        SOURCE,
        base_url=github.url,
        api_key="k",
        enterprise="asterlane",
        identity_methods=[],
        archive_dir=str(tmp_path),
    )
    tables = loaded_rows(SOURCE, run)
    assert [row["day"] for row in tables["seats"]] == [dt.date(2026, 11, 1)]
    assert days_of(run, "seats") == {dt.date(2026, 11, 1): "ok", TODAY: "empty"}


# -- billing ------------------------------------------------------------------------------------------------


def billing_item(**changes: Any) -> dict[str, Any]:
    return {
        "product": "Copilot",
        "sku": "Copilot AI Credits",
        "model": "GPT-5.5",
        "unitType": "ai-credits",
        "pricePerUnit": 0.01,
        "grossQuantity": 38.5,
        "grossAmount": 0.385,
        "discountQuantity": 8.5,
        "discountAmount": 0.085,
        "netQuantity": 30,
        "netAmount": 0.1 + 0.2,
        **changes,
    }


def test_billing_is_read_by_day_and_money_stays_decimal(github: VendorStub) -> None:
    github.routes[REPORTS] = Reply(b"", 204)
    github.routes[BILLING] = lambda asked: {
        "timePeriod": {"year": 2026, "month": 11, "day": 15},
        "enterprise": "asterlane",
        "usageItems": [billing_item()] if asked.query["day"] == "15" else [],
    }
    run = copilot_run(github, DAY, DAY + dt.timedelta(days=1))
    rows = loaded_rows(SOURCE, run)["billing_items"]
    assert [(row["day"], row["net_amount"], row["gross_amount"]) for row in rows] == [
        (DAY, Decimal("0.3"), Decimal("0.385"))
    ]
    assert days_of(run, "billing_items") == {DAY: "ok", DAY + dt.timedelta(days=1): "empty"}
    query = github.paths("ai_credit")[-1].query
    assert (query["year"], query["month"], query["day"]) == ("2026", "11", "15")
    assert not run.gate.report.unknown_fields


def test_an_item_without_an_amount_is_refused(github: VendorStub) -> None:
    github.routes[REPORTS] = Reply(b"", 204)
    github.routes[BILLING] = {"usageItems": [billing_item(), billing_item(netAmount=None)]}
    run = copilot_run(github)
    assert len(loaded_rows(SOURCE, run)["billing_items"]) == 1
    assert rejects(run) == {("billing_items", "missing net_amount"): 1}


def test_without_billing_the_rest_loads_and_nothing_is_recorded(github: VendorStub, files: VendorStub) -> None:
    github.routes[REPORTS] = report(files, ndjson(user_day()))
    del github.routes[BILLING]
    run = copilot_run(github)
    assert len(loaded_rows(SOURCE, run)["user_days"]) == 1
    assert not days_of(run, "billing_items")


# -- identities ---------------------------------------------------------------------------------------------


def external(login: str | None, **saml: Any) -> dict[str, Any]:
    return {"node": {"guid": "g", "samlIdentity": saml, "user": {"login": login} if login else None}}


def saml_answer(*edges: dict[str, Any], cursor: str | None = None) -> dict[str, Any]:
    page = {"pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor}, "edges": list(edges)}
    provider = {"samlIdentityProvider": {"externalIdentities": page}}
    return {"data": {"enterprise": {"ownerInfo": provider}}}


def links_of(tables: dict[str, list[dict[str, Any]]], *methods: str) -> set[tuple[str, str, str, str]]:
    return {
        (row["method"], row["id_token"], row["target_namespace"], row["target_token"])
        for row in tables["identity_links"]
        if row["method"] in methods
    }


def login_token(login: str) -> str:
    return TOKENS.token("github-login", login)


def test_numeric_ids_are_linked_to_logins(github: VendorStub, files: VendorStub) -> None:
    github.routes[REPORTS] = report(files, ndjson(user_day()))
    github.routes[SEATS] = {"seats": [seat(9001, "Ada-Renamed")]}
    run = copilot_run(github, DAY, TODAY)
    github.routes[REPORTS] = lambda asked: (
        report(files, ndjson(user_day())) if asked.query["day"] == DAY.isoformat() else Reply(b"", 204)
    )
    user = TOKENS.token("github-user", "9001")
    assert links_of(loaded_rows(SOURCE, run), "seat", "user_day") == {
        ("user_day", user, "github-login", login_token("ada-example")),
        ("seat", user, "github-login", login_token("ada-renamed")),
    }


def test_saml_gives_addresses_and_employee_ids(github: VendorStub) -> None:
    github.routes[REPORTS] = Reply(b"", 204)
    first = saml_answer(
        external("Ada-Example", nameId="Ada.E@asterlane.example", emails=[{"value": "ada@asterlane.example"}]),
        external("ben-example", nameId="E1004"),
        cursor="c1",
    )
    second = saml_answer(external(None, nameId="cai@asterlane.example"), external("dee-example", nameId=None))

    def graphql(asked: Asked) -> dict[str, Any]:
        variables = json.loads(asked.body)["variables"]
        assert variables["slug"] == "asterlane"
        return second if variables["after"] == "c1" else first

    github.routes["POST /graphql"] = graphql
    run = copilot_run(github, identity_methods=["saml"])
    assert links_of(loaded_rows(SOURCE, run), "saml") == {
        ("saml", login_token("ada-example"), "person-email", TOKENS.email_token("ada@asterlane.example")),
        ("saml", login_token("ada-example"), "person-email", TOKENS.email_token("ada.e@asterlane.example")),
        ("saml", login_token("ben-example"), "hris-id", TOKENS.token("hris-id", "E1004")),
    }
    assert not run.gate.report.unknown_fields


def test_single_sign_on_of_the_organization_is_found(github: VendorStub) -> None:
    """GraphQL answers 200 with `errors` and null at the wrong level; OIDC and the organization come next."""
    github.routes[REPORTS] = Reply(b"", 204)
    page = saml_answer(external("ada-example", nameId="ada@asterlane.example"))["data"]["enterprise"][
        "ownerInfo"
    ]

    def graphql(asked: Asked) -> dict[str, Any]:
        query = json.loads(asked.body)["query"]
        if "organization(" in query:
            return {"data": {"organization": page}}
        return {
            "data": {"enterprise": {"ownerInfo": None}},
            "errors": [{"type": "FORBIDDEN", "message": "for ada@asterlane.example"}],
        }

    github.routes["POST /graphql"] = graphql
    run = copilot_run(github, identity_methods=["saml"], organization="asterlane-labs")
    assert len(links_of(loaded_rows(SOURCE, run), "saml")) == 1
    assert len(github.paths("graphql")) == 3


def test_an_oidc_provider_is_read(github: VendorStub) -> None:
    github.routes[REPORTS] = Reply(b"", 204)
    node = {"scimIdentity": {"username": "ada@asterlane.example"}, "user": {"login": "ada_short"}}
    page = {"pageInfo": {"hasNextPage": False}, "edges": [{"node": node}]}
    info = {"ownerInfo": {"oidcProvider": {"externalIdentities": page}, "samlIdentityProvider": None}}
    github.routes["POST /graphql"] = {"data": {"enterprise": info}}
    run = copilot_run(github, identity_methods=["saml"])
    assert links_of(loaded_rows(SOURCE, run), "oidc") == {
        ("oidc", login_token("ada_short"), "person-email", TOKENS.email_token("ada@asterlane.example"))
    }


def test_an_unavailable_method_is_said_and_the_next_is_used(github: VendorStub) -> None:
    github.routes[REPORTS] = Reply(b"", 204)
    github.routes["POST /graphql"] = {
        "data": {"enterprise": {"ownerInfo": None}},
        "errors": [{"type": "FORBIDDEN", "message": "ada@asterlane.example may not"}],
    }
    github.routes[f"GET {HOME}/consumed-licenses"] = {
        "users": [
            {
                "github_com_login": "ada-example",
                "github_com_name": "Ada Example",
                "github_com_verified_domain_emails": ["ada@asterlane.example"],
                "github_com_saml_name_id": None,
            },
            {"github_com_login": "ben-example", "github_com_verified_domain_emails": []},
        ]
    }
    said: list[str] = []
    run = copilot_run(github, identity_methods=["saml", "scim", "consumed_licenses"])
    run.progress = said.append
    found = links_of(loaded_rows(SOURCE, run), "saml", "scim", "consumed_license")
    assert {(method, target) for method, _, target, _ in found} == {("consumed_license", "person-email")}
    text = "\n".join(said)
    assert "identities by saml are not available: No enterprise samlIdentityProvider (FORBIDDEN)." in text
    assert "identities by scim are not available" in text
    assert "asterlane.example" not in text, "error messages of GraphQL may hold addresses"


def test_a_login_is_resolved_by_the_first_method_that_knows_it(github: VendorStub) -> None:
    github.routes[REPORTS] = Reply(b"", 204)
    github.routes["POST /graphql"] = saml_answer(external("ada-example", nameId="ada@asterlane.example"))
    holder = {"github_com_login": "ADA-example", "github_com_verified_domain_emails": ["old@asterlane.example"]}
    github.routes[f"GET {HOME}/consumed-licenses"] = {"users": [holder]}
    run = copilot_run(github, identity_methods=["saml", "consumed_licenses"])
    assert len(links_of(loaded_rows(SOURCE, run), "saml", "consumed_license")) == 1


def test_scim_users_are_matched_by_githubs_rule_or_not_at_all(github: VendorStub) -> None:
    github.routes[REPORTS] = Reply(b"", 204)
    logins = ["ada-example_aster", "ben-b_aster", "ben-b_other"]
    github.routes[SEATS] = {"seats": [seat(n, name) for n, name in enumerate(logins, 1)]}
    people = [
        {
            "userName": "Ada.Example@asterlane.example",
            "externalId": "E1",
            "emails": [{"value": "ada@asterlane.example", "primary": True}],
        },
        {"userName": "ben.b@asterlane.example", "emails": []},
        {"userName": "cai@asterlane.example", "emails": []},
    ]
    filler = [{"userName": f"n{n}@asterlane.example"} for n in range(98)]
    everyone = [*filler, *people]  # 101: the last one stands alone on the second page

    def users(asked: Asked) -> dict[str, Any]:
        start = int(asked.query["startIndex"])
        assert asked.query["count"] == "100"
        return {
            "totalResults": len(everyone),
            "startIndex": start,
            "Resources": everyone[start - 1 : start + 99],
        }

    github.routes["GET /scim/v2/enterprises/asterlane/Users"] = users
    run = copilot_run(github, TODAY, TODAY, identity_methods=["scim"])
    found = links_of(loaded_rows(SOURCE, run), "scim")
    assert found == {
        ("scim", login_token("ada-example_aster"), "person-email", TOKENS.email_token("ada@asterlane.example")),
        (
            "scim",
            login_token("ada-example_aster"),
            "person-email",
            TOKENS.email_token("ada.example@asterlane.example"),
        ),
    }
    assert [asked.query["startIndex"] for asked in github.paths("scim")] == ["1", "101"]


def test_graphql_paging_that_stands_still_is_an_error(github: VendorStub) -> None:
    github.routes[REPORTS] = Reply(b"", 204)
    github.routes["POST /graphql"] = saml_answer(external("a", nameId="a@asterlane.example"), cursor="c1")
    with pytest.raises(AnswerError, match="same page"):
        loaded_rows(SOURCE, copilot_run(github, identity_methods=["saml"]))


def test_graphql_rate_limit_is_no_missing_method(github: VendorStub) -> None:
    github.routes[REPORTS] = Reply(b"", 204)
    github.routes["POST /graphql"] = {"data": None, "errors": [{"type": "RATE_LIMITED", "message": "x"}]}
    with pytest.raises(RateLimitedError):
        loaded_rows(SOURCE, copilot_run(github, identity_methods=["saml"]))


def test_an_unknown_method_is_refused_before_the_first_request(github: VendorStub) -> None:
    with pytest.raises(ConfigurationError, match="ldap"):
        loaded_rows(SOURCE, copilot_run(github, identity_methods=["ldap"]))
    assert not github.asked


# -- doctor -------------------------------------------------------------------------------------------------


def findings(run: SourceRun) -> dict[str, Any]:
    return {finding.subject: finding for finding in SOURCE.check(run)}


def test_doctor_is_content_with_a_narrow_token(github: VendorStub, files: VendorStub) -> None:
    github.routes[SEATS] = Reply(EMPTY_SEATS, headers={"X-OAuth-Scopes": "read:enterprise, read:org"})
    github.routes[REPORTS] = report(files, ndjson(user_day()))
    github.routes["POST /graphql"] = saml_answer()
    found = findings(copilot_run(github, identity_methods=["saml", "scim"]))
    assert {subject: finding.ok for subject, finding in found.items()} == {
        "seats": True,
        "usage reports": True,
        "AI-credit billing": True,
        "identities": True,
        "token width": True,
    }


def test_doctor_names_what_is_missing_and_what_is_too_wide(github: VendorStub) -> None:
    github.routes[SEATS] = Reply(EMPTY_SEATS, headers={"X-OAuth-Scopes": "repo, read:enterprise, admin:org"})
    github.routes[REPORTS] = Reply({"message": "no"}, 403)
    github.routes[BILLING] = Reply({"message": "no"}, 404)
    github.routes["POST /graphql"] = {"data": {"enterprise": None}}
    found = findings(copilot_run(github, identity_methods=["saml"]))
    assert "read:enterprise" in found["usage reports"].remedy
    assert "Enabled everywhere" in found["usage reports"].remedy
    assert "billing manager" in found["AI-credit billing"].remedy
    assert "github_logins.csv" in found["identities"].remedy
    assert "admin:org, repo" in found["token width"].message
    assert not any(
        found[name].ok for name in ("usage reports", "AI-credit billing", "identities", "token width")
    )


def test_doctor_says_when_a_final_day_has_no_report(github: VendorStub) -> None:
    github.routes[REPORTS] = Reply(b"", 204)
    found = findings(copilot_run(github, identity_methods=[]))
    assert not found["usage reports"].ok
    assert "no report of 2026-11-15" in found["usage reports"].message
