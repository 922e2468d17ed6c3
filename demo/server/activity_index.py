"""When each account was last active: read from the company's days, each day once."""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta


class LastActive:
    """Days of activity by account; a day is loaded when it is first needed.

    ``accounts_on`` gives the accounts that were active on a day.
    """

    def __init__(self, first_day: date, accounts_on: Callable[[date], Iterable[str]]) -> None:
        self._first_day = first_day
        self._accounts_on = accounts_on
        self._lock = threading.Lock()
        self._known: set[date] = set()
        self._last_read: tuple[date, date] | None = None
        self._days: dict[str, list[date]] = defaultdict(list)

    def day(self, account: str, until: date, look_back: int) -> date | None:
        """The last active day on or before ``until``, at most ``look_back`` days ago."""
        earliest = max(self._first_day, until - timedelta(look_back))
        with self._lock:
            self._read(earliest, until)
            days = self._days.get(account, [])
            at = bisect_right(days, until)
            return days[at - 1] if at and days[at - 1] >= earliest else None

    def _read(self, first: date, last: date) -> None:
        if self._last_read == (first, last):
            return
        self._last_read = (first, last)
        for step in range((last - first).days, -1, -1):
            day = first + timedelta(step)
            if day in self._known:
                continue
            self._known.add(day)
            for account in set(self._accounts_on(day)):
                insort(self._days[account], day)
