"""Cursor: members, daily usage, usage events and spend of a team, by the Admin API.

    members (nightly snapshot, archive)         ─→ members
    daily usage (30 days a request)             ─→ daily_usage
    usage events (a week a request)             ─→ usage_events
    spend of the billing cycle (snapshot)       ─→ spend
    members and daily usage                     ─→ identity_links (id → address)

Alone: `ai-usage run --source cursor`. Settings: docs/connect/cursor.md.
"""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any, Optional

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth

from ingestion.http import VendorClient, vendor_client
from ingestion.paging import numbered_pages
from ingestion.sources.cursor import records
from ingestion.streams.bounds import unix_milliseconds
from ingestion.streams.bucketed_usage import BucketedUsage
from ingestion.streams.listing import Listing, Params, route
from ingestion.streams.load import Load
from ingestion.streams.snapshot_list import SnapshotList
from ingestion.streams.source import StreamReader, stream_source
from ingestion.streams.stream import Links, Table
from runtime.errors import AnswerError, ConfigurationError
from runtime.settings import SourceSettings

_SCOPE = "read:*"
_DAYS = unix_milliseconds("startDate", "endDate", is_end_inclusive=True)


@configspec
class CursorSettings(SourceSettings):
    """Section `sources.cursor`.

    Attributes:
        api_key: key of the Admin API, made by an admin of the team.
        page_size: rows a page; the vendor documents a default of 10 and no maximum.
        first_day: the team's first day of use. Of days that the vendor does not know it answers zeros.
    """

    base_url: str = "https://api.cursor.com"
    api_key: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    page_size: int = 500
    first_day: str | None = None


def _client(settings: CursorSettings) -> VendorClient:
    """The key is the user name, the password is empty."""
    return vendor_client("cursor", settings.base_url, auth=HttpBasicAuth(settings.api_key, ""))


def _page_size(settings: CursorSettings) -> Params:
    return {"pageSize": settings.page_size}


def _first_day(settings: CursorSettings) -> dt.date:
    try:
        return dt.date.fromisoformat(settings.first_day) if settings.first_day else dt.date.min
    except ValueError:
        raise ConfigurationError("sources.cursor.first_day is not a day.", "Write 2026-09-01.") from None


class _SpendPages(Listing):
    """Pages of members' spend, each row with the start of the cycle, which stands beside the rows."""

    def pages(self, load: Load, params: Params | None = None, **path: str) -> Iterator[list[dict[str, Any]]]:
        """See :meth:`Listing.pages`. The vendor names the number of pages, and no next one."""
        page, last = 1, 1
        while page <= last:
            body = {**self._params(load), **(params or {}), "page": page}
            answer = load.client.post_json(route(self.path, load.settings, **path), body)
            rows, last = answer.get(self.data_key), answer.get("totalPages", 1)
            if not isinstance(rows, list) or not isinstance(last, int):
                raise AnswerError(f"cursor: an answer came without `{self.data_key}`.", "Nothing was replaced.")
            cycle = {"cycleStart": answer.get("subscriptionCycleStart")}
            yield [{**row, **cycle} if isinstance(row, dict) else row for row in rows]
            page += 1


_paged = partial(numbered_pages, has_more="pagination.hasNextPage", body=True)

_STREAMS = (
    SnapshotList(
        name="members",
        scope=_SCOPE,
        listing=Listing(path="/teams/members", data_key="teamMembers"),
        record=records.Member,
        clean=lambda answer: records.one_row_each(answer.records),
        table=Table(records.MEMBERS),
        links=(Links(records.MEMBER_LINKS, lambda answer: records.addresses(answer.rows, answer.day)),),
    ),
    BucketedUsage(
        name="daily usage",
        scope=_SCOPE,
        listing=Listing(
            path="/teams/daily-usage-data",
            data_key="data",
            paginator=_paged,
            params=_page_size,
            method="POST",
        ),
        bounds=_DAYS,
        first_day=_first_day,
        record=records.DailyUsage,
        clean=lambda answer: records.fullest_days(answer.records),
        tables=(Table(records.DAILY_USAGE),),
        start_key="date",
        rows_key=None,
        longest_range=30,
        links=(Links(records.USAGE_LINKS, lambda answer: records.usage_addresses(answer.rows)),),
    ),
    BucketedUsage(
        name="usage events",
        scope=_SCOPE,
        listing=Listing(
            path="/teams/filtered-usage-events",
            data_key="usageEvents",
            paginator=_paged,
            params=_page_size,
            method="POST",
        ),
        bounds=_DAYS,
        first_day=_first_day,
        record=records.UsageEvent,
        clean=lambda answer: records.distinct_events(answer.records),
        tables=(Table(records.USAGE_EVENTS),),
        start_key="timestamp",
        rows_key=None,
        longest_range=7,  # a week of events is held in memory
    ),
    SnapshotList(
        name="spend",
        scope=_SCOPE,
        listing=_SpendPages(path="/teams/spend", data_key="teamMemberSpend", params=_page_size, method="POST"),
        record=records.MemberSpend,
        clean=lambda answer: records.one_row_each(answer.records),
        table=Table(records.SPEND),
    ),
)

SOURCE = stream_source(
    name="cursor",
    description="Cursor: members, daily usage, usage events, spend.",
    settings=CursorSettings,
    contracts=records.CONTRACTS,
    is_connected=lambda settings: bool(settings.api_key),
    reader=StreamReader(streams=_STREAMS, client=_client),
)
