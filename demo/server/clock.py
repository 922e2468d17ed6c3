"""The server's own idea of "now": what is ready, restated or expired depends on it alone."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta


class Clock:
    """A clock that stands still until it is set. Aware UTC only; a naive time is a ValueError."""

    def __init__(self, now: datetime) -> None:
        self._lock = threading.Lock()
        self._now = _utc(now)

    def now(self) -> datetime:
        """The moment the server believes in."""
        with self._lock:
            return self._now

    def today(self) -> date:
        """The UTC day of ``now``."""
        return self.now().date()

    def set(self, now: datetime) -> None:
        """Move to a moment, forwards or backwards."""
        with self._lock:
            self._now = _utc(now)

    def advance(self, step: timedelta) -> None:
        """Move by a step."""
        with self._lock:
            self._now += step


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the clock needs an aware datetime")
    return moment.astimezone(UTC)
