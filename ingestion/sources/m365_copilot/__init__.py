"""Microsoft 365 Copilot through Microsoft Graph: usage report, directory with licences, SKUs, interactions.

    usage report (nightly snapshot, archive)      ─→ usage_user_detail
    users and subscribed SKUs (snapshot, archive) ─→ users, subscribed_skus
    names concealed or not (snapshot, archive)    ─→ report_settings
    interaction history of each licensed user     ─→ interactions (optional; text measured and dropped)
    users                                         ─→ identity_links (object id → UPN, mail, employee id)

Alone: `ai-usage run --source m365_copilot`. Settings: docs/connect/m365_copilot.md.
"""

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar, Optional

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue

from ingestion.http import VendorClient, vendor_client
from ingestion.paging import odata_links
from ingestion.source_types import Batch, Finding
from ingestion.sources.m365_copilot import records
from ingestion.sources.m365_copilot.auth import GivenToken, GraphAuth
from ingestion.sources.m365_copilot.checks import check_roles
from ingestion.sources.m365_copilot.directory import Directory, addresses, employee_ids, holders, skus
from ingestion.sources.m365_copilot.interactions import INTERACTIONS, check_interactions, interaction_batches
from ingestion.sources.m365_copilot.names import SETTINGS, check_settings, settings_batches
from ingestion.sources.m365_copilot.usage import REPORTS, check_usage, refuse_wrong_report, usage_batches
from ingestion.streams.listing import Listing
from ingestion.streams.load import Load
from ingestion.streams.own import Own
from ingestion.streams.snapshot_list import SnapshotList
from ingestion.streams.source import StreamReader, stream_source
from ingestion.streams.stream import Links, Table
from runtime.settings import SourceSettings

_USER_FIELDS = (
    "id,userPrincipalName,mail,employeeId,accountEnabled,userType,createdDateTime,"
    "assignedLicenses,licenseAssignmentStates"
)


@configspec
class M365CopilotSettings(SourceSettings):
    """Section `sources.m365_copilot`.

    Attributes:
        tenant_id, client_id, client_secret: the app registration of docs/connect/m365_copilot.md.
        access_token: a token made elsewhere, instead of the three.
        login_url: where tokens are made; national clouds have their own.
        report_version: v1, or v2 with prompt totals and more apps.
        report_format: csv (v1.0 route), or json (beta route).
        report_period: D7, D30 (v1), D28 (v2), D90, D180 or ALL.
        interactions: read each licensed user's history, for prompts and sessions a day; opt-in, because the
            permission opens prompts and answers, which are measured and dropped here.
        copilot_sku_ids: SKUs that count as Copilot, besides those with a Copilot service plan.
    """

    base_url: str = "https://graph.microsoft.com"
    login_url: str = "https://login.microsoftonline.com"
    tenant_id: str | None = None
    client_id: str | None = None
    client_secret: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    access_token: Optional[TSecretStrValue] = None  # noqa: UP045
    report_version: str = "v1"
    report_format: str = "csv"
    report_period: str = "D7"
    interactions: bool = False
    copilot_sku_ids: list[str] = field(default_factory=lambda: [records.COPILOT_SKU_ID])

    account_ids: ClassVar[tuple[str, ...]] = ("tenant_id", "client_id")

    def reads(self) -> frozenset[tuple[str, str]]:
        """One app registration may read several tenants."""
        return frozenset({("tenant_id", self.tenant_id.strip().lower())}) if self.tenant_id else frozenset()


def _auth(settings: M365CopilotSettings) -> GraphAuth | GivenToken:
    if settings.access_token:
        return GivenToken(settings.access_token)
    return GraphAuth(
        settings.login_url,
        str(settings.tenant_id),
        str(settings.client_id),
        str(settings.client_secret),
        scope=f"{settings.base_url.rstrip('/')}/.default",
    )


def _client(settings: M365CopilotSettings) -> VendorClient:
    refuse_wrong_report(settings)
    return vendor_client("m365_copilot", settings.base_url, auth=_auth(settings))


_SKUS = SnapshotList(
    name="subscribed SKUs",
    scope="LicenseAssignment.Read.All",
    listing=Listing(path="/v1.0/subscribedSkus", data_key="value", paginator=odata_links, restarts=True),
    record=records.SubscribedSku,
    clean=skus,
    table=Table(records.SUBSCRIBED_SKUS),
)
_USERS = SnapshotList(
    name="users and licences",
    used_for="directory, assigned licences",
    scope="User.Read.All",
    needs=(_SKUS,),
    listing=Listing(
        path="/v1.0/users",
        data_key="value",
        paginator=odata_links,
        params={"$select": _USER_FIELDS},
        page_size=("$top", 999),
        restarts=True,
        probe_params={"$select": "id", "$top": 1},
    ),
    record=records.DirectoryUser,
    clean=holders,
    table=Table(records.USERS),
    links=(Links(records.EMAIL_LINKS, addresses), Links(records.EMPLOYEE_LINKS, employee_ids)),
)


def _licensed(load: Load) -> list[str]:
    """Who holds a licence now, asked of the vendor."""
    users = load.run.gate.objects(records.DirectoryUser, records.USERS.name, _USERS.listing.rows(load))
    directory: Directory = load.shared
    return directory.holders_among(users)


def _interactions(load: Load) -> Iterator[Batch]:
    people = load.shared.people()
    if not people and load.run.days_to_fetch(records.HISTORIES):  # a back-fill takes no snapshot of today
        people = _licensed(load)
    yield from interaction_batches(load, people)


def _check_interactions(load: Load) -> Iterator[Finding]:
    yield check_interactions(load, lambda: _licensed(load))


_STREAMS = (
    Own(
        name="report settings",
        used_for="whether names are concealed (optional: without it, only the report's rows show this)",
        scope=SETTINGS,
        is_current=True,
        read=settings_batches,
        probe=check_settings,
    ),
    _SKUS,
    _USERS,
    Own(name="usage report", scope=REPORTS, is_current=True, read=usage_batches, probe=check_usage),
    Own(
        name="interactions",
        used_for="only with `interactions = true`",
        scope=INTERACTIONS,
        wanted=lambda settings: bool(settings.interactions),
        read=_interactions,
        probe=_check_interactions,
    ),
)


def _check_permissions(load: Load) -> Iterator[Finding]:
    wanted = [stream for stream in _STREAMS if stream.wanted(load.settings)]
    yield from check_roles(load, frozenset(stream.scope_for(load.settings) for stream in wanted))


SOURCE = stream_source(
    name="m365_copilot",
    description="Microsoft 365 Copilot: usage report, licences, directory; single interactions if wanted.",
    settings=M365CopilotSettings,
    contracts=records.CONTRACTS,
    windows=records.WINDOWS,
    is_connected=lambda settings: bool(
        settings.access_token or (settings.tenant_id and settings.client_id and settings.client_secret)
    ),
    reader=StreamReader(
        streams=_STREAMS,
        client=_client,
        shared=Directory.of,
        sign_in=lambda load: load.client.rest.auth.roles(),
        check_first=_check_permissions,
    ),
)
