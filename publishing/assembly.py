"""The next version, put together apart: schema `publishing_next` holds exactly what readers will see."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ingestion.config import Environment
from ingestion.errors import AiUsageError
from ingestion.warehouse import WarehouseSession

MARTS = "marts"
NEXT = "publishing_next"
PUBLICATION = "publication"


@dataclass(frozen=True, slots=True)
class Assembled:
    """What stands in `schema`: its tables (with `publication`), and how many rows of marts they hold."""

    schema: str
    tables: tuple[str, ...]
    rows: int
    published_at: dt.datetime
    as_of: dt.datetime | None


def marts_tables(session: WarehouseSession, environment: Environment) -> list[str]:
    """The finished marts; what dbt leaves of a broken build is none."""
    tables = session.tables(environment.schema(MARTS))
    return [name for name in tables if not name.endswith(("__dbt_tmp", "__dbt_backup"))]


def assemble(session: WarehouseSession, environment: Environment, run_id: str) -> Assembled:
    """Put the next version together. What an earlier publish left there is removed first.

    Raises:
        AiUsageError: no marts have been built.
    """
    tables = marts_tables(session, environment)
    if not tables:
        raise AiUsageError("No marts have been built.", "Run `ai-usage run` first.")
    schema = environment.schema(NEXT)
    discard(session, environment)
    session.execute(f"create schema {session.name(schema)}")
    rows = 0
    for table in tables:
        source, target = session.name(environment.schema(MARTS), table), session.name(schema, table)
        session.execute(f"create table {target} as select * from {source}")
        rows += int(session.value(f"select count(*) from {target}"))
    published_at, as_of = dt.datetime.now(dt.UTC).replace(tzinfo=None), _as_of(session, environment)
    session.execute(
        f"create table {session.name(schema, PUBLICATION)} "
        "(run_id varchar, published_at timestamp, as_of timestamp)"
    )
    session.execute(
        f"insert into {session.name(schema, PUBLICATION)} values (%s, %s, %s)", run_id, published_at, as_of
    )
    return Assembled(schema, (*tables, PUBLICATION), rows, published_at, as_of)


def discard(session: WarehouseSession, environment: Environment) -> None:
    """Remove what was assembled."""
    session.execute(f"drop schema if exists {session.name(environment.schema(NEXT))} cascade")


def _as_of(session: WarehouseSession, environment: Environment) -> dt.datetime | None:
    """The logical now of the newest run: until when the figures can reach (naive, UTC)."""
    ops = environment.raw_schema("ops")
    if "runs" not in session.tables(ops):
        return None
    as_of: dt.datetime | None = session.value(f"select max(as_of) from {session.name(ops, 'runs')}")
    return as_of.astimezone(dt.UTC).replace(tzinfo=None) if as_of and as_of.tzinfo else as_of
