"""What lands is what was handed over, on each engine: types, exact money, times in UTC, odd text."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from ingestion.dlt_io import ArrowLoad, extract_arrow, known_columns
from ingestion.privacy.contract import MONEY, TIMESTAMP
from runtime.environment import Environment

SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("label", pa.string()),
        ("amount", MONEY),
        ("is_set", pa.bool_()),
        ("day", pa.date32()),
        ("seen_at", TIMESTAMP),
    ]
)
WIDEST = Decimal("12345678901234567890123456789.123456789")
ODD = 'it\'s "odd", \\N; 100 % | żółć 🙂'
ROWS = [
    (1, "plain", Decimal("0.000000001"), True, dt.date(2026, 3, 29), dt.datetime(2026, 3, 29, 2, 30)),
    (
        2,
        'it\'s "odd", \\N; 100 % | żółć 🙂',
        -WIDEST,
        False,
        dt.date(2199, 12, 31),
        dt.datetime(2026, 1, 1, 0, 0, 0, 1),
    ),
    (3, None, None, None, None, None),
    (2**53, "null", WIDEST, True, dt.date(1900, 1, 1), dt.datetime(2199, 12, 31, 23, 59, 59, 999999)),
]
TYPES = {
    "duckdb": ["BIGINT", "VARCHAR", "DECIMAL(38,9)", "BOOLEAN", "DATE", "TIMESTAMP"],
    "postgres": ["bigint", "character varying", "numeric", "boolean", "date", "timestamp without time zone"],
}


def table(rows: list[tuple[object, ...]]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], schema=SCHEMA)


@pytest.mark.parametrize("env", ["dev", "postgres"], indirect=True)
def test_every_type_lands_as_it_is_and_stays(env: Environment) -> None:
    pipeline = env.pipeline("raw_types", "raw_types")
    assert known_columns(pipeline) == {}
    for rows in ([], list(ROWS), [ROWS[0], ROWS[2]]):
        extract_arrow(pipeline, [ArrowLoad("everything", table(rows), primary_key=("id",))])
        pipeline.normalize()
        pipeline.load()
    assert "everything" in known_columns(pipeline)
    with env.session() as session:
        columns = {column.name: column.data_type for column in session.columns("raw_types", "everything")}
        assert [columns[name] for name in SCHEMA.names] == TYPES[env.engine.name]
        assert session.rows(f"select {', '.join(SCHEMA.names)} from raw_types.everything order by id") == ROWS
        zone = "select current_setting('TimeZone')"
        assert session.value(zone) == "UTC"
