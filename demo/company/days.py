"""Events by day: made when they are asked for, kept for a while, looked up by the day of delivery."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Generic, Protocol, TypeVar

MAX_DELAY_DAYS = 4
"""No event is delivered later than this many days after the day on which its session starts."""

EventT = TypeVar("EventT")


class Delivered(Protocol):
    """An event with the moment from which the vendor can show it."""

    @property
    def delivered_at(self) -> datetime: ...


DeliveredT = TypeVar("DeliveredT", bound=Delivered)


class Days(Generic[EventT]):
    """The events of a day. Keeps the last ``size`` days asked for; safe to use from several threads."""

    def __init__(self, load: Callable[[date], Sequence[EventT]], size: int = 400) -> None:
        self._load = load
        self._size = size
        self._lock = threading.RLock()
        self._days: OrderedDict[date, Sequence[EventT]] = OrderedDict()

    @classmethod
    def of(cls, events: Mapping[date, Sequence[EventT]]) -> Days[EventT]:
        """Events held in plain lists, for companies written by hand."""
        return cls(lambda day: events.get(day, ()))

    def on(self, day: date) -> Sequence[EventT]:
        """The day's events."""
        with self._lock:
            if day in self._days:
                self._days.move_to_end(day)
                return self._days[day]
            found = self._load(day)
            self._days[day] = found
            if len(self._days) > self._size:
                self._days.popitem(last=False)
            return found


def delivered_on(day: date, events: Days[DeliveredT]) -> list[DeliveredT]:
    """Events that the vendor first shows on the UTC day, in order of delivery."""
    found: list[DeliveredT] = []
    for back in range(MAX_DELAY_DAYS, -1, -1):
        started = events.on(day - timedelta(back))
        found.extend(event for event in started if event.delivered_at.date() == day)
    return sorted(found, key=lambda event: event.delivered_at)
