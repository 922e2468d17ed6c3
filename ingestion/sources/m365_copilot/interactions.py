"""Interaction history: one chain of pages a licensed user, because Graph has no route for the whole tenant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby

from ingestion.http import VendorClient
from ingestion.source import SourceRun
from ingestion.source_types import Batch
from ingestion.sources.m365_copilot import records
from ingestion.sources.m365_copilot.listing import listed
from runtime.errors import AccessError, MissingError

_ONE_DAY = dt.timedelta(days=1)
_TICK = dt.timedelta(milliseconds=1)
_BATCH = 20_000
_REFUSED_IN_A_ROW = 5


def interaction_batches(run: SourceRun, client: VendorClient, users: list[str]) -> Iterator[Batch]:
    """Interactions of the days to fetch, of all `users` (object ids).

    Every day that was read is recorded, also one without a row, from the first interaction ever seen on.

    A single history that is refused (no mailbox, licence just taken away) is counted in the progress and left
    out; when the first ones are all refused, it is the permission.

    Raises:
        AccessError, MissingError: no history can be read.
    """
    days = run.days_to_fetch(records.HISTORIES)
    if not days or not users:
        run.progress("interactions: no licensed user" if days else "interactions: nothing to fetch")
        return
    waiting: list[records.InteractionRow] = []
    refused = 0
    for number, user_id in enumerate(users):
        if number % 50 == 0:
            run.progress(f"interactions of {number} of {len(users)} users")
        try:
            waiting.extend(_history(run, client, user_id, days))
        except (AccessError, MissingError):
            refused += 1
            if refused == number + 1 and refused >= min(_REFUSED_IN_A_ROW, len(users)):
                raise
        if len(waiting) >= _BATCH:
            yield from run.events(records.INTERACTIONS, waiting)
            waiting = []
    yield from run.events(records.INTERACTIONS, waiting)
    for day in days:
        run.window_fetched(records.HISTORIES, day, len(users) - refused)
    first = _first_day_seen(run)
    run.days_read(records.INTERACTIONS, [day for day in days if first and day >= first])
    if refused:
        run.progress(f"interactions: the histories of {refused} of {len(users)} users were refused")


def _first_day_seen(run: SourceRun) -> dt.date | None:
    """The earliest day with interactions, of this run or an earlier one; None before there is any."""
    table, horizon = records.INTERACTIONS.name, records.INTERACTIONS.horizon
    past = (run.clock.today - n * _ONE_DAY for n in range(horizon.first_load + 1))
    before = [day for day in past if run.loaded.is_loaded(table, run.tenant, "main", day)]
    now = [record.day for record in run.fetched if record.resource == table and record.rows]
    return min([*before, *now], default=None)


def _history(
    run: SourceRun, client: VendorClient, user_id: str, days: list[dt.date]
) -> Iterator[records.InteractionRow]:
    """One user's interactions, one listing for each run of consecutive days. Both bounds are exclusive."""
    path = f"/v1.0/copilot/users/{user_id}/interactionHistory/getAllEnterpriseInteractions"
    for first, last in _ranges(days):
        after = dt.datetime.combine(first, dt.time(), dt.UTC) - _TICK
        before = min(dt.datetime.combine(last + _ONE_DAY, dt.time(), dt.UTC), run.clock.as_of)
        bounds = f"createdDateTime gt {_iso(after)} and createdDateTime lt {_iso(before)}"
        params = {"$top": 100, "$filter": bounds}
        rows = listed(client, path, params)
        for found in run.gate.objects(records.Interaction, records.INTERACTIONS.name, rows):
            yield records.InteractionRow(user_id, found)


def _ranges(days: list[dt.date]) -> Iterator[tuple[dt.date, dt.date]]:
    """Runs of consecutive days, so that half a year is one listing."""
    for _, run in groupby(enumerate(days), key=lambda pair: pair[1].toordinal() - pair[0]):
        members = [day for _, day in run]
        yield members[0], members[-1]


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
