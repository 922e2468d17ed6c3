"""The run's one moment. Nothing else in ingestion asks the machine what day it is."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass


def sortable_id(now: dt.datetime) -> str:
    """An id for a run or an action: sortable by time, distinct between machines."""
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def utc(moment: dt.datetime) -> dt.datetime:
    """Aware; warehouse timestamps are naive UTC."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


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
