"""What each target of profiles.yml needs from this machine. Variables are named, their values never told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One target.

    Attributes:
        adapter: dbt's adapter, `dbt-<adapter>`.
        extra: optional dependency of ours that installs it; None: always or never beside us (databricks).
        variables: what must be set; alternatives in one entry, parted by ` or `.
        host: variable of the server's name, or the name itself; None: a file.
        port: variable of its port, None when it has one port only.
        default_port: its port unless told otherwise.
        models_only: dbt builds the models there, but our commands neither load nor publish there.
    """

    adapter: str
    extra: str | None = None
    variables: tuple[str, ...] = ()
    host: str | None = None
    port: str | None = None
    default_port: int = 443
    models_only: bool = True


TARGETS = {
    "dev": Target("duckdb", models_only=False),
    "postgres": Target("postgres", host="PGHOST", port="PGPORT", default_port=5432, models_only=False),
    "spark": Target(
        "spark",
        "spark",
        host="AI_USAGE_SPARK_HOST",
        port="AI_USAGE_SPARK_PORT",
        default_port=10000,
        models_only=False,
    ),
    "snowflake": Target(
        "snowflake",
        "snowflake",
        (
            "SNOWFLAKE_ACCOUNT",
            "SNOWFLAKE_USER",
            "SNOWFLAKE_PASSWORD or SNOWFLAKE_PRIVATE_KEY_PATH",
            "SNOWFLAKE_ROLE",
            "SNOWFLAKE_WAREHOUSE",
        ),
    ),
    "bigquery": Target("bigquery", "bigquery", ("GOOGLE_CLOUD_PROJECT",), host="bigquery.googleapis.com"),
    "databricks": Target(
        "databricks",
        None,
        ("DATABRICKS_HOST", "DATABRICKS_HTTP_PATH", "DATABRICKS_TOKEN"),
        host="DATABRICKS_HOST",
    ),
    "redshift": Target(
        "redshift",
        "redshift",
        ("REDSHIFT_HOST", "REDSHIFT_PASSWORD"),
        host="REDSHIFT_HOST",
        port="REDSHIFT_PORT",
        default_port=5439,
    ),
    "trino": Target("trino", "trino", ("TRINO_HOST", "TRINO_PASSWORD"), host="TRINO_HOST", port="TRINO_PORT"),
    "clickhouse": Target(
        "clickhouse",
        "clickhouse",
        ("CLICKHOUSE_HOST", "CLICKHOUSE_PASSWORD"),
        host="CLICKHOUSE_HOST",
        port="CLICKHOUSE_PORT",
        default_port=8443,
    ),
}
