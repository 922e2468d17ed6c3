"""Anthropic: Claude and Claude Code by person and day, tokens and money, members.

    members (nightly snapshot, archive)                        ─→ users
    Claude Enterprise activity, or Claude Code's own report    ─→ user_days
    usage and cost by actor and product, or the older reports  ─→ usage_days, cost_days
    all that name users                                        ─→ identity_links

Alone: `ai-usage run --source anthropic`. Settings: docs/connect/anthropic.md.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Optional
from urllib.parse import urlsplit

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue
from requests import PreparedRequest
from requests.auth import AuthBase

from ingestion.http import VendorClient, vendor_client
from ingestion.paging import cursor_pages
from ingestion.privacy.wire import WireRecord
from ingestion.source_types import Batch, Finding
from ingestion.sources.anthropic import records
from ingestion.streams.bounds import iso_day, iso_instants
from ingestion.streams.bucketed_usage import BucketedUsage
from ingestion.streams.day_report import DayReport, ListedDay
from ingestion.streams.listing import Listing
from ingestion.streams.load import Answer, Load
from ingestion.streams.snapshot_list import SnapshotList
from ingestion.streams.source import StreamReader, stream_source
from ingestion.streams.stream import Links, Stream, Table
from runtime.errors import AccessError, BadRequestError, MissingError, SourceError
from runtime.settings import SourceSettings

_HOME = "/v1/organizations"
_ANALYTICS = f"{_HOME}/analytics"
_PAGES = partial(cursor_pages, "next_page", "page")
_MORE_PAGES = partial(cursor_pages, "next_page", "page", has_more="has_more")


@configspec
class AnthropicSettings(SourceSettings):
    """Section `sources.anthropic`; at least one of the keys.

    Attributes:
        api_key: Admin key, made in the Console.
        analytics_key: key with `read:analytics`, made in claude.ai by the primary owner of Claude Enterprise.
        usage_beta: version of the beta to which usage and cost belong.
    """

    base_url: str = "https://api.anthropic.com"
    api_key: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    analytics_key: Optional[TSecretStrValue] = None  # noqa: UP045
    usage_beta: str = "analytics-usage-cost-2026-08-24"


class _Keys(AuthBase):
    """Analytics take either key, Enterprise's own first; everything else takes the Admin key alone.

    The version of the beta goes to the two routes that are in it.
    """

    def __init__(self, settings: AnthropicSettings) -> None:
        self._settings = settings

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        settings, path = self._settings, urlsplit(request.url or "").path
        key = settings.api_key
        if f"{_ANALYTICS}/" in path:
            key = settings.analytics_key or settings.api_key
        if path.endswith((f"{_ANALYTICS}/usage", f"{_ANALYTICS}/cost")):
            request.headers["anthropic-beta"] = settings.usage_beta
        request.headers["x-api-key"] = str(key)
        return request


def _client(settings: AnthropicSettings) -> VendorClient:
    headers = {"anthropic-version": "2023-06-01"}
    return vendor_client("anthropic", settings.base_url, auth=_Keys(settings), headers=headers)


def _has_admin_key(settings: AnthropicSettings) -> bool:
    return bool(settings.api_key)


def _is_enterprise(settings: AnthropicSettings) -> bool:
    return bool(settings.analytics_key)


def _is_console(settings: AnthropicSettings) -> bool:
    return not _is_enterprise(settings)


def _activity_scope(settings: AnthropicSettings) -> str:
    return "read:analytics" if _is_enterprise(settings) else "Admin key"


def _members(answer: Answer) -> list[records.Member]:
    """Members, each once as last seen."""
    users = {user.id: user for user in answer.records}
    return [records.Member(user, _is_enterprise(answer.load.settings)) for user in users.values()]


def _activity(answer: Answer) -> list[records.Use]:
    """Members who did something: the vendor lists all the others with zeros."""
    return [use for use in records.each_once(row.use() for row in answer.records) if any(use.counts.values())]


def _code_days(answer: Answer) -> list[records.Use]:
    """Rows of the day that was asked for."""
    found = []
    for row in answer.records:
        if row.date.date() == answer.day:
            found.append(row.use())
        else:
            reason = "date is not the day that was asked for"
            answer.load.run.gate.reject(records.USER_DAYS.name, reason, repr(row.actor.identifier).encode(), 0)
    return records.each_once(found)


def _spends(answer: Answer) -> list[records.Spend]:
    return records.each_once(row.spend() for row in answer.records)


def _addresses(answer: Answer) -> Iterator[tuple[str | None, str | None, dt.date]]:
    """Users with their addresses. The vendor gives the present one, also with days long past."""
    actors = (row.actor for row in answer.rows)
    return ((actor.user_id, actor.address, answer.load.run.clock.today) for actor in actors)


_LINKS = (Links(records.LINKS, _addresses),)


@dataclass(frozen=True, kw_only=True)
class _FirstAnswered(Stream):
    """The first of several reports that the organization has. One of them fills a table, never two.

    Settings decide between some; one that the vendor refuses or does not have (400, 403, 404) gives way to the
    next. Which one it was is told in the progress and is in the column `feed`.
    """

    ways: tuple[DayReport | BucketedUsage, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """The same for each way."""
        return self.ways[0].tables

    def batches(self, load: Load) -> Iterator[Batch]:
        """See :meth:`Stream.batches`.

        Raises:
            SourceError: of the first report, when all are refused.
        """
        refusal: SourceError | None = None
        for way in self._ways(load):
            batches = way.batches(load)
            try:
                first = next(batches, None)
            except (AccessError, BadRequestError, MissingError) as error:
                refusal = refusal or error
                load.run.progress(f"{way.name}: refused")
                continue
            if first is not None:
                yield first
            yield from batches
            return
        if refusal:
            raise refusal

    def check(self, load: Load) -> Iterator[Finding]:
        """Of the first report that can be read; of the first of all when none can."""
        told: list[list[Finding]] = []
        for way in self._ways(load):
            told.append(list(way.check(load)))
            if all(finding.ok for finding in told[-1]):
                yield from told[-1]
                return
        yield from told[0]

    def _ways(self, load: Load) -> list[DayReport | BucketedUsage]:
        return [way for way in self.ways if way.wanted(load.settings)]


def _days(
    name: str, path: str, contract: Any, record: type[WireRecord], group_by: tuple[str, ...], **more: Any
) -> BucketedUsage:
    """Rows or buckets of whole days, from a report of tokens or money."""
    width, size, order = more.pop("width"), more.pop("size"), more.pop("order", {})
    return BucketedUsage(
        name=name,
        scope="read:analytics, or an Admin key",
        listing=Listing(
            path=path,
            data_key="data",
            paginator=_MORE_PAGES,
            params={width: "1d", **order},
            page_size=("limit", size),
            restarts=True,
        ),
        bounds=iso_instants("starting_at", "ending_at"),
        first_day=lambda _: records.FIRST_DAY,
        start_key="starting_at",
        record=record,
        tables=(Table(contract),),
        group_by=("group_by[]", (group_by, group_by[:-1])),
        clean=_spends,
        links=_LINKS,
        **more,
    )


def _spend(
    name: str, contract: Any, reports: tuple[type[WireRecord], type[WireRecord], type[WireRecord]], console: str
) -> _FirstAnswered:
    """Tokens or money: the analytics API, or the older report of Claude Enterprise, or of the Console."""
    analytics, of_users, of_console = reports
    is_usage = name == "usage"
    groups = ("account_id", "api_key_id", "service_account_id", "model", "service_tier")
    new = {"rows_key": None, "width": "time_bucket_width", "size": 1000, "order": {"order_by": "time"}}
    older: dict[str, Any] = {"width": "bucket_width"}
    return _FirstAnswered(
        name=name,
        scope="read:analytics, or an Admin key",
        links=_LINKS,
        ways=(
            _days(name, f"{_ANALYTICS}/{name}", contract, analytics,
                  ("actor", "product", "model", "service_tier"), **new),
            _days(f"{name} of users", f"{_ANALYTICS}/user_{name}_report", contract, of_users,
                  ("product", "model"), rows_key=None, size=1000, wanted=_is_enterprise, **older),
            _days(f"{name} of the Console", f"{_HOME}/{console}", contract, of_console,
                  groups if is_usage else ("description",), size=31,
                  wanted=_is_console, **older),
        ),
    )  # fmt: skip


def _day_report(called: str, path: str, day: str, record: type[WireRecord], **more: Any) -> DayReport:
    return DayReport(
        name="activity",
        called=called,
        answer=ListedDay(
            path=path, data_key="data", paginator=_PAGES, page_size=("limit", 1000), refuses_early=True
        ),
        bounds=iso_day(day),
        first_day=lambda _: records.FIRST_DAY,
        record=record,
        tables=(Table(records.USER_DAYS),),
        links=_LINKS,
        **more,
    )


_STREAMS = (
    SnapshotList(
        name="members",
        scope="Admin key",
        wanted=_has_admin_key,
        unwanted=Finding(
            "members", False, "api_key is not set: nobody's seats are known.", "Set an Admin key."
        ),
        listing=Listing(
            path=f"{_HOME}/users",
            data_key="data",
            paginator=partial(cursor_pages, "last_id", "after_id", has_more="has_more"),
            page_size=("limit", 1000),
        ),
        record=records.RosterUser,
        clean=_members,
        table=Table(records.USERS),
        links=(
            Links(
                records.ROSTER_LINKS,
                lambda answer: [(member.user.id, member.user.email, answer.day) for member in answer.rows],
            ),
        ),
    ),
    _FirstAnswered(
        name="activity",
        scope=_activity_scope,
        links=_LINKS,
        ways=(
            _day_report("activity", f"{_ANALYTICS}/users", "date", records.Activity,
                        wanted=_is_enterprise, scope=_activity_scope, clean=_activity),
            _day_report("Claude Code", f"{_HOME}/usage_report/claude_code", "starting_at", records.CodeDay,
                        wanted=_is_console, scope=_activity_scope, clean=_code_days),
        ),
    ),
    _spend(
        "usage", records.USAGE_DAYS, (records.AnalyticsUsage, records.UserUsage, records.MessagesUsage),
        console="usage_report/messages",
    ),
    _spend(
        "cost", records.COST_DAYS, (records.AnalyticsCost, records.UserCost, records.CostLine),
        console="cost_report",
    ),
)  # fmt: skip

SOURCE = stream_source(
    name="anthropic",
    description="Anthropic: Claude and Claude Code by person and day, tokens, cost, members.",
    settings=AnthropicSettings,
    contracts=records.CONTRACTS,
    is_connected=lambda settings: bool(settings.api_key or settings.analytics_key),
    reader=StreamReader(streams=_STREAMS, client=_client),
)
