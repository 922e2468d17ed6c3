"""Log files: what was delivered in a stretch of hours, cut to size, hashed, and kept compressed.

A file is written when it is first listed or asked for, and written again when it was dropped from the
cache: the same file always has the same id, end time and content. Stretches end at the company's hour of
the nightly run, so that a run at that hour sees everything delivered until then.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, TypeVar

from demo.company.days import Delivered
from demo.server.backstage import Backstage

DAWN = datetime(1970, 1, 1, tzinfo=UTC)
EventT = TypeVar("EventT", bound=Delivered)


@dataclass(slots=True)
class Switches:
    """How log files are written and kept."""

    log_retention_days: int | None = None
    """30 as the vendor has it; None keeps every log file, so that half a year can be loaded."""
    log_file_hours: int = 12
    """A log file holds what was delivered in so many hours (a divisor of 24)."""
    log_file_bytes: int = 15_000_000
    list_budget_bytes: int = 48_000_000
    """A list page ends early after so many newly written bytes, so that no answer takes long."""
    cached_body_bytes: int = 256_000_000


@dataclass(frozen=True, slots=True)
class LogFile:
    """One file as the list shows it. ``size`` in bytes and ``sha256`` are of the plain content."""

    id: str
    event_type: str
    end_time: datetime
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The file name: by time of writing, not of events."""
        return f"{self.event_type}_{self.end_time:%Y-%m-%dT%H:%M:%S.%f}.jsonl"

    def entry(self) -> dict[str, object]:
        """The file's entry in the list."""
        return {
            "id": self.id,
            "event_type": self.event_type,
            "end_time": self.end_time,
            "file_name": self.name,
            "file_size": self.size,
            "file_sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of files and whether more follow."""

    files: list[LogFile]
    has_more: bool


class LogFiles(Generic[EventT]):
    """The files of one event type.

    ``delivered_on`` gives the events delivered on a UTC day in order of delivery, ``line`` writes one.
    ``offset`` keeps the end times of different event types apart.
    """

    def __init__(
        self,
        backstage: Backstage,
        event_type: str,
        delivered_on: Callable[[date], Sequence[EventT]],
        line: Callable[[EventT], bytes],
        offset: timedelta = timedelta(0),
    ) -> None:
        self.event_type = event_type
        self._backstage = backstage
        self._switches = backstage.behaviour.of(Switches)
        self._delivered_on = delivered_on
        self._line = line
        self._offset = offset
        self._lock = threading.RLock()
        self._days: OrderedDict[date, Sequence[EventT]] = OrderedDict()
        self._written: dict[int, list[LogFile]] = {}
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._kept = 0
        self._fresh = 0
        self._step = timedelta(hours=self._switches.log_file_hours)
        profile = backstage.company.profile
        self._origin = datetime.combine(profile.first_day, profile.as_of.time(), UTC)

    def forget(self) -> None:
        """Drop every written file: the script of faults has changed."""
        with self._lock:
            self._written.clear()
            self._bodies.clear()
            self._kept = 0

    def listing(self, after: datetime, before: datetime | None, limit: int) -> Listing:
        """Visible files with ``after`` < end time < ``before``, by end time."""
        with self._lock:
            self._fresh = 0
            page: list[LogFile] = []
            first = self._first_window(max(after, self._expired_before()))
            last = self._last_window()
            if before is not None:
                last = min(last, self._first_window(before) + 1)
            for window in range(first, last + 1):
                if self._is_full(page, limit) and self._events(window):
                    return Listing(page, True)
                for file in self._files(window):
                    if not self._is_visible(file, after, before):
                        continue
                    if self._is_full(page, limit):
                        return Listing(page, True)
                    page.append(file)
            return Listing(page, False)

    def compressed(self, file_id: str) -> bytes | None:
        """The gzipped content of a visible file; None when there is none of that id, or no longer."""
        with self._lock:
            window = self._window_of(file_id)
            if window is None or not 0 <= window <= self._last_window():
                return None
            file = next((file for file in self._files(window) if file.id == file_id), None)
            if file is None or not self._is_visible(file, DAWN, None):
                return None
            if file_id not in self._bodies:
                self._write(window)
            return self._bodies[file_id]

    def _is_full(self, page: list[LogFile], limit: int) -> bool:
        return len(page) >= limit or (bool(page) and self._fresh > self._switches.list_budget_bytes)

    def _is_visible(self, file: LogFile, after: datetime, before: datetime | None) -> bool:
        if file.end_time < self._expired_before():
            return False
        return file.end_time > after and (before is None or file.end_time < before)

    def _expired_before(self) -> datetime:
        days = self._switches.log_retention_days
        return DAWN if days is None else self._backstage.clock.now() - timedelta(days)

    # Windows: number n ends n × log_file_hours after the first day's hour of the nightly run ---------

    def _end(self, window: int) -> datetime:
        return self._origin + window * self._step

    def _last_window(self) -> int:
        return (self._backstage.clock.now() - self._origin) // self._step

    def _first_window(self, after: datetime) -> int:
        return max(0, (after - self._origin) // self._step)

    def _window_of(self, file_id: str) -> int | None:
        match = re.fullmatch(rf"clog_{self.event_type.lower()}_(\d+)_\d+", file_id)
        return int(match[1]) if match else None

    def _events(self, window: int) -> list[EventT]:
        end = self._end(window)
        start = end - self._step
        days = [start.date() + timedelta(n) for n in range((end.date() - start.date()).days + 1)]
        return [event for day in days for event in self._day(day) if start < event.delivered_at <= end]

    def _day(self, day: date) -> Sequence[EventT]:
        if day not in self._days:
            self._days[day] = self._delivered_on(day)
            if len(self._days) > 4:
                self._days.popitem(last=False)
        return self._days[day]

    # Files --------------------------------------------------------------------------------------

    def _files(self, window: int) -> list[LogFile]:
        if window not in self._written:
            self._write(window)
        return self._written[window]

    def _write(self, window: int) -> None:
        parts = list(self._parts(window))
        end = self._end(window)
        files = []
        for number, content in enumerate(parts):
            last = end - self._offset - timedelta(milliseconds=len(parts) - 1 - number)
            file_id = f"clog_{self.event_type.lower()}_{window:06d}_{number + 1}"
            name = LogFile(file_id, self.event_type, last, 0, "").name
            content = self._backstage.faults.on_file(f"chatgpt/{name}", content)
            files.append(
                LogFile(file_id, self.event_type, last, len(content), hashlib.sha256(content).hexdigest())
            )
            self._keep(file_id, content)
        self._written[window] = files

    def _parts(self, window: int) -> list[bytes]:
        parts: list[bytes] = []
        lines: list[bytes] = []
        size = 0
        for event in self._events(window):
            line = self._line(event)
            if lines and size + len(line) + 1 > self._switches.log_file_bytes:
                parts.append(_joined(lines))
                lines, size = [], 0
            lines.append(line)
            size += len(line) + 1
        return [*parts, _joined(lines)] if lines else parts

    def _keep(self, file_id: str, content: bytes) -> None:
        self._fresh += len(content)
        body = gzip.compress(content, compresslevel=1, mtime=0)
        self._kept += len(body) - len(self._bodies.pop(file_id, b""))
        self._bodies[file_id] = body
        while self._kept > self._switches.cached_body_bytes and len(self._bodies) > 8:
            _, dropped = self._bodies.popitem(last=False)
            self._kept -= len(dropped)


def _joined(lines: list[bytes]) -> bytes:
    return b"\n".join(lines) + b"\n"
