"""Checks that stop a publish: a field empty for all rows, a resource that lost nine tenths of its rows.

Both judge what is loaded now against what was loaded before, from `ops.field_fill` (counted at the gate) and
`ops.loaded_days`: no raw table is read. The verdict hangs on the state of the warehouse, not on one run, so a
check that failed fails again until the vendor's figures are back or the change is accepted by name. A source
that was not loaded tonight left no record and changes no verdict. Each account of a source is judged by itself.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ledger.ledger import Ledger
from ledger.tables import DATASET
from runtime.counting import counted
from runtime.environment import Environment
from runtime.errors import ConfigurationError
from runtime.warehouse import WarehouseSession

FIELDS, ROWS = "fields_filled", "row_counts"
# Chance must not stop a night: this many filled values would have been expected where none came.
_EXPECTED_VALUES = 20
_LEFT_RATIO = 0.1
_SMALLEST_BASE = 50
_WINDOW_DAYS = 7
_WINDOWS_BEFORE = 4
_SNAPSHOT_GRAINS = frozenset({"snapshot", "current"})

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one resource. `field` names what went empty; a message holds counts, never values."""

    check: str
    source: str
    resource: str
    passed: bool
    message: str = ""
    field: str | None = None


@dataclass(frozen=True, slots=True)
class FieldFill:
    """How often a field was filled in one load of its resource."""

    run_id: str
    rows: int
    filled: int


def run_checks(environment: Environment) -> list[CheckResult]:
    """Every check of every loaded resource; nothing before the first load."""
    with environment.session(read_only=True) as session:
        schema = environment.raw_schema(DATASET)
        tables = set(session.tables(schema))
        accepted = _accepted(session, schema) if "accepted_changes" in tables else {}
        results = _field_checks(session, schema, accepted) if "field_fill" in tables else []
        if {"loaded_days", "resources"} <= tables:
            results += _row_checks(session, schema, accepted, _holidays(session, environment))
    return results


def accept(environment: Environment, names: Sequence[str], run_id: str) -> None:
    """Take changes as the new normal: what was loaded before no longer counts as what to expect.

    Raises:
        ConfigurationError: a name is not `source.resource` or `source.resource.field`.
    """
    now = dt.datetime.now(dt.UTC)
    rows = []
    for name in names:
        parts = name.split(".")
        if not 2 <= len(parts) <= 3 or not all(parts):
            raise ConfigurationError(
                f"`{name}` names no change.",
                "Write --accept source.resource for row counts, --accept source.resource.field for a field, "
                "and `ai-usage run --accept source` for a source that was disconnected on purpose.",
            )
        row = dict(zip(("source", "resource", "field"), [*parts, ""], strict=False))
        rows.append(row | {"run_id": run_id, "accepted_at": now})
    Ledger(environment).write({"accepted_changes": rows})


def judge_fill(history: Sequence[FieldFill]) -> str | None:
    """What is wrong with a field whose loads are `history`, oldest first; None when nothing is.

    The loads since it was last filled are judged by the share that was filled until then.
    """
    last = max((position for position, load in enumerate(history) if load.filled), default=None)
    if last is None or last == len(history) - 1:
        return None
    before, since = history[: last + 1], history[last + 1 :]
    share = sum(load.filled for load in before) / sum(load.rows for load in before)
    rows = max(load.rows for load in since)
    if share * rows < _EXPECTED_VALUES:
        return None
    return f"is empty in all {rows:,} rows loaded; until {before[-1].run_id} {share:.0%} of rows had it"


def judge_snapshots(rows_by_day: Mapping[dt.date, int]) -> str | None:
    """What is wrong with the newest of a list that is loaded whole, against the one before it."""
    days = sorted(rows_by_day)[-2:]
    if len(days) < 2:
        return None
    before, now = (rows_by_day[day] for day in days)
    if before < _SMALLEST_BASE or now >= before * _LEFT_RATIO:
        return None
    return f"has {counted(now, 'row')} on {days[1]}, {before:,} on {days[0]}"


def judge_days(rows_by_day: Mapping[dt.date, int], free_days: Collection[dt.date] = ()) -> str | None:
    """What is wrong with the newest week of a resource that comes by day, against the four weeks before.

    By the week, because weekends are quiet. `free_days`, the company's holidays, count in none. A week counts
    with five other loaded days or more.
    """
    rows_by_day = {day: rows for day, rows in rows_by_day.items() if day not in free_days}
    if not rows_by_day:
        return None
    newest = max(rows_by_day)
    weeks: dict[int, list[int]] = defaultdict(list)
    for day, rows in rows_by_day.items():
        weeks[(newest - day).days // _WINDOW_DAYS].append(rows)
    means = {week: statistics.fmean(rows) for week, rows in weeks.items() if len(rows) >= _WINDOW_DAYS - 2}
    before = [means[week] for week in range(1, _WINDOWS_BEFORE + 1) if week in means]
    if 0 not in means or len(before) < 2:
        return None
    usual = statistics.median(before)
    if usual * _WINDOW_DAYS < _SMALLEST_BASE or means[0] >= usual * _LEFT_RATIO:
        return None
    return f"has {means[0]:,.0f} rows a day in the week to {newest}, {usual:,.0f} a day in the weeks before"


def _accepted(session: WarehouseSession, schema: str) -> dict[tuple[str, str, str], tuple[str, dt.date]]:
    """The run and day of the newest acceptance, by (source, resource, field or '')."""
    table = session.name(schema, "accepted_changes")
    found = session.rows(
        f"select source, resource, field, run_id, accepted_at from {table} order by accepted_at"
    )
    return {(source, resource, field): (run_id, at.date()) for source, resource, field, run_id, at in found}


def _field_checks(
    session: WarehouseSession,
    schema: str,
    accepted: Mapping[tuple[str, str, str], tuple[str, dt.date]],
) -> list[CheckResult]:
    has_tenant = any(column.name == "tenant" for column in session.columns(schema, "field_fill"))
    rows = session.rows(
        f"select source, resource, field, {'tenant' if has_tenant else 'null'}, run_id, row_count, "
        f"filled_count from {session.name(schema, 'field_fill')} where row_count > 0 "
        "order by 1, 2, 3, 4, 5"
    )
    several = _with_several_accounts((row[0], row[3]) for row in rows)
    findings: dict[Place, list[CheckResult]] = {}
    for (source, resource, field, tenant), loads in groupby(rows, key=lambda row: row[:4]):
        results = findings.setdefault((source, resource), [])
        since = accepted.get((source, resource, field), ("", None))[0]
        wrong = judge_fill([FieldFill(*load[4:]) for load in loads if load[4] >= since])
        if wrong:
            of = f"of account {tenant} " if source in several else ""
            results.append(_failed(FIELDS, (source, resource), f"{of}{wrong}", field))
    return _all(FIELDS, findings)


def _holidays(session: WarehouseSession, environment: Environment) -> frozenset[dt.date]:
    """Holidays of the whole company, by its working calendar; none where it gave no calendar."""
    schema = environment.raw_schema("raw_company")
    if "working_calendar" not in session.tables(schema):
        return frozenset()
    calendar = session.name(schema, "working_calendar")
    return frozenset(
        day for (day,) in session.rows(f"select distinct holiday_date from {calendar} where location is null")
    )


def _row_checks(
    session: WarehouseSession,
    schema: str,
    accepted: Mapping[tuple[str, str, str], tuple[str, dt.date]],
    free_days: Collection[dt.date],
) -> list[CheckResult]:
    oldest = "(select max(day) from {days}) - 60"
    days, resources = session.name(schema, "loaded_days"), session.name(schema, "resources")
    rows = session.rows(
        "select loaded_days.source, loaded_days.resource, resources.grain, loaded_days.tenant, "
        f"loaded_days.day, sum(loaded_days.row_count) from {days} as loaded_days "
        f"inner join {resources} as resources "
        "on loaded_days.source = resources.source and loaded_days.resource = resources.resource "
        "where loaded_days.status <> 'pending' and resources.grain <> 'window' "
        f"and (resources.grain in ('snapshot', 'current') or loaded_days.day > {oldest.format(days=days)}) "
        "group by loaded_days.source, loaded_days.resource, resources.grain, loaded_days.tenant, "
        "loaded_days.day order by 1, 2, 3, 4, 5"
    )
    several = _with_several_accounts((row[0], row[3]) for row in rows)
    findings: dict[Place, list[CheckResult]] = {}
    for (source, resource, grain, tenant), loads in groupby(rows, key=lambda row: row[:4]):
        since = accepted.get((source, resource, ""), ("", dt.date.min))[1]
        by_day = {row[4]: int(row[5]) for row in loads}
        if grain in _SNAPSHOT_GRAINS:
            # Accepted on the day of the small list: that one becomes the base of the next.
            wrong = None if by_day and max(by_day) <= since else judge_snapshots(by_day)
        else:
            wrong = judge_days({day: rows for day, rows in by_day.items() if day >= since}, free_days)
        results = findings.setdefault((source, resource), [])
        if wrong:
            of = f"of account {tenant} " if source in several else ""
            results.append(_failed(ROWS, (source, resource), f"{of}{wrong}"))
    return _all(ROWS, findings)


def _with_several_accounts(accounts: Iterable[tuple[str, str]]) -> set[str]:
    """Sources of more than one account."""
    return {source for source, count in Counter(source for source, _ in set(accounts)).items() if count > 1}


def _failed(check: str, place: Place, wrong: str, field: str | None = None) -> CheckResult:
    name = ".".join([*place, *([field] if field else [])])
    message = (
        f"{name} {wrong}. Look at the vendor's answer; if it is meant, run once with --accept {name} "
        "(also `ai-usage publish --accept`)."
    )
    return CheckResult(check, *place, passed=False, message=message, field=field)


def _all(check: str, findings: Mapping[Place, Iterable[CheckResult]]) -> list[CheckResult]:
    """The failures, or one pass a resource."""
    results: list[CheckResult] = []
    for place, failed in findings.items():
        results += list(failed) or [CheckResult(check, *place, passed=True)]
    return results
