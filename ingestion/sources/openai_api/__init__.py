"""OpenAI's API platform: tokens and money of an organization by project, key and user.

    users, projects, keys of each project (nightly snapshots, archive)   ─→ users, projects, api_keys
    usage of completions and its sister reports, in buckets of days      ─→ usage_days
    costs, by user where the vendor can, else by key                     ─→ cost_days
    users and the owners of keys                                         ─→ identity_links (id → address)

Alone: `ai-usage run --source openai_api`. Settings: docs/connect/openai_api.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Optional

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from ingestion.doctor import probe
from ingestion.http import VendorClient, vendor_client
from ingestion.identity import Pair
from ingestion.paging import cursor_pages
from ingestion.privacy.contract import TableContract
from ingestion.privacy.wire import WireRecord
from ingestion.source_types import Finding
from ingestion.sources.openai_api import records
from ingestion.streams.bounds import unix_seconds
from ingestion.streams.bucketed_usage import BucketedUsage
from ingestion.streams.listing import Listing, Params, route
from ingestion.streams.load import Answer, Load
from ingestion.streams.snapshot_list import SnapshotList
from ingestion.streams.source import StreamReader, stream_source
from ingestion.streams.stream import Links, Table
from runtime.errors import AnswerError, BadRequestError, MissingError
from runtime.settings import SourceSettings

_SCOPE = "Admin API key"
_DAYS_A_REQUEST = 31  # of usage the vendor answers no more buckets of a day at once


@configspec
class OpenaiApiSettings(SourceSettings):
    """Section `sources.openai_api`.

    Attributes:
        api_key: Admin API key, made by an owner of the organization; keys of projects are refused.
        left_out_reports: reports of usage, with commas, that the organization does not have (404).
    """

    base_url: str = "https://api.openai.com/v1"
    api_key: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    left_out_reports: str = ""


def _client(settings: OpenaiApiSettings) -> VendorClient:
    return vendor_client("openai_api", settings.base_url, auth=BearerTokenAuth(settings.api_key))


def _list(path: str, kind: type[Listing] = Listing, **params: str) -> Listing:
    return kind(
        path=path,
        data_key="data",
        paginator=partial(cursor_pages, "last_id", "after", has_more="has_more"),
        page_size=("limit", 100),
        params=params,
    )


_PROJECTS = _list("/organization/projects", include_archived="true")


class _KeysOfProjects(Listing):
    """Keys of every project, each with its project. An archived project may have no such list any more."""

    def rows(self, load: Load, params: Params | None = None, **path: str) -> list[dict[str, Any]]:
        """See :meth:`Listing.rows`."""
        found: list[dict[str, Any]] = []
        for project, is_archived in self._projects(load):
            try:
                keys = super().rows(load, params, project_id=project, **path)
            except MissingError:
                if not is_archived:
                    raise
                continue
            found += [{**key, "project_id": project} if isinstance(key, dict) else key for key in keys]
        return found

    def probe(self, load: Load, name: str, scope: str, params: Params | None = None) -> Finding:
        """One key of the first project."""
        found = _PROJECTS.probe(load, name, scope, params)
        for project, _ in self._projects(load)[:1] if found.ok else ():
            path = route(self.path, load.settings, project_id=project)
            found = probe(load.client, path, {"limit": 1}, name, scope)
        return found

    def _projects(self, load: Load) -> list[tuple[str, bool]]:
        """Ids, and whether each is archived. What is no project is refused by the stream of projects."""
        rows = [row for row in _PROJECTS.rows(load) if isinstance(row, dict) and isinstance(row.get("id"), str)]
        return [(row["id"], row.get("status") == "archived") for row in rows]


@dataclass(frozen=True, kw_only=True)
class _Reports(Listing):
    """Rows of several reports in buckets, each with its bucket, its report and how users are told.

    Attributes:
        reports: last part of the route of each.
        groupings: the best first; a report that refuses one (400) is asked with the next.
    """

    reports: tuple[str, ...]
    groupings: tuple[tuple[str, ...], ...]

    def rows(self, load: Load, params: Params | None = None, **path: str) -> list[dict[str, Any]]:
        """See :meth:`Listing.rows`."""
        return [row for report in self._wanted(load) for row in self._rows_of(load, report, params or {})]

    def probe(self, load: Load, name: str, scope: str, params: Params | None = None) -> Finding:
        """One bucket of each report; the first finding that is not ok."""
        asked, found = {**self._params(load), "limit": 1, **(params or {})}, Finding(name, True, "left out")
        for report in self._wanted(load):
            path = route(self.path, load.settings, report=report)
            found = probe(load.client, path, asked, name, scope)
            if not found.ok:
                break
        return found

    def _wanted(self, load: Load) -> list[str]:
        left_out = {report.strip() for report in load.settings.left_out_reports.split(",")}
        return [report for report in self.reports if report not in left_out]

    def _rows_of(self, load: Load, report: str, params: Params) -> Iterator[dict[str, Any]]:
        grouping, buckets = self._grouped(load, report, params)
        told = {
            "report": report,
            "attribution": "vendor_user" if "user_id" in grouping else "key_owner",
            "without_projects": "project_id" not in grouping,
        }
        for bucket in buckets:
            rows = bucket.get("results") if isinstance(bucket, dict) else None
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise AnswerError(f"openai_api: {report} came without `results`.", "Nothing was replaced.")
            around = {name: value for name, value in bucket.items() if name != "results"}
            yield from ({**around, **row, **told} for row in rows)

    def _grouped(self, load: Load, report: str, params: Params) -> tuple[tuple[str, ...], list[Any]]:
        *better, last = self.groupings
        for grouping in better:
            try:
                return grouping, super().rows(load, {**params, "group_by": grouping}, report=report)
            except BadRequestError:
                load.run.progress(f"{report}: the vendor does not group by {', '.join(grouping)}")
        return last, super().rows(load, {**params, "group_by": last}, report=report)


_reports = partial(
    _Reports,
    data_key="data",
    paginator=partial(cursor_pages, "next_page", "page", has_more="has_more"),
    params={"bucket_width": "1d"},
    page_size=("limit", _DAYS_A_REQUEST),
    restarts=True,
)


def _days(name: str, contract: TableContract, record: type[WireRecord], listing: Listing) -> BucketedUsage:
    return BucketedUsage(
        name=name,
        scope=_SCOPE,
        listing=listing,
        bounds=unix_seconds("start_time", "end_time"),
        record=record,
        tables=(Table(contract),),
        start_key="start_time",
        rows_key=None,
        longest_range=_DAYS_A_REQUEST,
        clean=lambda answer: records.each_once(answer.records),
    )


def _snapshot(
    name: str, listing: Listing, contract: TableContract, record: type[WireRecord], person: Any = None
) -> SnapshotList:
    """A list. `person` is the part of a row in which an id and an address are beside each other."""

    def pairs(answer: Answer) -> Iterator[Pair]:
        return ((found.id, found.email, answer.day) for found in map(person, answer.rows))

    return SnapshotList(
        name=name,
        scope=_SCOPE,
        listing=listing,
        record=record,
        clean=lambda answer: records.each_once(answer.records),
        table=Table(contract),
        links=(Links(records.LINKS, pairs),) if person else (),
    )


_KEYS = _list("/organization/projects/{project_id}/api_keys", _KeysOfProjects)

_USAGE = _reports(
    path="/organization/usage/{report}",
    reports=("completions", "decisions", "embeddings", "moderations", "images", "audio_speeches",
             "audio_transcriptions", *records.TOOL_CALLS),
    groupings=(("project_id", "user_id", "api_key_id", "model"), ("project_id", "user_id", "api_key_id")),
)  # fmt: skip
# Which of the first two an organization and a range of days allow is documented nowhere.
_COSTS = _reports(
    path="/organization/{report}",
    reports=("costs",),
    groupings=(("user_id", "api_key_id", "project_id", "line_item"), ("user_id", "api_key_id", "line_item"),
               ("api_key_id", "project_id", "line_item")),
)  # fmt: skip
_STREAMS = (
    _snapshot("users", _list("/organization/users"), records.USERS, records.User, lambda user: user),
    _snapshot("projects", _PROJECTS, records.PROJECTS, records.Project),
    _snapshot("keys", _KEYS, records.API_KEYS, records.ApiKey, lambda key: key.holder),
    _days("usage", records.USAGE_DAYS, records.Usage, _USAGE),
    _days("costs", records.COST_DAYS, records.Cost, _COSTS),
)

SOURCE = stream_source(
    name="openai_api",
    description="OpenAI's API platform: tokens and costs by project, key and user.",
    settings=OpenaiApiSettings,
    contracts=records.CONTRACTS,
    is_connected=lambda settings: bool(settings.api_key),
    reader=StreamReader(streams=_STREAMS, client=_client),
)
