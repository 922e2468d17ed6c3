"""What an action about the invented company must say, recomputed from the company's truth alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from statistics import mean, median
from typing import Any

Truth = Mapping[str, Any]
Action = Mapping[str, Any]
ALL = "All departments"
CHANGE = dt.timedelta(weeks=14)
# The share of the company that is to use any tool, as the demo's targets.csv has it.
TARGET = 0.75


def _weekly(truth: Truth, action: Action, week: dt.date | None = None) -> dict[str, Any]:
    """Figures of the action's department and tool in a week."""
    units = truth["department_weekly"][(week or action["period_start"]).isoformat()]
    unit = units[action["department_name"]]
    return {**unit[action["tool"]], "headcount": unit["headcount"]}


def _company(truth: Truth, action: Action, tool: str) -> dict[str, Any]:
    unit = truth["department_weekly"][action["period_start"].isoformat()][ALL]
    return {**unit[tool], "headcount": unit["headcount"]}


def _four_weeks(
    truth: Truth, action: Action, figure: Callable[[Mapping[str, Any]], float]
) -> tuple[float, float]:
    """The mean of the newest four weeks, and of four 14 weeks before; groups under five people are hidden."""

    def average(last: dt.date) -> float:
        weeks = [_weekly(truth, action, last - dt.timedelta(weeks=back)) for back in range(4)]
        return mean(figure(week) for week in weeks if week["active_people"] >= 5)

    return average(action["period_start"]), average(action["period_start"] - CHANGE)


def _depth(week: Mapping[str, Any]) -> float:
    return float(week["session_messages"] / week["sessions"])


def _frequency(week: Mapping[str, Any]) -> float:
    return float(week["sessions"] / week["active_people"])


def _share(week: Mapping[str, Any]) -> float:
    return float(week["active_people"] / week["headcount"])


def _median_of_departments(truth: Truth, action: Action, figure: Callable[[Mapping[str, Any]], float]) -> float:
    units = truth["department_weekly"][action["period_start"].isoformat()]
    shown = [
        unit[action["tool"]]
        for name, unit in units.items()
        if name != ALL and unit["headcount"] >= 10 and unit[action["tool"]]["active_people"] >= 5
    ]
    return median(figure(unit) for unit in shown if unit["sessions"])


def _idle_seats(truth: Truth, action: Action) -> dict[str, float]:
    seats = truth["seats_monthly"][action["period_start"].isoformat()][action["tool"]][
        action["department_name"]
    ]
    idle = seats["seat_holders"] - seats["seats_active"]
    return {
        "metric_value": seats["seats_active"] / seats["seat_holders"],
        "people": idle,
        "money_a_year": 12 * float(seats["cost"]) * idle / seats["seat_holders"],
    }


def _runaway_cost(truth: Truth, action: Action) -> dict[str, float]:
    bases = {
        month: units.get(action["department_name"], {}).get(action["tool"], {})
        for month, units in truth["cost_monthly"].items()
    }
    newest = action["period_start"].isoformat()
    # Of the first month the second half alone is known.
    before = [float(bases[month]["credits"]) for month in sorted(bases) if truth["first_day"] <= month < newest]
    usual, cost = median(before), float(bases[newest]["credits"])
    return {"metric_value": cost, "comparison_value": usual, "money_a_year": 12 * (cost - usual)}


def _next_wave(truth: Truth, action: Action) -> dict[str, float]:
    week = _weekly(truth, action)
    return {
        "metric_value": min(1.0, week["active_people"] / week["licensed_people"]),
        "people": week["headcount"] - week["licensed_people"],
    }


def _frequent_short(truth: Truth, action: Action) -> dict[str, float]:
    week = _weekly(truth, action)
    return {
        "metric_value": _depth(week),
        "comparison_value": _median_of_departments(truth, action, _depth),
        "people": week["active_people"],
    }


def _rare_short(truth: Truth, action: Action) -> dict[str, float]:
    week = _weekly(truth, action)
    return {
        "metric_value": _frequency(week),
        "comparison_value": _median_of_departments(truth, action, _frequency),
        "people": week["active_people"],
    }


def _depth_fell(truth: Truth, action: Action) -> dict[str, float]:
    now, before = _four_weeks(truth, action, _depth)
    people = _weekly(truth, action)["active_people"]
    return {"metric_value": now, "comparison_value": before, "people": people}


def _learn_from(truth: Truth, action: Action) -> dict[str, float]:
    now, before = _four_weeks(truth, action, _share)
    people = _weekly(truth, action)["active_people"]
    return {"metric_value": now, "comparison_value": before, "people": people}


def _target_reached(truth: Truth, action: Action) -> dict[str, float]:
    return {"metric_value": _share(_weekly(truth, action)), "comparison_value": TARGET}


def _overlap(truth: Truth, action: Action) -> dict[str, float]:
    tools = ("chatgpt", "github_copilot", "m365_copilot")
    held = sum(_company(truth, action, tool)["licensed_people"] for tool in tools)
    return {"metric_value": held / _company(truth, action, "all")["licensed_people"]}


FIGURES: Mapping[str, Callable[[Truth, Action], dict[str, float]]] = {
    "idle_seats": _idle_seats,
    "runaway_cost": _runaway_cost,
    "ready_for_next_wave": _next_wave,
    "frequent_short_sessions": _frequent_short,
    "rare_short_sessions": _rare_short,
    "depth_fell_while_sessions_rose": _depth_fell,
    "department_to_learn_from": _learn_from,
    "company_use_grew": _learn_from,
    "target_reached": _target_reached,
    "licences_overlap": _overlap,
}
