"""dbt's process knows neither a vendor's credential nor the key."""

from __future__ import annotations

import pytest

from orchestration import dbt
from orchestration.dbt_environment import child_environment
from runtime.environment import Environment

SECRETS = (
    "SOURCES__CHATGPT__API_KEY",
    "SOURCES__M365_COPILOT__CLIENT_SECRET",
    "ALERTS__WEBHOOK_URL",
    "ALERTS__SMTP_PASSWORD",
    "DESTINATION__FILESYSTEM__CREDENTIALS__AWS_SECRET_ACCESS_KEY",
    "AI_USAGE_PSEUDONYM_KEY",
    "AI_USAGE_PSEUDONYM_KEY_FILE",
    "GITHUB_TOKEN",
    "SOME_OTHER_SECRET",
)
NEEDED = ("PATH", "HOME", "LC_ALL", "PGPASSWORD", "SNOWFLAKE_PASSWORD", "DBT_ENV_X", "https_proxy")


@pytest.fixture(autouse=True)
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SECRETS, *NEEDED):
        monkeypatch.setenv(name, f"value-of-{name}")


def test_only_what_dbt_needs_is_handed_on() -> None:
    passed = child_environment()
    assert [name for name in SECRETS if name in passed] == []
    assert [name for name in NEEDED if name not in passed] == []


def test_so_it_is_for_dbts_own_process(env: Environment) -> None:
    settings = dbt._settings(env, None)
    assert [name for name in SECRETS if name in settings] == []
    assert settings["AI_USAGE_DATA_DIR"] == str(env.data_dir)


@pytest.fixture
def env(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("data"), "dev")
