"""Interactions of one user in a stretch of time, newest first, without reading a day twice."""

from __future__ import annotations

import threading
from collections import defaultdict
from datetime import date, datetime, timedelta

from demo.vendors.m365_copilot.interactions import Interactions
from demo.vendors.m365_copilot.model import M365Interaction


class InteractionIndex:
    """Interactions by day and account; a day is read when it is first asked for, and kept."""

    def __init__(self, activity: Interactions, first_day: date) -> None:
        self._activity = activity
        self._first_day = first_day
        self._lock = threading.Lock()
        self._days: dict[date, dict[str, list[M365Interaction]]] = {}

    def between(self, account: str, after: datetime, before: datetime, now: datetime) -> list[M365Interaction]:
        """Interactions with ``after`` < created < ``before``, not later than ``now``."""
        first = max(after.date(), self._first_day)
        last = min(before, now).date()
        found = []
        for step in range((last - first).days + 1):
            found += self._day(first + timedelta(step)).get(account, [])
        chosen = [item for item in found if after < item.created_at < before and item.created_at <= now]
        return chosen[::-1]

    def _day(self, day: date) -> dict[str, list[M365Interaction]]:
        with self._lock:
            if day not in self._days:
                by_account: dict[str, list[M365Interaction]] = defaultdict(list)
                for item in self._activity.created_on(day):
                    by_account[item.account].append(item)
                self._days[day] = by_account
            return self._days[day]
