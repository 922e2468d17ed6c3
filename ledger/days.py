"""The days of one source: what was fetched of them, which are fetched now, which are lost."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ledger.horizon import Horizon
from runtime.clock import RunClock

DayStatus = Literal["ok", "pending", "empty"]


@dataclass(frozen=True, slots=True)
class DayRecord:
    """One fetched (resource, tenant, scope, day) of a load."""

    resource: str
    tenant: str
    scope: str
    day: dt.date
    rows: int
    status: DayStatus


class Fetchable(Protocol):
    """What can be asked for by day: a table's contract or a fetch window."""

    @property
    def name(self) -> str: ...

    @property
    def horizon(self) -> Horizon: ...


class LoadedDays:
    """What one source has fetched before, and so which days are to be fetched now."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        """`rows`: (resource, tenant, scope, day, status, row_count) of one source."""
        self._done: dict[tuple[str, str, str], dict[dt.date, int]] = defaultdict(dict)
        self._recorded: dict[tuple[str, str, str], dict[dt.date, int]] = defaultdict(dict)
        for resource, tenant, scope, day, status, row_count in rows:
            self._recorded[resource, tenant, scope][day] = row_count or 0
            if status != "pending":
                self._done[resource, tenant, scope][day] = row_count or 0

    def days_to_fetch(self, what: Fetchable, clock: RunClock, tenant: str, scope: str) -> list[dt.date]:
        """Ascending days: those asked for by name, or the missing ones and those that may be restated.

        A night that did not run has not read its look-back either. What the night before it saw unfinished is
        asked for again, as long as the vendor keeps the day: a quiet day no longer kept is not recorded.
        """
        horizon = what.horizon
        newest = clock.today - dt.timedelta(days=horizon.ready_after)
        oldest = clock.today - dt.timedelta(days=horizon.first_load)
        if clock.since or clock.until:
            return _days(clock.since or oldest, min(newest, clock.until or newest))
        done = self._done[what.name, tenant, scope]
        restated_from = clock.today - dt.timedelta(days=horizon.lookback)
        days = _days(oldest, newest)
        recorded = self._recorded[what.name, tenant, scope]
        kept_from = clock.today - dt.timedelta(days=horizon.retention or horizon.first_load)
        unfinished = {
            day - dt.timedelta(days=back)
            for day in days
            if day not in recorded and day >= kept_from
            for back in range(1, horizon.lookback - horizon.ready_after + 1)
        }
        return [day for day in days if day not in done or day >= restated_from or day in unfinished]

    def is_loaded(self, resource: str, tenant: str, scope: str, day: dt.date) -> bool:
        """Whether that day was fetched before (empty counts, pending does not)."""
        return day in self._done[resource, tenant, scope]

    def rows(self, resource: str, tenant: str, scope: str, day: dt.date) -> int:
        """How many rows the day had; 0 when it was not fetched.

        Pending ones count: the night that died may have written its events, and they are not fetched again.
        """
        return self._recorded[resource, tenant, scope].get(day, 0)

    def span(self, resource: str, tenant: str, scope: str = "main") -> tuple[dt.date, dt.date] | None:
        """The oldest and the newest fetched day; None when none was fetched."""
        days = self._done[resource, tenant, scope]
        return (min(days), max(days)) if days else None

    def last_rows(self, resource: str, tenant: str, scope: str, until: dt.date) -> tuple[dt.date, int] | None:
        """The newest fetched day not after `until`, and how many rows it had."""
        days = [day for day in self._done[resource, tenant, scope] if day <= until]
        return (max(days), self._done[resource, tenant, scope][max(days)]) if days else None


def _days(oldest: dt.date, newest: dt.date) -> list[dt.date]:
    return [oldest + dt.timedelta(days=n) for n in range((newest - oldest).days + 1)]


@dataclass(slots=True)
class History:
    """What is known of one account: its days by (resource, tenant), its first nights, what was lost before.

    Attributes:
        fetched: days with an outcome; of several scopes one is enough.
        pending: days that a night asked for without an outcome.
        connected_on, succeeded_on: days of the first night that had settings, and of the first that succeeded.
    """

    fetched: dict[tuple[str, str], set[dt.date]] = field(default_factory=lambda: defaultdict(set))
    pending: dict[tuple[str, str], set[dt.date]] = field(default_factory=lambda: defaultdict(set))
    connected_on: dt.date | None = None
    succeeded_on: dt.date | None = None
    lost: dict[tuple[str, str, dt.date], str] = field(default_factory=dict)
