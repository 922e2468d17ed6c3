"""A dbt project of one's own over our macros, on either engine, and SQL on its warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import psycopg2

from orchestration.dbt_child import DbtChild
from orchestration.dbt_environment import child_environment
from orchestration.dbt_process import Request
from tests.postgres import PostgresServer

MACROS = Path(__file__).resolve().parents[2] / "macros"
GENERIC_TESTS = MACROS.parent / "tests" / "dbt" / "generic"
PROJECT = """
name: ai_usage
version: "1.0.0"
profile: toy
vars: {reporting_timezone: ZONE}
flags: {send_anonymous_usage_stats: false}
models: {+post-hook: "{{ check_rules() }}"}
"""
PROFILE = """
toy:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: FOLDER/toy.duckdb, schema: main, threads: 1}
    postgres:
      {type: postgres, host: HOST, port: 5432, user: USER, password: "", dbname: NAME, schema: main, threads: 1}
"""


class ToyProject:
    """Models written by the test; `server` None means DuckDB."""

    def __init__(
        self, folder: Path, models: dict[str, str], server: PostgresServer | None, zone: str = "UTC"
    ) -> None:
        self.folder = folder
        self.target = "postgres" if server else "duckdb"
        self._variables = server.new_database() if server else {"PGHOST": "", "PGUSER": "", "PGDATABASE": ""}
        profile = PROFILE.replace("HOST", self._variables["PGHOST"]).replace("USER", self._variables["PGUSER"])
        profile = profile.replace("FOLDER", str(folder))
        (folder / "profiles.yml").write_text(profile.replace("NAME", self._variables["PGDATABASE"]))
        (folder / "dbt_project.yml").write_text(PROJECT.replace("ZONE", zone))
        (folder / "macros").symlink_to(MACROS)
        (folder / "tests").mkdir()
        (folder / "tests" / "generic").symlink_to(GENERIC_TESTS)
        (folder / "models").mkdir()
        for name, sql in models.items():
            (folder / "models" / f"{name}.sql").write_text(sql)
        self.sql("create schema if not exists main")

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """One statement, and its rows."""
        if self.target == "duckdb":
            with duckdb.connect(str(self.folder / "toy.duckdb")) as connection:
                return connection.execute(statement).fetchall()
        connection = psycopg2.connect(
            host=self._variables["PGHOST"],
            user=self._variables["PGUSER"],
            dbname=self._variables["PGDATABASE"],
            options="-csearch_path=main",
        )
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def run(self) -> None:
        """`dbt run` of every model."""
        code, told = self.dbt("run")
        assert code == 0, told

    def dbt(self, *arguments: str, variables: dict[str, str] | None = None) -> tuple[int, str]:
        """The exit code of any invocation and what dbt said, however it ends."""
        folder = str(self.folder)
        invocation = [
            *("--log-format", "json", "--no-use-colors", "--log-level-file", "none", *arguments),
            *("--project-dir", folder, "--profiles-dir", folder, "--target", self.target),
            *("--target-path", f"{folder}/target", "--log-path", f"{folder}/logs"),
        ]
        with DbtChild() as child:
            events = child.events(Request([invocation], child_environment(variables)))
            told = "\n".join(str(event["info"].get("msg", "")) for event in events)
            return child.exit_code, told
