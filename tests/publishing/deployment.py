"""A deployment with tiny marts made by SQL, on either engine: no vendor, no dbt."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg2

from runtime.environment import Environment, environment


@dataclass
class Deployment:
    """One deployment: its warehouse, and what a reader of its published tables sees."""

    environment: Environment
    variables: dict[str, str]

    def run(self, *statements: str) -> None:
        """SQL on the warehouse, straight through the driver."""
        self._on_warehouse("; ".join(statements), answer=False)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        return self._on_warehouse(query, answer=True)

    def _on_warehouse(self, sql: str, *, answer: bool) -> list[tuple[Any, ...]]:
        if self.environment.engine.name == "duckdb":
            with duckdb.connect(str(self.environment.warehouse)) as connection:
                result = connection.execute(sql)
                return result.fetchall() if answer else []
        connection = self.connect()
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall()) if answer else []
        finally:
            connection.close()

    def published(self, query: str) -> list[tuple[Any, ...]]:
        """Rows as a reader gets them, over a connection of its own."""
        if self.environment.engine.name == "duckdb":
            path = self.environment.published_dir / "marts.duckdb"
            with duckdb.connect(str(path), read_only=True) as connection:
                return connection.execute(query).fetchall()
        reader = self.connect()
        try:
            with reader.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        finally:
            reader.close()

    def connect(self) -> Any:
        """A reader's connection to PostgreSQL."""
        return psycopg2.connect(
            host=self.variables["PGHOST"],
            user=self.variables["PGUSER"],
            dbname=self.variables["PGDATABASE"],
        )


@contextmanager
def deployment(folder: Path, variables: dict[str, str] | None = None) -> Iterator[Deployment]:
    """A deployment in `folder`; on PostgreSQL with the connection `variables` of a fresh database."""
    before = dict(os.environ)
    os.environ.update(variables or {})
    try:
        target = "postgres" if variables else "dev"
        yield Deployment(environment(folder / "data", target), variables or {})
    finally:
        os.environ.clear()
        os.environ.update(before)
