"""What is known about sources and the published version: read once, for alerts and for `ai-usage status`.

The warehouse is asked first. While a run holds the DuckDB file, or before there is one, the published version
tells the same of the last good night.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import duckdb
import psycopg2

from ledger.tenants import shown_as
from publishing.places import PublishedPlace, published_place
from runtime.engines.base import Session
from runtime.environment import Environment

Origin = Literal["warehouse", "published", "nothing"]
_UNREADABLE = (duckdb.Error, psycopg2.Error, OSError)


@dataclass(frozen=True, slots=True)
class ResourceStatus:
    """A row of `source_status`; the columns are defined in docs/metrics.md."""

    source: str
    resource: str
    is_connected: bool
    last_status: str | None = None
    last_success_at: dt.datetime | None = None
    row_count: int | None = 0  # NULL where rows are about people and there are some
    data_through: dt.date | None = None
    pending_days: int = 0
    missing_days: int = 0
    permanent_gap_days: int = 0
    rejected_rows: int = 0
    is_stale: bool = False
    names_concealed: bool = False
    as_of: dt.datetime | None = None

    @property
    def name(self) -> str:
        """Source and resource in one word."""
        return f"{self.source}.{self.resource}"


@dataclass(frozen=True, slots=True)
class LostDays:
    """Consecutive days of one source's resources that no vendor can give any more."""

    source: str
    first_day: dt.date
    last_day: dt.date
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """The version that readers see, and the newest week and month that it shows figures of."""

    run_id: str
    published_at: dt.datetime
    as_of: dt.datetime | None
    newest_week: dt.date | None = None
    next_week_from: dt.date | None = None
    newest_month: dt.date | None = None
    next_month_from: dt.date | None = None


@dataclass(slots=True)
class Watched:
    """Everything that could be read, and where it was read.

    Attributes:
        origin: where `resources` and `lost` come from.
        busy: the warehouse exists but could not be opened now.
        errors: what failed in each source's newest run, with the scrubbed error text.
    """

    origin: Origin = "nothing"
    busy: bool = False
    resources: list[ResourceStatus] = field(default_factory=list)
    lost: list[LostDays] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    published: PublishedVersion | None = None


def watch(environment: Environment) -> Watched:
    """Read what there is; never waits for a run, never raises because something is not there yet."""
    watched = Watched()
    if environment.is_there:
        try:
            with environment.reading() as session:
                _from_warehouse(session, environment, watched)
        except _UNREADABLE:
            watched.busy = True
    _from_published(published_place(environment), watched)
    return watched


def _from_warehouse(session: Session, environment: Environment, watched: Watched) -> None:
    watched.resources = _resources(session, environment.schema("marts"))
    if watched.resources:
        watched.origin = "warehouse"
    ops = environment.raw_schema("ops")
    present = session.tables(ops)
    if "lost_days" in present:
        watched.lost = consecutive(_lost_days(session, ops))
    if "source_runs" in present:
        watched.errors = _errors(session, ops)


def _lost_days(session: Session, ops: str) -> list[tuple[str, str, dt.date]]:
    """(source, resource, day) in this order; the account is named where a source has several."""
    rows = session.rows(
        f"select distinct source, tenant, resource, day from {session.name(ops, 'lost_days')} "
        "where state <> 'recovered' order by source, tenant, resource, day"
    )
    labels = session.rows(f"select distinct source, tenant from {session.name(ops, 'loaded_days')}")
    accounts = Counter(source for source, _ in labels)
    return [(shown_as(row[0], row[1], several=accounts[row[0]] > 1), *row[2:]) for row in rows]


def _errors(session: Session, ops: str) -> dict[str, str]:
    """A sentence for each account that failed in the newest run of its source."""
    runs = session.name(ops, "source_runs")
    tenant = "r.tenant" if "tenant" in session.column_types(ops, "source_runs") else "null"
    newest = (
        f"select distinct s.source, s.run_id from {runs} as s inner join "
        f"(select source, max(started_at) as started_at from {runs} group by source) as last "
        "on s.source = last.source and s.started_at = last.started_at"
    )
    rows = session.rows(
        f"select r.source, {tenant}, r.status, r.error from {runs} as r inner join ({newest}) as n "
        "on r.source = n.source and r.run_id = n.run_id order by 1, 2"
    )
    accounts = Counter(row[0] for row in rows)
    found: dict[str, list[str]] = {}
    for source, label, status, error in rows:
        if status == "failed":
            shown = shown_as(source, label, several=accounts[source] > 1)
            found.setdefault(source, []).append(f"{shown} failed: {error}")
    return {source: " ".join(sentences) for source, sentences in found.items()}


def _from_published(place: PublishedPlace, watched: Watched) -> None:
    with contextlib.suppress(*_UNREADABLE), place.opened() as session:
        watched.published = _version(session, place.schema)
        if not watched.resources:
            watched.resources = _resources(session, place.schema)
            watched.origin = "published" if watched.resources else "nothing"


def _resources(session: Session, schema: str) -> list[ResourceStatus]:
    """Rows of `source_status`; a version of an earlier release may lack a column."""
    present = session.column_types(schema, "source_status")
    wanted = [member.name for member in fields(ResourceStatus) if member.name in present]
    if not {"source", "resource", "is_connected"} <= present.keys():
        return []
    query = f"select {', '.join(wanted)} from {session.name(schema, 'source_status')} order by source, resource"
    return [ResourceStatus(**dict(zip(wanted, row, strict=True))) for row in session.rows(query)]


def _version(session: Session, schema: str) -> PublishedVersion | None:
    present = session.column_types(schema, "publication")
    if not {"run_id", "published_at"} <= present.keys():
        return None
    wanted = [entry.name if entry.name in present else "null" for entry in fields(PublishedVersion)]
    rows = session.rows(f"select {', '.join(wanted)} from {session.name(schema, 'publication')}")
    return PublishedVersion(*rows[0]) if rows else None


def consecutive(rows: Sequence[tuple[Any, ...]]) -> list[LostDays]:
    """Holes out of (source, resource, day), in that order; resources with the same hole share one entry."""
    holes: dict[tuple[str, dt.date, dt.date], list[str]] = {}
    start: tuple[str, str, dt.date] | None = None
    last: dt.date | None = None
    for source, resource, day in [*rows, (None, None, None)]:
        if start is not None and last is not None:
            if (source, resource) == start[:2] and (day - last).days <= 1:
                last = day
                continue
            holes.setdefault((start[0], start[2], last), []).append(start[1])
        start, last = (source, resource, day), day
    return [LostDays(*hole, tuple(sorted(names))) for hole, names in sorted(holes.items())]
