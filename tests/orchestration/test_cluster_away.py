"""A night whose Spark cluster does not answer: loaded and recorded, not built, and said so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.lake import lake_of
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceRun
from ingestion.source_types import Batch
from orchestration.night import ExitCode, run_night
from runtime.clock import RunClock
from runtime.environment import environment
from tests.orchestration.fake_source import DAYS, source

NOW = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)


def test_what_was_loaded_waits_for_the_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def extract(run: SourceRun) -> Iterator[Batch]:
        for day in run.days_to_fetch(DAYS):
            yield from run.replace_day(DAYS, day, [("a", 1)])

    monkeypatch.setenv("AI_USAGE_SPARK_HOST", "127.0.0.1")
    monkeypatch.setenv("AI_USAGE_SPARK_PORT", "1")  # nobody listens there
    env = environment(tmp_path, "spark")
    result = run_night(env, Pseudonymiser(bytes(range(32))), RunClock(NOW), [source("fake", extract)])
    assert result.exit_code == ExitCode.BUILD_FAILED
    assert result.publication is None
    assert "Spark" in str(result.error)
    assert "readers keep what they had" in str(result.error)
    lake = lake_of(env)
    assert lake is not None
    assert len(lake.loads("raw_fake")) == 1
