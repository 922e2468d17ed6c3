"""Published tables as the invented company's truth has them, in plain Python: what rules of actions read.

Departments under ten people are left out, and figures that fewer than five people stand behind are NULL; the
finer rules of hiding are left to the tests of privacy.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from tests.actions.truth_figures import TARGET

Row = dict[str, Any]
Truth = Mapping[str, Any]
ALL = "All departments"
TOOLS = ("chatgpt", "github_copilot", "m365_copilot", "all")


def published_rows(truth: Truth) -> dict[str, list[Row]]:
    """Rows by table."""
    weeks = list(_weeks(truth))
    return {
        "department_usage_weekly": weeks,
        "department_usage_monthly": list(_months(truth)),
        "department_patterns_weekly": list(_patterns(weeks)),
        "prompt_length_weekly": [row | {"short_ratio": row["short_prompt_ratio"]} for row in weeks],
        "department_cost_monthly": list(_costs(truth)),
        "license_utilization_monthly": list(_seats(truth)),
        "target_progress_weekly": list(_targets(weeks)),
    }


def _weeks(truth: Truth) -> Iterator[Row]:
    as_of = dt.datetime.fromisoformat(truth["as_of"]).date()
    earlier: dict[tuple[str, str, dt.date], Row] = {}
    for start, departments in sorted(truth["department_weekly"].items()):
        week = dt.date.fromisoformat(start)
        for name, figures in departments.items():
            for tool in TOOLS if figures["headcount"] >= 10 else ():
                row = _week(name, tool, week, figures["headcount"], figures[tool])
                # Three days after its last day a week is final for every vendor.
                row["is_complete_week"] = week + dt.timedelta(days=9) < as_of
                then = earlier.get((name, tool, week - dt.timedelta(days=98)), {})
                for metric in ("sessions_per_active_person", "messages_per_session", "prompt_chars_mean"):
                    before, now = then.get(metric), row[metric]
                    row[f"{metric}_14_weeks_ago"] = before
                    row[f"{metric}_change"] = None if before is None or now is None else now - before
                earlier[name, tool, week] = row
                yield row


def _months(truth: Truth) -> Iterator[Row]:
    as_of = dt.datetime.fromisoformat(truth["as_of"]).date()
    for start, departments in truth["department_monthly"].items():
        month = dt.date.fromisoformat(start)
        is_over = (month + dt.timedelta(days=31)).replace(day=1) <= as_of
        is_complete = is_over and month >= dt.date.fromisoformat(truth["first_day"])
        for name, figures in departments.items():
            for tool in TOOLS if figures["headcount"] >= 10 else ():
                row = _week(name, tool, month, figures["headcount"], figures[tool])
                sessions = {"sessions": figures[tool]["sessions"]}
                yield row | sessions | {"month_start": month, "is_complete_month": is_complete}


def _week(name: str, tool: str, week: dt.date, headcount: int, figures: Mapping[str, int]) -> Row:
    active, licensed = figures["active_people"], figures["licensed_people"]
    row = _place(name, tool) | {"week_start": week, "headcount": headcount, "licensed_people": licensed}
    shown = {
        "active_people": active,
        "active_ratio": active / headcount,
        # Nearly all of them hold a licence; the truth does not count the others apart.
        "licensed_active_ratio": _ratio(min(active, licensed), licensed),
        "sessions_per_active_person": _ratio(figures["sessions"] or None, active),
        "messages_per_session": _ratio(figures["session_messages"], figures["sessions"]),
        "prompt_chars_mean": _ratio(figures["prompt_chars"], figures["measured_messages"]),
        "short_prompt_ratio": _ratio(figures["short"], figures["measured_messages"]),
        "measured_messages": figures["measured_messages"],
    }
    return row | (shown if active >= 5 else dict.fromkeys(shown))


def _patterns(weeks: list[Row]) -> Iterator[Row]:
    metrics = ("sessions_per_active_person", "messages_per_session")
    groups: dict[tuple[dt.date, str], list[Row]] = {}
    for row in weeks:
        if row["department_key"] != "all" and all(row[metric] is not None for metric in metrics):
            groups.setdefault((row["week_start"], row["tool"]), []).append(row)
    for rows in groups.values():
        medians = {f"median_{metric}": median(row[metric] for row in rows) for metric in metrics}
        yield from (row | medians for row in rows)


def _costs(truth: Truth) -> Iterator[Row]:
    as_of = dt.datetime.fromisoformat(truth["as_of"]).date()
    for start, departments in truth["cost_monthly"].items():
        month = dt.date.fromisoformat(start)
        days = calendar.monthrange(month.year, month.month)[1]
        over = min(days, (as_of - month).days)
        is_whole = month >= dt.date.fromisoformat(truth["first_day"])
        for name, tools in departments.items():
            for tool, bases in tools.items():
                for basis, amount in bases.items():
                    cost = round(float(amount), 2)
                    yield _place(name, tool) | {
                        "month_start": month,
                        "cost_basis": basis,
                        "cost": cost,
                        "month_to_date": cost,
                        "projected_month_end": cost * days / over if over > 0 else None,
                        "is_complete_month": is_whole and over == days,
                    }


def _seats(truth: Truth) -> Iterator[Row]:
    as_of = dt.datetime.fromisoformat(truth["as_of"]).date()
    for start, products in truth["seats_monthly"].items():
        month = dt.date.fromisoformat(start)
        is_over = (month + dt.timedelta(days=31)).replace(day=1) <= as_of
        is_whole = month >= dt.date.fromisoformat(truth["first_day"])
        for product, departments in products.items():
            for name, seats in departments.items():
                if min(seats["seat_holders"], seats["seats_active"]) >= 5:
                    yield _place(name, product) | {
                        "month_start": month,
                        "product": product,
                        "seat_holders": seats["seat_holders"],
                        "seats_active": seats["seats_active"],
                        "utilization_ratio": seats["seats_active"] / seats["seat_holders"],
                        "cost": round(float(seats["cost"]), 2),
                        "is_complete_month": is_whole and is_over,
                    }


def _targets(weeks: list[Row]) -> Iterator[Row]:
    """The company's target for active people of all tools."""
    for row in weeks:
        if row["department_name"] == ALL and row["tool"] == "all":
            aim = {"metric": "active_ratio", "target": TARGET, "due_date": dt.date(2026, 12, 31)}
            yield row | aim | {"actual": row["active_ratio"]}


def _place(name: str, tool: str) -> Row:
    key = "all" if name == ALL else name.lower().replace(" ", "_")
    return {"department_key": key, "department_name": name, "tool": tool}


def _ratio(numerator: float | None, denominator: float) -> float | None:
    return None if numerator is None or not denominator else numerator / denominator
