"""Publish all or nothing: put the next version together apart, audit it, switch readers to it at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from ingestion.config import Environment
from ingestion.warehouse import WarehouseSession
from publishing import database
from publishing.assembly import PUBLICATION, Assembled, assemble, discard
from publishing.audit import audit, require_clean
from publishing.files import PublishedFolder

PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published, when, up to when its figures reach, and where readers find it.

    `database` and `parquet_dir` are None on a server database; `location` says the place on either engine.
    """

    run_id: str
    published_at: dt.datetime
    as_of: dt.datetime | None
    tables: tuple[str, ...]
    rows: int
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
        assembled = assemble(session, environment, run_id)
        require_clean(audit(session, assembled.schema, k))
        publication = _switch(session, environment, assembled, run_id)
        discard(session, environment)
    return publication


def _switch(
    session: WarehouseSession, environment: Environment, assembled: Assembled, run_id: str
) -> Publication:
    tables = tuple(table for table in assembled.tables if table != PUBLICATION)
    done = (run_id, assembled.published_at, assembled.as_of, tables, assembled.rows)
    if session.engine == "postgres":
        schema = environment.schema(PUBLISHED)
        database.switch(session, assembled.schema, schema)
        return Publication(*done, location=f"schema {schema}")
    folder = PublishedFolder(environment.published_dir)
    folder.prepare()
    folder.switch(folder.write(session, assembled.schema, run_id))
    folder.prune()
    return Publication(*done, str(folder.database), folder.database, folder.parquet)
