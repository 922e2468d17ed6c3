"""The incremental strategy `replace_days`, in a project of one small model over our own macros."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.postgres import PostgresServer
from tests.transform.toy import ToyProject

LOADED_DAYS = "{{ config(materialized='view') }} select * from main.raw_loaded_days"
MODEL = """
{%- set resources = ['toy.events'] %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    meta={'replace_days': {'resources': resources, 'neighbours': NEIGHBOURS}}
) }}
select
    item,
    {{ loaded_through(resources) }} as loaded_through,
    event_date as activity_date
from main.raw_events
{% if is_incremental() %}
where {{ touched_days_filter('event_date', resources, NEIGHBOURS) }}
{% endif %}
"""


class Toy:
    """A warehouse with one day-wise model; days are of November 2026, fetches count up."""

    def __init__(self, folder: Path, neighbours: int, server: PostgresServer | None = None) -> None:
        self._fetch = dt.datetime(2026, 11, 20)
        days = MODEL.replace("NEIGHBOURS", str(neighbours))
        self.project = ToyProject(folder, {"stg_ops__loaded_days": LOADED_DAYS, "days": days}, server)
        self.sql = self.project.sql
        self.sql("create table main.raw_events (item varchar, event_date date)")
        self.sql(
            "create table main.raw_loaded_days "
            "(source varchar, resource varchar, day date, status varchar, fetched_at timestamp)"
        )

    def load(self, day: int, items: Sequence[str], status: str = "ok") -> None:
        """Fetch one day anew: its rows are replaced, as ingestion does."""
        self._fetch += dt.timedelta(minutes=1)
        date = f"date '2026-11-{day:02}'"
        self.sql(f"delete from main.raw_events where event_date = {date}")
        for item in items:
            self.sql(f"insert into main.raw_events values ('{item}', {date})")
        self.sql(f"delete from main.raw_loaded_days where day = {date}")
        self.sql(
            f"insert into main.raw_loaded_days values ('toy', 'events', {date}, '{status}', '{self._fetch}')"
        )

    def run(self) -> list[tuple[object, ...]]:
        """Build, and give the model's (day of the month, item)."""
        self.project.run()
        return self.sql(
            "select cast(extract(day from activity_date) as int), item from main.days order by 1, 2"
        )


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_only_touched_days_are_replaced_and_an_emptied_day_loses_its_rows(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue("postgres") if engine == "postgres" else None
    toy = Toy(tmp_path, neighbours=0, server=server)
    toy.load(1, ["a"])
    toy.load(2, ["b", "c"])
    toy.load(3, ["d"])
    assert toy.run() == [(1, "a"), (2, "b"), (2, "c"), (3, "d")]

    # An edit without a fetch stays unseen: the list of fetched days decides, not the rows.
    toy.sql("update main.raw_events set item = 'unseen' where item = 'a'")
    toy.load(2, [], status="empty")
    toy.load(3, ["e"])
    toy.load(4, ["f"])
    assert toy.run() == [(1, "a"), (3, "e"), (4, "f")]

    # "Not ready" is no answer: the day keeps what it had.
    toy.load(4, [], status="pending")
    assert toy.run() == [(1, "a"), (3, "e"), (4, "f")]


def test_neighbours_of_a_touched_day_are_rebuilt_too(tmp_path: Path) -> None:
    toy = Toy(tmp_path, neighbours=1)
    toy.load(1, ["a"])
    toy.load(2, ["b"])
    toy.load(4, ["d"])
    toy.run()

    toy.sql("update main.raw_events set item = 'edited' where item in ('a', 'd')")
    toy.load(2, ["c"])
    assert toy.run() == [(1, "edited"), (2, "c"), (4, "d")]
