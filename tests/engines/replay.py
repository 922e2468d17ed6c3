"""What dbt would do on another engine, done on DuckDB with that engine's translated SQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from tests.engines.translation import to_duckdb

Model = dict[str, Any]
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
# What only engines with fingerprints keep, see macros/incremental/replace_changed.sql.
_FINGERPRINTS = "int_input_changes"
_VERSION = "inputs_version"


class Replay:
    """A DuckDB database of its own, which reads sources from a build of ours and makes every model itself.

    `built` is a warehouse file after `dbt build` on DuckDB; it is only read.
    """

    def __init__(self, models: dict[str, Model], dialect: str) -> None:
        self.models = models
        self.dialect = dialect
        self._own = {(model["schema"], model["table"]) for model in models.values()}
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")

    def read_from(self, built: Path) -> None:
        """Point every source and seed at this build."""
        sql = self.connection.execute
        if "built" in [name for (name,) in sql("select database_name from duckdb_databases()").fetchall()]:
            sql("detach built")
        sql(f"attach '{built}' as built (read_only)")
        found = sql(
            "select table_schema, table_name from information_schema.tables where table_catalog = 'built'"
        )
        for schema, table in found.fetchall():
            sql(f'create schema if not exists "{schema}"')
            if (schema, table) not in self._own:
                name = f'"{schema}"."{table}"'
                sql(f"create or replace view {name} as select * from built.{name}")

    def full(self) -> None:
        """`dbt build --full-refresh`."""
        for model in in_order(self.models):
            self._create(model, "full")

    def increment(self) -> None:
        """The next `dbt build`: tables anew, incremental models with the statements of their strategy."""
        for model in in_order(self.models):
            if model["materialized"] != "incremental":
                self._create(model, "increment")
                continue
            (select,) = to_duckdb(model["increment"], self.dialect)
            new_rows = f'"{model["schema"]}"."{model["table"]}__dbt_tmp"'
            self.connection.execute(f"create or replace table {new_rows} as {select}")
            if model["strategy"] == "replace_days":
                for statement in to_duckdb(model["statement"], self.dialect):
                    self.connection.execute(statement)
            else:
                self.connection.execute(f"insert into {name(model)} select * from {new_rows}")

    def _create(self, model: Model, branch: str) -> None:
        kind = "view" if model["materialized"] == "view" else "table"
        (select,) = to_duckdb(model[branch], self.dialect)
        self.connection.execute(f"create or replace {kind} {name(model)} as {select}")

    def differences(self) -> list[str]:
        """Every model whose rows or types differ from those of the DuckDB build, and how."""
        compared = [model for model in in_order(self.models) if model["table"] != _FINGERPRINTS]
        return [line for model in compared for line in self._differences(model)]

    def _differences(self, model: Model) -> Iterator[str]:
        ours, built = name(model), f"built.{name(model)}"
        types = {table: self._types(table) for table in (ours, built)}
        if list(types[ours]) != list(types[built]):
            yield f"{ours}: columns {list(types[ours])} instead of {list(types[built])}"
            return
        for column, kind in types[built].items():
            if family(types[ours][column]) != family(kind):
                yield f"{ours}.{column} is {types[ours][column]} instead of {kind}"
        # Sums of floating point depend on the order of rows: nine digits are compared.
        columns = ", ".join(
            f"format('{{:.9g}}', \"{column}\")" if kind in ("DOUBLE", "FLOAT") else f'"{column}"'
            for column, kind in types[built].items()
            if column != _VERSION
        )
        for here, there, what in ((ours, built, "too many"), (built, ours, "missing")):
            rows = self.connection.execute(
                f"select count(*) from (select {columns} from {here} except all select {columns} from {there})"
            ).fetchone()
            assert rows is not None
            if rows[0]:
                yield f"{ours}: {rows[0]} rows {what}"

    def _types(self, table: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self.connection.execute(f"describe {table}").fetchall()}

    def values(self, query: str) -> set[Any]:
        """The first column of a query."""
        return {row[0] for row in self.connection.execute(query).fetchall()}


def name(model: Model) -> str:
    """A model's table, quoted."""
    return f'"{model["schema"]}"."{model["table"]}"'


def in_order(models: dict[str, Model]) -> list[Model]:
    """Every model after those that it reads."""
    done: dict[str, Model] = {}

    def visit(key: str) -> None:
        if key in models and key not in done:
            for dependency in models[key]["depends_on"]:
                visit(dependency)
            done[key] = models[key]

    for key in models:
        visit(key)
    return list(done.values())


def family(kind: str) -> str:
    """A type without what cannot change a value: the width of a number, as engines disagree about it."""
    if kind in _WHOLE:
        return "whole number"
    if kind.startswith("DECIMAL"):
        return "decimal with " + kind.partition(",")[2].strip(")") + " decimals"
    # A naive UTC timestamp of ours is a BigQuery timestamp, which is an instant.
    return "TIMESTAMP" if kind.startswith("TIMESTAMP") else kind
