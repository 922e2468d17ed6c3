"""A small vendor whose answers a test writes down, and streams that read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from dlt.common.configuration import configspec

from ingestion.http import vendor_client
from ingestion.privacy.contract import (
    DayGrain,
    EventGrain,
    TableContract,
    date,
    email,
    event_hash,
    integer,
    text,
)
from ingestion.privacy.wire import WireRecord
from ingestion.source import SourceDefinition, SourceRun
from ingestion.streams.source import StreamReader, stream_source
from ingestion.streams.stream import Stream
from ledger.horizon import Horizon
from runtime.clock import RunClock
from runtime.settings import SourceSettings
from tests.ingestion.sources.runs import AS_OF, TODAY, source_run

ADA, BEN = "ada@asterlane.example", "ben@asterlane.example"
D3, D2, D1 = (TODAY - dt.timedelta(days=back) for back in (3, 2, 1))
HORIZON = Horizon(first_load=3, lookback=3, ready_after=1, finality=2)


class Use(WireRecord):
    """A person's use, as the small vendor tells it."""

    email: str
    tokens: int
    model: str | None = None


class Event(Use, kw_only=True):
    """A request with its time (milliseconds as text, as some vendors write it)."""

    timestamp: str

    @property
    def day(self) -> dt.date:
        """UTC day."""
        return dt.datetime.fromtimestamp(int(self.timestamp) / 1000, dt.UTC).date()


USE = TableContract(
    "use_days",
    DayGrain(),
    (email("email_token", lambda r: r.email), integer("tokens", lambda r: r.tokens)),
    HORIZON,
)
MODELS = TableContract(
    "model_days",
    DayGrain(),
    (text("model", lambda r: r.model), integer("tokens", lambda r: r.tokens)),
    HORIZON,
)
PEOPLE = TableContract(
    "people",
    DayGrain(is_snapshot=True),
    (email("email_token", lambda r: r.email), integer("tokens", lambda r: r.tokens)),
    Horizon(first_load=0, lookback=0),
)
EVENTS = TableContract(
    "requests",
    EventGrain(key=("tenant", "event_token"), day="day"),
    (
        event_hash("event_token", lambda r: r.timestamp + r.email),
        integer("tokens", lambda r: r.tokens),
        date("day", lambda r: r.day),
    ),
    HORIZON,
)


@configspec
class SmallSettings(SourceSettings):
    """Section of the small vendor."""

    base_url: str = ""
    team: str = "asterlane"
    costs: bool = True


def small_source(*streams: Stream, **reader: Any) -> SourceDefinition:
    """A source of these streams."""
    return stream_source(
        name="small",
        description="",
        settings=SmallSettings,
        contracts=(USE, MODELS, PEOPLE, EVENTS),
        is_connected=lambda _: True,
        reader=StreamReader(
            streams=streams,
            client=lambda settings: vendor_client("small", settings.base_url),
            **reader,
        ),
    )


def small_run(
    source: SourceDefinition,
    url: str,
    loaded: Iterable[tuple[Any, ...]] = (),
    *,
    days: tuple[dt.date, dt.date] | None = None,
    **settings: Any,
) -> SourceRun:
    """A load of the source; `days` are the first and last day that are asked for by name."""
    run = source_run(source, loaded, base_url=url, **settings)
    if days:
        run.clock = RunClock(AS_OF, since=days[0], until=days[1])
    return run


def statuses(run: SourceRun) -> dict[tuple[str, dt.date], str]:
    """What was recorded of each table's days; the last record of a day counts."""
    return {(record.resource, record.day): record.status for record in run.fetched}


def use(who: str, tokens: int, **more: Any) -> dict[str, Any]:
    """A row of use."""
    return {"email": who, "tokens": tokens, **more}
