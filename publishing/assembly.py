"""The next version, put together apart: schema `publishing_next` holds exactly what readers will see.

A period whose figures may still change has rows that say so and nothing else: see `open_rows`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from ledger.runs import newest_as_of
from publishing.assembled import PUBLICATION, Assembled
from publishing.closed import VERSION, ClosedStore
from publishing.closing import ClosingPlan, mart_periods
from publishing.comparisons import compare_with_closed
from publishing.derived import Queries, make_again
from publishing.open_rows import add_open_rows
from publishing.periods import PERIOD_COLUMNS, Period
from runtime.environment import Environment
from runtime.errors import AiUsageError
from runtime.warehouse import WarehouseSession

MARTS = "marts"
NEXT = "publishing_next"


def marts_tables(session: WarehouseSession, environment: Environment) -> list[str]:
    """The finished marts; what dbt leaves of a broken build is none.

    Raises:
        AiUsageError: no marts have been built.
    """
    tables = session.tables(environment.schema(MARTS))
    finished = [name for name in tables if not name.endswith(("__dbt_tmp", "__dbt_backup"))]
    if not finished:
        raise AiUsageError("No marts have been built.", "Run `ai-usage run` first.")
    return finished


def assemble(
    session: WarehouseSession,
    environment: Environment,
    run_id: str,
    tables: list[str],
    decided: ClosingPlan,
    queries: Queries = dict,
) -> Assembled:
    """Put the next version together: closed periods from the store, those that close tonight from the marts.

    Tables made of other published tables come last, by their `queries`. What an earlier publish left there is
    removed first.
    """
    schema, store = environment.schema(NEXT), ClosedStore(session, environment)
    discard(session, environment)
    session.execute(f"create schema {session.name(schema)}")
    periods = mart_periods(session, environment.schema(MARTS), tables)
    for table in tables:
        source, target = session.name(environment.schema(MARTS), table), session.name(schema, table)
        if table not in periods:
            session.execute(f"create table {target} as select * from {source}")
        else:
            held = decided.held[table]
            _new_rows(session, source, target, periods[table], decided.newly_shown(table, periods[table]))
            if held:
                compare_with_closed(session, store, schema, table, periods[table], held)
                _closed_rows(session, store, schema, table, periods[table], held)
            add_open_rows(session, environment, schema, table, decided.open)
    make_again(session, environment.schema(MARTS), schema, tables, queries)
    counts = {
        table: int(session.value(f"select count(*) from {session.name(schema, table)}")) for table in tables
    }
    published_at, newest = dt.datetime.now(dt.UTC).replace(tzinfo=None), newest_as_of(session, environment)
    as_of = newest.replace(tzinfo=None) if newest else None
    reach = {kind: decided.newest(kind) for kind in PERIOD_COLUMNS.values()}
    session.execute(
        f"create table {session.name(schema, PUBLICATION)} "
        "(run_id varchar, published_at timestamp, as_of timestamp, "
        "newest_week date, next_week_from date, newest_month date, next_month_from date)"
    )
    session.execute(
        f"insert into {session.name(schema, PUBLICATION)} values (%s, %s, %s, %s, %s, %s, %s)",
        *(run_id, published_at, as_of),
        *(day for kind in reach.values() for day in (kind.start, kind.next_from)),
    )
    return Assembled(run_id, schema, (*tables, PUBLICATION), counts, published_at, as_of, reach)


def _new_rows(
    session: WarehouseSession, source: str, target: str, column: str, periods: Collection[Period]
) -> None:
    """The rows of tonight's build, of periods whose figures appear or are corrected with this version."""
    session.execute(f"create table {target} as select * from {source} where false")
    if periods:
        starts = [period.start for period in periods]
        marks = ", ".join("%s" for _ in starts)
        session.execute(
            f"insert into {target} select * from {source} where {session.name(column)} in ({marks})", *starts
        )


def _closed_rows(
    session: WarehouseSession,
    store: ClosedStore,
    schema: str,
    table: str,
    column: str,
    held: Mapping[Period, int],
) -> None:
    """Add a mart's closed rows: NULL in a column that the mart gained later, without one that it lost."""
    kept = session.column_types(store.schema, table)
    wanted = {name: kind for name, kind in session.column_types(schema, table).items() if name in kept}
    names = ", ".join(session.name(name) for name in wanted)
    figures = ", ".join(f"cast({session.name(name)} as {kind})" for name, kind in wanted.items())
    versions: dict[int, list[dt.date]] = {}
    for period, version in held.items():
        versions.setdefault(version, []).append(period.start)
    for version, starts in versions.items():
        marks = ", ".join("%s" for _ in starts)
        session.execute(
            f"insert into {session.name(schema, table)} ({names}) select {figures} from {store.name(table)} "
            f"where {VERSION} = %s and {session.name(column)} in ({marks})",
            version,
            *starts,
        )


def discard(session: WarehouseSession, environment: Environment) -> None:
    """Remove what was assembled."""
    session.execute(f"drop schema if exists {session.name(environment.schema(NEXT))} cascade")
