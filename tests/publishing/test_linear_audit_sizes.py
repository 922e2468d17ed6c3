"""What every reader knows of sizes: tool and `all`, headcounts, stages, seat-days, weeks and months.

Each arithmetic is small enough to be done by hand, and stands in the comment beside it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from publishing.linear_audit.audit import audit_cells
from publishing.linear_audit.cells import Cell
from publishing.linear_audit.hiding import hide_until_clean
from publishing.periods import Period

K = 5
WEEK = Period("week", dt.date(2026, 10, 5))
SEPTEMBER = Period("month", dt.date(2026, 9, 1))
PRIMARY, SECONDARY = "few_contributors", "secondary_unit"


def figure(
    unit: str,
    measure: str,
    value: int,
    reason: str | None = None,
    *,
    tool: str = "all",
    period: Period = WEEK,
    item: str = "",
    group: str = "licensed",
    kind: str = "people",
    people: int | None = None,
    headcount: int | None = None,
) -> Cell:
    """One figure; a total is by `people`, nobody with more than a ninth of it."""
    return Cell(
        period=period,
        unit_key=unit,
        tool=tool,
        measure=measure,
        item=item,
        kind=kind,
        is_additive=kind == "total",
        part_group=None,
        is_part_total=False,
        tie_group=f"{measure}/{tool}/{item}",
        mask_group=group,
        value=float(value),
        contributors=value if people is None else people,
        largest=0.0 if kind == "people" else value / 9,
        hidden_reason=reason,
        others=None if headcount is None else headcount - value,
    )


def told(cells: list[Cell], k: int = K) -> set[tuple[str, str]]:
    """Units and measures of which a hidden figure is told."""
    return {(found.unit_key, found.measure) for found in audit_cells(cells, k, lambda _: True)}


def test_a_tool_tells_the_least_that_all_tools_can_be() -> None:
    # Operations' licences of one tool are 11, so those of all tools are 11 at least, and Sales has
    # 42 - 17 - 11 - 11 = 3 at most.
    licences = [
        *(figure("all", "licensed_people", 42), figure("engineering", "licensed_people", 17)),
        *(figure("other", "licensed_people", 11), figure("operations", "licensed_people", 11, SECONDARY)),
        figure("sales", "licensed_people", 3, PRIMARY),
    ]
    assert told(licences) == set()
    of_tool = figure("operations", "licensed_people", 11, tool="m365_copilot")
    assert told([*licences, of_tool]) == {("sales", "licensed_people")}


def test_a_stage_tells_the_least_that_licences_can_be() -> None:
    # 14 licences in the company, 13 people of Engineering hold one at the end of the week: 14 - 13 = 1 is left.
    licences = [
        *(figure("all", "licensed_people", 14), figure("engineering", "licensed_people", 13, SECONDARY)),
        figure("operations", "licensed_people", 1, PRIMARY),
    ]
    assert told(licences) == set()
    assert told([*licences, figure("engineering", "assigned", 13)]) == {("operations", "licensed_people")}


def test_the_second_stage_tells_through_the_first() -> None:
    # 22 in the company, 10 and 6 shown. 5 of Sales used it, so 5 were assigned, so 5 had a licence:
    # Engineering has 22 - 10 - 6 - 5 = 1 at most.
    licences = [
        *(figure("all", "licensed_people", 22), figure("operations", "licensed_people", 10)),
        *(figure("other", "licensed_people", 6), figure("sales", "licensed_people", 5, SECONDARY)),
        *(figure("engineering", "licensed_people", 1, PRIMARY), figure("sales", "assigned", 5, SECONDARY)),
    ]
    assert told(licences) == set()
    assert told([*licences, figure("sales", "first_use", 5)]) == {("engineering", "licensed_people")}


def test_seat_days_tell_the_fewest_holders() -> None:
    # Nobody holds a seat on more than 30 days of September: 175 seat-days need 5.83, so 6 holders of the 9 in
    # the company; 3 are left.
    def seats(unit: str, value: int, reason: str | None = None) -> Cell:
        return figure(unit, "seat_holders", value, reason, period=SEPTEMBER, tool="chatgpt", item="plus")

    holders = [seats("all", 9), seats("operations", 6, SECONDARY), seats("sales", 3, PRIMARY)]
    days = replace(
        holders[1], measure="seat_days", kind="total", value=175.0, tie_group="days", hidden_reason=None
    )
    assert told(holders) == set()
    assert told([*holders, days]) == {("sales", "seat_holders")}


def test_a_unit_has_no_more_people_than_its_headcount() -> None:
    # 28 active in two units. Law has 9 people, so Sales has 28 - 9 = 19 active at least, and 23 - 19 = 4 idle
    # at most. It may have nobody idle, until 6 of Law are known to use a tool: then Sales has 22 at most.
    active = [
        figure("all", "active_people", 28),
        figure("law", "active_people", 8, SECONDARY, headcount=9),
        figure("sales", "active_people", 20, "few_others", headcount=23),
    ]
    assert told(active) == set()
    of_tool = figure("law", "active_people", 6, tool="chatgpt")
    assert told([*active, of_tool]) == {("sales", "headcount less active_people")}
    # With 10 people in Law, 5 of Sales may be idle.
    active[1] = replace(active[1], others=2)
    assert told([*active, of_tool]) == set()


def test_a_total_that_is_shown_has_k_people() -> None:
    # Messages of Sales are shown, so 5 people wrote them; of 9 active ones 4 are left for Law.
    def active(unit: str, value: int, reason: str | None = None) -> Cell:
        return figure(unit, "active_people", value, reason, group="activity")

    people = [active("all", 9), active("sales", 6, SECONDARY), active("law", 3, PRIMARY)]
    writers = replace(people[1], measure="message_people", tie_group="writers")
    messages = figure("sales", "user_messages", 90, kind="total", people=6, group="messages")
    assert told([*people, writers, replace(messages, hidden_reason=SECONDARY)]) == set()
    assert told([*people, writers, messages]) == {("law", "active_people")}


def test_a_week_tells_the_least_that_its_month_can_be() -> None:
    # A week wholly in the month had 8 of Sales, so the month had 8 at least, and Law 11 - 8 = 3 at most.
    def month(unit: str, value: int, reason: str | None = None) -> Cell:
        return figure(unit, "active_people", value, reason, period=SEPTEMBER, group="activity")

    months = [month("all", 11), month("sales", 9, SECONDARY), month("law", 2, PRIMARY)]
    week = replace(months[1], period=Period("week", dt.date(2026, 9, 7)), value=8.0, hidden_reason=None)
    assert told(months) == set()
    assert told([*months, week]) == {("law", "active_people")}
    # A week that reaches into October tells nothing about September alone.
    assert told([*months, replace(week, period=Period("week", dt.date(2026, 9, 28)))]) == set()


@pytest.mark.parametrize("headcount", [21, 24])
def test_those_who_do_not_are_protected_as_well(headcount: int) -> None:
    # 20 of 21 (or 24) are active: 1 (or 4) are not. The difference of the company and the other unit tells it.
    line = [
        figure("all", "active_people", 50, headcount=60),
        figure("sales", "active_people", 20, "few_others", headcount=headcount),
    ]
    assert told([*line, figure("law", "active_people", 30, headcount=60 - headcount)]) == {
        ("sales", "headcount less active_people")
    }
    hidden = [*line, figure("law", "active_people", 30, SECONDARY, headcount=60 - headcount)]
    # Law can have up to its headcount of at least 36; Sales then has 14 at least, and 5 of its 21 may be idle.
    assert told(hidden) == set()


def test_a_shown_rest_is_found_as_well() -> None:
    # Nothing is hidden, and 20 of 22 tell the other two.
    assert told([figure("sales", "active_people", 20, headcount=22)]) == {
        ("sales", "headcount less active_people")
    }
    assert told([figure("sales", "active_people", 22, headcount=22)]) == set()
    assert told([figure("sales", "active_people", 17, headcount=22)]) == set()


def test_whole_and_part_are_hidden_together() -> None:
    # 9 hold a licence, 7 of them are active: 2 are not. With both hidden beside a second unit, all is open.
    def both(unit: str, licensed: int, active: int, reason: str | None) -> list[Cell]:
        return [
            figure(unit, "licensed_people", licensed, reason, headcount=60),
            figure(unit, "licensed_active_people", active, reason, headcount=60),
        ]

    company = both("all", 40, 25, None)
    law = both("law", 31, 18, None)
    rest = ("sales", "licensed_people less licensed_active_people")
    assert told([*company, *law, *both("sales", 9, 7, SECONDARY)]) == {rest}
    law_hidden = both("law", 31, 18, SECONDARY)
    assert told([*company, *law_hidden, *both("sales", 9, 7, SECONDARY)]) == set()


def test_the_second_unit_is_one_of_the_same_tool() -> None:
    # People has fewer licences, but none of this tool; only Engineering can take in what Sales leaves.
    cells = [
        *(figure("all", "licensed_people", 34, tool="codex"), figure("people", "licensed_people", 6)),
        figure("sales", "licensed_people", 4, PRIMARY, tool="codex"),
        figure("engineering", "licensed_people", 30, tool="codex"),
    ]
    hiding = hide_until_clean(cells, [], K, [WEEK])
    assert {group.unit_key for group in hiding.groups} == {"sales", "engineering"}
    assert told(hiding.cells) == set()


def test_people_of_a_task_are_those_of_the_features_that_stand_for_it() -> None:
    # 12 people of Sales do research and 9 of them search, so at least 12 - 9 = 3 use the other feature.
    research = [
        figure("sales", "task_people", 12, item="research", group="tasks", period=SEPTEMBER),
        replace(
            figure("sales", "feature_people", 9, item="search", tool="a", group="features", period=SEPTEMBER),
            part_item="research",
        ),
    ]
    science = [
        figure(
            unit, "feature_people", value, reason, item="science", tool="a", group="features", period=SEPTEMBER
        )
        for unit, value, reason in (("all", 13, None), ("sales", 3, PRIMARY), ("it", 10, SECONDARY))
    ]
    at_least_nine = [figure("it", "task_people", 10, item="research", group="tasks", period=SEPTEMBER)]
    stands = [replace(cell, part_item="research") for cell in science]
    assert told([*research, *science]) == set()
    assert ("sales", "feature_people") not in told([*research, *stands])
    # Where research of IT is science alone, the ten of IT are known, and three are left for Sales.
    assert told([*research, *stands, *at_least_nine]) == {("sales", "feature_people")}


def test_who_reaches_a_tier_by_cache_reads_alone_is_a_rest() -> None:
    """Of Sales 8 reach the upper tier and 6 without cache reads, so 2 do by these alone.

    Hiding the 6 helps only if nobody can add up the tiers below, or the other departments.
    """
    tiers = [
        figure("sales", "tier_people", value, item=item, group="tiers", period=SEPTEMBER)
        for item, value in (("01", 12), ("02", 8))
    ]
    uncached = [
        figure("sales", "uncached_tier_people", value, item=item, group="uncached_tiers", period=SEPTEMBER)
        for item, value in (("01", 14), ("02", 6))
    ]
    rest = ("sales", "tier_people less uncached_tier_people")
    assert rest in told([*tiers, *uncached])
    hidden = [replace(cell, hidden_reason="few_others") for cell in uncached]
    assert told([*tiers, *hidden]) == set()
