"""The benchmark's company: the same bytes from the same seed, and what makes it like a real one."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.workload.generate import generate
from benchmarks.workload.load import load
from benchmarks.workload.names import MESSAGES
from benchmarks.workload.reports import RESTATED
from benchmarks.workload.scale import parse_messages, scale_of
from benchmarks.workload.vendors import vendors
from orchestration.demo import environment_variables
from runtime.environment import environment
from tests.benchmarks.conftest import SCALE, Loaded

EVENTS = ("conversation_messages", "costs_usage", "costs_billing", "identity_links", "users", "seats")


def test_the_same_seed_gives_the_same_bytes(through_http: Loaded, tmp_path: Path) -> None:
    generate(SCALE, tmp_path / "again")
    generate(scale_of(SCALE.messages, seed=8), tmp_path / "other")
    assert _digests(tmp_path / "again") == _digests(through_http.workload)
    assert _digests(tmp_path / "other") != _digests(through_http.workload)


def test_its_size_is_what_was_asked_for(through_http: Loaded) -> None:
    (lines,) = _row(through_http, f"select count(*) from {_log_lines(through_http)}")
    assert lines == pytest.approx(SCALE.messages, rel=0.1)
    assert scale_of(parse_messages("5M")).people == 2_000
    assert scale_of(parse_messages("50M")).people == 20_000
    assert scale_of(parse_messages("200M")).people == 50_000


def test_every_line_is_accepted_and_every_field_known(through_http: Loaded) -> None:
    for result in through_http.results:
        assert (result.source, result.rejected, result.unknown_fields) == (result.source, 0, ())
    chatgpt = next(result for result in through_http.results if result.source == "chatgpt")
    assert set(EVENTS) == set(chatgpt.rows)


def test_about_two_per_cent_of_the_messages_come_twice(through_http: Loaded) -> None:
    """Some as the same event, some as a newer snapshot of the message."""
    lines, events, messages = _row(
        through_http,
        "select count(*), count(distinct event_id), count(distinct message.id) "
        f"from {_log_lines(through_http)}",
    )
    assert 0.015 < (lines - messages) / messages < 0.025
    assert lines > events > messages


def test_people_move_prices_change_and_messages_come_late(through_http: Loaded) -> None:
    (moves,) = _row(
        through_http,
        "select count(*) from (select employee_token from raw_hris.employee_history "
        "group by 1 having count(distinct department) > 1)",
    )
    (eras,) = _row(through_http, "select count(distinct valid_from) from raw_company.price_overrides")
    (late,) = _row(
        through_http,
        f"select count(*) from {_log_lines(through_http)} "
        "where filename[-16:-9] > strftime(timestamp::date + 1, '%Y%m%d')",
    )
    assert moves > 0
    assert eras == 3
    assert late > 0


def test_raw_tables_written_directly_are_those_of_the_load(
    through_http: Loaded, written_directly: Loaded
) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{through_http.warehouse}' as loaded (read_only)")
        connection.execute(f"attach '{written_directly.warehouse}' as written (read_only)")
        for table in EVENTS:
            sides = [
                f"select * exclude (_dlt_load_id) from {side}.raw_chatgpt.{table}"
                for side in ("loaded", "written")
            ]
            assert connection.execute(f"select count(*) > 0 from ({sides[0]})").fetchone() == (True,)
            for one, other in (sides, sides[::-1]):
                assert connection.execute(f"{one} except all {other} limit 1").fetchall() == [], table


def test_the_next_night_restates_a_day_with_fewer_rows(through_http: Loaded, tmp_path: Path) -> None:
    rows = f"select count(*) from raw_github_copilot.user_days where day = date '{RESTATED}'"
    (before,) = _row(through_http, rows)
    shutil.copytree(through_http.environment.data_dir, tmp_path / "data")
    env = environment(tmp_path / "data")
    with vendors(through_http.workload, night=1) as variables, environment_variables(variables):
        load(env, night=1)
    (after,) = _row(replace(through_http, environment=env), rows)
    assert 0 < after < before


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _log_lines(loaded: Loaded) -> str:
    return f"read_json('{loaded.workload / MESSAGES}/*.jsonl', format = 'newline_delimited', filename = true)"


def _row(loaded: Loaded, query: str) -> tuple[Any, ...]:
    with duckdb.connect(str(loaded.warehouse), read_only=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row
