"""The heavy part in pandas: `python -m benchmarks.baseline.pandas_frames RAW WAREHOUSE FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from benchmarks.baseline.frames import COLUMNS, people, require_equal
from benchmarks.tasks.told import telling

_DAY, _GAP = pd.Timedelta(hours=24), pd.Timedelta(minutes=30)
_MEASURES = ["user_messages", "assistant_messages", "sessions", "prompt_chars"]


def department_weeks(messages: pd.DataFrame, accounts: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Department-weeks of raw messages."""
    key = ["message_date", "message_token"]
    repeated = messages[messages.duplicated(key, keep=False)]
    newest = repeated.sort_values(["event_at", "event_token"], ascending=False).drop_duplicates(key)
    stale = repeated.index.difference(newest.index)
    messages = messages.drop(index=stale)
    messages = messages[(messages["author_type"] == "assistant") | ~messages["is_injected"]]
    messages = messages.merge(accounts[["user_token", "account_key"]], on="user_token")
    messages["is_user"] = messages["author_type"] == "user"
    messages = messages.sort_values(
        ["conversation_token", "message_at", "is_user", "message_token"], ascending=[True, True, False, True]
    )
    by_conversation = messages.groupby("conversation_token", sort=False)
    messages["turn"] = by_conversation["is_user"].cumsum()
    messages["prompted_at"] = messages["message_at"].where(messages["is_user"])
    messages["prompted_at"] = messages.groupby("conversation_token", sort=False)["prompted_at"].ffill()
    messages["is_turn"] = messages["message_at"] <= messages["prompted_at"] + _DAY
    messages["event_at"] = messages["prompted_at"].where(messages["is_turn"], messages["message_at"])
    messages["user_messages"] = messages["is_user"].astype("int64")
    messages["assistant_messages"] = 1 - messages["user_messages"]
    # Of a turn the prompt comes first, so the first account is the one that asked.
    turns = messages.groupby(
        ["conversation_token", "turn", "is_turn", "event_at"], sort=False, as_index=False
    ).agg(
        account_key=("account_key", "first"),
        user_messages=("user_messages", "sum"),
        assistant_messages=("assistant_messages", "sum"),
        prompt_chars=("prompt_chars", "sum"),
    )
    turns = turns.sort_values(["account_key", "is_turn", "event_at"])
    previous = turns.groupby(["account_key", "is_turn"], sort=False)["event_at"].shift()
    turns["sessions"] = (turns["is_turn"] & (previous.isna() | (turns["event_at"] > previous + _GAP))).astype(
        "int64"
    )
    turns["activity_date"] = turns["event_at"].dt.normalize()
    days = turns.groupby(["account_key", "activity_date"], as_index=False)[_MEASURES].sum()
    days = _valid(days.merge(accounts, on="account_key"))
    days = days.groupby(["person_key", "activity_date"], as_index=False)[_MEASURES].sum()
    days = _valid(days.merge(spans, on="person_key"))
    days["week_start"] = days["activity_date"] - pd.to_timedelta(days["activity_date"].dt.day_of_week, unit="D")
    days["active_person"] = days["person_key"].where(days["user_messages"] > 0)
    weeks = days.groupby(["department_key", "week_start"], as_index=False).agg(
        active_people=("active_person", "nunique"), **{name: (name, "sum") for name in _MEASURES}
    )
    weeks["week_start"] = weeks["week_start"].dt.date
    return weeks.astype(dict.fromkeys(_MEASURES, "int64"))


def _valid(days: pd.DataFrame) -> pd.DataFrame:
    """Rows whose day lies in the joined span."""
    return days[(days["activity_date"] >= days["valid_from"]) & (days["activity_date"] < days["valid_to"])]


def main() -> None:
    """Compute, then compare with the SQL by hand."""
    raw, warehouse, folder = map(Path, sys.argv[1:4])
    accounts, spans = (table.to_pandas(date_as_object=False) for table in people(warehouse))
    with telling() as facts:
        messages = pd.read_parquet(raw / "conversation_messages", columns=list(COLUMNS))
        weeks = department_weeks(messages, accounts.dropna(subset="person_key"), spans)
        facts["rows"] = len(weeks)
    require_equal(weeks, folder)


if __name__ == "__main__":
    main()
