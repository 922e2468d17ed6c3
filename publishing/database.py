"""The switch on PostgreSQL: one transaction replaces the rows of every published table.

Rows are deleted and inserted, not tables renamed: readers then never wait for a lock, and every statement sees
either all of the old version or all of the new one. Tables are created, altered or dropped only when a mart's
columns changed; only that can meet a reader's lock, and it gives up after a short wait rather than hold
up readers behind it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from psycopg2 import errors

from runtime.errors import AiUsageError
from runtime.warehouse import WAREHOUSE_ERRORS, WarehouseSession

_LOCK_TIMEOUT = "2s"
_ATTEMPTS = 10
_PAUSE_SECONDS = 3.0


def switch(
    session: WarehouseSession,
    assembled: str,
    published: str,
    grant: Callable[[], None],
    *,
    pause: float | None = None,
) -> None:
    """Make the tables of schema `assembled` the tables of schema `published`, all at once.

    `grant` lets readers read what is new; it runs before anybody can see it.

    Raises:
        AiUsageError: a reader kept a table locked whose columns change, or a view hangs on a column that goes.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with session.transaction():
                session.execute(f"set local lock_timeout = '{_LOCK_TIMEOUT}'")
                _replace(session, assembled, published)
                grant()
            return
        except WAREHOUSE_ERRORS as error:
            cause = getattr(error, "dbapi_exception", error)
            if isinstance(cause, errors.DependentObjectsStillExist):
                raise AiUsageError(
                    f"A view in the database hangs on a table or column of {published} that goes away.",
                    "Drop or change it, then run `ai-usage publish`.",
                ) from None
            if not isinstance(cause, errors.LockNotAvailable):
                raise
            if attempt == _ATTEMPTS:
                raise AiUsageError(
                    "A reader keeps a published table locked whose columns change tonight.",
                    "End long transactions on the published schema (pg_stat_activity), then run "
                    "`ai-usage publish`.",
                ) from None
            time.sleep(_PAUSE_SECONDS if pause is None else pause)


def _replace(session: WarehouseSession, assembled: str, published: str) -> None:
    session.execute(f"create schema if not exists {session.name(published)}")
    wanted = session.columns_by_table(assembled)
    existing = set(session.tables(published))
    for table in sorted(existing - wanted.keys()):
        session.execute(f"drop table {session.name(published, table)}")
    for table, described in wanted.items():
        source, target = session.name(assembled, table), session.name(published, table)
        if table in existing:
            _alter(session, assembled, published, table)
            session.execute(f"delete from {target}")
        else:
            session.execute(f"create table {target} (like {source})")
        columns = ", ".join(session.name(column.name) for column in described)
        session.execute(f"insert into {target} ({columns}) select {columns} from {source}")


def _alter(session: WarehouseSession, assembled: str, published: str, table: str) -> None:
    """Give an existing table the columns of the new version; the rows are about to be replaced."""
    old, new = session.column_types(published, table), session.column_types(assembled, table)
    gone = [name for name, data_type in old.items() if new.get(name) != data_type]
    added = [name for name, data_type in new.items() if old.get(name) != data_type]
    actions = [f"drop column {session.name(name)}" for name in gone]
    actions += [f"add column {session.name(name)} {new[name]}" for name in added]
    if actions:
        session.execute(f"alter table {session.name(published, table)} {', '.join(actions)}")
