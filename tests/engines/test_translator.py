"""Where the translator differs from the engine it translates: each correction of ours, by its smallest example.

Each test fails when a newer sqlglot gets it right, and the correction can go.
"""

from __future__ import annotations

from decimal import Decimal

import duckdb
from sqlglot import transpile

from tests.engines.translation import to_duckdb


def value(sql: str) -> object:
    row = duckdb.connect().execute(sql).fetchone()
    assert row is not None
    return row[0]


def test_a_numeric_of_bigquery_keeps_nine_decimals() -> None:
    """Vendor: NUMERIC has precision 38 and scale 9. Translated it is DuckDB's bare decimal, of scale 3."""
    sql = "select cast('0.123456789' as numeric)"
    (translated,) = transpile(sql, read="bigquery", write="duckdb")
    assert value(translated) == Decimal("0.123")
    assert value(to_duckdb(sql, "bigquery")[0]) == Decimal("0.123456789")


def test_a_whole_bignumeric_of_bigquery_keeps_its_digits() -> None:
    """Vendor: BIGNUMERIC has 76 digits. Translated it is a decimal of 15 whole digits, or a float."""
    sql = "select div(cast(12345678901237 as bignumeric) * cast(9876543219 as bignumeric), 1)"
    (translated,) = transpile(sql, read="bigquery", write="duckdb")
    exact = 12345678901237 * 9876543219
    assert value(translated) != exact
    assert value(to_duckdb(sql, "bigquery")[0]) == exact
