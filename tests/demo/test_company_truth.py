"""The truth functions on companies of a few people, small enough to check by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from demo.company.company import Company
from demo.company.days import Days
from demo.company.model import (
    CompanyFiles,
    Dated,
    Department,
    Employee,
    EmploymentSpan,
    LeaveSpan,
    PriceOverride,
    Profile,
    Rate,
    SeatContract,
    SeatSpan,
    ServiceAccount,
)
from demo.company.reference import Reference, TierSpan
from demo.company.truth import compute_truth
from demo.vendors import all_vendors
from demo.vendors.chatgpt.activity import ChatActivity
from demo.vendors.chatgpt.model import BillingLine, ChatMessage, CostEvent, TokenCounts
from demo.vendors.github_copilot.model import CliUsage, CopilotBilling, CopilotDay, CopilotReport
from demo.vendors.github_copilot.reports import CopilotActivity
from demo.vendors.m365_copilot.interactions import Interactions
from demo.vendors.m365_copilot.model import M365Interaction

MONDAY = date(2026, 6, 1)
ALWAYS = date(1900, 1, 1), date(2199, 12, 31)
REFERENCE = Reference(
    aliases={"big-1": "big", "small-1": "small"},
    tiers={"big": [TierSpan("advanced", 3, *ALWAYS)], "small": [TierSpan("light", 1, *ALWAYS)]},
    products={"chatgpt": {"codex": "codex", "*": "chatgpt"}},
)
NO_FILES = CompanyFiles(
    contracts=(), credit_rates=(), exchange_rates=(), price_overrides=(),
    thresholds=(
        ("power_user_messages_per_week", Decimal(75)), ("power_user_breadth", Decimal(3)),
        ("power_user_top_share", Decimal("0.2")),
    ),
    targets=(), holidays=(), rollouts=(), token_tiers=(),
)  # fmt: skip


@dataclass
class ListedActivity:
    """Events in plain lists, by the day on which they start."""

    chats: dict[date, Sequence[ChatMessage]] = field(default_factory=dict)
    cost_events: dict[date, Sequence[CostEvent]] = field(default_factory=dict)
    reports: dict[date, Sequence[CopilotReport]] = field(default_factory=dict)
    billing: dict[date, Sequence[CopilotBilling]] = field(default_factory=dict)
    interactions: dict[date, Sequence[M365Interaction]] = field(default_factory=dict)

    def by_source(self) -> dict[str, object]:
        """What happens at each vendor."""
        return {
            "chatgpt": ChatActivity(Days.of(self.chats), Days.of(self.cost_events)),
            "github_copilot": CopilotActivity(Days.of(self.reports), Days.of(self.billing)),
            "m365_copilot": Interactions(Days.of(self.interactions)),
        }


def at(day: date, clock: str) -> datetime:
    """The moment of a day given as HH:MM or HH:MM:SS."""
    return datetime.combine(day, time.fromisoformat(clock), UTC)


def person(number: int, *spans: tuple[str, date, date | None], leave: tuple[LeaveSpan, ...] = ()) -> Employee:
    """Somebody with spans of (department, first day, day after the last)."""
    since = date(2020, 1, 1)
    places = [
        EmploymentSpan(f"00{number}", start, end, department, "Analyst", "Lisbon", None)
        for department, start, end in (spans or (("Sales", since, None),))
    ]
    address = f"person{number}@tiny.example"
    return Employee(
        number, (Dated(f"Person {number}", since),), (Dated(address, since),),
        (f"alias{number}@tiny.example",), (Dated(address, since),), f"entra-{number}", f"user-{number}", number,
        (Dated(f"login{number}", since),), tuple(places), leave,
    )  # fmt: skip


def seat(number: int | None, start: date, end: date | None = None, product: str = "chatgpt") -> SeatSpan:
    """A seat of a person (or of the service account when None)."""
    account = {"chatgpt": f"user-{number}", "m365_copilot": f"entra-{number}"}.get(product, str(number))
    account = account if number else "user-bot"
    return SeatSpan(product, account, number, at(start, "09:00"), start, end, "default")


def company(
    people: Sequence[Employee],
    activity: ListedActivity | None = None,
    seats: Sequence[SeatSpan] = (),
    files: CompanyFiles = NO_FILES,
    first: date = MONDAY,
    days: int = 7,
    services: Sequence[ServiceAccount] = (),
    missed: frozenset[tuple[str, date]] = frozenset(),
) -> Company:
    """A company whose run happens at two o'clock on the day after its last day of activity."""
    end = first + timedelta(days)
    profile = Profile(len(people), days // 7, 1, at(end, "02:00"), first, end, missed_snapshots=missed)
    departments = [Department(name, "Top", "CC-1") for name in ("Sales", "Marketing", "Support")]
    activities = (activity or ListedActivity()).by_source()
    used = [vendor for vendor in all_vendors() if vendor.source in activities]
    return Company(profile, departments, people, services, seats, files, used, activities)


def asked(
    number: int | str, moment: datetime, chars: int | None = 10, conversation: str = "c1", **changes: object
) -> ChatMessage:
    """A user's message; ``number`` names the person's account."""
    key = f"{number}-{moment.isoformat()}-{conversation}"
    values: dict[str, object] = {
        "event_id": f"e-{key}", "message_id": f"m-{key}", "previous_message_id": None,
        "conversation_id": f"{conversation}-{number}", "account": f"user-{number}",
        "email": "any@tiny.example", "author": "user", "event_at": moment, "created_at": moment,
        "delivered_at": moment, "prompt_chars": chars,
    }  # fmt: skip
    return ChatMessage(**(values | changes))  # type: ignore[arg-type]


def answered(number: int, moment: datetime, model: str, conversation: str = "c1") -> ChatMessage:
    """An assistant message."""
    return asked(number, moment, None, conversation, author="assistant", model=model)


def chats(*messages: ChatMessage) -> ListedActivity:
    """Activity with these messages, each filed under the day it is created."""
    found: dict[date, list[ChatMessage]] = {}
    for message in messages:
        found.setdefault(message.message_at.date(), []).append(message)
    return ListedActivity(chats=dict(found))


def truth_of(made: Company, seen_at: datetime | None = None) -> dict[str, Any]:
    """The truth by the tests' own reference data."""
    return compute_truth(made, seen_at, REFERENCE)


def weekly(made: Company, tool: str = "chatgpt", week: date = MONDAY) -> dict[str, int]:
    """The figures of Sales in one tool and week."""
    result: dict[str, int] = truth_of(made)["department_weekly"][week.isoformat()]["Sales"][tool]
    return result


class TestSessions:
    def test_a_gap_of_exactly_thirty_minutes_continues_and_a_longer_one_does_not(self) -> None:
        messages = [asked(1, at(MONDAY, clock)) for clock in ("09:00", "09:30", "10:00:01")]
        row = weekly(company([person(1)], chats(*messages)))
        assert (row["sessions"], row["session_messages"], row["user_messages"]) == (2, 3, 3)

    def test_midnight_does_not_cut_a_session_and_its_week_is_that_of_its_start(self) -> None:
        sunday = MONDAY + timedelta(6)
        made = company(
            [person(1)],
            chats(asked(1, at(sunday, "23:50")), asked(1, at(sunday + timedelta(1), "00:05"))),
            days=14,
        )
        first, second = weekly(made), weekly(made, week=MONDAY + timedelta(7))
        assert (first["sessions"], first["session_messages"], first["user_messages"]) == (1, 2, 1)
        assert (second["sessions"], second["session_messages"], second["user_messages"]) == (0, 0, 1)
        assert (first["active_people"], second["active_people"]) == (1, 1)

    def test_a_session_goes_across_conversations_but_not_across_accounts(self) -> None:
        row = weekly(
            company(
                [person(1), person(2)],
                chats(
                    asked(1, at(MONDAY, "09:00"), conversation="c1"),
                    asked(1, at(MONDAY, "09:10"), conversation="c2"),
                    asked(2, at(MONDAY, "09:05")),
                ),
            )
        )
        assert (row["sessions"], row["active_people"]) == (2, 2)

    def test_a_tie_of_turns_goes_to_the_higher_tier(self) -> None:
        row = weekly(
            company(
                [person(1)],
                chats(
                    asked(1, at(MONDAY, "09:00")),
                    answered(1, at(MONDAY, "09:01"), "small-1"),
                    asked(1, at(MONDAY, "09:02")),
                    answered(1, at(MONDAY, "09:03"), "big-1"),
                ),
            )
        )
        assert (row["known_model_sessions"], row["advanced_sessions"]) == (1, 1)

    def test_a_turn_has_the_model_of_its_last_assistant_message(self) -> None:
        messages = [
            asked(1, at(MONDAY, "09:00")),
            answered(1, at(MONDAY, "09:01"), "big-1"),
            answered(1, at(MONDAY, "09:02"), "big-1"),
            answered(1, at(MONDAY, "09:03"), "small-1"),
        ]
        row = weekly(company([person(1)], chats(*messages)))
        assert (row["known_model_sessions"], row["advanced_sessions"]) == (1, 0)

    def test_a_session_without_a_known_model_is_outside_the_denominator(self) -> None:
        messages = [
            asked(1, at(MONDAY, "09:00")),
            asked(1, at(MONDAY, "12:00")),
            answered(1, at(MONDAY, "12:01"), "nobody-knows-it"),
        ]
        row = weekly(company([person(1)], chats(*messages)))
        assert (row["sessions"], row["known_model_sessions"]) == (2, 0)


class TestMessages:
    def test_an_edit_counts_once_with_its_newest_text_and_a_repeat_not_at_all(self) -> None:
        first = asked(1, at(MONDAY, "09:00"), 49)
        edit = asked(1, at(MONDAY, "09:00"), 201, event_id="e-edit", event_at=at(MONDAY, "09:04"))
        row = weekly(company([person(1)], chats(first, edit, first)))
        assert (row["user_messages"], row["prompt_chars"]) == (1, 201)
        assert (row["short"], row["medium"], row["long"]) == (0, 0, 1)

    def test_lengths_at_the_borders_and_a_message_that_is_only_a_file(self) -> None:
        lengths = (49, 50, 200, 201, None)
        messages = [asked(1, at(MONDAY, f"09:0{n}"), chars) for n, chars in enumerate(lengths)]
        row = weekly(company([person(1)], chats(*messages)))
        assert (row["short"], row["medium"], row["long"]) == (1, 2, 1)
        assert (row["user_messages"], row["measured_messages"], row["prompt_chars"]) == (5, 4, 500)

    def test_injected_instructions_are_no_message_and_make_nobody_active(self) -> None:
        row = weekly(company([person(1)], chats(asked(1, at(MONDAY, "09:00"), is_injected=True))))
        assert (row["user_messages"], row["active_people"], row["sessions"]) == (0, 0, 0)

    def test_what_is_not_delivered_yet_does_not_count(self) -> None:
        late = asked(1, at(MONDAY, "09:00"), delivered_at=at(MONDAY + timedelta(9), "12:00"))
        made = company([person(1)], chats(late))
        assert weekly(made)["user_messages"] == 0
        later = truth_of(made, at(MONDAY + timedelta(10), "02:00"))
        assert later["department_weekly"]["2026-06-01"]["Sales"]["chatgpt"]["user_messages"] == 1


class TestDepartments:
    def test_a_mover_on_wednesday_counts_where_the_week_ends_with_all_activity(self) -> None:
        wednesday = MONDAY + timedelta(2)
        mover = person(1, ("Sales", date(2020, 1, 1), wednesday), ("Marketing", wednesday, None))
        made = company(
            [mover, person(2)],
            chats(asked(1, at(MONDAY, "09:00")), asked(1, at(wednesday, "09:00"))),
        )
        week = truth_of(made)["department_weekly"]["2026-06-01"]
        assert (week["Marketing"]["headcount"], week["Marketing"]["chatgpt"]["user_messages"]) == (1, 2)
        assert (week["Sales"]["headcount"], week["Sales"]["chatgpt"]["user_messages"]) == (1, 0)
        assert week["All departments"]["headcount"] == 2

    def test_a_leaver_keeps_the_department_and_what_follows_is_unattributed(self) -> None:
        wednesday = MONDAY + timedelta(2)
        made = company(
            [person(1, ("Sales", date(2020, 1, 1), wednesday)), person(2)],
            chats(asked(1, at(MONDAY, "09:00")), asked(1, at(wednesday, "09:00"))),
        )
        truth = truth_of(made)
        week = truth["department_weekly"]["2026-06-01"]["Sales"]
        assert (week["headcount"], week["chatgpt"]["user_messages"]) == (2, 1)
        assert truth["unattributed"]["2026-06-01"]["chatgpt"] == {"accounts": 1, "user_messages": 1}

    def test_a_rehired_person_with_a_new_number_is_one_person(self) -> None:
        friday = MONDAY + timedelta(4)
        both = person(1, ("Sales", date(2020, 1, 1), MONDAY + timedelta(1)), ("Sales", friday, None))
        made = company([both], chats(asked(1, at(MONDAY, "09:00")), asked(1, at(friday, "09:00"))))
        week = truth_of(made)["department_weekly"]["2026-06-01"]["All departments"]
        assert (week["headcount"], week["chatgpt"]["active_people"]) == (1, 1)
        assert week["chatgpt"]["user_messages"] == 2

    def test_a_move_recorded_later_is_not_known_before(self) -> None:
        moved = person(1, ("Sales", date(2020, 1, 1), MONDAY), ("Marketing", MONDAY, None))
        spans = (moved.spans[0], EmploymentSpan("001", MONDAY, None, "Marketing", "Analyst", "Lisbon", None,
                                                recorded_on=MONDAY + timedelta(8)))  # fmt: skip
        made = company([person(2), _with_spans(moved, spans)])
        before = truth_of(made)["department_weekly"]["2026-06-01"]
        after = truth_of(made, at(MONDAY + timedelta(8), "02:00"))["department_weekly"]["2026-06-01"]
        assert (before["Sales"]["headcount"], after["Sales"]["headcount"]) == (2, 1)
        assert after["Marketing"]["headcount"] == 1

    def test_the_week_over_the_years_end_is_one_week_and_two_months(self) -> None:
        monday = date(2025, 12, 29)
        made = company(
            [person(1)],
            chats(asked(1, at(date(2025, 12, 31), "09:00")), asked(1, at(date(2026, 1, 1), "09:00"))),
            first=monday,
        )
        truth = truth_of(made)
        assert truth["department_weekly"]["2025-12-29"]["Sales"]["chatgpt"]["user_messages"] == 2
        months = truth["department_monthly"]
        assert months["2025-12-01"]["Sales"]["chatgpt"]["user_messages"] == 1
        assert months["2026-01-01"]["Sales"]["chatgpt"]["user_messages"] == 1


def _with_spans(base: Employee, spans: tuple[EmploymentSpan, ...]) -> Employee:
    return Employee(
        base.number, base.names, base.emails, base.aliases, base.upn, base.entra_id, base.chatgpt_id,
        base.github_id, base.github_logins, spans,
    )  # fmt: skip


class TestOtherTools:
    def test_who_only_accepts_is_active_and_who_is_only_reviewed_is_not(self) -> None:
        blank = CopilotDay(1, "login1", MONDAY, 0, 9, 4, 0, 0, 0, 0)
        records = (
            blank,
            CopilotDay(2, "login2", MONDAY, 0, 5, 0, 0, 0, 0, 0, used_code_review_passive=True),
            CopilotDay(3, "login3", MONDAY, 0, 0, 0, 0, 0, 0, 0, cli=CliUsage(1, 4, 2, 400, 80)),
            CopilotDay(4, "login4", MONDAY, 3, 0, 0, 0, 0, 0, 0),
        )
        report = CopilotReport(MONDAY, at(MONDAY + timedelta(2), "01:00"), records)
        made = company([person(n) for n in (1, 2, 3, 4)], ListedActivity(reports={MONDAY: [report]}))
        row = weekly(made, tool="github_copilot")
        assert (row["active_people"], row["user_messages"]) == (3, 5)
        assert (row["suggestions_shown"], row["suggestions_accepted"]) == (14, 4)
        assert weekly(made, tool="all")["active_people"] == 3

    def test_a_corrected_report_replaces_the_day_once_it_is_out(self) -> None:
        first = CopilotReport(MONDAY, at(MONDAY + timedelta(2), "01:00"), (
            CopilotDay(1, "login1", MONDAY, 3, 0, 0, 0, 0, 0, 0),))  # fmt: skip
        emptied = CopilotReport(MONDAY, at(MONDAY + timedelta(8), "01:00"), ())
        made = company([person(1)], ListedActivity(reports={MONDAY: [first, emptied]}))
        assert weekly(made, tool="github_copilot")["user_messages"] == 3
        later = truth_of(made, at(MONDAY + timedelta(8), "02:00"))["department_weekly"]
        assert later["2026-06-01"]["Sales"]["github_copilot"]["user_messages"] == 0

    def test_prompts_of_microsoft_make_sessions_and_answers_do_not(self) -> None:
        def item(number: int, kind: str, clock: str, chars: int | None) -> M365Interaction:
            return M365Interaction(
                str(number), "s", f"r{number}", "entra-1", kind, "IPM.Copilot.Word", "appchat",  # type: ignore[arg-type]
                at(MONDAY, clock), chars,
            )  # fmt: skip

        items = [
            item(1, "userPrompt", "09:00", 60),
            item(2, "aiResponse", "09:20", None),
            item(3, "userPrompt", "09:31", 5),
        ]
        row = weekly(company([person(1)], ListedActivity(interactions={MONDAY: items})), tool="m365_copilot")
        assert (row["user_messages"], row["sessions"], row["short"], row["medium"]) == (2, 2, 1, 1)
        assert (row["known_model_sessions"], row["prompt_chars"]) == (0, 65)

    def test_a_person_in_two_tools_counts_once_in_all(self) -> None:
        activity = chats(asked(1, at(MONDAY, "09:00")))
        moment = at(MONDAY, "09:05")
        prompt = M365Interaction("1", "s", "r", "entra-1", "userPrompt", "x.Word", "appchat", moment, 7)
        activity.interactions = {MONDAY: [prompt]}
        row = weekly(company([person(1)], activity), tool="all")
        assert (row["active_people"], row["user_messages"], row["sessions"]) == (1, 2, 2)


def cost(
    number: int | None, day: date, tokens: TokenCounts, credits: str, model: str = "gpt-5.2", **changes: object
) -> CostEvent:
    """A COSTS row of a person with one billing line."""
    line = BillingLine("sku", Decimal(1), "tokens", Decimal(credits), "CREDITS", Decimal(credits) / 20)
    values: dict[str, object] = {
        "event_id": f"cost-{number}-{day}-{credits}", "day": day, "hour": 9, "email": None, "agent_id": None,
        "account": f"user-{number}" if number else None, "groups": (), "product": "chatgpt",
        "surface": None, "client": None, "model": model, "service_tier": None, "reasoning": None,
        "tokens": tokens, "billing": (line,), "delivered_at": at(day, "13:00"),
    }  # fmt: skip
    return CostEvent(**(values | changes))  # type: ignore[arg-type]


MONEY = CompanyFiles(
    contracts=(
        SeatContract("A", "chatgpt", None, date(2026, 1, 1), date(2026, 6, 16), 10, 5, Decimal(30), "USD"),
        SeatContract("B", "chatgpt", None, date(2026, 6, 16), None, 10, 5, Decimal(60), "USD"),
        SeatContract("C", "m365_copilot", None, date(2026, 1, 1), None, 10, 5, Decimal(30), "EUR"),
    ),
    credit_rates=(
        Rate("chatgpt_credit", date(2026, 1, 1), MONDAY + timedelta(1), Decimal("0.04"), "USD"),
        Rate("chatgpt_credit", MONDAY + timedelta(1), None, Decimal("0.05"), "USD"),
    ),
    exchange_rates=(Rate("EUR", date(2026, 1, 1), None, Decimal("1.10"), "USD"),),
    price_overrides=(
        PriceOverride("openai", "gpt-5.2", "input", MONDAY + timedelta(1), None, Decimal(1)),
    ),
    thresholds=NO_FILES.thresholds,
    targets=(), holidays=(), rollouts=(), token_tiers=(),
)  # fmt: skip


class TestMoney:
    def test_credits_estimates_and_list_price_stand_side_by_side(self) -> None:
        million = TokenCounts(text_input=1_000_000, text_cached_input=2_000_000, text_output=1_000_000)
        rows = {MONDAY: [cost(1, MONDAY, million, "100")],
                MONDAY + timedelta(1): [cost(1, MONDAY + timedelta(1), million, "100")]}  # fmt: skip
        made = company([person(1)], ListedActivity(cost_events=rows), files=MONEY)
        bases = truth_of(made)["cost_monthly"]["2026-06-01"]["Sales"]["chatgpt"]
        # Library: 1.75 input + 2 × 0.175 cached + 14 output = 16.10; on Tuesday the input costs 1: 15.35.
        assert bases == {"credits": "9.000000", "vendor_estimate": "10.000000", "metered_list": "31.450000"}

    def test_tokens_are_split_into_disjoint_buckets_and_totals_stay_unsplit(self) -> None:
        rows = [
            cost(1, MONDAY, TokenCounts(5, 7, 11, audio_output=2), "1"),
            cost(1, MONDAY, TokenCounts(text_total=100, image_total=10), "2", product="codex"),
        ]
        made = company([person(1)], ListedActivity(cost_events={MONDAY: [*rows, rows[0]]}), files=MONEY)
        tools = truth_of(made)["tokens_weekly"]["2026-06-01"]["Sales"]
        assert tools["chatgpt"] == {
            "input_tokens": 5, "cached_input_tokens": 7, "cache_write_tokens": 0, "output_tokens": 13,
            "unsplit_tokens": 0, "total_tokens": 25, "credits": "1.000000",
        }  # fmt: skip
        assert (tools["codex"]["unsplit_tokens"], tools["codex"]["total_tokens"]) == (110, 110)

    def test_a_row_with_only_an_alias_is_the_persons_and_agents_are_nobodys(self) -> None:
        tokens = TokenCounts(text_total=10)
        rows = [
            cost(None, MONDAY, tokens, "1", email="Alias1@tiny.example"),
            cost(1, MONDAY, tokens, "2", agent_id="agent-1"),
        ]
        made = company([person(1)], ListedActivity(cost_events={MONDAY: rows}), files=MONEY)
        month = truth_of(made)["cost_monthly"]["2026-06-01"]
        assert month["Sales"]["chatgpt"]["credits"] == "0.040000"
        assert month["Unattributed"]["chatgpt"]["credits"] == "0.080000"
        assert month["All departments"]["chatgpt"]["credits"] == "0.040000"

    def test_money_of_a_mover_stays_with_the_department_of_the_day(self) -> None:
        wednesday = MONDAY + timedelta(2)
        mover = person(1, ("Sales", date(2020, 1, 1), wednesday), ("Marketing", wednesday, None))
        rows = {day: [cost(1, day, TokenCounts(text_total=10), "100")] for day in (MONDAY, wednesday)}
        truth = truth_of(company([mover], ListedActivity(cost_events=rows), files=MONEY))
        month = truth["cost_monthly"]["2026-06-01"]
        assert month["Sales"]["chatgpt"]["credits"] == "4.000000"
        assert month["Marketing"]["chatgpt"]["credits"] == "5.000000"
        assert truth["tokens_weekly"]["2026-06-01"]["Marketing"]["chatgpt"]["total_tokens"] == 20

    def test_the_githubs_bill_is_split_by_credits_and_kept_whole_without_any(self) -> None:
        records = tuple(
            CopilotDay(n, f"login{n}", MONDAY, 1, 0, 0, 0, 0, 0, 0, ai_credits=Decimal(credits))
            for n, credits in ((1, "30"), (2, "10"))
        )
        bill = CopilotBilling(
            MONDAY, "Copilot", "s", "m", "ai-credits", Decimal("0.01"), Decimal(40), Decimal("0.4"), Decimal(0),
            Decimal(0), Decimal(40), Decimal("0.4"),
        )  # fmt: skip
        report = CopilotReport(MONDAY, at(MONDAY + timedelta(2), "01:00"), records)
        people = [person(1), person(2, ("Support", date(2020, 1, 1), None))]
        whole = ListedActivity(reports={MONDAY: [report]}, billing={MONDAY: [bill]})
        month = truth_of(company(people, whole))["cost_monthly"]["2026-06-01"]
        assert month["Sales"]["github_copilot"]["billed"] == "0.300000"
        assert month["Support"]["github_copilot"]["billed"] == "0.100000"
        alone = ListedActivity(billing={MONDAY: [bill]})
        month = truth_of(company(people, alone))["cost_monthly"]["2026-06-01"]
        assert month == {"Unallocated": {"github_copilot": {"billed": "0.400000"}}}


def seats_of(made: Company, product: str = "chatgpt") -> dict[str, dict[str, Any]]:
    """The licence figures of June by department."""
    found: dict[str, dict[str, Any]] = truth_of(made)["seats_monthly"]["2026-06-01"][product]
    return found


class TestSeats:
    def test_a_seat_for_part_of_a_month_with_a_price_change_inside_it(self) -> None:
        # 14..20 June: two days at 30/30, five at 60/30.
        seats = [seat(1, date(2026, 6, 14), date(2026, 6, 21))]
        rows = seats_of(company([person(1)], seats=seats, files=MONEY, days=35))
        assert (rows["Sales"]["seat_days"], rows["Sales"]["seat_holders"]) == (7, 1)
        assert rows["Sales"]["cost"] == "12.000000"

    def test_a_full_month_costs_the_months_price_at_the_dated_rate(self) -> None:
        seats = [seat(1, date(2026, 1, 1), product="m365_copilot")]
        rows = seats_of(company([person(1)], seats=seats, files=MONEY, days=35), product="m365_copilot")
        assert (rows["Sales"]["seat_days"], rows["Sales"]["cost"]) == (30, "33.000000")

    def test_the_classes_first_match_wins(self) -> None:
        start, july = date(2026, 1, 1), date(2026, 7, 1)
        people = [
            person(1, ("Sales", date(2020, 1, 1), date(2026, 6, 20))),
            person(2, leave=(LeaveSpan(date(2026, 6, 25), july, True),)),
            person(3), person(4), person(5), person(6), person(7),
        ]  # fmt: skip
        seats = [seat(n, date(2026, 6, 5) if n == 3 else start, july) for n in range(1, 8)]
        last = [date(2026, 6, 30) - timedelta(n) for n in range(5)]
        messages = [asked(5, at(MONDAY, "09:00"))]  # 29 days before the last seat-day: not dormant yet
        messages += [asked(6, at(day, "09:00")) for day in last[:4]]
        messages += [asked(7, at(MONDAY - timedelta(1), "09:00"))]
        activity = chats(*messages)
        made = company(people, activity, seats, MONEY, first=date(2026, 5, 25), days=42)
        row = seats_of(made)["Sales"]
        assert {name: row[name] for name in ("held_by_leaver", "on_leave", "in_grace", "never_used")} == {
            "held_by_leaver": 1, "on_leave": 1, "in_grace": 1, "never_used": 1,
        }  # fmt: skip
        assert (row["under_used"], row["used"], row["dormant"]) == (1, 1, 1)
        assert (row["seat_holders"], row["seats_active"]) == (7, 2)

    def test_a_missed_night_carries_the_last_roster_and_only_seven_times(self) -> None:
        night = MONDAY + timedelta(3)
        seats = [seat(1, MONDAY, night)]  # given back on the very night without a snapshot
        missed: frozenset[tuple[str, date]] = frozenset({("chatgpt", night)})
        assert seats_of(company([person(1)], seats=seats, missed=missed))["Sales"]["seat_days"] == 4
        nights = [night + timedelta(n) for n in range(40)]
        forever: frozenset[tuple[str, date]] = frozenset(("chatgpt", day) for day in nights)
        rows = seats_of(company([person(1)], seats=[seat(1, MONDAY)], missed=forever, days=28))
        assert rows["Sales"]["seat_days"] == 3 + 7

    def test_a_bots_seat_is_unattributed_and_has_no_holder(self) -> None:
        bot = ServiceAccount("chatgpt", "user-bot", None, None, "Bot", "service", True, MONDAY)
        rows = seats_of(company([person(1)], seats=[seat(None, MONDAY)], services=[bot]))
        assert (rows["Unattributed"]["seat_days"], rows["Unattributed"]["seat_holders"]) == (8, 0)


class TestPowerUsers:
    def test_ties_at_the_cut_are_in_and_the_first_weeks_are_unknown(self) -> None:
        tools = ("browser", "python", "image_gen")
        messages = []
        for number, count in ((1, 300), (2, 300), (3, 300), (4, 20), (5, 1)):
            for n in range(count):
                moment = at(MONDAY + timedelta(n % 20), "08:00") + timedelta(minutes=n)
                used = {1: tools, 2: tools, 3: ()}.get(number, tools)
                messages.append(asked(number, moment, tools_used=used))
        made = company([person(n) for n in (1, 2, 3, 4, 5)], chats(*messages), days=28)
        weeks = truth_of(made)["power_users_weekly"]
        # Five senders, a fifth of them is one; three tie at rank one, and one of those lacks breadth.
        assert weeks["2026-06-22"]["chatgpt"] == {"Sales": 2, "All departments": 2}
        assert weeks["2026-06-15"]["chatgpt"] is None


def test_the_funnel_is_monotone_and_unknown_until_enough_weeks() -> None:
    days = [MONDAY + timedelta(7 * n) for n in range(4)]
    messages = [asked(1, at(day, "09:00")) for day in days] + [asked(2, at(days[0], "09:00"))]
    seats = [seat(n, date(2026, 1, 1)) for n in (1, 2, 3)]
    made = company([person(n) for n in (1, 2, 3)], chats(*messages), seats, days=28)
    weeks = truth_of(made)["funnel_weekly"]
    first, last = (weeks[week]["chatgpt"]["Sales"] for week in ("2026-06-01", "2026-06-22"))
    assert first == {"assigned": 3, "first_use": 2, "repeat_use": None, "habitual": None, "deep": None}
    assert last == {"assigned": 3, "first_use": 2, "repeat_use": 1, "habitual": 1, "deep": 0}


def test_everybody_has_one_segment_once_four_weeks_are_observed() -> None:
    days = [MONDAY + timedelta(7 * n) for n in range(4)]
    # Person 1 writes every week, 2 in the first and the third, 3 only in the last one, 4 never.
    used = {1: days, 2: [days[0], days[2]], 3: [days[3]]}
    messages = [asked(number, at(day, "09:00")) for number, weeks in used.items() for day in weeks]
    made = company([person(n) for n in (1, 2, 3, 4)], chats(*messages), days=28)
    weeks = truth_of(made)["segments_weekly"]
    assert set(weeks["2026-06-15"]["chatgpt"]["Sales"].values()) == {None}
    last = weeks["2026-06-22"]["chatgpt"]["Sales"]
    segments = {"power": 0, "habitual": 1, "novice": 1, "low": 1, "non_user": 1}
    assert last == segments | {"new": 1, "retained": 1, "reactivated": 0, "lapsed": 1}


def test_the_reference_reads_the_seeds() -> None:
    seeds = Reference.load()
    assert seeds.model("gpt-5-5") == seeds.model("gpt-5.5") == "gpt-5.5"
    tier = seeds.tier("gpt-5-mini", date(2026, 6, 1))
    assert tier is not None
    assert tier.tier == "light"
    assert (seeds.tool("chatgpt", "codex"), seeds.tool("chatgpt", "Work")) == ("codex", "chatgpt")
