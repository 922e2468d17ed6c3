"""Erases again whom a restore brought back: a backup does not know who was erased after it was made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ledger.tombstone import Tombstone
from lifecycle.layout import Contracts, raw_tables
from lifecycle.sweep import sweep_within
from runtime.environment import Environment
from runtime.warehouse import WarehouseSession

TABLE = "tombstones"


def stored_tombstones(session: WarehouseSession, environment: Environment) -> list[Tombstone]:
    """What `ops.tombstones` holds; none where there is no such table."""
    schema = environment.raw_schema("ops")
    if TABLE not in session.tables(schema):
        return []
    rows = session.rows(f"select namespace, id_token, valid_from, valid_to from {session.name(schema, TABLE)}")
    return [Tombstone(*row) for row in rows]


def reapply(
    session: WarehouseSession, environment: Environment, contracts: Contracts, newer: Iterable[Tombstone]
) -> dict[str, int]:
    """Add the tombstones that are not stored, then delete every row that any tombstone names; rows by table.

    Runs inside the caller's transaction: nobody is back for a moment.
    """
    stored = stored_tombstones(session, environment)
    known = {tombstone.token for tombstone in stored}
    added = list({tombstone.token: tombstone for tombstone in newer if tombstone.token not in known}.values())
    name = session.name(environment.raw_schema("ops"), TABLE)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    for tombstone in added:
        session.execute(
            f"insert into {name} (namespace, id_token, erased_at, valid_from, valid_to) "
            "values (%s, %s, %s, %s, %s)",
            tombstone.namespace,
            tombstone.token,
            now,
            tombstone.valid_from,
            tombstone.valid_to,
        )
    tombstones = [*stored, *added]
    if not tombstones:
        return {}
    return sweep_within(session, environment, raw_tables(environment, contracts), tombstones)
