"""Account-day tables built night by night equal a full refresh: late, restated and emptied days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.sources.registry import SOURCES
from orchestration.dbt import run_dbt
from runtime.environment import Environment, environment
from tests.data_tests import VIEWS

TABLES = (
    "int_chatgpt_session_parts",
    "int_chatgpt_feature_days",
    "int_m365_copilot_feature_days",
    "int_m365_copilot_session_parts",
    "int_account_sessions",
    "int_account_message_days",
    "int_account_turn_days",
    "int_github_copilot_account_days",
    "int_github_copilot_model_days",
    "int_chatgpt_token_days",
    "int_chatgpt_cost_days",
)
LOADED_DAYS = (
    "source varchar, resource varchar, tenant varchar, scope varchar, day date, load_id varchar, "
    "row_count bigint, fetched_at timestamp, status varchar"
)
Rows = list[tuple[Any, ...]]


class Warehouse:
    """Empty raw tables as the sources declare them, filled by hand. Days are of November 2026."""

    def __init__(self, folder: Path) -> None:
        self.environment: Environment = environment(folder, "dev")
        self._fetched_at = dt.datetime(2026, 11, 20)
        self._is_built = False
        with self._connect() as connection:
            connection.execute(f"create schema ops; create table ops.loaded_days ({LOADED_DAYS})")
            for source in SOURCES:
                connection.execute(f"create schema raw_{source.name}")
                for contract in source.contracts:
                    connection.register("empty", contract.empty())
                    table = f"raw_{source.name}.{contract.name}"
                    connection.execute(f"create table {table} as select * from empty")

    def _connect(self) -> duckdb.DuckDBPyConnection:
        self.environment.warehouse.parent.mkdir(parents=True, exist_ok=True)
        return duckdb.connect(str(self.environment.warehouse))

    def sql(self, statement: str) -> Rows:
        with self._connect() as connection:
            rows: Rows = connection.execute(statement).fetchall()
            return rows

    def insert(self, table: str, **values: object) -> None:
        columns = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        with self._connect() as connection:
            connection.execute(f"insert into {table} ({columns}) values ({marks})", list(values.values()))

    def fetched(self, source: str, resource: str, *days: int, status: str = "ok") -> None:
        """Say that days were fetched (again), as ingestion does after a load."""
        self._fetched_at += dt.timedelta(hours=1)
        for day in days:
            date = f"date '2026-11-{day:02}'"
            of_day = f"source = '{source}' and resource = '{resource}' and day = {date}"
            self.sql(f"delete from ops.loaded_days where {of_day}")
            values = (
                f"'{source}', '{resource}', 'main', 'all', {date}, 'x', 1, '{self._fetched_at}', '{status}'"
            )
            self.sql(f"insert into ops.loaded_days values ({values})")

    def message(self, author: str, at: str, conversation: str = "c", model: str | None = None) -> None:
        moment = dt.datetime.fromisoformat(f"2026-11-{at}")
        self.insert(
            "raw_chatgpt.conversation_messages",
            tenant="main", event_token=f"{author}{at}", message_token=f"{author}{at}", user_token="u",
            conversation_token=conversation, actor_type="account_user", author_type=author,
            is_injected=False, event_at=moment, message_at=moment, message_date=moment.date(),
            client_type="web", model=model, prompt_chars=60 if author == "user" else None,
            used_files=author == "user" and moment.hour == 23,
        )  # fmt: skip

    def prompt(self, at: str) -> None:
        moment = dt.datetime.fromisoformat(f"2026-11-{at}")
        self.insert(
            "raw_m365_copilot.interactions",
            tenant="main", interaction_token=at, session_token="s", user_token="o", app="word",
            interaction_type="userPrompt", created_at=moment, created_date=moment.date(),
        )  # fmt: skip

    def copilot_day(self, day: int, user: str, interactions: int) -> None:
        date, where = dt.date(2026, 11, day), {"tenant": "main", "scope": "e", "user_token": user}
        counts = {"user_initiated_interactions": interactions}
        self.insert(
            "raw_github_copilot.user_days", day=date, cli_prompts=1, cli_prompt_tokens=10, **where, **counts
        )
        self.insert(
            "raw_github_copilot.user_day_models", day=date, model="m", feature="chat", **where, **counts
        )

    def cost(self, day: int, event: str, tokens: int) -> None:
        keys = {"tenant": "main", "event_token": event, "usage_date": dt.date(2026, 11, day)}
        self.insert(
            "raw_chatgpt.costs_usage", user_token="u", product="codex", text_input_tokens=tokens, **keys
        )
        self.insert("raw_chatgpt.costs_billing", line_number=0, cost=tokens, cost_unit="CREDITS", **keys)

    def build(self, full_refresh: bool = False) -> dict[str, Rows]:
        """Build the account-day tables and give their rows, but for the watermark."""
        options = ["--full-refresh"] if full_refresh else []
        options += ["--exclude", *VIEWS] if self._is_built else []
        selection = [f"+{table}" for table in TABLES]
        result = run_dbt(["run", *options, "--select", *selection], self.environment)
        assert result.ok, result.failures
        self._is_built = True
        return {
            table: self.sql(f"select * exclude (loaded_through) from intermediate.{table} order by all")
            for table in TABLES
        }


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    built = Warehouse(tmp_path)
    for day in range(2, 9):
        built.message("user", f"{day:02}T09:00:00", conversation=f"c{day}")
        built.message("assistant", f"{day:02}T09:00:05", conversation=f"c{day}", model="a")
        built.message("user", f"{day:02}T23:50:00", conversation=f"c{day}")
        built.prompt(f"{day:02}T10:00:00")
        built.copilot_day(day, "g1", interactions=3)
        built.copilot_day(day, "g2", interactions=4)
        built.cost(day, f"e{day}", tokens=100)
    everything = {
        "chatgpt": ("conversation_messages", "costs_usage", "costs_billing"),
        "m365_copilot": ("interactions",),
        "github_copilot": ("user_days", "user_day_models"),
    }
    for source, resources in everything.items():
        for resource in resources:
            built.fetched(source, resource, *range(2, 9))
    return built


def test_late_restated_and_emptied_days_equal_a_full_refresh(warehouse: Warehouse) -> None:
    before = warehouse.build()

    # Late: a message at 00:10 joins the session of 23:50, and an answer after midnight its prompt.
    warehouse.message("user", "03T00:10:00", conversation="c2")
    warehouse.message("assistant", "08T00:05:00", conversation="c7", model="b")
    warehouse.fetched("chatgpt", "conversation_messages", 3, 8)
    # Restated: the 5th loses its evening, the first user of GitHub and half of its tokens.
    warehouse.sql("delete from raw_chatgpt.conversation_messages where event_token = 'user05T23:50:00'")
    warehouse.fetched("chatgpt", "conversation_messages", 5)
    for table in ("user_days", "user_day_models"):
        warehouse.sql(f"delete from raw_github_copilot.{table} where day = '2026-11-05' and user_token = 'g1'")
        warehouse.fetched("github_copilot", table, 5)
    warehouse.sql("update raw_chatgpt.costs_usage set text_input_tokens = 50 where event_token = 'e5'")
    warehouse.cost(5, "late", tokens=7)
    warehouse.fetched("chatgpt", "costs_usage", 5)
    warehouse.fetched("chatgpt", "costs_billing", 5)
    # Empty: nothing is left of the 6th.
    warehouse.sql("delete from raw_m365_copilot.interactions where created_date = '2026-11-06'")
    warehouse.fetched("m365_copilot", "interactions", 6, status="empty")
    for table in ("user_days", "user_day_models"):
        warehouse.sql(f"delete from raw_github_copilot.{table} where day = '2026-11-06'")
        warehouse.fetched("github_copilot", table, 6, status="empty")

    night = warehouse.build()
    rebuilt = warehouse.build(full_refresh=True)

    assert night == rebuilt
    changed = {table for table in TABLES if night[table] != before[table]}
    assert changed == set(TABLES)


def test_a_night_without_anything_new_changes_nothing(warehouse: Warehouse) -> None:
    assert warehouse.build() == warehouse.build()
