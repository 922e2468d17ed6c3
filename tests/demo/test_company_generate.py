"""The generated company: the same every time, with every story that the demo promises."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from demo.company.canaries import canaries
from demo.company.company import Company
from demo.company.days import MAX_DELAY_DAYS, delivered_on
from demo.company.departments import TINY, department_sizes, departments
from demo.company.files import company_files, hris_history, hris_snapshot
from demo.company.generate import generate_company
from demo.company.org import known_spans
from demo.company.reference import SEEDS
from demo.company.text import MARKER, html_body, prompt_text
from demo.company.truth import compute_truth
from demo.vendors.chatgpt import VENDOR as CHATGPT
from demo.vendors.chatgpt.model import ChatMessage
from demo.vendors.github_copilot import VENDOR as GITHUB
from demo.vendors.github_copilot.identities import github_identities
from demo.vendors.m365_copilot import VENDOR as M365
from demo.vendors.m365_copilot.interactions import UsageReports


@pytest.fixture(scope="module")
def company() -> Company:
    """A company of the size that most tests use."""
    return generate_company(people=120, weeks=8)


@pytest.fixture(scope="module")
def messages(company: Company) -> list[ChatMessage]:
    """Every ChatGPT event up to the run."""
    return [event for day in company.profile.days() for event in company.activity(CHATGPT).messages.on(day)]


def test_the_same_seed_gives_the_same_company_and_another_one_does_not() -> None:
    first, again, other = (generate_company(60, 2, seed) for seed in (3, 3, 4))
    day = first.profile.first_day + timedelta(2)
    assert (first.employees, first.seats) == (again.employees, again.seats)
    assert list(first.activity(CHATGPT).messages.on(day)) == list(again.activity(CHATGPT).messages.on(day))
    assert list(first.activity(CHATGPT).costs.on(day)) == list(again.activity(CHATGPT).costs.on(day))
    assert first.employees != other.employees


def test_a_day_is_the_same_whatever_was_asked_before() -> None:
    first, second = generate_company(60, 2), generate_company(60, 2)
    days = first.profile.days()
    forward = {day: list(first.activity(M365).sessions.on(day)) for day in days}
    assert forward == {day: list(second.activity(M365).sessions.on(day)) for day in reversed(days)}


@pytest.mark.parametrize("people", [60, 120, 600, 5_000])
def test_departments_add_up_and_the_tiny_ones_stay_tiny(people: int) -> None:
    sizes = department_sizes(people)
    assert sum(sizes.values()) == people
    assert min(sizes.values()) >= 1
    assert sizes["Legal"] <= 7
    assert sizes["Executive Office"] <= 4
    assert sum(size >= 10 for size in sizes.values()) >= 3


def test_a_large_company_has_many_departments_of_readable_size() -> None:
    sizes = department_sizes(5_000)
    # 4,989 people in units of about 85, the largest four times the smallest, and the two tiny departments.
    assert 55 <= len(sizes) <= 65
    assert all(30 <= size <= 170 for name, size in sizes.items() if name not in TINY)
    assert {unit.name for unit in departments(5_000)} == set(sizes)
    assert len({unit.cost_center for unit in departments(5_000)}) == len(sizes)


@pytest.mark.parametrize("people", [12, 19])
def test_a_small_company_has_three_departments_too_small_to_be_shown(people: int) -> None:
    sizes = department_sizes(people)
    assert sum(sizes.values()) == people
    assert len(sizes) == 3
    assert max(sizes.values()) < 10


def test_people_of_a_small_company_move_only_where_there_is_a_department() -> None:
    company = generate_company(people=12, weeks=6)
    named = {span.department for employee in company.employees for span in employee.spans}
    assert named == set(department_sizes(12))


def test_bad_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="12 people"):
        generate_company(people=5)
    with pytest.raises(ValueError, match="time zone"):
        generate_company(as_of=datetime(2026, 11, 19))


def test_people_have_unique_identifiers(company: Company) -> None:
    people = company.employees
    for identifiers in (
        [address for p in people for address in {*(e.value for e in p.emails), *p.aliases}],
        [p.entra_id for p in people],
        [p.chatgpt_id for p in people],
        [login.value for p in people for login in p.github_logins],
    ):
        assert len(identifiers) == len(set(identifiers))
    assert any(not p.names[0].value.isascii() for p in people)
    assert all(e.value.isascii() for p in people for e in p.emails)


def test_managers_are_employed_as_long_as_anybody_reports_to_them(company: Company) -> None:
    day = company.profile.as_of_day
    for person in company.employed_on(day):
        span = person.span_on(day)
        assert span is not None
        if span.manager is not None:
            assert company.employee(span.manager).span_on(day) is not None
    assert sum(p.spans[0].manager is None and p.span_on(day) is not None for p in company.employees) == 1


def test_every_story_about_people_happens(company: Company) -> None:
    people, as_of = company.employees, company.profile.as_of_day
    ids = [[span.employee_id for span in p.spans] for p in people]
    gaps = [(a, b) for p in people for a, b in pairwise(p.spans) if a.ends_before != b.starts_on]
    moves = [
        b.starts_on for p in people for a, b in pairwise(p.spans)
        if a.ends_before == b.starts_on
    ]  # fmt: skip
    assert any(a.employee_id == b.employee_id for a, b in gaps)
    assert any(len(set(own)) == 2 for own in ids)
    assert all((b.starts_on - (a.ends_before or b.starts_on)).days <= 180 for a, b in gaps)
    assert any(day.weekday() == 2 for day in moves)
    assert any(day > as_of for day in moves)
    assert any(known_spans(p, as_of) != known_spans(p, as_of + timedelta(1)) for p in people)
    assert any(len(p.emails) == 2 for p in people)
    assert any(p.aliases for p in people)
    assert any(len(p.github_logins) == 2 for p in people)
    assert any(p.upn[0].value != p.emails[0].value for p in people)
    assert {leave.in_hris for p in people for leave in p.leave} == {True, False}


def test_messages_hold_every_irregularity(messages: list[ChatMessage]) -> None:
    by_event = Counter(m.event_id for m in messages)
    versions: dict[str, set[str]] = {}
    for message in messages:
        versions.setdefault(message.message_id, set()).add(message.event_id)
    answers = {m.message_id for m in messages if m.author == "assistant"}
    assert max(by_event.values()) == 2
    assert any(len(events) == 2 for events in versions.values())
    assert any(m.is_injected for m in messages)
    assert any(m.created_at is None for m in messages)
    assert any(m.author == "user" and not m.is_injected and m.prompt_chars is None for m in messages)
    assert any((m.delivered_at - m.event_at).days >= 1 for m in messages)
    assert any(m.author == "assistant" and m.previous_message_id in answers for m in messages)
    users = sorted({(m.account, m.message_at) for m in messages if m.author == "user" and not m.is_injected})
    steps = {b[1] - a[1] for a, b in pairwise(users) if a[0] == b[0]}
    assert timedelta(minutes=30) in steps
    assert timedelta(minutes=30, milliseconds=1) in steps


def test_sessions_cross_midnight(company: Company) -> None:
    days = company.profile.days()
    assert any(m.message_at.date() > day for day in days for m in company.activity(CHATGPT).messages.on(day))


def test_the_new_model_appears_in_the_middle(company: Company, messages: list[ChatMessage]) -> None:
    launch = company.profile.first_day + timedelta(28)
    first = min(m.message_at.date() for m in messages if m.model == "gpt-5-5")
    assert launch <= first <= launch + timedelta(3)


def test_every_event_is_delivered_on_exactly_one_day(company: Company) -> None:
    first = company.profile.first_day
    days = [first + timedelta(n) for n in range(14)]
    started = Counter(m.event_id for day in days for m in company.activity(CHATGPT).messages.on(day))
    later = [first + timedelta(n) for n in range(14 + MAX_DELAY_DAYS)]
    delivered = Counter(
        m.event_id for day in later for m in delivered_on(day, company.activity(CHATGPT).messages)
    )
    assert all(delivered[event] == count for event, count in started.items())
    one = delivered_on(days[3], company.activity(CHATGPT).messages)
    assert [m.delivered_at for m in one] == sorted(m.delivered_at for m in one)


def test_costs_hold_every_shape(company: Company) -> None:
    events = [e for day in company.profile.days() for e in company.activity(CHATGPT).costs.on(day)]
    assert {e.product for e in events} == {"chatgpt", "codex", "Work"}
    assert any(e.tokens.text_total is not None for e in events)
    assert any(e.account is None and e.email is not None for e in events)
    assert any(e.agent_id is not None for e in events)
    assert any(not e.billing for e in events)
    estimates = [line.estimated_cost_usd is None for e in events for line in e.billing]
    assert len(set(estimates)) == 2
    assert len(events) > len({e.event_id for e in events})


def test_github_restates_days_and_one_of_them_becomes_empty(company: Company) -> None:
    as_of = company.profile.as_of
    tomorrow = as_of + timedelta(1)
    days = [company.profile.as_of_day - timedelta(n) for n in range(2, 8)]
    changed = {}
    for day in days:
        before, after = (
            company.activity(GITHUB).report(day, as_of),
            company.activity(GITHUB).report(day, tomorrow),
        )
        assert before is not None
        assert after is not None
        if before != after:
            changed[day] = after.records
    assert len(changed) >= 3
    assert sum(not records for records in changed.values()) == 1
    assert company.activity(GITHUB).report(company.profile.as_of_day, as_of) is None


def test_github_people_differ_in_how_they_work(company: Company) -> None:
    records = [
        r
        for day in company.profile.days()
        for v in company.activity(GITHUB).versions.on(day)[-1:]
        for r in v.records
    ]
    assert any(r.acceptances and not r.interactions and r.cli is None and r.is_active for r in records)
    assert any(not r.is_active and r.used_code_review_passive for r in records)
    assert any(r.is_active and not r.features for r in records)
    assert any(r.cli is not None for r in records)
    assert any(r.agent_starts for r in records)
    for record in (r for r in records if r.features):
        assert record.interactions == sum(f.interactions for f in record.features)
        assert record.acceptances == sum(f.acceptances for f in record.features)


def test_some_leavers_keep_their_seats_and_nobody_holds_two_of_a_product(company: Company) -> None:
    held = [(seat, company.employee(seat.employee)) for seat in company.seats if seat.employee is not None]
    kept = [
        seat
        for seat, person in held
        if (seat.ends_before or date.max) > (person.spans[-1].ends_before or date.max)
    ]
    assert kept
    for day in company.profile.days()[::7]:
        accounts = Counter((s.product, s.account) for s in company.seats if s.holds(day))
        assert max(accounts.values()) == 1


def test_usage_reports_equal_a_count_from_the_beginning(company: Company) -> None:
    reports = UsageReports(company.activity(M365), company.profile.first_day, window_days=7)
    day = company.profile.first_day + timedelta(20)
    reports.detail(day - timedelta(9))
    found = reports.detail(day)
    prompts = [
        x
        for n in range(7)
        for x in company.activity(M365).created_on(day - timedelta(n))
        if x.interaction_type == "userPrompt"
    ]
    assert sum(usage.prompts for usage in found.values()) == len(prompts) > 0
    account = prompts[0].account
    assert found[account].active_days == {x.created_at.date() for x in prompts if x.account == account}
    assert reports.detail(day - timedelta(9)) == UsageReports(
        company.activity(M365), company.profile.first_day
    ).detail(day - timedelta(9))


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text)))


def test_snapshots_follow_the_history(company: Company) -> None:
    day = company.profile.as_of_day - timedelta(3)
    snapshot = {row["employee_id"]: row for row in rows_of(hris_snapshot(company, day))}
    valid = {
        row["employee_id"]: row
        for row in rows_of(hris_history(company, day))
        if row["effective_from"] <= day.isoformat() <= (row["effective_to"] or "9999-12-31")
    }
    assert set(snapshot) == set(valid)
    for employee_id, row in snapshot.items():
        assert row["status"] == valid[employee_id]["status"]
        assert row["department"] == valid[employee_id]["department"]
    assert {"active", "terminated"} <= {row["status"] for row in snapshot.values()}
    assert all(employee_id.startswith("00") for employee_id in snapshot)


def test_history_has_no_gap_and_no_overlap_within_an_id(company: Company) -> None:
    spans: dict[str, list[tuple[str, str]]] = {}
    for row in rows_of(hris_history(company, company.profile.as_of_day)):
        spans.setdefault(row["employee_id"], []).append((row["effective_from"], row["effective_to"]))
    for own in spans.values():
        for (_, end), (start, _) in pairwise(own):
            assert date.fromisoformat(end) + timedelta(1) == date.fromisoformat(start)
        assert own[-1][1] == ""


def test_a_changed_address_stays_as_an_alias(company: Company) -> None:
    person = next(p for p in company.employees if len(p.emails) == 2)
    before, after = (entry.value for entry in person.emails)
    day = person.emails[1].valid_from
    old = {row["work_email"]: row for row in rows_of(hris_snapshot(company, day - timedelta(1)))}
    new = {row["work_email"]: row for row in rows_of(hris_snapshot(company, day))}
    assert old[before]["alternate_emails"] == ""
    assert new[after]["alternate_emails"] == before


def test_canaries_hold_every_person_and_are_no_words_of_the_reference_data(company: Company) -> None:
    found = canaries(company)
    assert {MARKER, *(p.names[0].value for p in company.employees)} <= set(found)
    assert {a for p in company.employees for a in p.all_addresses()} <= set(found)
    seeds = " ".join(path.read_text(encoding="utf-8").lower() for path in SEEDS.glob("*.csv"))
    places = " ".join(f"{d.name} {d.parent}" for d in company.departments).lower()
    assert not [text for text in found if text.lower() in seeds + places]


def test_the_companys_files_cover_what_the_events_need(company: Company) -> None:
    files = {name: rows_of(text) for name, text in company_files(company).items()}
    assert {row["product"] for row in files["seat_contracts.csv"]} == set(company.products)
    known = {identity.login for identity in github_identities(company, company.profile.as_of_day)}
    assert not known & {row["login"] for row in files["github_logins.csv"]}
    listed = [account for account in company.service_accounts if account.is_listed]
    assert len(files["service_accounts.csv"]) == len(listed) > 0
    assert all(text.endswith("\n") for text in company_files(company).values())


@pytest.mark.parametrize("length", [1, 20, 21, 49, 50, 200, 201, 5000])
def test_texts_have_their_length_and_no_mark_up(length: int) -> None:
    text = prompt_text("msg-1", length)
    assert len(text) == length
    assert text == text.strip()
    assert not set(text) & set("<>&\"'")
    assert text.startswith(MARKER[:length])
    assert html_body(text) == f"<p>{text}</p>"


def test_the_truth_adds_up(company: Company) -> None:
    truth = compute_truth(company)
    for week in truth["department_weekly"].values():
        whole = week["All departments"]
        parts = [figures for name, figures in week.items() if name != "All departments"]
        assert sum(part["headcount"] for part in parts) == whole["headcount"]
        for tool in ("chatgpt", "github_copilot", "m365_copilot"):
            for measure, value in whole[tool].items():
                assert sum(part[tool][measure] for part in parts) == value
            assert whole[tool]["active_people"] <= whole["all"]["active_people"] <= whole["headcount"]
            assert whole[tool]["known_model_sessions"] <= whole[tool]["sessions"]
    assert truth["as_of"] == datetime(2026, 11, 19, 2, tzinfo=UTC).isoformat()


def test_the_stories_show_in_the_truth() -> None:
    truth = compute_truth(generate_company(people=300, weeks=12))
    weeks = sorted(truth["department_weekly"])[:-1]
    codex = [float(truth["tokens_weekly"][w]["Engineering"]["codex"]["credits"]) for w in weeks]
    assert codex[-1] > 2 * max(codex[:-3])
    early, late = (truth["department_weekly"][w]["Marketing"]["chatgpt"] for w in (weeks[2], weeks[-1]))
    assert late["session_messages"] / late["sessions"] < early["session_messages"] / early["sessions"]
    assert late["sessions"] > early["sessions"]
    seats = truth["seats_monthly"]["2026-10-01"]["m365_copilot"]["Operations"]
    assert seats["seats_active"] < seats["seat_holders"] / 2
    finance = truth["department_weekly"][weeks[-1]]["Finance"]
    assert finance["all"]["active_people"] > finance["headcount"] / 2 > finance["chatgpt"]["licensed_people"]
