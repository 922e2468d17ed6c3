"""What a night that is taken back had published: readers go back, and what it closed is corrected."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from publishing.closed import ClosedStore
from publishing.periods import Period
from publishing.places import published_place
from runtime.environment import Environment


@dataclass(frozen=True, slots=True)
class Unpublished:
    """What came of it.

    Attributes:
        readers_see: the version that readers were switched back to; None when they still see the night's.
        reopened: periods that the night closed; the next publish closes them again.
        removed: periods that the night closed and that had not begun: there are no figures of them.
    """

    readers_see: str | None
    reopened: tuple[Period, ...]
    removed: tuple[Period, ...]


def unpublish(
    environment: Environment, began: dt.datetime, ended: dt.datetime | None, today: dt.date
) -> Unpublished:
    """Take back what was published from `began` on, up to `ended` when later nights follow.

    A period that begins after `today` was closed by a wrong clock. The caller holds the run's lock.
    """
    reopened, removed = _correct_closed(environment, began, ended, today)
    readers_see = published_place(environment).back_to_before(began) if ended is None else None
    return Unpublished(readers_see, reopened, removed)


def _correct_closed(
    environment: Environment, began: dt.datetime, ended: dt.datetime | None, today: dt.date
) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    since, until = began.replace(tzinfo=None), (ended or dt.datetime.max).replace(tzinfo=None)
    with environment.session() as session:
        store = ClosedStore(session, environment)
        store.ensure()
        closed = [entry for entry in store.periods().values() if since <= entry.closed_at < until]
        unreal = [entry.period for entry in closed if entry.period.start > today]
        real = [entry for entry in closed if entry.period.start <= today and not entry.is_reopened]
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        with session.transaction():
            for entry in real:
                store.add_period(replace(entry, closed_at=now), None, "reopened")
            for period in unreal:
                store.remove(period)
    return tuple(entry.period for entry in real), tuple(unreal)
