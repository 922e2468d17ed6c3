"""ChatGPT Enterprise and Edu: log files, roster, seats.

    log files (list → signed link → checksum → JSON Lines) → conversation_messages, costs_usage, costs_billing
    roster, spend controls (nightly snapshot, archive)     → users, seats
    all of them                                            → identity_links

Alone: `ai-usage run --source chatgpt`. Settings: docs/connect/chatgpt.md.
"""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from typing import Any, ClassVar, Optional

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from ingestion.ahead import one_ahead
from ingestion.doctor import probe
from ingestion.http import VendorClient, vendor_client
from ingestion.identity import Sightings
from ingestion.snapshots import all_rows, saved_rows, snapshots
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch, FetchWindow, Finding
from ingestion.sources.chatgpt import records
from runtime.settings import SourceSettings

_ONE_DAY = dt.timedelta(days=1)
_TICK = dt.timedelta(microseconds=1)


@configspec
class ChatgptSettings(SourceSettings):
    """Section `sources.chatgpt`.

    Attributes:
        api_key: admin key with the scopes of docs/connect/chatgpt.md.
        workspace_id: the workspace whose messages, roster and seats are read.
        organization_id: the `org-…` that is billed; without it no tokens and no money are read.
        usage_limits_prefix: the vendor's page names two prefixes for spend controls.
    """

    base_url: str = "https://api.chatgpt.com/v1"
    api_key: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    workspace_id: str | None = None
    organization_id: str | None = None
    usage_limits_prefix: str = "/manage"

    account_ids: ClassVar[tuple[str, ...]] = ("workspace_id", "organization_id")


def extract(run: SourceRun) -> Iterator[Batch]:
    """Everything that is new or may have changed, in batches."""
    settings: ChatgptSettings = run.settings
    client = _client(settings)
    workspace = f"/compliance/workspaces/{settings.workspace_id}"
    yield from _users(run, client, workspace)
    yield from _seats(run, client)
    messages, holders = records.CONVERSATION_MESSAGES, Sightings()
    files = _log_files(run, client, workspace, records.MESSAGE_FILES)
    for block in run.gate.json_blocks(records.MessageEvent, messages.name, files):
        yield from run.events(messages, block)
        holders.add(records.account_addresses(block))
    if settings.organization_id:
        organization = f"/compliance/organizations/{settings.organization_id}"
        files = _log_files(run, client, organization, records.COSTS_FILES)
        # Bad lines are counted against the table whose accepted rows they are weighed against.
        for costs in run.gate.json_lines(records.CostEvent, records.COSTS_USAGE.name, files):
            yield from run.events(records.COSTS_USAGE, costs)
            yield from run.events(records.COSTS_BILLING, list(records.billing_rows(costs)))
            holders.add((e.identity.user_id, e.identity.email, e.payload.day) for e in costs)
    yield from run.events(records.EVENT_LINKS, holders.links())


def today(run: SourceRun) -> Iterator[Iterator[Batch]]:
    """What exists only today: the roster, and seat types with the credits of the month."""
    client = _client(run.settings)
    yield _users(run, client, f"/compliance/workspaces/{run.settings.workspace_id}")
    yield _seats(run, client)


def check(run: SourceRun) -> Iterator[Finding]:
    """Whether each route answers with the configured key. Reads one row of each."""
    settings: ChatgptSettings = run.settings
    client = _client(settings)
    workspace = f"/compliance/workspaces/{settings.workspace_id}"
    since = (run.clock.as_of - _ONE_DAY).isoformat()
    scope = "chatgpt.enterprise.compliance"
    yield probe(client, f"{workspace}/users", {"limit": 1}, "roster", f"{scope}_export.read")
    yield probe(
        client,
        f"{settings.usage_limits_prefix}/workspaces/{settings.workspace_id}/usage_limits/users",
        {"limit": 1},
        "seats and credits",
        "chatgpt.enterprise.usage_limit.read",
    )
    yield probe(
        client,
        f"{workspace}/logs",
        {"event_type": "CONVERSATION_MESSAGE", "after": since, "limit": 1},
        "messages",
        f"{scope}_logs_platform.conversation_message.read",
    )
    if not settings.organization_id:
        yield Finding(
            "costs", False, "organization_id is not set: no tokens and no money.", "Set the `org-…` id."
        )
        return
    yield probe(
        client,
        f"/compliance/organizations/{settings.organization_id}/logs",
        {"event_type": "COSTS", "after": since, "limit": 1},
        "costs",
        f"{scope}_logs_platform.costs.read",
    )


def _client(settings: ChatgptSettings) -> VendorClient:
    return vendor_client("chatgpt", settings.base_url, auth=BearerTokenAuth(settings.api_key))


def _users(run: SourceRun, client: VendorClient, workspace: str) -> Iterator[Batch]:
    sightings = Sightings()

    def live() -> list[dict[str, Any]]:
        paginator = JSONResponseCursorPaginator("last_id", "after", has_more_path="has_more")
        return all_rows(
            client.pages(f"{workspace}/users", data_key="data", paginator=paginator, params={"limit": 200})
        )

    for day, rows in snapshots(run, records.USERS, live=live, saved=lambda answer: saved_rows(answer, "data")):
        users = records.each_once(run.gate.objects(records.RosterUser, records.USERS.name, rows))
        _tell_of_unstated(run, users)
        yield from run.replace_day(records.USERS, day, users)
        sightings.add((user.id, user.email, day) for user in users)
    yield from run.events(records.ROSTER_LINKS, sightings.links())


def _seats(run: SourceRun, client: VendorClient) -> Iterator[Batch]:
    settings: ChatgptSettings = run.settings
    path = f"{settings.usage_limits_prefix}/workspaces/{settings.workspace_id}/usage_limits/users"

    def live() -> list[dict[str, Any]]:
        paginator = JSONResponseCursorPaginator("cursor", "cursor", has_more_path="has_more")
        return all_rows(client.pages(path, data_key="data", paginator=paginator, params={"limit": 100}))

    for day, rows in snapshots(run, records.SEATS, live=live, saved=lambda answer: saved_rows(answer, "data")):
        users = records.each_once(run.gate.objects(records.SeatUser, records.SEATS.name, rows))
        yield from run.replace_day(records.SEATS, day, users)


def _tell_of_unstated(run: SourceRun, users: list[records.RosterUser]) -> None:
    """Members without a status hold a seat, since the roster lists them; with an unknown word, none."""
    for status, consequence in (("unstated", "they count as members"), ("unknown", "they hold no seat")):
        members = [user for user in users if user.seat_status == status]
        for position, user in enumerate(members):
            key = user.id.encode("utf-8", "replace")
            run.gate.reject(records.USERS.name, f"status is {status}", key, position, is_kept=True)
        if members:
            run.progress(
                f"WARNING: the status of {len(members)} of {len(users)} members is {status}; {consequence}"
            )


def _log_files(run: SourceRun, client: VendorClient, route: str, window: FetchWindow) -> Iterator[bytes]:
    """The log files whose end time lies in the days to fetch, one after the other as whole lines.

    The next file is fetched while one is read.
    """
    event_type = window.name.rpartition("/")[2]

    def fetched(files: list[dict[str, Any]]) -> Iterator[tuple[dt.date, bytes]]:
        for file in files:
            data = client.signed_file(f"{route}/logs/{file['id']}", file["file_sha256"])
            yield dt.date.fromisoformat(file["end_time"][:10]), data

    for first, last in _ranges(run.days_to_fetch(window)):
        files = _list_files(client, route, event_type, first, last)
        counts = dict.fromkeys(_days(first, last), 0)
        for day, data in one_ahead(fetched(files)):
            run.progress(f"{event_type} of {day}")
            yield data if data.endswith(b"\n") else data + b"\n"
            counts[day] = counts.get(day, 0) + 1
        # Beyond the vendor's retention no file does not mean no usage: such a day stays unrecorded. Files
        # expire oldest first, so a day after one that still has a file is kept, whatever is documented.
        documented = run.clock.today - dt.timedelta(days=window.horizon.retention or 0)
        kept_from = min((day for day, count in counts.items() if count), default=documented)
        for day, count in counts.items():
            if day >= min(kept_from, documented):
                run.window_fetched(window, day, count, status="ok" if count else "empty")


def _list_files(
    client: VendorClient, route: str, event_type: str, first: dt.date, last: dt.date
) -> list[dict[str, Any]]:
    """Metadata of the files with end time from `first` 00:00 to the end of `last`, each once."""
    start = dt.datetime.combine(first, dt.time(), dt.UTC) - _TICK  # `after` is exclusive
    end = dt.datetime.combine(last + _ONE_DAY, dt.time(), dt.UTC)
    pages = client.pages(
        f"{route}/logs",
        data_key="data",
        paginator=JSONResponseCursorPaginator("last_end_time", "after", has_more_path="has_more"),
        params={"event_type": event_type, "after": _iso(start), "before": _iso(end), "limit": 100},
    )
    files = {file["id"]: file for page in pages for file in page}
    return sorted(files.values(), key=lambda file: (file["end_time"], file["id"]))


def _ranges(days: list[dt.date]) -> Iterator[tuple[dt.date, dt.date]]:
    """Runs of consecutive days, so that half a year is one listing."""
    for _, run in groupby(enumerate(days), key=lambda pair: pair[1].toordinal() - pair[0]):
        members = [day for _, day in run]
        yield members[0], members[-1]


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for offset in range((last - first).days + 1):
        yield first + dt.timedelta(days=offset)


def _iso(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


SOURCE = SourceDefinition(
    name="chatgpt",
    description="ChatGPT Enterprise: compliance log files, roster and seats.",
    settings=ChatgptSettings,
    contracts=records.CONTRACTS,
    windows=records.WINDOWS,
    is_connected=lambda settings: bool(settings.api_key and settings.workspace_id),
    extract=extract,
    check=check,
    snapshots=today,
)
