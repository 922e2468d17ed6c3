"""BigQuery never compares a datetime with a timestamp; DuckDB, where its models are executed, always does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from sqlglot import MappingSchema, exp, parse_one
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from tests.engines.conftest import Builds, Compiled
from tests.engines.replay import Model

_KINDS = {"VARCHAR": "string", "TIMESTAMP": "timestamp", "DATE": "date", "BOOLEAN": "bool", "DOUBLE": "float64"}
_MOMENTS = {
    exp.DataType.Type.TIMESTAMPTZ: "timestamp",  # sqlglot's name for BigQuery's timestamp
    exp.DataType.Type.TIMESTAMP: "datetime",
    exp.DataType.Type.DATETIME: "datetime",
    exp.DataType.Type.DATE: "date",
}
Columns = dict[str, dict[str, dict[str, str]]]


@pytest.fixture(scope="module")
def columns(builds: Builds) -> Columns:
    """Every column of the DuckDB build by schema and table, with the type that it has to have on BigQuery."""
    return _columns(builds.first)


def _columns(warehouse: Path) -> Columns:
    found: Columns = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select table_schema, table_name, column_name, data_type from information_schema.columns"
        ).fetchall()
    for schema, table, column, kind in rows:
        number = "numeric" if kind.startswith("DECIMAL") else "int64"
        found.setdefault(schema, {}).setdefault(table, {})[column] = _KINDS.get(kind, number)
    return found


def mixtures(model: Model, sql: str, columns: Columns) -> Iterator[str]:
    """Comparisons of a timestamp with another kind of moment, and columns that end as the wrong kind."""
    schema = MappingSchema(columns, dialect="bigquery")
    tree = parse_one(sql, read="bigquery")
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
    tree = qualify(
        tree, schema=schema, dialect="bigquery", validate_qualify_columns=False, isolate_tables=False
    )
    tree = annotate_types(tree, schema=schema, dialect="bigquery")
    for node in tree.find_all(exp.Binary, exp.Coalesce, exp.Between, exp.In):
        kinds = {moment(part) for part in node.iter_expressions()} - {None}
        if "timestamp" in kinds and len(kinds) > 1:
            yield f"{model['table']}: {node.sql('bigquery')}"
    for select in tree.selects:
        wanted = columns[model["schema"]][model["table"]].get(select.alias_or_name)
        if wanted in ("timestamp", "date") and moment(select) != wanted:
            yield f"{model['table']}.{select.alias_or_name} is no {wanted}"


def moment(part: exp.Expression) -> str | None:
    """The kind of moment that an expression gives; None for anything else."""
    return _MOMENTS.get(part.type.this) if part.type else None


def test_no_model_mixes_timestamps_with_datetimes(compiled: Compiled, columns: Columns) -> None:
    found = [
        line
        for model in compiled["bigquery"].values()
        for branch in ("full", "increment")
        for line in mixtures(model, model[branch], columns)
    ]
    assert found == []


def test_a_mixture_would_be_found(compiled: Compiled, columns: Columns) -> None:
    """dbt's own dateadd gives a datetime: what `add_time` is there for."""
    model = compiled["bigquery"]["int_chatgpt_session_parts"]
    ours, dbts = "timestamp_add(previous_event_at", "datetime_add(cast(previous_event_at as datetime)"
    assert ours in model["full"]
    assert list(mixtures(model, model["full"].replace(ours, dbts), columns))
