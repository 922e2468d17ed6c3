"""What each of our own functions gives, on each engine: values worked out by hand, not the macro's text."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import PostgresServer
from tests.transform.toy import ToyProject

DAY = "cast('2026-12-31' as date)"  # a Thursday, in ISO week 53 of 2026
LATER = "cast('2027-03-01' as date)"
MOMENT = "cast('2026-03-29 00:30:00' as timestamp)"  # half an hour before Berlin's clocks go forward
VALUES: dict[str, tuple[str, Any]] = {
    "days_added": (f"add_days({DAY!r}, 1)", dt.date(2027, 1, 1)),
    "days_taken": (f"add_days({DAY!r}, '-n')", dt.date(2026, 12, 29)),
    "days_apart": (f"days_between({DAY!r}, {LATER!r})", 60),
    "days_back": (f"days_between({LATER!r}, {DAY!r})", -60),
    "week": (f"iso_week({DAY!r})", 53),
    "week_of_january": ("iso_week(\"cast('2027-01-03' as date)\")", 53),
    "year_of_week": ("iso_year(\"cast('2027-01-03' as date)\")", 2026),
    "monday": ("iso_week_start(\"cast('2027-01-03' as date)\")", dt.date(2026, 12, 28)),
    "monday_itself": ("iso_week_start(\"cast('2026-12-28' as date)\")", dt.date(2026, 12, 28)),
    "day_of_week": ("iso_day_of_week(\"cast('2027-01-03' as date)\")", 7),
    "month": (f"month_start({DAY!r})", dt.date(2026, 12, 1)),
    "days_of_february": ("days_in_month(\"cast('2028-02-10' as date)\")", 29),
    "local_day": ("reporting_date(\"cast('2026-03-28 23:30:00' as timestamp)\")", dt.date(2026, 3, 29)),
    "local_time": (f"reporting_timestamp({MOMENT!r})", dt.datetime(2026, 3, 29, 1, 30)),
    "local_time_after": (
        "reporting_timestamp(\"cast('2026-03-29 01:30:00' as timestamp)\")",
        dt.datetime(2026, 3, 29, 3, 30),
    ),
    "hash": ("sha256_hex(\"'Zürich'\")", hashlib.sha256("Zürich".encode()).hexdigest()),
    "third": ("share_of_amount('10', '1', '3')", Decimal("3.333333333")),
    "third_of_a_refund": ("share_of_amount('-10', '2', '3')", Decimal("-6.666666666")),
    "share_of_nothing": ("share_of_amount('10', '1', '0')", None),
    "price": ("price_tokens('1000007', '2.5')", Decimal("2.500017500")),
    "converted": ("multiply_money('0.000000005', '0.5')", Decimal("0.000000003")),
    # Ten times what is plausible, and the day of an account that once stopped every night.
    "price_of_a_thousand_dollars": ("price_tokens('200000000', '5')", Decimal("1000")),
    "price_of_a_large_day": ("price_tokens('1000000000000', '1000.000000001')", Decimal("1000000000.001")),
    "large_conversion": (
        "multiply_money('250000000000.000000001', '1.08')",
        Decimal("270000000000.000000001"),
    ),
    "conversion_to_small_money": ("multiply_money('100000000', '999999.5')", Decimal("99999950000000")),
    "large_share": ("share_of_amount('2500000000000', '31', '18')", Decimal("4305555555555.555555555")),
    "share_of_large_day": (
        "share_of_amount('1000000', '100000.5', '10000000')",
        Decimal("10000.05"),
    ),
    "seats": ("price_seats('100000000', '9999.999999999')", Decimal("999999999999.9")),
    "department": ("department_key(\"' Sales Alps '\")", "sales_alps"),
    "no_department": ("department_key(\"' '\")", "no_department"),
    "department_called_like_a_bucket": ("department_key(\"' UNALLOCATED'\")", "department_unallocated"),
    "department_called_like_the_pool": ("department_key(\"'Other'\")", "department_other"),
    "department_called_like_nobody": ("department_key(\"'No department'\")", "department_no_department"),
    "department_called_like_one_aside": (
        "department_key(\"'Department other'\")",
        "department_department_other",
    ),
    "name": ("department_label(\"' Sales Alps '\")", "Sales Alps"),
    "no_name": ("department_label(\"' '\")", "No department"),
    "name_of_the_company_row": ("department_label(\"'ALL departments'\")", "ALL departments (department)"),
    "name_of_the_pool": ("department_label(\"'Other departments'\")", "Other departments (department)"),
    "name_of_no_unit": ("department_label(\"' Unallocated '\")", "Unallocated (department)"),
    "name_of_one_aside": (
        "department_label(\"'Unattributed (department)'\")",
        "Unattributed (department) (department)",
    ),
    "session": (
        "session_key('7', \"cast('2000-01-02 00:01:59' as timestamp)\")",
        7 * 10**8 + 24 * 60 + 1,
    ),
    "total": ("total('n')", 2),
    "total_money": (
        "total_money(\"cast('1000000000000000.000000001' as decimal(28, 9))\")",
        Decimal("4000000000000000.000000004"),
    ),
    "tools": ("sorted_list('tool')", "chatgpt, codex"),
}
AGGREGATES = ("total", "total_money", "tools")


def model(names: list[str], relation: str) -> str:
    columns = ", ".join(f"{{{{ {VALUES[name][0]} }}}} as {name}" for name in names)
    return f"select {columns} from {relation} as given"


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_every_engine_gives_the_same_values(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: PostgresServer | None = request.getfixturevalue("postgres") if engine == "postgres" else None
    one_row = "(select 2 as n, 'codex' as tool)"
    rows = (
        "(select 2 as n, 'codex' as tool union all select null, 'chatgpt' "
        "union all select null, 'codex' union all select null, null)"
    )
    scalars = [name for name in VALUES if name not in AGGREGATES]
    models = {"scalars": model(scalars, one_row), "aggregates": model(list(AGGREGATES), rows)}
    project = ToyProject(tmp_path, models, server, zone="Europe/Berlin")
    project.run()
    for table, names in (("scalars", scalars), ("aggregates", list(AGGREGATES))):
        (row,) = project.sql(f"select {', '.join(names)} from main.{table}")
        for name, value in zip(names, row, strict=True):
            expected = VALUES[name][1]
            assert value == expected, name
            # A float may equal the right number today; keys and money must not be floats at all.
            assert not isinstance(value, float), name
