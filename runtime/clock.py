"""The run's one moment. Nothing else in ingestion asks the machine what day it is."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from runtime.errors import ClockError


def sortable_id(now: dt.datetime) -> str:
    """An id for a run or an action: sortable by time, distinct between machines."""
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def utc(moment: dt.datetime) -> dt.datetime:
    """Aware; warehouse timestamps are naive UTC."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def utc_date(moment: dt.datetime) -> dt.date | None:
    """The UTC day; None at the ends of the calendar, where the instant itself is refused."""
    try:
        return utc(moment).date()
    except OverflowError:
        return None


# Nights of two machines may differ by a zone that was set wrongly for a while; more is a wrong clock.
EARLIER_THAN_NEWEST = dt.timedelta(hours=6)
AHEAD_OF_VENDOR = dt.timedelta(days=2)
_OLDEST_DATE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC).timestamp()


def require_later(as_of: dt.datetime, newest: dt.datetime | None, run_id: str | None) -> None:
    """Refuse a night before the newest one: all that depends on time would be judged at the later of both.

    Raises:
        ClockError: `as_of` is hours earlier than the newest run.
    """
    if newest is not None and as_of < newest - EARLIER_THAN_NEWEST:
        raise ClockError(
            f"This night would be of {as_of:%Y-%m-%d %H:%M} UTC, but run {run_id} was of "
            f"{newest:%Y-%m-%d %H:%M} UTC: one of the two clocks is wrong. Nothing was requested or written.",
            "Set this machine's clock; if it was that run whose clock was wrong, take it back with "
            f"`ai-usage void {run_id}`.",
        )


def require_vendors_time(source: str, told: float | None) -> None:
    """Refuse to load on a day that has not come for the vendor: the night would be newer than any later one.

    `told`: the seconds since 1970 of the vendor's `Date`. One that no server of today sends is no clock.

    Raises:
        ClockError: this machine's clock is days ahead.
    """
    now = dt.datetime.now(dt.UTC)
    if told is None or not _OLDEST_DATE <= told < (now - AHEAD_OF_VENDOR).timestamp():
        return
    theirs = dt.datetime.fromtimestamp(told, dt.UTC)
    raise ClockError(
        f"This machine's clock says {now:%Y-%m-%d %H:%M} UTC, {source}'s server {theirs:%Y-%m-%d %H:%M} UTC.",
        "Set the clock (`timedatectl`) and run again. What this night had loaded was taken back.",
    )


@dataclass(frozen=True, slots=True)
class RunClock:
    """One moment for the whole run, so that a run over midnight has one today.

    Attributes:
        as_of: the run's logical now, aware, UTC.
        since, until: days asked for by name (both inclusive); None = what is missing and the look-back.
    """

    as_of: dt.datetime
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def today(self) -> dt.date:
        """The run's UTC day."""
        return self.as_of.astimezone(dt.UTC).date()

    @property
    def latest(self) -> dt.datetime:
        """Later instants are refused: a row of the year 2999 must not move any cursor."""
        return self.as_of + dt.timedelta(days=1)
