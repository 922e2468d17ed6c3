"""The targets that cannot run here: where their adapter is installed, and settings that compiling needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Target:
    """`dialect` is sqlglot's name of the engine; no value of `settings` leads anywhere."""

    venv: str
    settings: dict[str, str]
    dialect: str

    @property
    def python(self) -> Path:
        return PROJECT / self.venv / "bin" / "python"


TARGETS = {
    "snowflake": Target(
        ".venv-engines",
        {"SNOWFLAKE_ACCOUNT": "account", "SNOWFLAKE_USER": "nobody", "SNOWFLAKE_PASSWORD": "none"},
        "snowflake",
    ),
    "bigquery": Target(
        ".venv-engines", {"BIGQUERY_METHOD": "oauth-secrets", "BIGQUERY_TOKEN": "none"}, "bigquery"
    ),
    "redshift": Target(
        ".venv-engines", {"REDSHIFT_HOST": "redshift.example", "REDSHIFT_PASSWORD": "none"}, "redshift"
    ),
    "trino": Target(".venv-engines", {"TRINO_HOST": "trino.example", "TRINO_PASSWORD": "none"}, "trino"),
    "clickhouse": Target(".venv-engines", {"CLICKHOUSE_HOST": "clickhouse.example"}, "clickhouse"),
    "databricks": Target(
        ".venv-databricks",
        {"DATABRICKS_HOST": "databricks.example", "DATABRICKS_HTTP_PATH": "/none", "DATABRICKS_TOKEN": "none"},
        "databricks",
    ),
}
# Translated and executed, not only compiled.
EXECUTED = ("snowflake", "bigquery")
