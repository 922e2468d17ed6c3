"""Published tables written by hand: rows with the columns that a test is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from tests.attack.judge import Truth
from tests.attack.knowledge import Quantity
from tests.attack.published import Published, Row

WEEK = dt.date(2026, 10, 5)
MONTH = dt.date(2026, 10, 1)


def use(unit: str, tool: str = "chatgpt", *, start: dt.date = WEEK, **figures: Any) -> Row:
    """A row of use: what is not given is NULL. Of `all` tools only ChatGPT is included."""
    lists = ("tools", "message_tools", "session_tools", "prompt_tools", "model_tools")
    included = {f"{name}_included": "chatgpt" if tool == "all" else tool for name in lists}
    columns = ("headcount", "licensed_people", "active_people", "accounts", "sessions", "user_messages")
    row = dict.fromkeys(columns) | {"is_complete_week": True} | included
    row |= {"department_key": unit, "tool": tool, "week_start": start, "is_suppressed": True}
    return row | figures


def month(unit: str, tool: str = "chatgpt", **figures: Any) -> Row:
    """The same by month."""
    row = dict(use(unit, tool, **figures))
    del row["week_start"]
    return row | {"month_start": MONTH}


def seats(unit: str, product: str = "chatgpt", **figures: Any) -> Row:
    """A row of licences."""
    row = dict.fromkeys(("seat_days", "seat_holders", "seats_active", "cost", "exposure_cost", "purchased"))
    row |= {"department_key": unit, "product": product, "tool": product, "month_start": MONTH}
    return row | {"is_suppressed": True} | figures


def power(unit: str, tool: str = "chatgpt", **figures: Any) -> Row:
    """A row of power users."""
    row: dict[str, Any] = {"power_users": None, "share_of_active": None, "share_of_messages": None}
    row |= {"department_key": unit, "tool": tool, "month_start": MONTH, "is_suppressed": True}
    return row | figures


def segments(unit: str, tool: str = "chatgpt", **figures: Any) -> Row:
    """A row of segments and transitions."""
    of_people = ("power", "habitual", "novice", "low", "non_user", "new", "retained", "reactivated", "lapsed")
    row: dict[str, Any] = dict.fromkeys(("headcount", "regular", *of_people))
    row |= {"department_key": unit, "tool": tool, "week_start": WEEK}
    return row | {"weeks_observed": 20, "is_suppressed": True} | figures


def activation(unit: str, dimension: str = "department", value: str = "all", **figures: Any) -> Row:
    """A row of activation in the week."""
    columns = ("assigned", "activated", "never_activated", "purchased")
    row: dict[str, Any] = dict.fromkeys((*columns, "activation_ratio", "assigned_activation_ratio"))
    row |= {"department_key": unit, "dimension": dimension, "dimension_value": value, "tool": "chatgpt"}
    return row | {"last_week": WEEK, "month_start": MONTH, "is_suppressed": True} | figures


def dimension(value: str, name: str = "location", **figures: Any) -> Row:
    """A row of the company's use by dimension in the week."""
    row: dict[str, Any] = {"headcount": None, "active_people": None, "active_ratio": None, "tool": "all"}
    row |= {"department_key": "all", "dimension": name, "dimension_value": value, "week_start": WEEK}
    return row | {"is_suppressed": True} | figures


def published(**tables: Iterable[Row]) -> Published:
    """A version with these tables."""
    return Published({name: list(rows) for name, rows in tables.items()})


def truth(**people: int | Iterable[float]) -> Truth:
    """Behind `name__unit__tool`: so many people, or people with these shares; the same people are in all."""
    shares: dict[Quantity, dict[int, float]] = {}
    for key, given in people.items():
        name, unit, tool, *more = key.split("__")
        weekly = not more or more[0] == "week"
        listed = [1.0] * given if isinstance(given, int) else list(given)
        quantity = Quantity(name, "week" if weekly else "month", WEEK if weekly else MONTH, unit, tool)
        if len(more) > 1:
            quantity = quantity.at(item=more[1])
        shares[quantity] = dict(enumerate(listed))
    return Truth(shares)
