"""The heavy part in Polars: `python -m benchmarks.baseline.polars_frames RAW WAREHOUSE FOLDER [streaming]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import polars as pl

from benchmarks.baseline.frames import COLUMNS, people, require_equal
from benchmarks.tasks.told import telling

_DAY, _GAP = pl.duration(hours=24), pl.duration(minutes=30)


def department_weeks(messages: pl.LazyFrame, accounts: pl.LazyFrame, spans: pl.LazyFrame) -> pl.LazyFrame:
    """Department-weeks of raw messages."""
    key = ["message_date", "message_token"]
    repeated = messages.group_by(key).len().filter(pl.col("len") > 1)
    stale = (
        messages.join(repeated, on=key, how="semi")
        .select(*key, "event_at", "event_token")
        .sort("event_at", "event_token", descending=True)
        .filter(pl.int_range(pl.len()).over(key) > 0)
    )
    newest = messages.join(stale, on="event_token", how="anti").filter(
        (pl.col("author_type") == "assistant") | ~pl.col("is_injected")
    )
    ordered = (
        newest.join(accounts, on="user_token")
        .with_columns(is_user=pl.col("author_type") == "user")
        .sort(
            ["conversation_token", "message_at", "is_user", "message_token"],
            descending=[False, False, True, False],
        )
    )
    answered = ordered.with_columns(
        turn=pl.col("is_user").cum_sum().over("conversation_token"),
        prompted_at=pl.when("is_user").then("message_at").forward_fill().over("conversation_token"),
    ).with_columns(is_turn=(pl.col("message_at") <= pl.col("prompted_at") + _DAY).fill_null(False))
    turns = (
        answered.with_columns(event_at=pl.when("is_turn").then("prompted_at").otherwise("message_at"))
        .group_by("conversation_token", "turn", "is_turn", "event_at")
        .agg(
            account_key=pl.coalesce(pl.col("account_key").filter("is_user").max(), pl.col("account_key").max()),
            user_messages=pl.col("is_user").sum().cast(pl.Int64),
            assistant_messages=(~pl.col("is_user")).sum().cast(pl.Int64),
            prompt_chars=pl.col("prompt_chars").sum(),
        )
    )
    starts = turns.sort("account_key", "is_turn", "event_at").with_columns(
        previous=pl.col("event_at").shift().over("account_key", "is_turn")
    )
    person_days = (
        starts.with_columns(
            activity_date=pl.col("event_at").dt.date(),
            sessions=(
                pl.col("is_turn") & (pl.col("event_at") > pl.col("previous") + _GAP).fill_null(True)
            ).cast(pl.Int64),
        )
        .group_by("account_key", "activity_date")
        .agg(pl.col("user_messages", "assistant_messages", "sessions", "prompt_chars").sum())
        .join(accounts, on="account_key")
        .filter(pl.col("activity_date").is_between("valid_from", "valid_to", closed="left"))
        .group_by("person_key", "activity_date")
        .agg(pl.col("user_messages", "assistant_messages", "sessions", "prompt_chars").sum())
    )
    return (
        person_days.join(spans, on="person_key")
        .filter(pl.col("activity_date").is_between("valid_from", "valid_to", closed="left"))
        .group_by("department_key", week_start=pl.col("activity_date").dt.truncate("1w"))
        .agg(
            pl.col("person_key").filter(pl.col("user_messages") > 0).n_unique().alias("active_people"),
            pl.col("user_messages", "assistant_messages", "sessions", "prompt_chars").sum(),
        )
    )


def main() -> None:
    """Compute, then compare with the SQL by hand."""
    raw, warehouse, folder = map(Path, sys.argv[1:4])
    engine: Literal["streaming", "in-memory"] = "streaming" if "streaming" in sys.argv[4:] else "in-memory"
    accounts, spans = (pl.DataFrame(table) for table in people(warehouse))
    with telling() as facts:
        messages = pl.scan_parquet(raw / "conversation_messages" / "*.parquet").select(COLUMNS)
        weeks = department_weeks(messages, accounts.lazy(), spans.lazy()).collect(engine=engine)
        facts["rows"] = weeks.height
    require_equal(weeks.to_arrow(), folder)


if __name__ == "__main__":
    main()
