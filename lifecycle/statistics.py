"""Counters of deleted rows, which every role of some engines may read.

After an erasure they would tell a reader how many rows of which private tables the person had. They are set
to zero for all private tables, not only those that lost rows: a counter at zero among others would tell too.
"""

from __future__ import annotations

from lifecycle.layout import RawTable
from lifecycle.rewrite import private_tables
from runtime.environment import Environment
from runtime.warehouse import WarehouseSession

COUNTERS_STAY = (
    "PostgreSQL's counters of deleted rows stay readable: this role may not reset them (docs/postgresql.md)"
)


def forget_counters(session: WarehouseSession, environment: Environment, tables: list[RawTable]) -> bool:
    """Set the counters of all private tables to zero; False when the role may not. True on other engines."""
    return session.engine.forget_counters(session, private_tables(session, environment, tables))
