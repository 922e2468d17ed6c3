"""What a vendor's model gives to a port, and how a mistake in it is reported."""

from __future__ import annotations

from pathlib import Path

from tests.transform.toy import ToyProject

MODEL = (
    "select {{ port_columns('seat_days', %s) }} from (select 7 as holder, date '2026-11-02' as seat_date) as s"
)
GIVEN = (
    "['seat_date'], {'account_key': 'holder', 'tenant': \"'main'\", 'product': \"'pro'\", 'tool': \"'toy'\","
    " 'is_carried': 'false'}"
)


def test_columns_stand_in_the_order_of_the_port_and_what_is_not_given_is_null(tmp_path: Path) -> None:
    toy = ToyProject(tmp_path, {"seats": MODEL % GIVEN}, None)
    toy.run()
    assert toy.sql("select column_name, data_type from duckdb_columns() where table_name = 'seats'") == [
        ("account_key", "INTEGER"),
        ("tenant", "VARCHAR"),
        ("product", "VARCHAR"),
        ("tool", "VARCHAR"),
        ("plan", "VARCHAR"),
        ("assigned_at", "TIMESTAMP"),
        ("is_carried", "BOOLEAN"),
        ("seat_date", "DATE"),
    ]
    rows = toy.sql("select account_key, product, plan, assigned_at, is_carried from seats")
    assert rows == [(7, "pro", None, None, False)]


def test_a_column_that_is_unknown_or_left_out_is_named_before_anything_is_built(tmp_path: Path) -> None:
    wrong = GIVEN.replace("'product'", "'produkt'").replace("'is_carried': 'false'", "'plan': 'null'")
    exit_code, said = ToyProject(tmp_path, {"seats": MODEL % wrong}, None).dbt("parse")
    assert exit_code != 0
    told = " ".join(said.split())
    assert "The port seat_days has no column produkt." in told
    assert "needs the column product, is_carried. See ingestion/ports.yml." in told
