"""The server's own idea of "now": what is ready, restated or expired depends on it alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta


class Clock:
    """A clock that stands still until it is set. Aware UTC only; a naive time is a ValueError."""

    def __init__(self, now: datetime) -> None:
        self._lock = threading.Lock()
        self._now = _utc(now)
        self._changed: Callable[[], None] = lambda: None

    def on_change(self, changed: Callable[[], None]) -> None:
        """Have this function called whenever the clock is set."""
        self._changed = changed

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
        self._changed()

    def advance(self, step: timedelta) -> None:
        """Move by a step."""
        self.set(self.now() + step)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the clock needs an aware datetime")
    return moment.astimezone(UTC)
