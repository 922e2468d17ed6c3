"""What the linear audit knows of prices, on cells small enough to check by hand."""

from __future__ import annotations

from dataclasses import replace

from publishing.linear_audit.cells import Cell
from publishing.linear_audit.prices import prices
from tests.publishing.test_linear_audit_sizes import PRIMARY, SECONDARY, SEPTEMBER, figure, told


def seats(
    unit: str, tool: str, holders: int, price: float, reason: str | None = None, days: int = 30
) -> list[Cell]:
    """Holders of a seat, each on so many days of September, and what that costs."""
    shown = figure(unit, "seat_holders", holders, reason, tool=tool, period=SEPTEMBER)
    of_days = {"kind": "total", "is_additive": True, "contributors": holders, "largest": float(days)}
    seat_days = replace(shown, measure="seat_days", value=float(holders * days), tie_group="days", **of_days)
    money = replace(seat_days, measure="seat_cost", value=seat_days.value * price, tie_group="cost")
    return [shown, seat_days, replace(money, largest=days * price)]


def sales_beside_engineering() -> list[Cell]:
    """30 September days, all of which every holder has a seat: ChatGPT at 1 a day, Claude at 1.5.

    Of both tools nothing is shown of Sales but that 8 people have a licence of ChatGPT.
    """
    return [
        *(*seats("all", "chatgpt", 20, 1.0), *seats("engineering", "chatgpt", 12, 1.0, SECONDARY)),
        *(*seats("all", "claude", 13, 1.5), *seats("engineering", "claude", 11, 1.5, SECONDARY)),
        *(*seats("sales", "chatgpt", 8, 1.0, SECONDARY), *seats("sales", "claude", 2, 1.5, PRIMARY)),
        figure("sales", "licensed_people", 8, tool="chatgpt", period=SEPTEMBER),
    ]


def test_money_of_all_tools_tells_the_holders_of_one_by_its_price() -> None:
    # Sales pays 330 for all tools. 8 people have ChatGPT on all 30 days, so 240 seat-days cost 240, and 90 are
    # left for Claude: 60 seat-days, 2 people.
    hidden = sales_beside_engineering()
    assert told(hidden) == set()
    money = replace(hidden[-2], tool="all", value=330.0, contributors=9, hidden_reason=None, tie_group="all")
    assert told([*hidden, money]) == {
        ("sales", measure) for measure in ("seat_holders", "seat_days", "seat_cost")
    }


def test_money_of_a_class_tells_how_many_people_are_in_it() -> None:
    # A seat costs 2 a day everywhere. What could be given back in Sales costs 8: 4 seat-days, at most 4 people.
    others = [*seats("all", "claude", 20, 2.0), *seats("engineering", "claude", 12, 2.0)]
    people = figure(
        "sales", "reassignable_holders", 4, PRIMARY, tool="claude", period=SEPTEMBER, group="seat_classes"
    )
    money = replace(seats("sales", "claude", 4, 2.0, days=1)[2], measure="reassignable_cost", tie_group="again")
    of_sales = seats("sales", "claude", 8, 2.0)
    assert told([*others, *of_sales, people]) == set()
    assert told([*others, *of_sales, people, money]) == {("sales", "reassignable_holders")}


def test_a_price_that_is_not_the_same_everywhere_is_a_range() -> None:
    # 60 seat-days cost 60, 90 and 120 in three units: 1, 1.5 and 2 a day. Law pays 1 to 2 times its days.
    units = [seats(unit, "claude", 2, price) for unit, price in (("it", 1.0), ("law", 1.5), ("sales", 2.0))]
    cells = dict(enumerate(cell for unit in units for cell in unit))
    of_law = {(row.members, row.slack, row.is_equality) for row in prices(cells) if row.members[0][0] in (4, 5)}
    assert of_law == {
        (((4, 1.0), (5, -1.0)), 30.0, False),
        (((5, 1.0), (4, -2.0)), 30.0, False),
    }


def test_money_that_is_no_price_times_a_count_says_nothing() -> None:
    # 30 tokens cost 30 and 60 tokens cost 90: different models, and nobody knows which.
    cells = [
        figure(unit, measure, value, tool="codex", item="billed", period=SEPTEMBER, kind="total")
        for unit, tokens, cost in (("it", 30, 30), ("law", 60, 90))
        for measure, value in (("priced_tokens", tokens), ("cost", cost))
    ]
    assert list(prices(dict(enumerate(cells)))) == []
    # At 1.5 each in a third unit, Law and that one pay the same.
    more = [
        figure("sales", measure, value, tool="codex", item="billed", period=SEPTEMBER, kind="total")
        for measure, value in (("priced_tokens", 20), ("cost", 30))
    ]
    rows = list(prices(dict(enumerate([*cells, *more]))))
    assert [row.members for row in rows] == [((3, 1.0), (2, -1.5)), ((5, 1.0), (4, -1.5))]
