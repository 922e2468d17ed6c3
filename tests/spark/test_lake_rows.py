"""Which rows of a lake count: what a merge would have left, whatever grain a table has."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingestion.lake import LOAD_ID, Lake
from ingestion.lake_tables import declare_raw
from ingestion.privacy.contract import (
    CurrentGrain,
    DayGrain,
    EventGrain,
    TableContract,
    date,
    integer,
    text,
    timestamp,
)
from orchestration.demo import environment_variables
from runtime.environment import environment
from runtime.spark import spark_sql
from tests.spark.cluster import SparkCluster

COLUMNS = (text("who", lambda r: r), integer("n", lambda r: r), date("seen_on", lambda r: r))
DAYS = TableContract("days", DayGrain(), COLUMNS)
CURRENT = TableContract("current", CurrentGrain(), COLUMNS)
EVENTS = TableContract("events", EventGrain(("tenant", "who"), day="seen_on", newest="n"), COLUMNS)
FIRST = TableContract("firsts", EventGrain(("who",), insert_only=True), COLUMNS)
NEWEST = TableContract("newests", EventGrain(("tenant", "who"), newest="n", keeps_newest=True), COLUMNS)
MOMENTS = TableContract(
    "moments", EventGrain(("who",)), (text("who", lambda r: r), timestamp("at", lambda r: r))
)
D1, D2 = dt.date(2026, 10, 1), dt.date(2026, 10, 2)


def row(who: str | None, n: int | None = None, day: dt.date | None = D1, **others: Any) -> dict[str, Any]:
    return {"tenant": "main", "scope": "main", "day": day, "who": who, "n": n, "seen_on": day} | others


def marker(day: dt.date | None = None) -> dict[str, Any]:
    return row(None, None, day, is_day_marker=True)


LOADED: dict[str, tuple[TableContract, dict[str, list[dict[str, Any]]]]] = {
    "days": (
        DAYS,
        {
            "1": [marker(D1), row("a", 1), row("b", 1), marker(D2), row("a", 9, D2)],
            # the first day lost a row and the second became empty
            "2": [marker(D1), row("a", 2), marker(D2)],
            # another scope of the same day is not touched
            "3": [marker(D1) | {"scope": "other"}, row("c", 3, scope="other")],
            "unfinished": [marker(D1), row("z", 0)],
        },
    ),
    "current": (
        CURRENT,
        {
            "1": [marker(), row("a", 1), row("b", 1), row("x", 5, tenant="second")],
            "2": [marker(), row("b", 2)],
            "unfinished": [marker()],
        },
    ),
    "events": (
        EVENTS,
        {
            "1": [row("a", 1), row("a", 7), row("b", 1)],
            "2": [row("a", 2), row("c", 1, D2)],
            "unfinished": [row("b", 99)],
        },
    ),
    "firsts": (FIRST, {"1": [row("a", 1)], "2": [row("a", 2), row("b", 2)]}),
    "newests": (NEWEST, {"1": [row("a", 8), row("b", 1)], "2": [row("a", 3), row("b", 2)]}),
}
COUNT: dict[str, list[tuple[str, int]]] = {
    "days": [("a", 2), ("c", 3)],
    "current": [("b", 2), ("x", 5)],
    "events": [("a", 2), ("b", 1), ("c", 1)],
    "firsts": [("a", 1), ("b", 2)],
    "newests": [("a", 8), ("b", 2)],
}


def write(lake: Lake, dataset: str, contract: TableContract, loads: dict[str, list[dict[str, Any]]]) -> None:
    """Files as dlt leaves them, one a load; a load that is called unfinished has no record."""
    schema = contract.schema().append(pa.field(LOAD_ID, pa.string()))
    root = Path(lake.url) / dataset
    for load, rows in loads.items():
        table = pa.Table.from_pylist([entry | {LOAD_ID: load} for entry in rows], schema=schema)
        lake.write(f"{dataset}", contract.name, table)
        written = root / contract.name / "data.parquet"
        written.rename(written.with_name(f"{load}.0.parquet"))
        if load != "unfinished":
            (root / "_dlt_loads").mkdir(exist_ok=True)
            (root / "_dlt_loads" / f"raw_fake__{load}.jsonl").write_text("{}")


def test_every_grain_gives_what_a_merge_would_have_left(cluster: SparkCluster, tmp_path: Path) -> None:
    variables = cluster.variables | {"AI_USAGE_SCHEMA_PREFIX": "rows_", "AI_USAGE_RAW_SCHEMA_PREFIX": "rows_"}
    with environment_variables(variables):
        env = environment(tmp_path, "spark")
        lake = Lake(str(env.lake_url))
        for contract, loads in LOADED.values():
            write(lake, "rows_raw_fake", contract, loads)
        moment = dt.datetime(2026, 10, 1, 23, 59, 59, 250_000)
        write(lake, "rows_raw_fake", MOMENTS, {"1": [{"tenant": "main", "who": "a", "at": moment}]})
        empty = TableContract("nothing_yet", DayGrain(), COLUMNS)
        with spark_sql() as spark:
            contracts = [*(contract for contract, _ in LOADED.values()), MOMENTS, empty]
            declare_raw(spark, env, lake, {"fake": contracts})
            found = {
                name: spark.rows(f"select who, n from rows_raw_fake.{name} order by who") for name in LOADED
            }
            assert found == COUNT
            assert spark.rows("select at from rows_raw_fake.moments") == [(moment,)], "UTC in every session"
            assert spark.rows("select * from rows_raw_fake.nothing_yet") == []
            plan = spark.rows(f"explain select * from rows_raw_fake.events where seen_on = date '{D2}'")[0][0]
            assert re.search(r"PushedFilters: \[[^]]*EqualTo\(seen_on,2026-10-02\)", plan)


def test_a_second_night_finds_new_files_and_columns(cluster: SparkCluster, tmp_path: Path) -> None:
    """In the session that read the first ones, which remembers what it read; what is the same is left alone."""
    variables = cluster.variables | {"AI_USAGE_RAW_SCHEMA_PREFIX": "again_"}
    later = TableContract("firsts", FIRST.grain, (*COLUMNS, text("later", lambda r: r)))
    created = "show table extended in again_raw_fake like '*'"
    with environment_variables(variables), spark_sql() as spark:
        env = environment(tmp_path, "spark")
        lake = Lake(str(env.lake_url))

        def night(contract: TableContract, loads: dict[str, list[dict[str, Any]]], columns: str) -> list[Any]:
            write(lake, "again_raw_fake", contract, loads)
            declare_raw(spark, env, lake, {"fake": [contract]})
            return spark.rows(f"select {columns} from again_raw_fake.firsts order by who")

        assert night(FIRST, {"1": [row("a", 1)]}, "who, n") == [("a", 1)]
        before = spark.rows(created)
        assert night(FIRST, {"2": [row("a", 2), row("b", 2)]}, "who, n") == [("a", 1), ("b", 2)]
        assert spark.rows(created) == before, "with the moments at which they were created"
        rows = night(later, {"3": [row("c", 3, later="x")]}, "who, n, later")
        assert rows == [("a", 1, None), ("b", 2, None), ("c", 3, "x")]
