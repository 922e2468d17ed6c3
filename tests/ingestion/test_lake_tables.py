"""Declaring the lake's tables: once, and again only when the columns, the folder or the query are others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingestion.lake import Lake
from ingestion.lake_tables import declare_copies, declare_raw
from ingestion.privacy.contract import DayGrain, TableContract, integer, text
from runtime.environment import Environment, environment
from runtime.spark import SparkSql

WHO, SEEN = text("who", lambda r: r), integer("seen", lambda r: r)
NARROW = TableContract("days", DayGrain(), (WHO,))
WIDE = TableContract("days", DayGrain(), (WHO, SEEN))
FILES, VIEW = "`raw_fake`.`days__loads`", "`raw_fake`.`days`"

_CREATED = re.compile(r"create (table|view) `(\w+)`\.`(\w+)` .*")
_CHANGED = re.compile(r"(drop|alter|refresh) (table|view) `(\w+)`\.`(\w+)`.*")
_PROPERTY = re.compile(r"tblproperties \('([\w.]+)' = '(\w+)'\)")


class Catalogue:
    """A cursor of a server that remembers what it was told, and refuses what Spark would refuse."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.tables: dict[tuple[str, str], str] = {}
        self._answer: list[tuple[Any, ...]] = []

    def execute(self, statement: str) -> None:
        self.told.append(statement)
        if found := re.fullmatch(r"show table extended in `(\w+)` like '\*'", statement):
            self._answer = [
                (schema, table, False, f"Type: EXTERNAL\n{properties}Location: file:/lake\n\n")
                for (schema, table), properties in self.tables.items()
                if schema == found.group(1)
            ]
        elif found := _CREATED.fullmatch(statement):
            assert found.groups()[1:] not in self.tables, f"is there already: {statement}"
            self._keep(found.group(2), found.group(3), statement)
        elif found := _CHANGED.fullmatch(statement):
            assert found.groups()[2:] in self.tables, f"is not there: {statement}"
            if found.group(1) == "drop":
                del self.tables[found.group(3), found.group(4)]
            elif found.group(1) == "alter":
                self._keep(found.group(3), found.group(4), statement)
        else:
            assert statement.startswith("create schema if not exists "), statement

    def _keep(self, schema: str, table: str, statement: str) -> None:
        if found := _PROPERTY.search(statement):
            kept = f"Table Properties: [{found.group(1)}={found.group(2)}, transient_lastDdlTime=1795303400]\n"
            self.tables[schema, table] = kept
        else:
            self.tables.setdefault((schema, table), "")

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._answer

    def since(self, count: int, of: str) -> list[str]:
        """What was done to a table or view since the first `count` statements: the verbs."""
        return [
            " ".join(statement.split()[:2]) for statement in self.told[count:] if statement.split()[2:3] == [of]
        ]


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue()


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.delenv("AI_USAGE_SPARK_LAKE", raising=False)
    return environment(tmp_path / "data", "spark")


def night(env: Environment, catalogue: Catalogue, contract: TableContract) -> int:
    """Declare what a night declares; how many statements were told before."""
    before = len(catalogue.told)
    spark = SparkSql(catalogue, ())
    declare_raw(spark, env, Lake(str(env.lake_url)), {"fake": [contract]})
    return before


def test_what_is_not_there_is_created(env: Environment, catalogue: Catalogue) -> None:
    night(env, catalogue, NARROW)
    assert catalogue.since(0, FILES) == ["create table"]
    assert catalogue.since(0, VIEW) == ["create view"]
    (created,) = [statement for statement in catalogue.told if statement.startswith(f"create table {FILES}")]
    assert "`who` string" in created
    assert created.endswith(f"location 'file://{env.lake_url}/raw_fake/days'")


def test_the_same_stays_and_its_list_of_files_is_renewed(env: Environment, catalogue: Catalogue) -> None:
    night(env, catalogue, NARROW)
    before = night(env, catalogue, NARROW)
    assert catalogue.since(before, FILES) == ["refresh table"]
    assert catalogue.since(before, VIEW) == []
    assert not [
        statement for statement in catalogue.told[before:] if re.match("drop|create (?!schema)", statement)
    ]


def test_other_columns_are_declared_anew_and_the_view_is_altered(
    env: Environment, catalogue: Catalogue
) -> None:
    night(env, catalogue, NARROW)
    before = night(env, catalogue, WIDE)
    assert catalogue.since(before, FILES) == ["drop table", "create table"]
    assert catalogue.since(before, VIEW) == ["alter view", "alter view"], "never dropped, nor replaced"
    before = night(env, catalogue, WIDE)
    assert catalogue.since(before, FILES) == ["refresh table"]
    assert catalogue.since(before, VIEW) == []


def test_another_place_is_declared_anew(
    env: Environment, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(env, catalogue, NARROW)
    monkeypatch.setenv("AI_USAGE_SPARK_LAKE", "s3a://elsewhere/lake")
    before = night(env, catalogue, NARROW)
    assert catalogue.since(before, FILES) == ["drop table", "create table"]
    assert catalogue.told[-1].endswith("location 's3a://elsewhere/lake/raw_fake/days'")
    assert catalogue.since(before, VIEW) == [], "it reads the table by its name"


def test_what_an_earlier_release_declared_is_declared_once_more(env: Environment, catalogue: Catalogue) -> None:
    catalogue.tables = {("raw_fake", "days__loads"): "", ("raw_fake", "days"): ""}
    night(env, catalogue, NARROW)
    assert catalogue.since(0, FILES) == ["drop table", "create table"]
    assert catalogue.since(0, VIEW) == ["alter view", "alter view"]
    before = night(env, catalogue, NARROW)
    assert catalogue.since(before, FILES) == ["refresh table"]


def test_a_night_that_died_between_drop_and_create_is_made_good(env: Environment, catalogue: Catalogue) -> None:
    night(env, catalogue, NARROW)
    del catalogue.tables["raw_fake", "days__loads"]
    before = night(env, catalogue, NARROW)
    assert catalogue.since(before, FILES) == ["create table"]


def test_copies_are_written_each_time_and_declared_once(env: Environment, catalogue: Catalogue) -> None:
    lake, spark = Lake(str(env.lake_url)), SparkSql(catalogue, ())
    declare_copies(spark, lake, "ops", {"runs": pa.table({"n": [1]})})
    before = len(catalogue.told)
    declare_copies(spark, lake, "ops", {"runs": pa.table({"n": [1, 2]})})
    assert catalogue.since(before, "`ops`.`runs`") == ["refresh table"]
    assert lake.folder("ops/runs").count_rows() == 2
