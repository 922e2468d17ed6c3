"""The published tables without a pipeline: in memory, made from the contracts of the models' YAML files."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

import duckdb
import pyarrow

from tests.docs.published import contracts

TOOLS = ("all", "chatgpt", "m365_copilot")
DEPARTMENTS = {"all": "All departments", "sales": "Sales", "legal": "Legal", "other": "Other departments"}
_VALUES: Mapping[str, tuple[object, ...]] = {
    "tool": TOOLS,
    "department_key": tuple(DEPARTMENTS),
    "cost_basis": ("seat_allocated", "credits"),
    "model_family": ("gpt-5.2", "gpt-5.5", "unlisted"),
    "product": ("chatgpt", "m365_copilot"),
    "source": ("chatgpt", "hris"),
    "resource": ("seats", "users"),
    "metric": ("sessions", "messages_per_session", "prompt_chars_mean"),
}
_WORDS: Mapping[str, tuple[str, ...]] = {
    "currency": ("EUR",),
    "quadrant": ("frequent_short", "rare_deep"),
    "bottleneck_stage": ("first_use", "deep"),
    "capability": ("reported", "unavailable"),
    "tier": ("advanced", "standard"),
    "token_basis": ("reported",),
    "measure": ("sessions",),
    "kind": ("company", "rollout"),
    "scope": ("company", "tool"),
    "series": ("active_people", "credits"),
    "way": ("up", "down"),
    "standing": ("behind", "reached"),
}
# Without these a row is no row; all else may be NULL.
_NEVER_NULL = {
    *_VALUES,
    "department_name",
    "week_start",
    "month_start",
    "currency",
    "headcount",
    "capability",
    "valid_from",
    "valid_to",
    *("due_date", "event_date", "kind", "label", "series", "way", "weeks_left"),
}


def empty_schema() -> duckdb.DuckDBPyConnection:
    """A connection whose schema `published` holds every table of the marts, without a row."""
    connection = duckdb.connect()
    connection.execute("create schema published")
    for table, columns in contracts().items():
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"create table published.{table} ({listed})")
    return connection


def filled_schema(weeks: int, missing: float, seed: int = 7) -> duckdb.DuckDBPyConnection:
    """The same with invented figures; each is NULL with the chance `missing`, and its row then suppressed."""
    connection, chance = empty_schema(), random.Random(seed)
    for table, columns in contracts().items():
        rows = [_row(columns, keys, chance, missing) for keys in _keys(columns, weeks)]
        arrow = pyarrow.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows])
        connection.register("filling", arrow)
        connection.execute(f"insert into published.{table} by name select * from filling")
    return connection


def _keys(columns: Mapping[str, str], weeks: int) -> Iterator[dict[str, object]]:
    """Every combination of key values that a table has."""
    monday = date(2026, 11, 9)
    starts = [monday - timedelta(weeks=number) for number in range(weeks)]
    axes: dict[str, tuple[object, ...]] = {name: _VALUES[name] for name in columns if name in _VALUES}
    if "week_start" in columns:
        axes["week_start"] = tuple(starts)
    if "month_start" in columns:
        axes["month_start"] = tuple(sorted({start.replace(day=1) for start in starts}))
    if "target" in columns:
        axes |= {"metric": ("active_ratio",), "tool": ("all",), "department_key": tuple(DEPARTMENTS)[:2]}
    if "times_benchmark" in columns:
        axes |= {"metric": ("active_ratio",), "benchmark": ("departments_median",)}
        del axes["source"]  # one benchmark has one
    if "event_date" in columns:  # a department has one event with a tool, as it has one rollout
        axes = {name: axes[name] for name in ("department_key", "tool")}
    combined: list[dict[str, object]] = [{}]
    for name, values in axes.items():
        combined = [{**keys, name: value} for keys in combined for value in values]
    yield from combined


def _row(
    columns: Mapping[str, str], keys: Mapping[str, object], chance: random.Random, missing: float
) -> list[object]:
    row: dict[str, object] = {}
    for name, kind in columns.items():
        if name in keys:
            row[name] = keys[name]
        elif name == "department_name":
            row[name] = DEPARTMENTS[str(keys["department_key"])]
        elif name in _NEVER_NULL or kind == "boolean" or chance.random() >= missing:
            row[name] = _value(name, kind, chance)
        else:
            row[name] = None
    if "period_state" in row:
        is_complete = all(value for name, value in row.items() if name.startswith("is_complete_"))
        row["period_state"] = "complete" if is_complete else "not_final"
    if "is_suppressed" in row:
        row["is_suppressed"] = None in row.values()
    return list(row.values())


def _value(name: str, kind: str, chance: random.Random) -> object:
    if kind == "boolean":
        return name != "is_suppressed" and chance.random() < 0.8
    if kind == "varchar":
        return chance.choice(_WORDS.get(name, ("a sentence of words",)))
    if name in ("valid_from", "valid_to"):
        return date(1900, 1, 1) if name == "valid_from" else date(2199, 12, 31)
    if kind == "date":
        return date(2026, 11, chance.randint(1, 15))
    if kind == "timestamp":
        return datetime(2026, 11, 15, 2, chance.randint(0, 59))
    # Counts that may be 0, and never lie between 0 and k.
    number = chance.choice((0, chance.randint(5, 400)))
    return number / 400 if kind == "double" and name.endswith(("_ratio", "share")) else number
