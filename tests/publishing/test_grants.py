"""Who reads what on PostgreSQL: asked as the readers' role itself, relation by relation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from publishing.grants import grant_readers
from runtime.environment import Environment, environment
from runtime.errors import ConfigurationError
from tests.postgres import PostgresServer

PRIVATE = ("raw_hris", "raw_hris_staging", "ops", "staging", "intermediate", "restricted", "marts", "closed")
ROLES = {
    "AI_USAGE_BI_ROLE": "readers",
    "AI_USAGE_PIPELINE_ROLE": "engineers",
    "AI_USAGE_RESTRICTED_ROLE": "officers",
}


class Deployment:
    """A database with one table in every schema, and what a role can read of it."""

    def __init__(self, server: PostgresServer, variables: dict[str, str], env: Environment) -> None:
        self.server, self.variables, self.environment = server, variables, env

    def execute(self, *statements: str) -> None:
        """As the pipeline's own role."""
        with self.environment.session() as session:
            for statement in statements:
                session.execute(statement)

    def publish(self) -> None:
        with self.environment.session() as session, session.transaction():
            grant_readers(session, self.environment)

    def reads(self, role: str) -> set[str]:
        """Every relation outside the catalogue from which `role` can really select."""
        readable: set[str] = set()
        with self.connection(role) as connection, connection.cursor() as cursor:
            cursor.execute(
                "select quote_ident(nspname) || '.' || quote_ident(relname) from pg_class "
                "join pg_namespace as n on n.oid = relnamespace "
                "where relkind in ('r', 'v', 'm', 'p', 'f') "
                "and nspname not in ('pg_catalog', 'information_schema')"
            )
            for (relation,) in cursor.fetchall():
                try:
                    cursor.execute(f"select * from {relation} limit 1")
                    readable.add(relation)
                except psycopg2.errors.InsufficientPrivilege:
                    pass
        return readable

    @contextmanager
    def connection(self, role: str) -> Iterator[psycopg2.extensions.connection]:
        connection = psycopg2.connect(
            host=str(self.server.folder), user=role, dbname=self.variables["PGDATABASE"]
        )
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()


@pytest.fixture
def deployment(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployment]:
    """Everybody may use every schema and read every table in it, as carelessly as it gets."""
    variables = postgres.new_database()
    for role in ROLES.values():
        postgres.execute(f"create role {role} login")
    for name, value in (variables | ROLES).items():
        monkeypatch.setenv(name, value)
    made = Deployment(postgres, variables, environment(tmp_path, "postgres"))
    for schema in (*PRIVATE, "published"):
        made.execute(f"create schema {schema}", f"create table {schema}.facts as select 1 as n")
    for schema in PRIVATE:
        made.execute(
            f"grant all on schema {schema} to public, readers", f"grant select on {schema}.facts to public"
        )
    yield made
    postgres.execute(f"drop database {variables['PGDATABASE']} with (force)")
    for role in ROLES.values():
        postgres.execute(f"drop role {role}")


def test_readers_see_published_and_nothing_else_tables_made_later_included(deployment: Deployment) -> None:
    assert "restricted.facts" in deployment.reads("readers"), "the test must start with an open door"
    deployment.publish()
    assert deployment.reads("readers") == {"published.facts"}

    deployment.execute(
        "create table published.later as select 1 as n",
        "create view published.seen as select n from restricted.facts",
        "create table marts.later as select 1 as n",
        "create table public.later as select 1 as n",
        "create schema raw_later",
        "create table raw_later.facts as select 1 as n",
    )
    with deployment.connection("readers") as readers, readers.cursor() as cursor:
        for statement in ("insert into published.facts values (2)", "create table published.mine (n int)"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
    expected = {"published.facts", "published.later", "published.seen"}
    assert deployment.reads("readers") == expected
    deployment.publish()
    assert deployment.reads("readers") == expected


def test_engineers_and_officers_see_their_layers(deployment: Deployment) -> None:
    deployment.publish()
    deployment.execute(
        "revoke select on all tables in schema raw_hris, restricted, marts, staging from public",
        "grant select on marts.facts, staging.facts to engineers",
        "grant select on restricted.facts to officers",
    )
    assert deployment.reads("engineers") == {f"{layer}.facts" for layer in ("staging", "intermediate", "marts")}
    assert deployment.reads("officers") == {"restricted.facts"}


def test_a_role_that_would_see_more_or_does_not_exist_stops_the_publish(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.publish()
    deployment.server.execute("grant officers to readers")
    with pytest.raises(ConfigurationError, match="can still use the schema restricted"):
        deployment.publish()
    monkeypatch.setenv("AI_USAGE_BI_ROLE", "nobody_made_it")
    with pytest.raises(ConfigurationError, match="AI_USAGE_BI_ROLE names does not exist"):
        deployment.publish()
    monkeypatch.setenv("AI_USAGE_BI_ROLE", "engineers")
    with pytest.raises(ConfigurationError, match="also reads unpublished rows"):
        deployment.publish()


def test_without_roles_and_on_duckdb_nobody_new_reads(
    deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ROLES:
        monkeypatch.delenv(variable)
    deployment.publish()
    assert deployment.reads("engineers") == set()
    file = environment(tmp_path / "file", "dev")
    with file.session() as session:
        grant_readers(session, file)
        assert session.schemas().count("published") == 0
