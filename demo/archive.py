"""The dated archive of saved answers: what a company has kept of the vendors' current state.

``<folder>/<source>/<resource>/<YYYY-MM-DD>.<json|csv>.gz``, each file one night's answer as the vendor gave it:
one page, or a JSON list of pages. Nights that were missed have no file.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from demo.company.company import Company
from demo.company.hris import hris_snapshot
from demo.company.model import Product
from demo.server import chatgpt_rosters, github_records, microsoft_records
from demo.server.microsoft_records import ReportKind
from demo.server.settings import Behaviour
from demo.server.wire import encode

Record = dict[str, object]
PAGE = 100
"""Rows a page where the vendor's pages are kept one by one."""
Saved = tuple[str, bytes]
"""(``source/resource/ending``, content)"""


def write_archive(
    company: Company, folder: Path, until: date | datetime, report: ReportKind | None = None
) -> int:
    """Write every snapshot answer of the days from the company's first day to the day before ``until``.

    ``report`` chooses the Microsoft usage report that was saved (v1, seven days). Existing files are
    replaced; the same company gives the same bytes. Gives the number of files. Errors: OSError.
    """
    last = until.date() if isinstance(until, datetime) else until
    snapshots = _Snapshots(company, report or ReportKind())
    count = 0
    for step in range((last - company.profile.first_day).days):
        day = company.profile.first_day + timedelta(step)
        for place, content in snapshots.of(day):
            source, resource, ending = place.split("/")
            target = folder / source / resource
            target.mkdir(parents=True, exist_ok=True)
            packed = gzip.compress(content, compresslevel=1, mtime=0)
            (target / f"{day}.{ending}.gz").write_bytes(packed)
            count += 1
    return count


class _Snapshots:
    """Each night's answers; days are asked for in ascending order."""

    def __init__(self, company: Company, report: ReportKind) -> None:
        self._company = company
        self._report = report
        self._credits = chatgpt_rosters.Credits(company)
        self._activity = github_records.copilot_activity(company)
        self._directory = microsoft_records.Directory(company)
        self._usage = microsoft_records.UsageDetail(self._directory)
        self._lag = timedelta(Behaviour().report_refresh_lag_days)

    def of(self, day: date) -> Iterator[Saved]:
        """Everything that was saved on the night of the day."""
        if self._has("chatgpt", day):
            yield from self._chatgpt(day)
        if self._has("github_copilot", day):
            yield from self._github(day)
        if self._has("m365_copilot", day):
            yield from self._microsoft(day)
        yield "hris/employees/csv", hris_snapshot(self._company, day).encode()

    def _has(self, product: Product, day: date) -> bool:
        return self._company.has_snapshot(product, day)

    def _chatgpt(self, day: date) -> Iterator[Saved]:
        roster = self._company.chatgpt_roster(day)
        users = chatgpt_rosters.roster_records(roster)
        page = {"object": "list", "data": users, "has_more": False, "last_id": _last_id(users)}
        yield "chatgpt/users/json", encode(page)
        workspace = self._company.profile.workspace_id
        seats = chatgpt_rosters.seat_records(roster, self._credits, day, workspace)
        pages = [{"object": "list", "data": rows, "last_id": _last_id(rows)} for rows in _pages(seats)]
        yield "chatgpt/seats/json", encode(pages)

    def _github(self, day: date) -> Iterator[Saved]:
        total, seats = github_records.seat_records(self._company, self._activity, day, enterprise=True)
        pages = [{"total_seats": total, "seats": rows} for rows in _pages(seats)]
        yield "github_copilot/seats/json", encode(pages)

    def _microsoft(self, day: date) -> Iterator[Saved]:
        users = microsoft_records.user_records(self._directory, day)
        yield "m365_copilot/users/json", encode([{"value": rows} for rows in _pages(users)])
        yield (
            "m365_copilot/subscribed_skus/json",
            encode({"value": microsoft_records.sku_records(self._directory, day)}),
        )
        settings = microsoft_records.settings_record(self._report.conceal)
        yield "m365_copilot/report_settings/json", encode(settings)
        refresh = day - self._lag
        if refresh >= self._company.profile.first_day:
            yield "m365_copilot/usage_user_detail/csv", self._usage.csv(refresh, self._report)


def _pages(rows: Sequence[Record]) -> Iterable[Sequence[Record]]:
    """Rows by the hundred; no rows are one empty page."""
    return [rows[start : start + PAGE] for start in range(0, max(1, len(rows)), PAGE)]


def _last_id(rows: Sequence[Record]) -> object:
    return rows[-1]["id"] if rows else None
