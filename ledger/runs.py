"""The runs that were recorded, for whoever has a session open already."""

from __future__ import annotations

import datetime as dt

from ledger.tables import DATASET
from runtime.clock import utc
from runtime.environment import Environment
from runtime.warehouse import WarehouseSession


def newest_as_of(session: WarehouseSession, environment: Environment) -> dt.datetime | None:
    """The logical now of the newest run (aware): until when figures can reach. None before the first."""
    newest = newest_run(session, environment)
    return newest[1] if newest else None


def newest_run(session: WarehouseSession, environment: Environment) -> tuple[str, dt.datetime] | None:
    """The newest run and its logical now (aware)."""
    schema = environment.raw_schema(DATASET)
    if "runs" not in session.tables(schema):
        return None
    rows = session.rows(
        f"select run_id, as_of from {session.name(schema, 'runs')} order by as_of desc, run_id desc limit 1"
    )
    return (str(rows[0][0]), utc(rows[0][1])) if rows else None
