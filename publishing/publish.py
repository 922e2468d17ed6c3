"""Publish all or nothing: put the next version together apart, audit it, switch readers to it at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from ingestion.config import Environment
from ingestion.warehouse import WarehouseSession
from publishing import database
from publishing.assembly import MARTS, PUBLICATION, Assembled, assemble, discard, marts_tables
from publishing.audit import audit, require_clean
from publishing.closed import ClosedStore
from publishing.closing import ClosingPlan, close, plan
from publishing.files import PublishedFolder
from publishing.grants import PUBLISHED, grant_readers
from publishing.periods import Period


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published, when, up to when its figures reach, and where readers find it.

    `closed` periods have become final with this version; a correction of `kept` ones concerns too few people to
    be published. `database` and `parquet_dir` are None on a server database; `location` says the place anyway.
    """

    run_id: str
    published_at: dt.datetime
    as_of: dt.datetime | None
    tables: tuple[str, ...]
    rows: int
    closed: tuple[Period, ...]
    kept: tuple[Period, ...]
    location: str
    database: Path | None = None
    parquet_dir: Path | None = None


def publish(environment: Environment, run_id: str, *, k: int = 5) -> Publication:
    """Make the finished marts the version that readers see. The caller holds the run's lock.

    Readers never wait and never see a mixture: until the last step nothing of theirs is touched, and the last
    step is one rename (DuckDB) or one transaction (PostgreSQL).

    Raises:
        AiUsageError: there is nothing to publish, or the audit refused it; the last version stays.
    """
    with environment.session() as session:
        marts = marts_tables(session, environment)
        ClosedStore(session, environment).ensure()
        decided = plan(session, environment, environment.schema(MARTS), marts, k)
        assembled = assemble(session, environment, run_id, marts, decided)
        require_clean(audit(session, assembled.schema, k, decided.held))
        close(session, environment, assembled.schema, marts, decided, run_id)
        publication = _switch(session, environment, assembled, decided, run_id)
        discard(session, environment)
    return publication


def _switch(
    session: WarehouseSession,
    environment: Environment,
    assembled: Assembled,
    decided: ClosingPlan,
    run_id: str,
) -> Publication:
    tables = tuple(table for table in assembled.tables if table != PUBLICATION)
    periods = (tuple(sorted(decided.closing)), tuple(sorted(decided.kept)))
    done = (run_id, assembled.published_at, assembled.as_of, tables, assembled.rows, *periods)
    if session.engine == "postgres":
        schema = environment.schema(PUBLISHED)
        database.switch(session, assembled.schema, schema, lambda: grant_readers(session, environment))
        return Publication(*done, location=f"schema {schema}")
    folder = PublishedFolder(environment.published_dir)
    folder.prepare()
    folder.switch(folder.write(session, assembled.schema, run_id))
    folder.prune()
    return Publication(*done, str(folder.database), folder.database, folder.parquet)
