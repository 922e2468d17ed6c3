"""The audit on cells small enough to check by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from publishing.linear_audit.audit import audit_cells, audit_versions, of_periods
from publishing.linear_audit.cells import COMPANY, Cell
from publishing.linear_audit.groups import HiddenGroup
from publishing.linear_audit.hiding import hide_until_clean
from publishing.periods import Period

K = 5
WEEK = Period("week", dt.date(2026, 11, 2))


NOBODY = Cell(
    period=WEEK,
    unit_key="all",
    tool="chatgpt",
    measure="sessions",
    item="",
    kind="total",
    is_additive=True,
    part_group=None,
    is_part_total=False,
    tie_group="sessions/chatgpt",
    mask_group="sessions",
    value=0.0,
    contributors=9,
    largest=0.0,
    hidden_reason=None,
)


def count(unit: str, value: int, reason: str | None = None, tool: str = "chatgpt") -> Cell:
    """Active people of a unit."""
    return replace(
        replace(NOBODY, measure="active_people", kind="people", is_additive=False, mask_group="activity"),
        unit_key=unit,
        tool=tool,
        tie_group=f"active/{tool}",
        value=float(value),
        contributors=value,
        hidden_reason=reason,
    )


def total(unit: str, value: float, largest: float, reason: str | None = None, period: Period = WEEK) -> Cell:
    """Sessions of a unit, by nine people."""
    return replace(NOBODY, unit_key=unit, value=value, largest=largest, hidden_reason=reason, period=period)


def reasons(cells: list[Cell]) -> set[str]:
    """Why the audit refuses; empty when it does not."""
    return {found.reason for found in audit_cells(cells, K, lambda _: True)}


def test_a_single_hidden_figure_is_the_difference() -> None:
    line = [count("legal", 3, "few_contributors"), count("sales", 20), count("all", 23)]
    assert reasons(line) == {"bounded", "few_together"}


def test_two_hidden_units_may_be_too_few_together() -> None:
    # 2 and 2 are known to be 4: neither can be 5. With 4 and 3 either could be.
    assert reasons(
        [count("legal", 2, "few_contributors"), count("law", 2, "few_contributors"), count("all", 4)]
    ) == {"bounded", "few_together"}
    assert (
        reasons([count("legal", 4, "few_contributors"), count("law", 3, "few_contributors"), count("all", 7)])
        == set()
    )


def test_a_total_needs_room_as_wide_as_the_rule_of_dominance() -> None:
    # One person has 90 of 100: 13.5 to both sides, or 27 to one. Beside a second cell of 9 it may be up to 108
    # and down to 1. Where it is certain to be at least 95, the 8 above are too little.
    line = [
        total("legal", 100, 90, "one_dominates"),
        total("law", 9, 2, "secondary_unit"),
        total("all", 109, 90),
    ]
    assert reasons(line) == set()
    legal = replace(line[0], unit_key="unattributed")
    weeks = [
        legal,
        replace(legal, period=Period("week", dt.date(2026, 10, 26)), hidden_reason=None),
    ]
    weeks[1] = replace(weeks[1], value=5.0)
    november = replace(legal, period=Period("month", dt.date(2026, 11, 1)), value=108.0, hidden_reason=None)
    october = replace(november, period=Period("month", dt.date(2026, 10, 1)), value=3.0)
    assert reasons([*weeks, october, november]) == set()


def test_sums_that_share_no_line_tell_a_third_cell() -> None:
    # One tool only in law and legal, so that `all` is the same figure; people use two. Each line has two or
    # three hidden cells, yet one minus the other is the 4 of people in the tool.
    def tied(unit: str, value: int, reason: str | None = None) -> list[Cell]:
        return [
            replace(count(unit, value, reason, tool), tie_group=f"active/{unit}") for tool in ("chatgpt", "all")
        ]

    cells = [*tied("law", 12, "secondary_unit"), *tied("legal", 3, "few_contributors")]
    cells += [count("people", 4, "few_contributors"), count("people", 18, tool="all")]
    cells += [count("all", 19), count("all", 33, tool="all")]
    assert "bounded" in reasons(cells)


def test_four_weeks_that_are_a_month_tell_the_fourth() -> None:
    # February 2027 begins on a Monday.
    starts = [Period("week", dt.date(2027, 2, day)) for day in (1, 8, 15, 22)]
    weeks = [total("unattributed", 10, 2, None, start) for start in starts]
    weeks[1] = replace(weeks[1], hidden_reason="few_contributors")
    month = total("unattributed", 40, 8, None, Period("month", dt.date(2027, 2, 1)))
    assert reasons([*weeks, month]) == {"bounded"}
    assert reasons([*weeks, replace(month, hidden_reason="secondary_period")]) == set()
    # With 20 sessions of days outside these weeks the hidden one could be 30.
    assert reasons([*weeks, replace(month, value=60.0)]) == set()


def test_what_the_last_version_showed_is_known() -> None:
    # Yesterday People had 5 and everything was shown. Somebody was erased: People is hidden, and Finance for
    # its sake. But 6 in Finance stands in yesterday's table, so the 4 follows.
    before = [count("people", 5), count("finance", 6), count("sales", 20), count("all", 31)]
    after = [
        *(count("people", 4, "few_contributors"), count("finance", 6, "secondary_unit")),
        *(count("sales", 20), count("all", 30)),
    ]
    assert reasons(after) == set()
    assert {found.reason for found in audit_versions(after, before, K, of_periods([WEEK]))} == {
        "bounded",
        "few_together",
    }
    hidden = [replace(cell, hidden_reason=cell.hidden_reason or "audit") for cell in after]
    assert audit_versions(hidden, before, K, of_periods([WEEK])) == set()
    # The other way round: shown again tomorrow, today's 4 would follow.
    assert {found.reason for found in audit_versions(before, after, K, of_periods([WEEK]))} == {
        *("bounded_then", "few_together_then")
    }


def test_only_periods_that_are_asked_about_are_audited() -> None:
    line = [count("legal", 3, "few_contributors"), count("sales", 20), count("all", 23)]
    assert audit_cells(line, K, of_periods([])) == set()


FEBRUARY = Period("month", dt.date(2027, 2, 1))
WEEKS = [Period("week", dt.date(2027, 2, day)) for day in (1, 8, 15, 22)]


def four_weeks(hidden_week: int) -> list[Cell]:
    """Four weeks of ten that make up a month of forty; one of them is hidden."""
    cells = [total("unattributed", 10, 2, None, week) for week in WEEKS]
    cells[hidden_week] = replace(cells[hidden_week], hidden_reason="few_contributors")
    return [*cells, total("unattributed", 40, 8, None, FEBRUARY)]


def test_an_open_month_is_hidden_for_a_week_that_is_closed() -> None:
    hiding = hide_until_clean(four_weeks(0), [], K, [FEBRUARY])
    assert {finding.period for finding in hiding.findings} == {WEEKS[0]}
    assert hiding.groups == {HiddenGroup(FEBRUARY, "sessions", "unattributed", "chatgpt")}
    assert audit_cells(hiding.cells, K, lambda _: True) == set()


def test_what_closed_periods_tell_is_not_hidden_in_vain() -> None:
    # Month and three weeks are closed and shown: the open fourth follows, whatever is done about it.
    hiding = hide_until_clean(four_weeks(3), [], K, [WEEKS[3]])
    assert hiding.findings == set()
    assert hiding.groups == set()
    assert {finding.period for finding in hiding.told_before} == {WEEKS[3]}


def test_the_unit_with_the_fewest_people_is_hidden_beside() -> None:
    line = [count("legal", 3, "few_contributors"), count("sales", 20), count("people", 9), count("all", 32)]
    hiding = hide_until_clean(line, [], K, [WEEK])
    assert hiding.groups == {HiddenGroup(WEEK, "activity", unit, "chatgpt") for unit in ("legal", "people")}
    assert [cell.hidden_reason for cell in hiding.cells] == ["few_contributors", None, "audit", None]


def test_a_larger_unit_is_hidden_where_the_smallest_leaves_too_little_room() -> None:
    # Three and one are known to be four: neither can be five. Three of Sales' and Legal's 23 can.
    line = [
        *(count("legal", 3, "few_contributors"), replace(count("law", 1), contributors=6)),
        *(count("sales", 20), count("all", 24)),
    ]
    hiding = hide_until_clean(line, [], K, [WEEK])
    assert hiding.groups == {HiddenGroup(WEEK, "activity", unit, "chatgpt") for unit in ("legal", "sales")}


def test_two_others_are_hidden_before_the_company() -> None:
    # Three and two are known to be five, of which two have one each at least. Of seven, three can be five.
    line = [
        count("legal", 3, "few_contributors"),
        *(replace(count(unit, 2), contributors=6) for unit in ("law", "sales")),
        count("all", 7),
    ]
    hiding = hide_until_clean(line, [], K, [WEEK])
    assert hiding.groups == {
        HiddenGroup(WEEK, "activity", unit, "chatgpt") for unit in ("legal", "law", "sales")
    }


def test_licences_give_way_to_active_people() -> None:
    # One of 30 licensed people of Sales is not active. Either count could be hidden; active ones matter more.
    cells = [
        replace(count("sales", 29), others=8),
        *(replace(count(unit, 40), others=10) for unit in ("people", "law")),
        replace(count("all", 109), others=28),
        *(
            replace(
                count(unit, people),
                measure="licensed_people",
                tie_group="licensed/chatgpt",
                mask_group="licensed",
                others=others,
            )
            for unit, people, others in (("sales", 30, 7), ("people", 45, 5), ("law", 45, 5), ("all", 120, 17))
        ),
    ]
    hiding = hide_until_clean(cells, [], K, [WEEK])
    assert hiding.findings
    assert {group.name for group in hiding.groups} == {"licensed"}
    assert COMPANY not in {group.unit_key for group in hiding.groups}


def test_another_tool_stays_shown() -> None:
    # Legal's three are 32 - 20 - 9 in one tool; in the other one nothing is hidden.
    line = [count("legal", 3, "few_contributors"), count("sales", 20), count("people", 9), count("all", 32)]
    other = [count(unit, 10, None, "m365_copilot") for unit in ("legal", "people")]
    hiding = hide_until_clean([*line, *other], [], K, [WEEK])
    assert hiding.cells[4:] == other


def test_what_does_not_help_is_shown_again() -> None:
    # 40 sessions in four weeks are the month's 40. Hiding another unit of the week changes nothing: only the
    # month does, and it is all that is hidden in the end.
    weeks = [total(unit, 10, 2, None, week) for week in WEEKS for unit in ("legal", "law")]
    weeks[0] = replace(weeks[0], hidden_reason="few_contributors")
    months = [total(unit, 40, 8, None, FEBRUARY) for unit in ("legal", "law")]
    hiding = hide_until_clean([*weeks, *months], [], K, {FEBRUARY, *WEEKS})
    assert {cell.period for cell in hiding.cells if cell.hidden_reason == "audit"} >= {FEBRUARY}
    assert audit_cells(hiding.cells, K, lambda _: True) == set()
    shown = {(cell.period, cell.unit_key) for cell in hiding.cells if not cell.is_hidden}
    assert {(week, unit) for week in WEEKS[2:] for unit in ("legal", "law")} <= shown


def test_a_count_within_another_is_freed_by_hiding_the_other() -> None:
    # Legal holds 4 of 10 seats, since Sales shows 6; all but one of them were used. So under five were used
    # for certain, until the holders of Sales are hidden as well.
    def holders(unit: str, value: int, reason: str | None = None) -> Cell:
        return replace(
            count(unit, value, reason), measure="licensed_people", mask_group="licensed", tie_group="held"
        )

    def first_used(unit: str, value: int, reason: str | None = None) -> Cell:
        return replace(count(unit, value, reason), measure="first_use", mask_group="stages", tie_group="first")

    def assigned(unit: str, value: int, reason: str | None = None) -> Cell:
        return replace(count(unit, value, reason), measure="assigned", mask_group="licensed", tie_group="held")

    cells = [
        *(holders("all", 10), holders("sales", 6), holders("legal", 4, "few_contributors")),
        *(assigned("all", 10), assigned("sales", 6), assigned("legal", 4, "few_contributors")),
        *(first_used("sales", 6, "secondary_unit"), first_used("legal", 3, "few_contributors")),
    ]
    hiding = hide_until_clean(cells, [], K, [WEEK])
    assert HiddenGroup(WEEK, "licensed", "sales", "chatgpt") in hiding.groups
    assert audit_cells(hiding.cells, K, lambda _: True) == set()


def test_a_zero_that_is_hidden_with_its_row_needs_no_room() -> None:
    # Nobody of Legal is known to have left: zeros of other rows are shown.
    line = [
        replace(count(unit, value, reason), measure="held_by_leaver", mask_group="seat_classes")
        for unit, value, reason in (("legal", 0, "few_contributors"), ("sales", 9, None), ("all", 9, None))
    ]
    assert reasons(line) == set()


def test_an_equal_figure_of_the_last_version_tells_what_hangs_together_with_its_equal() -> None:
    # Legal's 12 of all tools stood in the last version, and are its 12 of the only tool: People's 3 are
    # 33 - 18 - 12. What hung together with the second 12, and not with the first one, was not asked about.
    def tied(tool: str, reason: str | None) -> Cell:
        return replace(count("legal", 12, reason, tool), tie_group="active/legal")

    line = [count("people", 3, "few_contributors"), count("sales", 18), count("all", 33)]
    now = [tied("all", "secondary_tool"), tied("chatgpt", "secondary_unit"), *line]
    assert reasons(now) == set()
    found = audit_versions(now, [tied("all", None)], K, lambda _: True)
    assert {(finding.unit_key, finding.reason) for finding in found} == {("people", "bounded")}


def test_a_figure_of_the_last_version_tells_another_one_through_a_third() -> None:
    # Law's 20 of ChatGPT stood in the last version, so People's are 10 of the 30, and its sessions in Claude 7
    # of the 17. Once the 10 was certain, nothing that hangs together with it was asked about.
    def sessions(unit: str, tool: str, value: int, reason: str | None = None) -> Cell:
        return replace(total(unit, value, 2, reason), tool=tool, tie_group=f"{unit}/{tool}")

    law = sessions("law", "chatgpt", 20)
    now = [
        *(replace(law, hidden_reason="secondary_unit"), sessions("people", "chatgpt", 10, "secondary_unit")),
        *(sessions("people", "claude", 7, "few_contributors"), sessions("people", "all", 17)),
        sessions("all", "chatgpt", 30),
    ]
    assert reasons(now) == set()
    found = audit_versions(now, [law], K, lambda _: True)
    assert {(finding.tool, finding.reason) for finding in found} == {("claude", "bounded")}
