"""Whether the hand-written tables and the pipeline's are the same, row for row."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.baseline.hand_written import RESULT

_USE = (
    "user_messages", "session_messages", "measured_messages", "short_prompts", "medium_prompts", "long_prompts",
    "prompt_chars", "sessions", "known_model_sessions", "advanced_sessions", "input_tokens", "output_tokens",
)  # fmt: skip
_MONEY = ("cost_credits", "cost_vendor_estimate", "cost_metered_list")
_TOKENS = ("input_tokens", "cached_input_tokens", "output_tokens", "unsplit_tokens")


@dataclass(frozen=True, slots=True)
class Pair:
    """A hand-written table and the pipeline's with the same columns.

    Attributes:
        theirs: the pipeline's table; `where` is what of it the baseline makes too.
        only: what of the baseline's rows is compared.
    """

    ours: str
    theirs: str
    columns: Sequence[str]
    where: str = "true"
    only: str = "true"


# Periods that are not over also count holders of seats, of whom the baseline knows nothing.
_OVER = "period_end_of(period_type, period_start) <= (select max(as_of)::date from warehouse.ops.runs)"
PAIRS = (
    Pair(
        "sessions",
        "restricted.fct_sessions",
        ("session_key", "person_key", "started_at", "ended_at", "surface", "user_messages", "conversations",
         "prompt_chars", "measured_messages", "majority_model", "is_advanced", "activity_date"),
        where="tool = 'chatgpt'",
    ),
    Pair(
        "usage_days",
        "restricted.fct_usage_daily",
        ("person_key", "tool", "activity_date", "user_messages", "assistant_messages", "sessions",
         "prompt_chars", "measured_messages", "short_prompts", "medium_prompts", "long_prompts", *_TOKENS,
         "total_tokens", *_MONEY, "credits", "distinct_features", "is_active"),
        where="tool in ('chatgpt', 'codex')",
    ),
    Pair(
        "model_days",
        "restricted.fct_model_usage_daily",
        ("department_key", "tool", "surface", "model", "activity_date", "people", "user_messages", "sessions",
         *_TOKENS, *_MONEY),
        where="tool in ('chatgpt', 'codex')",
    ),
    Pair(
        "costs",
        "restricted.fct_costs_daily",
        ("person_key", "account_key", "bucket", "tool", "model", "cost_basis", "usage_date", "department_key",
         "cost", "credits", "unpriced_tokens", "total_tokens"),
        where="tool in ('chatgpt', 'codex') and cost_basis <> 'seat_allocated'",
    ),
    Pair(
        "unit_figures",
        "restricted.unit_figures_of_people",
        ("period_type", "period_start", "unit_key", "tool", "active_people",
         *(f"{name}{part}" for name in _USE for part in ("", "_contributors", "_largest", "_second_largest"))),
        where=f"tool in ('chatgpt', 'codex') and {_OVER}",
        only=f"tool in ('chatgpt', 'codex') and {_OVER}",  # `all` holds GitHub Copilot too
    ),
    Pair(
        "power_users",
        "restricted.fct_power_users_weekly",
        ("week_start", "person_key", "messages_28d", "distinct_features_28d", "sender_percentile",
         "is_power_user"),
        where="tool = 'chatgpt'",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """What one comparison found: rows on both sides, and rows that only one of them has."""

    table: str
    rows: int
    only_ours: int
    only_theirs: int

    @property
    def is_equal(self) -> bool:
        """Whether both hold the same rows, and any at all."""
        return self.rows > 0 and not self.only_ours and not self.only_theirs


def differences(warehouse: Path, folder: Path, pairs: Sequence[Pair] = PAIRS) -> list[Difference]:
    """Compare every pair; rows that stand several times have to on both sides."""
    with duckdb.connect(str(folder / RESULT), read_only=True) as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        connection.execute(
            "create temp macro period_end_of(kind, start) as "
            "case when kind = 'week' then start + interval 7 day else start + interval 1 month end"
        )
        return [_difference(connection, pair) for pair in pairs]


def _difference(connection: duckdb.DuckDBPyConnection, pair: Pair) -> Difference:
    columns = ", ".join(pair.columns)
    ours = f"select {columns} from {pair.ours} where {pair.only}"
    theirs = f"select {columns} from warehouse.{pair.theirs} where {pair.where}"
    counts = [
        _count(connection, query)
        for query in (ours, f"({ours}) except all ({theirs})", f"({theirs}) except all ({ours})")
    ]
    return Difference(pair.ours, *counts)


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(f"select count(*) from ({query})").fetchone()
    assert row is not None
    return int(row[0])


def main() -> None:
    """Compare and tell the rows of each table.

    Raises:
        SystemExit: tables differ; names them.
    """
    parser = argparse.ArgumentParser(prog="benchmarks.baseline.compare")
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    found = differences(options.warehouse, options.folder)
    wrong = [str(difference) for difference in found if not difference.is_equal]
    if wrong:
        raise SystemExit("The hand-written tables and the pipeline's differ: " + "; ".join(wrong))
    print(json.dumps({difference.table: difference.rows for difference in found}))


if __name__ == "__main__":
    main()
