"""Microsoft 365 Copilot through Microsoft Graph: usage report, directory with licences, SKUs, interactions.

    usage report (nightly snapshot, archive)      ─→ usage_user_detail
    users and subscribed SKUs (snapshot, archive) ─→ users, subscribed_skus
    names concealed or not (snapshot, archive)    ─→ report_settings
    interaction history of each licensed user     ─→ interactions (optional; text measured and dropped)
    users                                         ─→ identity_links (object id → UPN, mail, employee id)

Alone: `ai-usage run --source m365_copilot`. Settings: docs/connect/m365_copilot.md.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, ClassVar, Optional

import msgspec
from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue

from ingestion.archive import ArchivedAnswer
from ingestion.doctor import probe
from ingestion.http import VendorClient, vendor_client
from ingestion.identity import Sightings
from ingestion.snapshots import saved_rows, snapshots
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch, Finding
from ingestion.sources.m365_copilot import records
from ingestion.sources.m365_copilot.auth import GivenToken, GraphAuth
from ingestion.sources.m365_copilot.interactions import interaction_batches
from ingestion.sources.m365_copilot.listing import listed
from ingestion.sources.m365_copilot.records import CopilotSku
from ingestion.sources.m365_copilot.report import csv_rows, json_rows
from runtime.errors import AccessError, AnswerError, ConfigurationError, MissingError, SourceError
from runtime.settings import SourceSettings

_PERIODS = {"v1": ("D7", "D30", "D90", "D180", "ALL"), "v2": ("D7", "D28", "D90", "D180", "ALL")}
_USER_FIELDS = (
    "id,userPrincipalName,mail,employeeId,accountEnabled,userType,createdDateTime,"
    "assignedLicenses,licenseAssignmentStates"
)
_CONCEALED = "Report names are concealed: usage cannot be joined to people and stays unattributed."
_CONCEALED_REMEDY = (
    "Microsoft 365 admin center → Settings → Org settings → Services → Reports: clear `Display concealed user, "
    "group, and site names in all reports`."
)
_REPORTS = "Reports.Read.All"
_USERS = "User.Read.All"
_LICENSES = "LicenseAssignment.Read.All"
_SETTINGS = "ReportSettings.Read.All"
_INTERACTIONS = "AiEnterpriseInteraction.Read.All"


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


def extract(run: SourceRun) -> Iterator[Batch]:
    """Everything that is new or may have changed, in batches."""
    settings: M365CopilotSettings = run.settings
    _refuse_wrong_report(settings)
    client = _client(settings, _auth(settings))
    skus = _configured_skus(settings)
    licensed: dict[str, None] = {}
    yield from _report_settings(run, client)
    yield from _subscribed_skus(run, client, skus)
    yield from _users(run, client, skus, licensed)
    yield from _usage(run, client)
    if settings.interactions:
        if not licensed and run.days_to_fetch(records.HISTORIES):  # a back-fill takes no snapshot of today
            users = _typed_users(run, _user_rows(client))
            licensed = dict.fromkeys(_licensed(users, skus))
        yield from interaction_batches(run, client, list(licensed))


def today(run: SourceRun) -> Iterator[Iterator[Batch]]:
    """What exists only today: who holds a licence (which SKUs tell), whether names are shown, the report."""
    settings: M365CopilotSettings = run.settings
    _refuse_wrong_report(settings)
    client = _client(settings, _auth(settings))
    yield _licences(run, client)
    yield _report_settings(run, client)
    yield _usage(run, client)


def check(run: SourceRun) -> Iterator[Finding]:
    """Whether each route answers, whether the app may do more than read, and whether names are concealed."""
    settings: M365CopilotSettings = run.settings
    try:
        _refuse_wrong_report(settings)
        auth = _auth(settings)
        roles = auth.roles()
    except (ConfigurationError, SourceError) as error:
        yield Finding("sign-in", False, error.message, error.remedy)
        return
    yield from _check_roles(settings, roles)
    client = _client(settings, auth)
    yield probe(client, "/v1.0/users", {"$select": "id", "$top": 1}, "users and licences", _USERS)
    yield probe(client, "/v1.0/subscribedSkus", None, "subscribed SKUs", _LICENSES)
    yield from _check_names(run, client)
    if settings.interactions:
        yield _check_interactions(run, client)


def _licences(run: SourceRun, client: VendorClient) -> Iterator[Batch]:
    skus = _configured_skus(run.settings)
    yield from _subscribed_skus(run, client, skus)
    yield from _users(run, client, skus, {})


def _configured_skus(settings: M365CopilotSettings) -> dict[str, CopilotSku]:
    return {sku.strip().lower(): CopilotSku() for sku in settings.copilot_sku_ids}


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


def _client(settings: M365CopilotSettings, auth: GraphAuth | GivenToken) -> VendorClient:
    return vendor_client("m365_copilot", settings.base_url, auth=auth)


def _refuse_wrong_report(settings: M365CopilotSettings) -> None:
    """The vendor's versions know different periods; saying so here beats a 400 without a reason."""
    periods = _PERIODS.get(settings.report_version, ())
    if settings.report_period not in periods or settings.report_format not in ("csv", "json"):
        raise ConfigurationError(
            "[sources.m365_copilot] report_version, report_period and report_format do not fit.",
            f"v1 knows {', '.join(_PERIODS['v1'])}; v2 knows {', '.join(_PERIODS['v2'])}; "
            "the format is csv or json.",
        )


def _report_settings(run: SourceRun, client: VendorClient) -> Iterator[Batch]:
    """Whether names are concealed. The permission is its own; without it the report's rows still tell."""

    def saved(answer: ArchivedAnswer) -> list[Any]:
        try:
            content = msgspec.json.decode(answer.read())
        except msgspec.DecodeError:
            raise AnswerError(f"Archive file {answer.path.name} is not JSON.", "Save it again.") from None
        return content if isinstance(content, list) else [content]

    try:
        for day, answers in snapshots(
            run, records.REPORT_SETTINGS, live=lambda: [_live_settings(client)], saved=saved
        ):
            rows = [answer.get("value", answer) if isinstance(answer, dict) else answer for answer in answers]
            read = run.gate.objects(records.ReportSettings, records.REPORT_SETTINGS.name, rows[-1:])
            found = [one for one in read if one.display_concealed_names is not None]
            if not found:
                run.progress("whether names are concealed was not answered; the report's rows tell")
                continue
            if day == run.clock.today and any(one.display_concealed_names for one in found):
                run.progress(f"WARNING: {_CONCEALED}")
            yield from run.replace_day(records.REPORT_SETTINGS, day, found)
    except AccessError:
        run.progress(f"whether names are concealed is not readable (permission {_SETTINGS})")


def _live_settings(client: VendorClient) -> dict[str, Any]:
    return client.get_json("/v1.0/admin/reportSettings") or {}


def _subscribed_skus(run: SourceRun, client: VendorClient, copilot: dict[str, CopilotSku]) -> Iterator[Batch]:
    """SKUs of the tenant, each once. `copilot` gains those with Copilot plans, and the plans of all."""

    def live() -> list[dict[str, Any]]:
        return listed(client, "/v1.0/subscribedSkus")

    contract = records.SUBSCRIBED_SKUS
    for day, rows in snapshots(run, contract, live=live, saved=lambda answer: saved_rows(answer, "value")):
        read = run.gate.objects(records.SubscribedSku, contract.name, rows)
        skus = {sku.sku_id.strip().lower(): sku for sku in read}
        copilot.update(
            (sku_id, sku.as_copilot) for sku_id, sku in skus.items() if sku.copilot_plans or sku_id in copilot
        )
        found = [records.SkuRow(sku, sku_id in copilot) for sku_id, sku in skus.items()]
        if not any(row.is_copilot for row in found):
            run.progress("no subscribed SKU is known as Copilot: set copilot_sku_ids")
        yield from run.replace_day(contract, day, found)


def _users(
    run: SourceRun, client: VendorClient, copilot: Mapping[str, CopilotSku], licensed: dict[str, None]
) -> Iterator[Batch]:
    """The directory with licences.

    `licensed` gains the object ids of those who hold Copilot today, then of those who held it in a saved
    answer of the past: their histories reach into the days that a first load fetches.
    """
    held_before: dict[str, None] = {}
    emails, employees = Sightings(), Sightings()
    for day, rows in snapshots(
        run,
        records.USERS,
        live=lambda: _user_rows(client),
        saved=lambda answer: saved_rows(answer, "value"),
    ):
        users = _typed_users(run, rows)
        holders = licensed if day == run.clock.today else held_before
        holders.update(dict.fromkeys(_licensed(users, copilot)))
        yield from run.replace_day(records.USERS, day, records.holders(users, copilot))
        emails.add((u.object_id, name, day) for u in users for name in (u.user_principal_name, u.mail))
        employees.add((u.object_id, (u.employee_id or "").strip(), day) for u in users)
    if licensed:  # without today's answer (a back-fill) the caller asks who holds a licence
        licensed.update(held_before)
    yield from run.events(records.EMAIL_LINKS, emails.links())
    yield from run.events(records.EMPLOYEE_LINKS, employees.links())


def _user_rows(client: VendorClient) -> list[dict[str, Any]]:
    return listed(client, "/v1.0/users", {"$select": _USER_FIELDS, "$top": 999})


def _typed_users(run: SourceRun, rows: list[dict[str, Any]]) -> list[records.DirectoryUser]:
    return run.gate.objects(records.DirectoryUser, records.USERS.name, rows)


def _licensed(users: list[records.DirectoryUser], copilot: Mapping[str, CopilotSku]) -> list[str]:
    return [holder.user.object_id for holder in records.holders(users, copilot) if holder.has_license]


def _usage(run: SourceRun, client: VendorClient) -> Iterator[Batch]:
    """The report as a snapshot of its refresh date. Two answers with one refresh date are the same report."""
    settings: M365CopilotSettings = run.settings
    scope = f"{settings.report_period}/{settings.report_version}"
    done: set[dt.date] = set()
    for taken_on, rows in snapshots(
        run,
        records.USAGE_USER_DETAIL,
        live=lambda: _live_report(client, settings),
        saved=_saved_report,
        scope=scope,
        window=records.REPORT_ANSWERS,
    ):
        by_day = _by_refresh_date(run, rows)
        for day in sorted(by_day.keys() - done):
            done.add(day)
            yield from run.replace_day(records.USAGE_USER_DETAIL, day, by_day[day], scope=scope)
        users = [user for members in by_day.values() for user in members]
        hidden = sum(user.is_concealed for user in users)
        if hidden:
            run.progress(f"WARNING: {hidden} of {len(users)} names of {taken_on} are concealed. {_CONCEALED}")
        run.window_fetched(
            records.REPORT_ANSWERS, taken_on, len(users), scope=scope, status="ok" if users else "empty"
        )


def _by_refresh_date(run: SourceRun, rows: list[dict[str, Any]]) -> dict[dt.date, list[records.UsageDetail]]:
    """Rows that can be right, each user once a refresh date."""
    table = records.USAGE_USER_DETAIL.name
    found: dict[dt.date, dict[str, records.UsageDetail]] = defaultdict(dict)
    for position, user in enumerate(run.gate.objects(records.UsageDetail, table, rows)):
        fault = user.fault(run.clock.today)
        key = user.user_principal_name.encode("utf-8", "replace")
        if fault:
            run.gate.reject(table, fault, key, position)
        else:
            for name in user.drop_impossible_dates(run.clock.today):
                run.gate.reject(table, f"{name} impossible, left out", key, position, is_kept=True)
            of_day, upn = found[user.report_refresh_date], user.user_principal_name.strip().lower()
            of_day[upn] = of_day[upn].merged_into(user) if upn in of_day else user
    return {day: list(users.values()) for day, users in found.items()}


def _live_report(client: VendorClient, settings: M365CopilotSettings) -> list[dict[str, Any]]:
    arguments = f"period='{settings.report_period}',version='{settings.report_version}'"
    route = f"copilot/reports/getMicrosoft365CopilotUsageUserDetail({arguments})"
    if settings.report_format == "csv":
        return csv_rows(client.get_bytes(f"/v1.0/{route}"))
    return json_rows(listed(client, f"/beta/{route}"))


def _saved_report(answer: ArchivedAnswer) -> list[dict[str, Any]]:
    if answer.format == "csv":
        return csv_rows(answer.read())
    return json_rows(saved_rows(answer, "value"))


def _check_roles(settings: M365CopilotSettings, roles: frozenset[str] | None) -> Iterator[Finding]:
    """Application permissions as the token states them; another kind of token states none."""
    if roles is None:
        return
    needed = {_REPORTS, _USERS, _LICENSES, _SETTINGS} | ({_INTERACTIONS} if settings.interactions else set())
    wide = sorted(roles - needed)
    if wide:
        yield Finding(
            "permissions",
            False,
            f"the app may also: {', '.join(wide)}",
            "Remove these application permissions from the app registration.",
        )
    missing = sorted(needed - roles)
    if missing:
        yield Finding(
            "permissions",
            False,
            f"the app may not: {', '.join(missing)}",
            "Add these application permissions and give admin consent.",
        )
    if not wide and not missing:
        yield Finding("permissions", True, "what is read, and nothing else")


def _check_names(run: SourceRun, client: VendorClient) -> Iterator[Finding]:
    """The switch for concealed names, and what the report's rows show; the rows count."""
    yield probe(client, "/v1.0/admin/reportSettings", None, "report settings", _SETTINGS)
    try:
        rows = _live_report(client, run.settings)
    except AccessError as error:
        yield Finding("usage report", False, error.message, f"Grant the read-only permission `{_REPORTS}`.")
        return
    except SourceError as error:
        yield Finding("usage report", False, error.message, error.remedy)
        return
    yield Finding("usage report", True, "readable")
    users = run.gate.objects(records.UsageDetail, records.USAGE_USER_DETAIL.name, rows)
    try:
        settings = _live_settings(client).get("value")
    except SourceError:
        settings = None  # reported by the probe above
    says_so = isinstance(settings, dict) and settings.get("displayConcealedNames") is True
    if says_so or any(user.is_concealed for user in users):
        yield Finding("names in reports", False, _CONCEALED, _CONCEALED_REMEDY)
    else:
        yield Finding("names in reports", True, "shown")


def _check_interactions(run: SourceRun, client: VendorClient) -> Finding:
    """One licensed user's newest interaction."""
    subject = "interactions"
    copilot = _configured_skus(run.settings)
    try:
        licensed = _licensed(_typed_users(run, _user_rows(client)), copilot)
        if not licensed:
            return Finding(subject, False, "no licensed user was found", "Set copilot_sku_ids.")
        path = f"/v1.0/copilot/users/{licensed[0]}/interactionHistory/getAllEnterpriseInteractions"
        client.get_json(path, {"$top": 1})
    except (AccessError, MissingError) as error:
        return Finding(subject, False, error.message, f"Grant the read-only permission `{_INTERACTIONS}`.")
    except SourceError as error:
        return Finding(subject, False, error.message, error.remedy)
    return Finding(subject, True, "readable")


SOURCE = SourceDefinition(
    name="m365_copilot",
    description="Microsoft 365 Copilot: usage reports, interactions, licences, directory.",
    settings=M365CopilotSettings,
    contracts=records.CONTRACTS,
    windows=records.WINDOWS,
    is_connected=lambda settings: bool(
        settings.access_token or (settings.tenant_id and settings.client_id and settings.client_secret)
    ),
    extract=extract,
    check=check,
    snapshots=today,
)
