"""The incremental strategy `replace_days`, in a project of one small model over our own macros."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

MACROS = Path(__file__).resolve().parents[2] / "macros"
PROJECT = """
name: ai_usage
version: "1.0.0"
profile: toy
vars: {reporting_timezone: UTC}
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = """
toy:
  target: dev
  outputs:
    dev: {type: duckdb, path: toy.duckdb, schema: main, threads: 1}
"""
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

    def __init__(self, folder: Path, neighbours: int) -> None:
        self.folder = folder
        self._fetch = dt.datetime(2026, 11, 20)
        (folder / "dbt_project.yml").write_text(PROJECT)
        (folder / "profiles.yml").write_text(PROFILE)
        (folder / "macros").symlink_to(MACROS)
        (folder / "models").mkdir()
        (folder / "models/stg_ops__loaded_days.sql").write_text(LOADED_DAYS)
        (folder / "models/days.sql").write_text(MODEL.replace("NEIGHBOURS", str(neighbours)))
        self.sql("create table raw_events (item varchar, event_date date)")
        self.sql(
            "create table raw_loaded_days "
            "(source varchar, resource varchar, day date, status varchar, fetched_at timestamp)"
        )

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.folder / "toy.duckdb")) as connection:
            return connection.execute(statement).fetchall()

    def load(self, day: int, items: Sequence[str], status: str = "ok") -> None:
        """Fetch one day anew: its rows are replaced, as ingestion does."""
        self._fetch += dt.timedelta(minutes=1)
        date = f"date '2026-11-{day:02}'"
        self.sql(f"delete from raw_events where event_date = {date}")
        for item in items:
            self.sql(f"insert into raw_events values ('{item}', {date})")
        self.sql(f"delete from raw_loaded_days where day = {date}")
        self.sql(f"insert into raw_loaded_days values ('toy', 'events', {date}, '{status}', '{self._fetch}')")

    def run(self) -> list[tuple[object, ...]]:
        """Build, and give the model's (day of the month, item)."""
        command = [str(Path(sys.executable).with_name("dbt")), "run", "--profiles-dir", "."]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        return self.sql("select day(activity_date), item from days order by 1, 2")


def test_only_touched_days_are_replaced_and_an_emptied_day_loses_its_rows(tmp_path: Path) -> None:
    toy = Toy(tmp_path, neighbours=0)
    toy.load(1, ["a"])
    toy.load(2, ["b", "c"])
    toy.load(3, ["d"])
    assert toy.run() == [(1, "a"), (2, "b"), (2, "c"), (3, "d")]

    # An edit without a fetch stays unseen: the list of fetched days decides, not the rows.
    toy.sql("update raw_events set item = 'unseen' where item = 'a'")
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

    toy.sql("update raw_events set item = 'edited' where item in ('a', 'd')")
    toy.load(2, ["c"])
    assert toy.run() == [(1, "edited"), (2, "c"), (4, "d")]
