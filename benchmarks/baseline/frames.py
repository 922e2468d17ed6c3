"""What Polars and pandas share: their input, and the comparison of what they made with the SQL by hand.

The heavy part only: messages → sessions → person-days → department-weeks, from the raw rows as Parquet.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from benchmarks.baseline.hand_written import RESULT, statements

COLUMNS = (
    "event_token", "message_token", "message_date", "conversation_token", "user_token", "author_type",
    "is_injected", "event_at", "message_at", "prompt_chars",
)  # fmt: skip
WEEK = ("department_key", "week_start", "active_people", "user_messages", "assistant_messages", "sessions",
        "prompt_chars")  # fmt: skip


def people(warehouse: Path) -> tuple[Any, Any]:
    """Accounts with their person and span, and spans of departments, as Arrow tables."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        for statement in statements("people"):
            connection.execute(statement)
        accounts = "select id_token as user_token, account_key, person_key, valid_from, valid_to from accounts"
        spans = "select person_key, department_key, valid_from, valid_to from employment"
        return connection.sql(accounts).to_arrow_table(), connection.sql(spans).to_arrow_table()


def require_equal(weeks: Any, folder: Path) -> int:
    """Rows of the department-weeks, after comparing them with those of the SQL by hand.

    Raises:
        SystemExit: they differ.
    """
    columns = ", ".join(WEEK)
    with duckdb.connect(str(folder / RESULT), read_only=True) as connection:
        connection.register("made", weeks)
        made, known = f"select {columns} from made", f"select {columns} from department_weeks"
        differing = connection.execute(
            f"select count(*) from (({made} except all {known}) union all ({known} except all {made}))"
        ).fetchone()
        assert differing is not None
        if differing[0]:
            raise SystemExit(f"{differing[0]} department-weeks differ from the SQL by hand")
        rows = connection.execute("select count(*) from department_weeks").fetchone()
        assert rows is not None
        return int(rows[0])
