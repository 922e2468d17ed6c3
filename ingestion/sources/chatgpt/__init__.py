"""ChatGPT Enterprise and Edu: log files, roster, seats.

    log files (list → signed link → checksum → JSON Lines) → conversation_messages, costs_usage, costs_billing
    roster, spend controls (nightly snapshot, archive)     → users, seats
    all of them                                            → identity_links

Alone: `ai-usage run --source chatgpt`. Settings: docs/connect/chatgpt.md.
"""

from functools import partial
from typing import ClassVar, Optional

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import BasePaginator

from ingestion.http import VendorClient, vendor_client
from ingestion.paging import cursor_pages
from ingestion.source_types import Finding
from ingestion.sources.chatgpt import records
from ingestion.sources.chatgpt.members import members
from ingestion.sources.compliance_logs import COMPLIANCE, WORKSPACE, compliance_logs
from ingestion.streams.listing import Listing
from ingestion.streams.snapshot_list import SnapshotList
from ingestion.streams.source import StreamReader, stream_source
from ingestion.streams.stream import Links, Table
from runtime.settings import SourceSettings

_ORGANIZATION = "/compliance/organizations/{organization_id}"


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


def _client(settings: ChatgptSettings) -> VendorClient:
    return vendor_client("chatgpt", settings.base_url, auth=BearerTokenAuth(settings.api_key))


def _paged(cursor: str, parameter: str) -> partial[BasePaginator]:
    return partial(cursor_pages, cursor, parameter, has_more="has_more")


_STREAMS = (
    SnapshotList(
        name="roster",
        scope=f"{COMPLIANCE}_export.read",
        listing=Listing(
            path=f"{WORKSPACE}/users",
            data_key="data",
            paginator=_paged("last_id", "after"),
            page_size=("limit", 200),
        ),
        record=records.RosterUser,
        clean=members,
        table=Table(records.USERS),
        links=(Links(records.ROSTER_LINKS, lambda answer: records.addresses(answer.rows, answer.day)),),
    ),
    SnapshotList(
        name="seats and credits",
        used_for="seat types and credits of the month",
        scope="chatgpt.enterprise.usage_limit.read",
        listing=Listing(
            path="{usage_limits_prefix}/workspaces/{workspace_id}/usage_limits/users",
            data_key="data",
            paginator=_paged("cursor", "cursor"),
            page_size=("limit", 100),
        ),
        record=records.SeatUser,
        clean=lambda answer: records.each_once(answer.records),
        table=Table(records.SEATS),
    ),
    compliance_logs(
        WORKSPACE,
        records.MESSAGE_FILES,
        "messages",
        record=records.MessageEvent,
        has_blocks=True,
        tables=(Table(records.CONVERSATION_MESSAGES),),
        links=(Links(records.EVENT_LINKS, lambda answer: records.account_addresses(answer.rows)),),
    ),
    compliance_logs(
        _ORGANIZATION,
        records.COSTS_FILES,
        "costs",
        used_for="tokens and credits",
        wanted=lambda settings: bool(settings.organization_id),
        unwanted=Finding(
            "costs", False, "organization_id is not set: no tokens and no money.", "Set the `org-…` id."
        ),
        record=records.CostEvent,
        tables=(Table(records.COSTS_USAGE), Table(records.COSTS_BILLING, records.billing_rows)),
        links=(Links(records.EVENT_LINKS, lambda answer: records.cost_addresses(answer.rows)),),
    ),
)

SOURCE = stream_source(
    name="chatgpt",
    description="ChatGPT Enterprise or Edu: messages, tokens, credits, roster and seats; Codex credits.",
    settings=ChatgptSettings,
    contracts=records.CONTRACTS,
    windows=records.WINDOWS,
    is_connected=lambda settings: bool(settings.api_key and settings.workspace_id),
    reader=StreamReader(streams=_STREAMS, client=_client),
)
