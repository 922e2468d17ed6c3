"""Zone, currency, k, smallest unit and rehire days are settings; none of them may silently mix or unhide."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration import dbt
from orchestration.choices import FILE, chosen, project_var, remember_build, require_same_build
from runtime.environment import Environment, environment
from runtime.errors import ConfigurationError


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return environment(tmp_path / "data")


def test_without_settings_the_projects_own_values_hold() -> None:
    assert chosen({}) == {}
    assert (project_var("reporting_timezone"), dbt.suppression_k()) == ("UTC", 5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REPORTING_TIMEZONE", "Berlin"),
        ("REPORTING_TIMEZONE", "../UTC"),
        ("REPORTING_CURRENCY", "euro"),
        ("REPORTING_CURRENCY", "EUR'"),
        ("SUPPRESSION_K", "4"),
        ("SUPPRESSION_K", "-7"),
        ("SUPPRESSION_K", "7.5"),
        ("MIN_UNIT_HEADCOUNT", "4"),
        ("REHIRE_DAYS", "a year"),
        ("REHIRE_DAYS", "4000"),
        ("REBUILT_FROM", "January"),
        ("REBUILT_FROM", "2026-02-30"),
    ],
)
def test_a_value_out_of_its_range_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"AI_USAGE_{name}"):
        chosen({f"AI_USAGE_{name}": value})


def test_settings_reach_dbt_and_whoever_publishes(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_USAGE_SUPPRESSION_K", "8")
    monkeypatch.setenv("AI_USAGE_REPORTING_TIMEZONE", "Europe/Berlin")
    monkeypatch.setenv("AI_USAGE_REPORTING_CURRENCY", "CHF")
    command = dbt._invocation(["build"], env)
    given = json.loads(command[command.index("--vars") + 1])
    zone_and_currency = {"reporting_timezone": "Europe/Berlin", "reporting_currency": "CHF"}
    assert given == {**zone_and_currency, "suppression_k": 8}
    assert (project_var("reporting_timezone"), dbt.suppression_k()) == ("Europe/Berlin", 8)
    assert project_var("rehire_days") == 180


def test_another_zone_needs_everything_to_be_built_again(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the days in one zone and half in another would count an evening twice or never."""
    monkeypatch.setenv("AI_USAGE_REPORTING_TIMEZONE", "Europe/Berlin")
    require_same_build(env, full_refresh=False)  # the first night
    remember_build(env)
    require_same_build(env, full_refresh=False)
    monkeypatch.setenv("AI_USAGE_REPORTING_TIMEZONE", "Asia/Tokyo")
    with pytest.raises(ConfigurationError, match="what was built is in Europe/Berlin"):
        require_same_build(env, full_refresh=False)
    require_same_build(env, full_refresh=True)


def test_another_currency_needs_everything_to_be_built_again(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier release remembered its zone alone, and built in the project's currency."""
    (env.data_dir / FILE).write_text('{"reporting_timezone": "UTC"}', encoding="utf-8")
    require_same_build(env, full_refresh=False)
    monkeypatch.setenv("AI_USAGE_REPORTING_CURRENCY", "EUR")
    with pytest.raises(ConfigurationError, match="currency is EUR, but what was built is in USD"):
        require_same_build(env, full_refresh=False)
    require_same_build(env, full_refresh=True)
    remember_build(env)
    require_same_build(env, full_refresh=False)


def test_a_deployment_of_an_earlier_release_was_built_in_the_projects_zone(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not (env.data_dir / FILE).exists()
    (env.data_dir / "target").mkdir()
    (env.data_dir / "target" / "run_results.json").touch()
    require_same_build(env, full_refresh=False)
    monkeypatch.setenv("AI_USAGE_REPORTING_TIMEZONE", "Europe/Berlin")
    with pytest.raises(ConfigurationError, match="built is in UTC"):
        require_same_build(env, full_refresh=False)
