"""An empty field and a source that lost nine tenths stop a publish; quiet days and rare fields do not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ledger.ledger import Ledger
from orchestration.checks import FieldFill, accept, judge_days, judge_fill, judge_snapshots, run_checks
from runtime.environment import Environment, environment
from runtime.errors import ConfigurationError

TODAY = dt.date(2026, 11, 19)


def loads(*filled: int, rows: int = 100) -> list[FieldFill]:
    return [FieldFill(f"r{number}", rows, count) for number, count in enumerate(filled)]


def days(*means: int) -> dict[dt.date, int]:
    """Whole weeks back from today, the newest first, each with the same rows on every day."""
    return {TODAY - dt.timedelta(days=7 * w + d): rows for w, rows in enumerate(means) for d in range(7)}


@pytest.mark.parametrize(
    ("history", "wrong"),
    [
        (loads(90, 0), True),
        (loads(90, 0, 0, 0), True),  # it stays refused on the nights that follow
        (loads(0, 0), False),  # never filled
        (loads(90, 90, 1), False),  # one value is enough
        (loads(1, 0), False),  # a rare field: one of hundred
        (loads(90, rows=100) + loads(0, rows=10), False),  # too few rows to tell
        (loads(), False),
    ],
)
def test_a_field_that_went_empty(history: list[FieldFill], wrong: bool) -> None:
    assert (judge_fill(history) is not None) is wrong


@pytest.mark.parametrize(
    ("by_day", "wrong"),
    [
        (days(9, 100, 100), True),
        (days(11, 100, 100), False),
        (days(0, 100, 100, 10, 100), True),
        (days(0, 100), False),  # too little history
        (days(0, 1, 1), False),  # too little use
        ({}, False),
    ],
)
def test_a_week_that_lost_nine_tenths(by_day: dict[dt.date, int], wrong: bool) -> None:
    assert (judge_days(by_day) is not None) is wrong


def test_one_quiet_day_is_no_lost_week() -> None:
    assert judge_days(days(100, 100, 100) | {TODAY: 0}) is None


def test_a_snapshot_that_lost_nine_tenths() -> None:
    before = TODAY - dt.timedelta(days=1)
    assert judge_snapshots({before: 100, TODAY: 9}) is not None
    assert judge_snapshots({before: 100, TODAY: 10}) is None
    assert judge_snapshots({before: 10, TODAY: 0}) is None
    assert judge_snapshots({TODAY: 0}) is None


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    env = environment(tmp_path, "dev")
    fill = {"source": "chat", "tenant": "main", "resource": "costs", "field": "model", "row_count": 100}
    day: dict[str, Any] = {"tenant": "main", "scope": "main", "load_id": "1", "status": "ok"}
    day |= {"fetched_at": dt.datetime(2026, 11, 19), "source": "chat", "resource": "users"}
    Ledger(env).write(
        {
            "field_fill": [
                fill | {"run_id": "a", "filled_count": 100},
                fill | {"run_id": "b", "filled_count": 0},
            ],
            "resources": [{"source": "chat", "resource": "users", "grain": "snapshot"}],
            "loaded_days": [
                day | {"day": TODAY - dt.timedelta(days=1), "row_count": 100},
                day | {"day": TODAY, "row_count": 1},
            ],
        }
    )
    return env


def test_a_refusal_names_the_place_and_how_to_accept_it(env: Environment) -> None:
    failed = [check for check in run_checks(env) if not check.passed]
    assert {(check.source, check.resource, check.field) for check in failed} == {
        ("chat", "costs", "model"),
        ("chat", "users", None),
    }
    assert "--accept chat.costs.model" in failed[0].message
    assert "--accept chat.users " in failed[1].message


def test_each_account_is_judged_by_itself(env: Environment) -> None:
    """A large account that did not load tonight is no loss of rows; a small one that lost its own is."""
    day: dict[str, Any] = {"scope": "main", "load_id": "1", "status": "ok", "source": "chat"}
    day |= {"fetched_at": dt.datetime(2026, 11, 19), "resource": "users"}
    yesterday = TODAY - dt.timedelta(days=1)
    Ledger(env).write(
        {
            "loaded_days": [
                day | {"tenant": "large", "day": yesterday, "row_count": 9000},
                day | {"tenant": "small", "day": yesterday, "row_count": 90},
                day | {"tenant": "small", "day": TODAY, "row_count": 90},
            ]
        }
    )
    messages = [check.message for check in run_checks(env) if check.resource == "users" and not check.passed]
    assert len(messages) == 1
    assert "chat.users of account main has 1 row on" in messages[0]


def test_what_was_accepted_is_the_new_normal(env: Environment) -> None:
    accept(env, ["chat.costs.model", "chat.users"], "b")
    assert all(check.passed for check in run_checks(env))


def test_a_change_must_be_named_in_full(env: Environment) -> None:
    with pytest.raises(ConfigurationError, match=r"source\.resource"):
        accept(env, ["costs"], "b")


def test_an_empty_deployment_has_nothing_to_check(tmp_path: Path) -> None:
    fresh = environment(tmp_path / "new", "dev")
    Ledger(fresh).write({"runs": []})
    assert run_checks(fresh) == []


def test_holidays_of_the_company_are_no_loss() -> None:
    """Between Christmas and Epiphany next to nothing is written; without a calendar that is a loss."""
    by_day = days(1, 100, 100, 100)
    week = {TODAY - dt.timedelta(days=day) for day in range(7)}
    assert judge_days(by_day) is not None
    assert judge_days(by_day, week) is None
    assert judge_days(days(1, 1, 100, 100), {TODAY}) is not None, "one holiday explains no silent week"
