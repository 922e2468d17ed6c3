"""Bounds of hidden figures once more, from published files alone: in plain Python, as docs/metrics.md says it.

Figures are whole steps: people, messages, cents, thousandths of a credit. Nothing of the product is imported.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.attack.published import BESIDE_THE_COMPANY, COMPANY, Published, Row

PASSES = 3
FEWEST_PEOPLE = 5
TOKENS = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
TOKENS += ("unsplit_tokens", "credits")
STAGES = ("assigned", "first_use", "repeat_use", "habitual", "deep")
SEAT_CLASSES = ("held_by_leaver", "on_leave", "in_grace", "duplicate")
USE_CLASSES = ("never_used", "dormant", "under_used", "used")
CLASSES = SEAT_CLASSES + USE_CLASSES
# Columns of each table, and the column that tells rows of a department, tool and period apart.
USE = ("licensed_people", "active_people", "accounts", "sessions", "user_messages")
SEATS = ("seat_holders", "accounts", "seat_days", "seats_active", "cost", "reassignable_cost", *CLASSES)
TABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "department_usage_weekly": (USE, ""),
    "department_usage_monthly": (USE, ""),
    "prompt_length_weekly": (("measured_messages",), ""),
    "department_tokens_weekly": (TOKENS, ""),
    "department_cost_monthly": (("cost",), "cost_basis"),
    "adoption_funnel_weekly": (STAGES, ""),
    "power_users_monthly": (("power_users",), ""),
    "license_utilization_monthly": (SEATS, "product"),
    "model_mix_weekly": (("value",), "model_family"),
}
PEOPLE = {"licensed_people", "active_people", *STAGES, "power_users", "seats_active", "reassignable_cost"}
PEOPLE |= {*CLASSES, "value"}
STEPS = {"cost": 100, "reassignable_cost": 100, "credits": 1000}
# Zeros of these are hidden beside others, or a positive amount may be rounded to one.
FROM_ZERO = {*STAGES[1:], *CLASSES, "cost", "reassignable_cost", "credits"}
# Nothing says that a bill is positive.
SIGNED = {"billed", "vendor_estimate"}
# Columns that a tool gives together, and lists in which a row says that it gives one.
TOGETHER = {**dict.fromkeys(STAGES[2:], "late"), **dict.fromkeys(USE_CLASSES, "use")}
TOGETHER |= dict.fromkeys((*SEAT_CLASSES, "seat_holders", "seat_days"), "seats")
LISTS = {"active_people": "tools_included", "accounts": "tools_included"}
LISTS |= {"sessions": "session_tools_included", "user_messages": "message_tools_included"}
LISTS |= {"measured_messages": "tools_included"}
# Departments make up the company, or the company may have more.
MAKE_UP = {*USE, "measured_messages", *TOKENS, *STAGES, "power_users", "value"}
OVER_TOOLS = {"sessions", "user_messages", "measured_messages", *TOKENS, "cost"}
COUNTED_ONCE = {"licensed_people", "active_people"}


class Figure(NamedTuple):
    """One column of one published row."""

    table: str
    start: dt.date
    unit: str
    tool: str
    item: str
    column: str


@dataclass
class Line:
    """Figures that add up to a whole, or to no more than it (`within`); `adds_up`: to no less."""

    whole: Figure
    parts: list[Figure]
    within: bool = True
    adds_up: bool = True


@dataclass
class Limits:
    """What is known of a hidden figure, in steps. None: nothing."""

    low: int | None
    high: int | None = None


@dataclass
class _Reading:
    """Everything that published rows say."""

    shown: dict[Figure, int] = field(default_factory=dict)
    hidden: set[Figure] = field(default_factory=set)
    unclear: set[Figure] = field(default_factory=set)
    complete: set[Figure] = field(default_factory=set)
    heads: dict[tuple[str, dt.date, str, str], int] = field(default_factory=dict)
    near: dict[tuple[dt.date, str], list[Figure]] = field(default_factory=lambda: defaultdict(list))


def bounds(published: Published) -> dict[Figure, Limits]:
    """Every hidden figure of a complete period with its limits."""
    reading = _read(published)
    for figure in reading.shown:
        reading.near[figure.start, figure.unit].append(figure)
    limits = {figure: _first(figure, reading) for figure in reading.hidden}
    lines = list(_lines(reading))
    for _ in range(PASSES):
        limits = _narrowed(limits, lines, reading)
    limits = _nested(limits)
    return {figure: limit for figure, limit in limits.items() if figure in reading.complete}


def steps(figure: Figure) -> int:
    """Steps to one."""
    return STEPS.get(figure.column, 1)


def _concerns(column: str, unit: str, table: str) -> bool:
    if column == "accounts":
        return unit == "unattributed"
    if table == "license_utilization_monthly" and column == "seat_holders":
        return unit != "unattributed"
    return column not in PEOPLE or unit not in BESIDE_THE_COMPANY


def _read(published: Published) -> _Reading:
    reading = _Reading()
    for table, (columns, item) in TABLES.items():
        start = "week_start" if table.endswith("weekly") else "month_start"
        rows = published.rows(table)
        states: dict[tuple[Any, ...], set[str]] = defaultdict(set)
        cells: list[tuple[Figure, tuple[Any, ...], Row]] = []
        for row in rows:
            for column in columns:
                if not _concerns(column, row["department_key"], table):
                    continue
                named = str(row[item]) if item else ""
                figure = Figure(table, row[start], row["department_key"], row["tool"], named, column)
                name = "seat_holders" if item == "product" and column == "accounts" else column
                given = (row[start], row["tool"], named, TOGETHER.get(name, name))
                cells.append((figure, given, row))
                if row[column] is not None:
                    reading.shown[figure] = round(row[column] * steps(figure))
                    states[given].add("given")
                elif LISTS.get(column) and row.get(LISTS[column]) is not None:
                    states[given].add("given")
                elif not row["is_suppressed"]:
                    states[given].add("absent")
                if row.get("headcount") is not None:
                    reading.heads[start, row[start], row["department_key"], row["tool"]] = row["headcount"]
        for figure, given, row in cells:
            if row["is_complete_" + start.removesuffix("_start")]:
                reading.complete.add(figure)
            if figure in reading.shown or not row["is_suppressed"]:
                continue
            if "given" in states[given]:
                reading.hidden.add(figure)
            elif "absent" not in states[given]:
                reading.unclear.add(figure)
    _read_models(published.rows("model_mix_weekly"), reading)
    return reading


def _read_models(rows: Sequence[Row], reading: _Reading) -> None:
    """The use of all families: a family's use divided by its share. Not a figure of the table."""
    for row in rows:
        uses = Figure("model_mix_weekly", row["week_start"], row["department_key"], row["tool"], "", "uses")
        if row["value"] and row["share"]:
            reading.shown[uses] = max(reading.shown.get(uses, 0), round(row["value"] / row["share"]))
    for row in rows:
        uses = Figure("model_mix_weekly", row["week_start"], row["department_key"], row["tool"], "", "uses")
        if uses not in reading.shown and row["is_suppressed"]:
            reading.hidden.add(uses)


def _beside(figure: Figure, columns: Sequence[str], table: str, item: str = "") -> list[Figure]:
    return [figure._replace(table=table, column=column, item=item) for column in columns]


def _wholes(figure: Figure) -> list[Figure]:
    """Figures of the same department, tool and period that contain it."""
    weekly = figure.table.endswith("weekly")
    use = "department_usage_weekly" if weekly else "department_usage_monthly"
    column = figure.column
    if column == "measured_messages":
        return _beside(figure, ["user_messages"], use)
    if column in STAGES:
        before = STAGES[: STAGES.index(column)]
        return _beside(figure, ["licensed_people"], use) + _beside(figure, before, figure.table)
    if column == "power_users":
        return _beside(figure, ["active_people"], use)
    if column in COUNTED_ONCE and figure.tool != COMPANY:
        return [figure._replace(tool=COMPANY)]
    within = {"seats_active": ["seat_holders"], "reassignable_cost": ["cost"]}.get(column, [])
    return _beside(figure, within, figure.table, figure.item)


def _first(figure: Figure, reading: _Reading) -> Limits:
    """What single shown figures say."""
    if figure.item in SIGNED:
        return Limits(None)
    limits = Limits(0 if figure.column in FROM_ZERO or figure.column == "uses" else 1)
    highs = [reading.shown[whole] for whole in _wholes(figure) if whole in reading.shown]
    if figure.column in {*COUNTED_ONCE, *STAGES, "power_users"}:
        start = "week_start" if figure.table.endswith("weekly") else "month_start"
        head = reading.heads.get((start, figure.start, figure.unit, figure.tool))
        highs += [] if head is None else [head]
    limits.high = min(highs, default=None)
    beside = reading.near[figure.start, figure.unit]
    lows = [reading.shown[part] for part in beside if figure in _wholes(part)]
    if figure.column == "active_people":
        totals = (figure._replace(column=name) for name in ("sessions", "user_messages"))
        lows += [FEWEST_PEOPLE for total in totals if reading.shown.get(total, 0) > 0]
    limits.low = max([limits.low or 0, *lows])
    return limits


def _lines(reading: _Reading) -> Iterator[Line]:
    figures = {*reading.shown, *reading.hidden, *reading.unclear}
    units: dict[Figure, list[Figure]] = defaultdict(list)
    tools: dict[Figure, list[Figure]] = defaultdict(list)
    parts: dict[Figure, list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.unit not in (COMPANY, *BESIDE_THE_COMPANY) and figure.item not in SIGNED:
            units[figure._replace(unit=COMPANY)].append(figure)
        of_tools = figure.column in OVER_TOOLS | COUNTED_ONCE and figure.table != "license_utilization_monthly"
        if of_tools and figure.tool != COMPANY and figure.item not in SIGNED:
            tools[figure._replace(tool=COMPANY)].append(figure)
        if figure.column in CLASSES:
            parts[figure._replace(column="seat_holders")].append(figure)
        if figure.column == "value":
            parts[figure._replace(column="uses", item="")].append(figure)
    for whole, members in units.items():
        is_use = whole.table not in ("department_cost_monthly", "license_utilization_monthly")
        yield Line(whole, members, adds_up=is_use and (whole.column in MAKE_UP or whole.column == "uses"))
    for whole, members in tools.items():
        yield Line(whole, members, within=whole.column not in COUNTED_ONCE)
    for whole, members in parts.items():
        told = [member for member in members if member not in reading.unclear]
        yield Line(whole, members, adds_up=whole.column == "uses" or len(told) == len(CLASSES))


def _narrowed(before: dict[Figure, Limits], lines: Sequence[Line], reading: _Reading) -> dict[Figure, Limits]:
    after = {figure: Limits(limits.low, limits.high) for figure, limits in before.items()}

    def limits_of(figure: Figure) -> Limits:
        if figure in before:
            return before[figure]
        value = reading.shown[figure]
        return Limits(value, value)

    for line in lines:
        if line.whole not in before and line.whole not in reading.shown:
            continue
        slack = (len(line.parts) + 1) // 2 if steps(line.whole) > 1 else 0
        told = [part for part in line.parts if part not in reading.unclear]
        whole = limits_of(line.whole)
        lows = {part: limits_of(part).low or 0 for part in told}
        highs = {part: limits_of(part).high for part in told}
        adds_up = line.adds_up and len(told) == len(line.parts)
        for part in told:
            if part in before and line.within and whole.high is not None:
                others = sum(lows.values()) - lows[part]
                _lower(after[part], whole.high + slack - others)
            others_highs = [high for other, high in highs.items() if other != part]
            if part in before and adds_up and None not in others_highs:
                _raise(after[part], (whole.low or 0) - slack - sum(high or 0 for high in others_highs))
        if line.whole in before and line.within:
            _raise(after[line.whole], sum(lows.values()) - slack)
        if line.whole in before and adds_up and None not in highs.values():
            _lower(after[line.whole], sum(high or 0 for high in highs.values()) + slack)
    return after


def _nested(before: dict[Figure, Limits]) -> dict[Figure, Limits]:
    """A hidden part is at most what its hidden whole is at most; the whole at least what the part is."""
    after = {figure: Limits(limits.low, limits.high) for figure, limits in before.items()}
    for part in before:
        for whole in _wholes(part):
            high = before[whole].high if whole in before else None
            if high is not None:
                _lower(after[part], high)
            if whole in before:
                _raise(after[whole], before[part].low or 0)
    return after


def _lower(limits: Limits, high: int) -> None:
    limits.high = high if limits.high is None else min(limits.high, high)


def _raise(limits: Limits, low: int) -> None:
    limits.low = low if limits.low is None else max(limits.low, low)
