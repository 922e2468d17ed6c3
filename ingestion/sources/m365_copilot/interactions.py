"""Interaction history: one chain of pages a licensed user, because Graph has no route for the whole tenant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from ingestion.paging import odata_links
from ingestion.source import SourceRun
from ingestion.source_types import Batch, Finding
from ingestion.sources.m365_copilot import records
from ingestion.streams.bounds import ONE_DAY, ranges
from ingestion.streams.listing import Listing, route
from ingestion.streams.load import Load
from runtime.errors import AccessError, MissingError, SourceError

_TICK = dt.timedelta(milliseconds=1)
_BATCH = 20_000
_REFUSED_IN_A_ROW = 5
INTERACTIONS = "AiEnterpriseInteraction.Read.All"
HISTORY = Listing(
    path="/v1.0/copilot/users/{user_id}/interactionHistory/getAllEnterpriseInteractions",
    data_key="value",
    paginator=odata_links,
    page_size=("$top", 100),
    restarts=True,
)


def interaction_batches(load: Load, users: list[str]) -> Iterator[Batch]:
    """Interactions of the days to fetch, of all `users` (object ids).

    Every day that was read is recorded, also one without a row, from the first interaction ever seen on.

    A single history that is refused (no mailbox, licence just taken away) is counted in the progress and left
    out; when the first ones are all refused, it is the permission.

    Raises:
        AccessError, MissingError: no history can be read.
    """
    run = load.run
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
            waiting.extend(_history(load, user_id, days))
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


def check_interactions(load: Load, licensed: Callable[[], list[str]]) -> Finding:
    """One licensed user's newest interaction. `licensed` asks who holds a licence."""
    subject = "interactions"
    try:
        holders = licensed()
        if not holders:
            return Finding(subject, False, "no licensed user was found", "Set copilot_sku_ids.")
        load.client.get_json(route(HISTORY.path, load.settings, user_id=holders[0]), {"$top": 1})
    except (AccessError, MissingError) as error:
        return Finding(subject, False, error.message, f"Grant the read-only permission `{INTERACTIONS}`.")
    except SourceError as error:
        return Finding(subject, False, error.message, error.remedy)
    return Finding(subject, True, "readable")


def _first_day_seen(run: SourceRun) -> dt.date | None:
    """The earliest day with interactions, of this run or an earlier one; None before there is any."""
    table, horizon = records.INTERACTIONS.name, records.INTERACTIONS.horizon
    past = (run.clock.today - n * ONE_DAY for n in range(horizon.first_load + 1))
    before = [day for day in past if run.loaded.is_loaded(table, run.tenant, "main", day)]
    now = [record.day for record in run.fetched if record.resource == table and record.rows]
    return min([*before, *now], default=None)


def _history(load: Load, user_id: str, days: list[dt.date]) -> Iterator[records.InteractionRow]:
    """One user's interactions, one listing for each run of consecutive days. Both bounds are exclusive."""
    for first, last in ranges(days):
        after = dt.datetime.combine(first, dt.time(), dt.UTC) - _TICK
        before = min(dt.datetime.combine(last + ONE_DAY, dt.time(), dt.UTC), load.run.clock.as_of)
        bounds = f"createdDateTime gt {_iso(after)} and createdDateTime lt {_iso(before)}"
        rows = HISTORY.rows(load, {"$filter": bounds}, user_id=user_id)
        for found in load.run.gate.objects(records.Interaction, records.INTERACTIONS.name, rows):
            yield records.InteractionRow(user_id, found)


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
