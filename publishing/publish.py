"""Publish all or nothing: put the next version together apart, audit it, switch readers to it at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from publishing.assembled import PUBLICATION, Assembled
from publishing.assembly import MARTS, assemble, discard, marts_tables
from publishing.audit import AuditFailedError, audit, require_clean
from publishing.closed import ClosedStore
from publishing.closing import ClosingPlan, close, plan, rebuilt_periods
from publishing.cluster_copies import copy_marts
from publishing.derived import Queries
from publishing.last_good import readers_keep
from publishing.linear_audit.gate import CleanCells, MoreToHideError, require_nothing_told
from publishing.linear_audit.memory import AuditMemory
from publishing.periods import BUILT_AGAIN, Newest, Period, PeriodType
from publishing.places import published_place
from runtime.disk import disk_full
from runtime.environment import Environment
from runtime.errors import AiUsageError
from runtime.failures import described
from runtime.warehouse import WAREHOUSE_ERRORS, WarehouseSession

# What depends on figures that the linear audit had hidden, as dbt selects it.
MASKED_MODELS = "stg_closed__hidden_groups+"
_FAILURES: tuple[type[Exception], ...] = (*WAREHOUSE_ERRORS, OSError)


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published, when, up to when its figures reach, and where readers find it.

    Figures of `closed` periods appear or are corrected with this version; a correction of `kept` ones
    concerns too few people to be published. `built_again` are closed ones that were built though most stay as
    they are, by reason (`int_rebuilt_periods`). `newest` says how far the figures reach, `counts` how many rows
    each table has. `database` and `parquet_dir` are None on a server database; `location` says the place
    anyway.
    """

    run_id: str
    published_at: dt.datetime
    as_of: dt.datetime | None
    tables: tuple[str, ...]
    rows: int
    location: str
    database: Path | None = None
    parquet_dir: Path | None = None
    closed: tuple[Period, ...] = ()
    kept: tuple[Period, ...] = ()
    built_again: Mapping[str, tuple[Period, ...]] = field(default_factory=dict)
    newest: Mapping[PeriodType, Newest] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


# A publish in two parts: it stops once, after the next version passed every audit and before the switch.
Publishing = Generator[None, None, Publication]


def publish_hiding(
    environment: Environment,
    run_id: str,
    rebuild: Callable[[], bool],
    *,
    k: int = 5,
    queries: Queries = dict,
) -> Publication:
    """Both parts of :func:`publishing_hiding`."""
    return _whole(publishing_hiding(environment, run_id, rebuild, k=k, queries=queries))


def publishing_hiding(
    environment: Environment,
    run_id: str,
    rebuild: Callable[[], bool],
    *,
    k: int = 5,
    queries: Queries = dict,
) -> Publishing:
    """Publish; where the linear audit asks for more to be hidden, build that and publish it.

    `rebuild` builds the models that `MASKED_MODELS` selects and says whether that went well. `queries`: see
    `publish`.

    Raises:
        AiUsageError: as `publish`; also when the second build failed.
    """
    try:
        return (yield from publishing(environment, run_id, k=k, queries=queries))
    except MoreToHideError as found:
        if not rebuild():
            raise
        return (yield from publishing(environment, run_id, k=k, expected=found.expected, queries=queries))


def publish(
    environment: Environment,
    run_id: str,
    *,
    k: int = 5,
    expected: CleanCells | None = None,
    queries: Queries = dict,
) -> Publication:
    """Both parts of :func:`publishing`."""
    return _whole(publishing(environment, run_id, k=k, expected=expected, queries=queries))


def publishing(
    environment: Environment,
    run_id: str,
    *,
    k: int = 5,
    expected: CleanCells | None = None,
    queries: Queries = dict,
) -> Publishing:
    """Make the finished marts the version that readers see. The caller holds the run's lock.

    Readers never wait and never see a mixture: until the last step nothing of theirs is touched, and the last
    step is one rename (DuckDB), one transaction (PostgreSQL) or one statement (a cluster). `expected`: see
    `require_nothing_told`. `queries` gives the compiled queries of `DERIVED_TABLES`.

    Raises:
        AuditFailedError: the audit refused it; the last version stays.
        AiUsageError: there is nothing to publish, or the warehouse or disk failed; the last version stays.
    """
    try:
        with environment.session() as session:
            return (yield from _publish(session, environment, run_id, k, expected, queries))
    except AuditFailedError:
        raise
    except AiUsageError as error:
        raise type(error)(error.message, f"{error.remedy} {readers_keep(environment)}".strip()) from error
    except _FAILURES as error:
        full = disk_full(error, environment.data_dir)
        raise full or AiUsageError(
            f"Publishing failed: {described(error)}.", readers_keep(environment)
        ) from error


def _whole(parts: Publishing) -> Publication:
    while True:
        try:
            next(parts)
        except StopIteration as done:
            publication: Publication = done.value
            return publication


def _publish(
    session: WarehouseSession,
    environment: Environment,
    run_id: str,
    k: int,
    expected: CleanCells | None,
    queries: Queries,
) -> Publishing:
    standing = readers_keep(environment)
    copy_marts(session, environment)
    marts = marts_tables(session, environment)
    ClosedStore(session, environment).ensure()
    decided = plan(session, environment, environment.schema(MARTS), marts, k)
    assembled = assemble(session, environment, run_id, marts, decided, queries)
    memory = AuditMemory(session, environment, decided.from_the_store, decided.closing)
    # What the linear audit asks to be hidden is hidden by the next build, so it comes before the last look.
    require_nothing_told(memory, run_id, k, standing=standing, expected=expected)
    require_clean(audit(session, assembled.schema, k, decided.held), standing)
    yield
    memory.remember(run_id)
    close(session, environment, assembled.schema, marts, decided, run_id)
    return _switch(session, environment, assembled, decided, memory)


def _built_again(session: WarehouseSession, environment: Environment) -> dict[str, tuple[Period, ...]]:
    """Closed periods of the last build by reason, without those that others are compared with."""
    found: dict[str, list[Period]] = {}
    for period, reason in sorted((rebuilt_periods(session, environment) or {}).items()):
        if reason in BUILT_AGAIN:
            found.setdefault(reason, []).append(period)
    return {reason: tuple(periods) for reason, periods in found.items()}


def _switch(
    session: WarehouseSession,
    environment: Environment,
    assembled: Assembled,
    decided: ClosingPlan,
    memory: AuditMemory,
) -> Publication:
    tables = tuple(table for table in assembled.tables if table != PUBLICATION)
    place = published_place(environment)
    publication = Publication(
        assembled.run_id,
        assembled.published_at,
        assembled.as_of,
        tables,
        sum(assembled.counts.values()),
        location=place.location,
        database=place.database,
        parquet_dir=place.parquet,
        closed=tuple(sorted(decided.closing)),
        kept=tuple(sorted(decided.kept)),
        built_again=_built_again(session, environment),
        newest=assembled.newest,
        counts=assembled.counts,
    )
    if place.switch(session, assembled):
        memory.forget_earlier(assembled.run_id)
        discard(session, environment)
    return publication
