"""How often the 80 % interval of `cost_forecast_monthly` holds the cost, over invented companies.

`python -m benchmarks.forecasts [--companies 40] [--seed 1]`

Each company has 4 to 12 departments, three tools and 24 months of cost, with growth, own ups and downs,
and months that are good or bad for all of them. The published cost goes through the mart's own query, compiled
by dbt, in memory. Printed: the share of intervals that hold the cost (75 to 85 % is asked for), and how many
there were. The exit code is 1 outside of that.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from orchestration.compiled import compiled_queries
from runtime.environment import environment

TABLE = "cost_forecast_monthly"
MONTHS = 24
LEAST, MOST = 0.75, 0.85
TOOLS = ("chatgpt", "codex", "github_copilot")
Row = tuple[str, str, dt.date, float]


def months() -> list[dt.date]:
    """First days of two years of months."""
    return [dt.date(2024 + number // 12, number % 12 + 1, 1) for number in range(MONTHS)]


def company(chance: random.Random) -> Iterator[Row]:
    """Department, tool, month and cost: of each department, and of the company as their sum."""
    departments = [f"d{number}" for number in range(chance.randint(4, 12))]
    for tool in TOOLS:
        growth = chance.uniform(-0.02, 0.05)
        levels = {name: math.exp(chance.gauss(7, 1)) for name in departments}
        for number, month in enumerate(months()):
            common = growth * number + chance.gauss(0, 0.05)
            total = 0.0
            for name, level in levels.items():
                cost = round(level * math.exp(common + chance.gauss(0, 0.15)), 2)
                total += cost
                yield name, tool, month, cost
            yield "all", tool, month, round(total, 2)


def forecasts(query: str, rows: Sequence[Row]) -> list[tuple[float, float, float]]:
    """Low, high and actual of each forecast with an interval whose month is known, by the mart's query."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("create schema warehouse.marts")
        connection.execute(
            "create table warehouse.marts.department_cost_monthly (department_key varchar, "
            "department_name varchar, tool varchar, cost_basis varchar, month_start date, "
            "cost decimal(18, 2), currency varchar, "
            "is_complete_month boolean)"
        )
        connection.executemany(
            "insert into warehouse.marts.department_cost_monthly "
            "values (?, ?, ?, 'credits', ?, ?, 'USD', true)",
            [(name, name, tool, month, cost) for name, tool, month, cost in rows],
        )
        rows_found: list[tuple[float, float, float]] = connection.execute(
            f"select low, high, actual from ({query}) where low is not null and actual is not null"
        ).fetchall()
        return rows_found


def coverage(query: str, seed: int, companies: int) -> tuple[float, int]:
    """The share of intervals that hold the cost, and how many there were."""
    chance = random.Random(seed)
    found = [row for _ in range(companies) for row in forecasts(query, list(company(chance)))]
    return sum(low <= actual <= high for low, high, actual in found) / len(found), len(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the coverage; 1 where it is not 75 to 85 %."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecasts", description=__doc__)
    parser.add_argument("--companies", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        query = compiled_queries(environment(Path(folder), "dev"), [TABLE])[TABLE]
    share, count = coverage(query, chosen.seed, chosen.companies)
    print(f"{share:.1%} of {count} intervals hold the cost ({LEAST:.0%} to {MOST:.0%} is asked for)")
    return 0 if LEAST <= share <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
