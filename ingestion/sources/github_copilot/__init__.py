"""GitHub Copilot: usage reports, seats, AI-credit billing, identities.

    report of a day (signed links → JSON Lines) ─→ user_days, user_day_features, user_day_models
    seats (nightly snapshot, archive)           ─→ seats
    AI-credit billing of a day                  ─→ billing_items
    SAML or OIDC, SCIM, consumed licences       ─→ identity_links (login → e-mail or employee id)
    seats and reports                           ─→ identity_links (numeric id → login)

Alone: `ai-usage run --source github_copilot`. Settings: docs/connect/github_copilot.md.
"""

import datetime as dt
from dataclasses import field
from typing import Any, ClassVar, Optional

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from ingestion.http import VendorClient, vendor_client
from ingestion.paging import header_links
from ingestion.sources.github_copilot import records
from ingestion.sources.github_copilot.answers import reported_users, seats
from ingestion.sources.github_copilot.checks import check_identities, check_width
from ingestion.sources.github_copilot.identities import METHODS, identity_batches, refuse_unknown_methods
from ingestion.streams.bounds import iso_day
from ingestion.streams.day_report import DayReport, ListedDay, SignedDay
from ingestion.streams.listing import Listing
from ingestion.streams.own import Own
from ingestion.streams.snapshot_list import SnapshotList
from ingestion.streams.source import StreamReader, stream_source
from ingestion.streams.stream import Links, Table
from runtime.settings import SourceSettings

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2026-03-10"}


@configspec
class GithubCopilotSettings(SourceSettings):
    """Section `sources.github_copilot`.

    Attributes:
        api_key: token with the scopes of docs/connect/github_copilot.md.
        enterprise: slug of the enterprise; preferred, because organization reports count a person's whole
            activity in every organization that the person belongs to.
        organization: login of the organization; its routes are read when no enterprise is set, its single
            sign-on also when the enterprise has none.
        identity_methods: ways from login to e-mail, in order: saml, scim, consumed_licenses.
        billing: False leaves AI-credit amounts out (they need a billing role).
    """

    base_url: str = "https://api.github.com"
    api_key: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    enterprise: str | None = None
    organization: str | None = None
    identity_methods: list[str] = field(default_factory=lambda: list(METHODS))
    billing: bool = True

    account_ids: ClassVar[tuple[str, ...]] = ("enterprise", "organization")

    def reads(self) -> frozenset[tuple[str, str]]:
        """The enterprise where there is one, whole; a slug means one thing at one host."""
        name = "enterprise" if self.enterprise else "organization"
        slug = getattr(self, name)
        return frozenset({(name, f"{self.base_url.rstrip('/')}/{slug}".lower())}) if slug else frozenset()


def _client(settings: GithubCopilotSettings) -> VendorClient:
    return vendor_client(
        "github_copilot", settings.base_url, auth=BearerTokenAuth(settings.api_key), headers=_HEADERS
    )


def _home(settings: GithubCopilotSettings) -> str:
    if settings.enterprise:
        return f"/enterprises/{settings.enterprise}"
    return f"/orgs/{settings.organization}"


def _billing_path(settings: GithubCopilotSettings) -> str:
    level = "enterprises" if settings.enterprise else "organizations"
    return f"/{level}/{settings.enterprise or settings.organization}/settings/billing/ai_credit/usage"


def _scope(settings: GithubCopilotSettings) -> str:
    return "read:enterprise" if settings.enterprise else "read:org"


def _billing_scope(settings: GithubCopilotSettings) -> str:
    role = "enterprise owner or billing manager" if settings.enterprise else "organization owner"
    return f"{_scope(settings)}, as {role}"


def _report_remedy(settings: GithubCopilotSettings) -> str:
    level = "Enterprise Copilot metrics" if settings.enterprise else "organization Copilot metrics"
    return (
        f"Grant `{_scope(settings)}` (fine-grained: `View {level}`, read) and set the policy "
        "`Copilot usage metrics` to `Enabled everywhere`."
    )


def _first_report(settings: GithubCopilotSettings) -> dt.date:
    return records.FIRST_ENTERPRISE_REPORT if settings.enterprise else records.FIRST_ORGANIZATION_REPORT


def _year_month_day(day: dt.date, _last: dt.date) -> dict[str, Any]:
    return {"year": day.year, "month": day.month, "day": day.day}


_SEATS = SnapshotList(
    name="seats",
    scope=lambda settings: f"{_scope(settings)} (or manage_billing:copilot)",
    listing=Listing(
        path=lambda settings: f"{_home(settings)}/copilot/billing/seats",
        data_key="seats",
        paginator=header_links,
        page_size=("per_page", 100),
    ),
    record=records.Seat,
    clean=seats,
    table=Table(records.SEATS),
    links=(Links(records.SEAT_LINKS, lambda answer: records.seat_logins(answer.rows, answer.day)),),
)
_USER_DAYS = DayReport(
    name="usage reports",
    scope=_scope,
    remedy=_report_remedy,
    answer=SignedDay(
        path=lambda settings: f"{_home(settings)}/copilot/metrics/reports/users-1-day",
        links_key="download_links",
        day_key="report_day",
    ),
    bounds=iso_day("day"),
    first_day=_first_report,
    record=records.UserDay,
    clean=reported_users,
    tables=(
        Table(records.USER_DAYS),
        Table(records.USER_DAY_FEATURES, records.feature_rows),
        Table(records.USER_DAY_MODELS, records.model_rows),
    ),
    links=(Links(records.USER_DAY_LINKS, lambda answer: records.report_logins(answer.rows)),),
)
_BILLING = DayReport(
    name="AI-credit billing",
    called="billing",
    scope=_billing_scope,
    wanted=lambda settings: bool(settings.billing),
    answer=ListedDay(path=_billing_path, data_key="usageItems"),
    bounds=_year_month_day,
    record=records.BillingItem,
    tables=(Table(records.BILLING_ITEMS),),
    believes_empty=True,
    gives_up_after=4,
)
_IDENTITIES = Own(
    name="identities",
    used_for="identities by SAML or OIDC, consumed licences",
    scope="read:enterprise, as enterprise owner",
    read=lambda load: identity_batches(load.run, load.client, load.shared),
    probe=check_identities,
)

SOURCE = stream_source(
    name="github_copilot",
    description="GitHub Copilot: use by person and day, seats, AI-credit billing, identities.",
    settings=GithubCopilotSettings,
    contracts=records.CONTRACTS,
    is_connected=lambda settings: bool(settings.api_key and (settings.enterprise or settings.organization)),
    reader=StreamReader(
        streams=(_SEATS, _USER_DAYS, _BILLING, _IDENTITIES),
        client=_client,
        shared=lambda _: set[str](),  # logins that seats and reports showed, for the identities
        require=refuse_unknown_methods,
        check_last=lambda load: check_width(load, _SEATS.listing),
    ),
)
