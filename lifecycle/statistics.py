"""PostgreSQL's counters of rows inserted and deleted, which every role may read for every table.

After an erasure they would tell a reader how many rows of which private tables the person had. They are set
to zero for all private tables, not only those that lost rows: a counter at zero among others would tell too.
"""

from __future__ import annotations

from lifecycle.layout import RawTable
from lifecycle.rewrite import private_schemas
from runtime.environment import Environment
from runtime.warehouse import WarehouseSession

_RESET = "pg_stat_reset_single_table_counters"
COUNTERS_STAY = (
    "PostgreSQL's counters of deleted rows stay readable: this role may not reset them (docs/postgresql.md)"
)


def forget_counters(session: WarehouseSession, environment: Environment, tables: list[RawTable]) -> bool:
    """Set the counters of all private tables to zero; False when the role may not. True on other engines."""
    if session.engine != "postgres":
        return True
    if not session.value(f"select has_function_privilege('{_RESET}(oid)', 'execute')"):
        return False
    # What this session deleted is counted when it is idle for a second; from release 15 on also at once.
    if session.rows("select 1 from pg_catalog.pg_proc where proname = 'pg_stat_force_next_flush'"):
        session.rows("select pg_stat_force_next_flush()")
    for schema in private_schemas(environment, tables):
        for table in session.tables(schema):
            session.rows(f"select {_RESET}(to_regclass(%s))", session.name(schema, table))
    return True
