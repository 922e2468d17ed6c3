"""Days that no vendor can give any more: found after every load, and recorded for ever in `ops.lost_days`.

A day is lost when a source was connected, the day was never fetched, and it is older than the vendor keeps it.
A roster tells the present alone, so a day without one is lost the day after. What lies before the first night
is no loss of ours. The record outlives `ops.loaded_days`: whatever is cleaned up there, a lost day stays lost,
until it is fetched after all (from saved answers).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ingestion.privacy.contract import CurrentGrain, EventGrain
from ingestion.source import SourceDefinition
from ledger.days import History
from ledger.horizon import Horizon
from runtime.clock import RunClock

State = Literal["not_fetched", "cut_short", "recovered"]
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LostDay:
    """One row of `ops.lost_days`.

    Attributes:
        state: `not_fetched`; `cut_short` when the last night before a hole read it while it was still running;
            `recovered` when it was fetched after all.
    """

    resource: str
    tenant: str
    day: dt.date
    state: State


def changed_losses(definition: SourceDefinition, history: History, clock: RunClock) -> list[LostDay]:
    """What is newly lost or recovered since the last night."""
    changes: dict[tuple[str, str, dt.date], LostDay] = {}
    for name, horizon in _daily(definition):
        for (resource, tenant), fetched in history.fetched.items():
            if resource == name:
                pending = history.pending[resource, tenant]
                for day, state in _lost(horizon, fetched, pending, history, clock.today):
                    if history.lost.get((resource, tenant, day)) != state:
                        changes[resource, tenant, day] = LostDay(resource, tenant, day, state)
    for (resource, tenant, day), before in history.lost.items():
        if before == "not_fetched" and day in history.fetched.get((resource, tenant), ()):
            changes[resource, tenant, day] = LostDay(resource, tenant, day, "recovered")
    return list(changes.values())


def _daily(definition: SourceDefinition) -> Iterator[tuple[str, Horizon]]:
    """What is expected every day: windows, and tables of days that no window stands for."""
    behind_windows = {table for window in definition.windows for table in window.tables}
    for contract in definition.contracts:
        grain = contract.grain
        if not isinstance(grain, CurrentGrain | EventGrain) and contract.name not in behind_windows:
            yield contract.name, contract.horizon
    yield from ((window.name, window.horizon) for window in definition.windows)


def _lost(
    horizon: Horizon, fetched: set[dt.date], pending: set[dt.date], history: History, today: dt.date
) -> Iterator[tuple[dt.date, State]]:
    # No reach into the past at all is a snapshot: it is kept for no day.
    kept = horizon.retention if horizon.retention is not None else (None if horizon.first_load else 0)
    if kept is None or not fetched or history.connected_on is None:
        return
    begin = min(fetched)
    # A part that was configured later than its source begins with its own first day.
    if history.succeeded_on is not None and begin <= history.succeeded_on:
        begin = history.connected_on
    end = today - kept * _DAY
    for day in _days(begin, end):
        if day in fetched:
            continue
        yield day, "not_fetched"
        if day not in pending:
            # The night before the hole saw the last days before they were complete, and nobody read them again.
            for back in range(1, horizon.finality - horizon.ready_after + 1):
                if day - back * _DAY in fetched and day - _DAY in fetched:
                    yield day - back * _DAY, "cut_short"


def _days(first: dt.date, end: dt.date) -> Iterable[dt.date]:
    return (first + offset * _DAY for offset in range((end - first).days))
