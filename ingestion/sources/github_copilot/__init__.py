"""GitHub Copilot: usage reports, seats, AI-credit billing, identities.

    report of a day (signed links → JSON Lines) ─→ user_days, user_day_features, user_day_models
    seats (nightly snapshot, archive)           ─→ seats
    AI-credit billing of a day                  ─→ billing_items
    SAML or OIDC, SCIM, consumed licences       ─→ identity_links (login → e-mail or employee id)
    seats and reports                           ─→ identity_links (numeric id → login)

Alone: `ai-usage run --source github_copilot`. Settings: docs/connect/github_copilot.md.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import field
from typing import Any, ClassVar, Optional

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from ingestion.doctor import probe
from ingestion.http import VendorClient, vendor_client
from ingestion.identity import Sightings
from ingestion.paging import header_links
from ingestion.snapshots import all_rows, saved_rows, snapshots
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch, Finding
from ingestion.sources.github_copilot import records
from ingestion.sources.github_copilot.identities import METHODS, UnavailableError, identity_batches
from runtime.errors import AccessError, AnswerError, ConfigurationError, MissingError, SourceError
from runtime.settings import SourceSettings

_REPORT_TABLES = (records.USER_DAYS, records.USER_DAY_FEATURES, records.USER_DAY_MODELS)
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2026-03-10"}
# Classic tokens say their scopes. These only read what is read here; `manage_billing:copilot` could also give
# and take seats, `scim:enterprise` could provision, but GitHub offers nothing narrower for their routes.
_DAYS_WITHOUT_BILLING = 4
_NEEDED_SCOPES = {"read:enterprise", "read:org", "manage_billing:copilot", "scim:enterprise"}


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


def extract(run: SourceRun) -> Iterator[Batch]:
    """Everything that is new or may have changed, in batches."""
    settings: GithubCopilotSettings = run.settings
    _refuse_unknown_methods(settings)
    client = _client(settings)
    logins: set[str] = set()
    yield from _seats(run, client, logins)
    yield from _user_days(run, client, logins)
    if settings.billing:
        yield from _billing(run, client)
    yield from identity_batches(run, client, logins)


def today(run: SourceRun) -> Iterator[Iterator[Batch]]:
    """What exists only today: the seats."""
    yield _seats(run, _client(run.settings), set())


def check(run: SourceRun) -> Iterator[Finding]:
    """Whether each route answers with the configured token, and whether the token may do more than read."""
    settings: GithubCopilotSettings = run.settings
    client = _client(settings)
    scope = "read:enterprise" if settings.enterprise else "read:org"
    seats = f"{_home(settings)}/copilot/billing/seats"
    yield probe(client, seats, {"per_page": 1}, "seats", f"{scope} (or manage_billing:copilot)")
    day = run.clock.today - dt.timedelta(days=records.USER_DAYS.horizon.finality + 1)
    yield _check_report(client, settings, day)
    if settings.billing:
        role = "enterprise owner or billing manager" if settings.enterprise else "organization owner"
        params = {"year": day.year, "month": day.month, "day": day.day}
        yield probe(client, _billing_path(settings), params, "AI-credit billing", f"{scope}, as {role}")
    yield from _check_identities(run, client)
    yield from _check_width(client, seats)


def _client(settings: GithubCopilotSettings) -> VendorClient:
    return vendor_client(
        "github_copilot", settings.base_url, auth=BearerTokenAuth(settings.api_key), headers=_HEADERS
    )


def _home(settings: GithubCopilotSettings) -> str:
    if settings.enterprise:
        return f"/enterprises/{settings.enterprise}"
    return f"/orgs/{settings.organization}"


def _seats(run: SourceRun, client: VendorClient, logins: set[str]) -> Iterator[Batch]:
    path = f"{_home(run.settings)}/copilot/billing/seats"
    sightings = Sightings()

    def live() -> list[dict[str, Any]]:
        pages = client.pages(path, data_key="seats", paginator=header_links(), params={"per_page": 100})
        return all_rows(pages)

    for day, rows in snapshots(run, records.SEATS, live=live, saved=lambda answer: saved_rows(answer, "seats")):
        seats = records.one_seat_a_user(run.gate.objects(records.Seat, records.SEATS.name, rows))
        holders = [(str(s.assignee.id), records.login(s.assignee.login)) for s in seats if s.assignee]
        logins.update(name for _, name in holders if name)
        sightings.add((user, name, day) for user, name in holders)
        yield from run.replace_day(records.SEATS, day, seats)
    yield from run.events(records.SEAT_LINKS, sightings.links())


def _user_days(run: SourceRun, client: VendorClient, logins: set[str]) -> Iterator[Batch]:
    """The reports of the days to fetch. One answer fills three tables, so they are replaced together."""
    is_enterprise = bool(run.settings.enterprise)
    first = records.FIRST_ENTERPRISE_REPORT if is_enterprise else records.FIRST_ORGANIZATION_REPORT
    days = [day for day in run.days_to_fetch(records.USER_DAYS) if day >= first]
    sightings = Sightings()
    waiting = 0
    for day in days:
        users = _report(run, client, day)
        if users is None:
            waiting += 1
            for contract in _REPORT_TABLES:
                if not run.loaded.is_loaded(contract.name, run.tenant, "main", day):
                    run.day_not_ready(contract, day)
            continue
        yield from run.replace_day(records.USER_DAYS, day, users)
        yield from run.replace_day(records.USER_DAY_FEATURES, day, records.feature_rows(users))
        yield from run.replace_day(records.USER_DAY_MODELS, day, records.model_rows(users))
        names = [(str(user.user_id), records.login(user.user_login)) for user in users]
        logins.update(name for _, name in names if name)
        sightings.add((user, name, day) for user, name in names)
    yield from run.events(records.USER_DAY_LINKS, sightings.links())
    if waiting:
        run.progress(f"{waiting} of {len(days)} days have no report yet")


def _report(run: SourceRun, client: VendorClient, day: dt.date) -> list[records.UserDay] | None:
    """The users of one day, each once; None while the vendor has no report, which is not zero.

    A report that names nobody is believed when the day must be final by now, and no earlier report of the day
    named anybody: nothing is deleted on the word of an answer that carries nothing.
    """
    run.progress(f"report of {day}")
    parts = _report_parts(run, client, day)
    if parts is None:
        return None
    table = records.USER_DAYS.name
    refused = run.gate.report.rejected(table)
    users: dict[int, records.UserDay] = {}
    for part in parts:
        for block in run.gate.json_lines(records.UserDay, table, [part]):
            for user in block:
                if user.day == day:
                    users[user.user_id] = user.fuller(users.get(user.user_id))
                else:
                    run.gate.reject(table, "day is not the report's", str(user.user_id).encode(), 0)
    is_final = (run.clock.today - day).days >= records.USER_DAYS.horizon.finality
    is_readable = run.gate.report.rejected(table) == refused
    had_users = run.loaded.rows(table, run.tenant, "main", day) > 0
    return list(users.values()) if users or (is_final and is_readable and not had_users) else None


def _report_parts(run: SourceRun, client: VendorClient, day: dt.date) -> list[bytes] | None:
    """All files of one day's report; when a link expired or broke off, the report is asked for once more."""
    for last_try in (False, True):
        try:
            links = _report_links(run, client, day)
            return None if links is None else [b"".join(client.download(link)) for link in links]
        except AccessError:
            raise
        except SourceError:
            if last_try:
                raise
    raise AssertionError("unreachable")


def _report_links(run: SourceRun, client: VendorClient, day: dt.date) -> list[str] | None:
    """Signed links of one day's report; None when the vendor answers 204 or 404: not ready."""
    path = f"{_home(run.settings)}/copilot/metrics/reports/users-1-day"
    try:
        answer = client.get_json(path, {"day": day.isoformat()})
    except MissingError:
        return None
    if answer is None:
        return None
    links = answer.get("download_links")
    if not isinstance(links, list) or not all(isinstance(link, str) for link in links):
        raise AnswerError("github_copilot: a report came without `download_links`.", "Nothing was replaced.")
    if answer.get("report_day") not in (None, day.isoformat()):
        raise AnswerError("github_copilot: the report of another day was answered.", "Nothing was replaced.")
    return links


def _billing_path(settings: GithubCopilotSettings) -> str:
    level = "enterprises" if settings.enterprise else "organizations"
    return f"/{level}/{settings.enterprise or settings.organization}/settings/billing/ai_credit/usage"


def _billing(run: SourceRun, client: VendorClient) -> Iterator[Batch]:
    """AI-credit items by day, newest first.

    A day that is answered with 404 has no billing yet. Where the newest days have none, earlier ones are not
    asked for; and a day without items keeps those of an earlier answer.
    """
    missing: list[dt.date] = []
    answered = False
    for day in reversed(run.days_to_fetch(records.BILLING_ITEMS)):
        run.progress(f"billing of {day}")
        params = {"year": day.year, "month": day.month, "day": day.day}
        try:
            answer = client.get_json(_billing_path(run.settings), params)
        except MissingError:
            missing.append(day)
            if not answered and len(missing) == _DAYS_WITHOUT_BILLING:
                break
            continue
        if answer is None:
            missing.append(day)
            continue
        answered = True
        rows = answer.get("usageItems")
        if not isinstance(rows, list):
            raise AnswerError("github_copilot: billing came without `usageItems`.", "Nothing was replaced.")
        items = run.gate.objects(records.BillingItem, records.BILLING_ITEMS.name, rows)
        if items or not run.loaded.rows(records.BILLING_ITEMS.name, run.tenant, "main", day):
            yield from run.replace_day(records.BILLING_ITEMS, day, items)
    if missing and not answered:
        run.progress("no AI-credit billing of the newest days, or the token may not see it")
        return
    for day in missing:
        if not run.loaded.is_loaded(records.BILLING_ITEMS.name, run.tenant, "main", day):
            run.day_not_ready(records.BILLING_ITEMS, day)


def _refuse_unknown_methods(settings: GithubCopilotSettings) -> None:
    unknown = sorted(set(settings.identity_methods) - set(METHODS))
    if unknown:
        raise ConfigurationError(
            f"[sources.github_copilot] identity_methods has no method {', '.join(unknown)}.",
            f"Use any of: {', '.join(METHODS)}.",
        )


def _check_report(client: VendorClient, settings: GithubCopilotSettings, day: dt.date) -> Finding:
    """A day that must be final by now: no report of it is a finding, because usage would stay empty."""
    level = "Enterprise Copilot metrics" if settings.enterprise else "organization Copilot metrics"
    remedy = (
        f"Grant `{'read:enterprise' if settings.enterprise else 'read:org'}` (fine-grained: `View {level}`, "
        "read) and set the policy `Copilot usage metrics` to `Enabled everywhere`."
    )
    path = f"{_home(settings)}/copilot/metrics/reports/users-1-day"
    try:
        answer = client.get_json(path, {"day": day.isoformat()})
    except (AccessError, MissingError) as error:
        return Finding("usage reports", False, error.message, remedy)
    except SourceError as error:
        return Finding("usage reports", False, error.message, error.remedy)
    if answer is None:
        return Finding("usage reports", False, f"no report of {day}", remedy)
    return Finding("usage reports", True, "readable")


def _check_identities(run: SourceRun, client: VendorClient) -> Iterator[Finding]:
    """One method that gives identities is enough; without any, GitHub accounts stay unattributed."""
    try:
        _refuse_unknown_methods(run.settings)
    except ConfigurationError as error:
        yield Finding("identities", False, error.message, error.remedy)
        return
    working, reasons = [], []
    for name in run.settings.identity_methods:
        try:
            next(iter(METHODS[name](run, client, set())), None)
            working.append(name)
        except (AccessError, MissingError, UnavailableError) as error:
            reasons.append(f"{name}: {error.message}")
        except SourceError as error:
            yield Finding("identities", False, error.message, error.remedy)
    remedy = (
        "Grant `read:enterprise` as enterprise owner (or `read:org` as organization owner), `scim:enterprise` "
        "for SCIM, or list every login in the company's github_logins.csv."
    )
    if working:
        yield Finding("identities", True, f"by {', '.join(working)}")
    else:
        yield Finding("identities", False, " ".join(reasons) or "no method is set", remedy)


def _check_width(client: VendorClient, path: str) -> Iterator[Finding]:
    """Scopes of a classic token stand in a response header; other tokens do not say theirs."""
    try:
        header = client.rest.get(path, params={"per_page": 1}).headers.get("X-OAuth-Scopes")
    except SourceError:
        return  # reported by the probe of the same route
    if header is None:
        return
    wide = sorted({scope.strip() for scope in header.split(",") if scope.strip()} - _NEEDED_SCOPES)
    if wide:
        remedy = "Make a token with the scopes of docs/connect/github_copilot.md alone."
        yield Finding("token width", False, f"the token may also: {', '.join(wide)}", remedy)
    else:
        yield Finding("token width", True, "no scope beyond what is read")


SOURCE = SourceDefinition(
    name="github_copilot",
    description="GitHub Copilot: usage metrics, seats, AI-credit billing, identities.",
    settings=GithubCopilotSettings,
    contracts=records.CONTRACTS,
    is_connected=lambda settings: bool(settings.api_key and (settings.enterprise or settings.organization)),
    extract=extract,
    check=check,
    snapshots=today,
)
