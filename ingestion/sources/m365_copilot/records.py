"""Row contracts of Microsoft 365 Copilot (Microsoft Graph).

Graph gives neither tokens nor cost of Copilot. Names, job titles, prompts and attachments end here: a prompt
becomes a number of characters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import msgspec

from ingestion.identity import link_contract
from ingestion.privacy.contract import (
    DayGrain,
    EventGrain,
    TableContract,
    boolean,
    date,
    email,
    event_hash,
    identifier,
    integer,
    text,
    timestamp,
)
from ingestion.privacy.pseudonym import ENTRA_OBJECT, HRIS_ID, PERSON_EMAIL, SESSION
from ingestion.privacy.wire import WireRecord
from ingestion.source_types import FetchWindow
from ingestion.sources.m365_copilot.html_text import text_length
from ledger.horizon import Horizon
from runtime.clock import utc_date

TOOL = "m365_copilot"
COPILOT_SKU_ID = "639dec6b-bb19-468b-871c-c5c441c4b0cb"
COPILOT_PLAN_PREFIX = "M365_COPILOT"
_FAILED_STATES = frozenset({"Error", "Disabled"})
_OUT_OF_FORCE = frozenset({"suspended", "lockedout", "deleted"})
# Directories older than the bound of all instants exist; no account is older than the product.
_FIRST_ACCOUNT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

_SNAPSHOT_HORIZON = Horizon(first_load=0, lookback=0, finality=0)
# A report's rows speak of the report's own refresh date, up to 72 hours back.
_REPORT_HORIZON = Horizon(first_load=0, lookback=0, finality=3)
# No delta and no announced deletions: a trailing week is read again. The retention is the tenant's own.
_INTERACTION_HORIZON = Horizon(first_load=365, lookback=7, finality=1)

# The days on which a report was taken (its rows speak of another day), so that no saved answer is read twice.
REPORT_ANSWERS = FetchWindow(
    "answers/usage_user_detail", _SNAPSHOT_HORIZON, TOOL, tables=("usage_user_detail",)
)
# The days that were asked of every history. The table's own days start with the first interaction ever seen:
# what lies before may have been deleted by the tenant's retention, and deleted is not zero.
HISTORIES = FetchWindow("histories/interactions", _INTERACTION_HORIZON, TOOL, tables=("interactions",))


class UsageDetail(WireRecord):
    """One licensed user in a rolling window that ends on the refresh date; CSV and JSON under one set of names.

    Last-activity dates may lie before the window. Version 2 columns are NULL in version 1, never 0.
    """

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"display_name"})
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset(
        {
            "report_period",
            "prompts_submitted_for_all_apps",
            "prompts_submitted_for_copilot_chat_work",
            "prompts_submitted_for_copilot_chat_web",
            "active_usage_days_for_all_apps",
        }
    )
    report_refresh_date: dt.date
    user_principal_name: str
    report_period: str | None = None
    last_activity_date: dt.date | None = None
    copilot_chat_last_activity_date: dt.date | None = None
    microsoft_teams_copilot_last_activity_date: dt.date | None = None
    word_copilot_last_activity_date: dt.date | None = None
    excel_copilot_last_activity_date: dt.date | None = None
    powerpoint_copilot_last_activity_date: dt.date | None = None
    outlook_copilot_last_activity_date: dt.date | None = None
    onenote_copilot_last_activity_date: dt.date | None = None
    loop_copilot_last_activity_date: dt.date | None = None
    edge_last_activity_date: dt.date | None = None
    copilot_agent_last_activity_date: dt.date | None = None
    prompts_submitted_for_all_apps: int | None = None
    prompts_submitted_for_copilot_chat_work: int | None = None
    prompts_submitted_for_copilot_chat_web: int | None = None
    active_usage_days_for_all_apps: int | None = None

    @property
    def is_concealed(self) -> bool:
        """The tenant hides names in reports: the principal name is a hash, and joins to nobody."""
        return "@" not in self.user_principal_name

    def fault(self, today: dt.date) -> str | None:
        """Why the row cannot be right: nobody named, or a report of a day that has not come."""
        if not self.user_principal_name.strip():
            return "missing user_principal_name"
        if self.report_refresh_date > today:
            return "report_refresh_date in the future"
        return None

    def merged_into(self, later: UsageDetail) -> UsageDetail:
        """The later of two rows of one user, with the newest date of either."""
        for name in ACTIVITY_DATES:
            dates = [date for date in (getattr(self, name), getattr(later, name)) if date is not None]
            setattr(later, name, max(dates, default=None))
        return later

    def drop_impossible_dates(self, today: dt.date) -> list[str]:
        """Empty the activity dates that have not come yet, or are from before the product; their names.

        One after the refresh date stays: the vendor saw the activity, and only labels its report late.
        """
        found = []
        for name in ACTIVITY_DATES:
            value = getattr(self, name)
            if value is not None and not _FIRST_ACTIVITY <= value <= today:
                setattr(self, name, None)
                found.append(name)
        return found


_FIRST_ACTIVITY = dt.date(2022, 1, 1)
ACTIVITY_DATES = tuple(name for name in UsageDetail.__struct_fields__ if name.endswith("last_activity_date"))

USAGE_USER_DETAIL = TableContract(
    name="usage_user_detail",
    description="One row a licensed user and report refresh day: last-activity dates of a rolling window.",
    tool=TOOL,
    grain=DayGrain(is_snapshot=True),
    horizon=_REPORT_HORIZON,
    columns=(
        email(
            "upn_token",
            lambda u: None if u.is_concealed else u.user_principal_name,
            withheld_by="is_concealed",
        ),
        boolean("is_concealed", lambda u: u.is_concealed),
        text("report_period", lambda u: u.report_period),
        date("last_activity_date", lambda u: u.last_activity_date),
        date("chat_last_activity_date", lambda u: u.copilot_chat_last_activity_date),
        date("teams_last_activity_date", lambda u: u.microsoft_teams_copilot_last_activity_date),
        date("word_last_activity_date", lambda u: u.word_copilot_last_activity_date),
        date("excel_last_activity_date", lambda u: u.excel_copilot_last_activity_date),
        date("powerpoint_last_activity_date", lambda u: u.powerpoint_copilot_last_activity_date),
        date("outlook_last_activity_date", lambda u: u.outlook_copilot_last_activity_date),
        date("onenote_last_activity_date", lambda u: u.onenote_copilot_last_activity_date),
        date("loop_last_activity_date", lambda u: u.loop_copilot_last_activity_date),
        date("edge_last_activity_date", lambda u: u.edge_last_activity_date),
        date("agent_last_activity_date", lambda u: u.copilot_agent_last_activity_date),
        integer("prompts_all_apps", lambda u: u.prompts_submitted_for_all_apps, needed=False),
        integer("prompts_chat_work", lambda u: u.prompts_submitted_for_copilot_chat_work, needed=False),
        integer("prompts_chat_web", lambda u: u.prompts_submitted_for_copilot_chat_web, needed=False),
        integer("active_usage_days", lambda u: u.active_usage_days_for_all_apps, maximum=366, needed=False),
    ),
)


class AssignedLicense(WireRecord, rename="camel"):
    """A licence that a user holds."""

    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"disabledPlans"})
    sku_id: str | None = None
    disabled_plans: list[str] | None = None


class LicenseState(WireRecord, rename="camel"):
    """How a licence came to its holder: directly, or by a group."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"disabledPlans", "error", "lastUpdatedDateTime"})
    sku_id: str | None = None
    state: str | None = None
    assigned_by_group: str | None = None


class DirectoryUser(WireRecord, rename="camel"):
    """One user of the directory: the bridge between object id, principal name, mail and employee id."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"@odata.type", "@odata.id", "displayName", "department", "jobTitle"}
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"createdDateTime", "accountEnabled"})
    id: str
    user_principal_name: str | None = None
    mail: str | None = None
    employee_id: str | None = None
    account_enabled: bool | None = None
    user_type: str | None = None
    created_date_time: dt.datetime | None = None
    assigned_licenses: list[AssignedLicense] | None = None
    license_assignment_states: list[LicenseState] | None = None

    @property
    def object_id(self) -> str:
        """The Entra object id in the one form that gives one token."""
        return entra_id(self.id)


@dataclass(frozen=True, slots=True)
class CopilotSku:
    """What makes a SKU a Copilot licence.

    Attributes:
        plans: ids of its Copilot service plans, in lower case; empty where they are not known.
        in_force: False while the subscription is suspended, locked out or deleted.
    """

    plans: frozenset[str] = frozenset()
    in_force: bool = True


class Holder(NamedTuple):
    """A directory user with the Copilot part of the licences."""

    user: DirectoryUser
    has_license: bool
    state: LicenseState | None


def holders(users: Iterable[DirectoryUser], copilot_skus: Mapping[str, CopilotSku]) -> list[Holder]:
    """Users, each once (a directory that changes between two pages repeats one), with their Copilot licence.

    Of several grants an active one counts before a failing one, a direct one before a group's.
    """
    found = {}
    for user in users:
        states = [s for s in user.license_assignment_states or () if (s.sku_id or "").lower() in copilot_skus]
        states.sort(key=lambda s: (s.state != "Active", s.assigned_by_group is not None))
        held = any(_gives_copilot(user, license_, copilot_skus) for license_ in user.assigned_licenses or ())
        found[user.object_id] = Holder(user, held, states[0] if states else None)
    return list(found.values())


def _gives_copilot(
    user: DirectoryUser, license_: AssignedLicense, copilot_skus: Mapping[str, CopilotSku]
) -> bool:
    """Whether Copilot can be used with a licence.

    Not while its subscription is not in force, or where every grant of it failed. A bundle whose Copilot parts
    are all switched off gives none; the licence of Copilot alone is paid for, and stays a seat.
    """
    sku_id = (license_.sku_id or "").lower()
    sku = copilot_skus.get(sku_id)
    if sku is None or not sku.in_force:
        return False
    states = {s.state for s in user.license_assignment_states or () if (s.sku_id or "").lower() == sku_id}
    if states and not states - _FAILED_STATES:
        return False
    switched_off = {plan.lower() for plan in license_.disabled_plans or ()}
    return sku_id == COPILOT_SKU_ID or not sku.plans or bool(sku.plans - switched_off)


USERS = TableContract(
    name="users",
    description="One row a directory user on a snapshot day, with the Copilot licence.",
    tool=TOOL,
    grain=DayGrain(is_snapshot=True),
    row_key=("user_token",),
    horizon=_SNAPSHOT_HORIZON,
    columns=(
        identifier("user_token", ENTRA_OBJECT, lambda h: h.user.object_id, required=True),
        email("upn_token", lambda h: h.user.user_principal_name),
        email("mail_token", lambda h: h.user.mail),
        identifier("hris_token", HRIS_ID, lambda h: _stripped(h.user.employee_id)),
        boolean("account_enabled", lambda h: h.user.account_enabled),
        text("user_type", lambda h: h.user.user_type),
        boolean("has_copilot_license", lambda h: h.has_license),
        text("license_state", lambda h: h.state.state if h.state else None),
        boolean("license_by_group", lambda h: h.state.assigned_by_group is not None if h.state else None),
        timestamp("created_at", lambda h: h.user.created_date_time, earliest=_FIRST_ACCOUNT, needed=False),
    ),
)


class PrepaidUnits(WireRecord, rename="camel"):
    """Bought units by their state."""

    enabled: int | None = None
    suspended: int | None = None
    warning: int | None = None
    locked_out: int | None = None


class ServicePlan(WireRecord, rename="camel"):
    """A part of a SKU."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"provisioningStatus", "appliesTo"})
    service_plan_id: str | None = None
    service_plan_name: str | None = None

    @property
    def is_copilot(self) -> bool:
        """Whether the plan is Copilot itself."""
        return (self.service_plan_name or "").strip().upper().startswith(COPILOT_PLAN_PREFIX)


class SubscribedSku(WireRecord, rename="camel"):
    """One SKU that the tenant subscribes to."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"id", "accountId", "accountName", "appliesTo", "subscriptionIds"}
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"consumedUnits", "prepaidUnits", "skuPartNumber"})
    sku_id: str
    sku_part_number: str | None = None
    capability_status: str | None = None
    consumed_units: int | None = None
    prepaid_units: PrepaidUnits = msgspec.field(default_factory=PrepaidUnits)
    service_plans: list[ServicePlan] | None = None

    @property
    def copilot_plans(self) -> frozenset[str]:
        """Ids of the service plans that are Copilot; bundles and education SKUs hold some as well."""
        return frozenset(
            (plan.service_plan_id or "").lower() for plan in self.service_plans or () if plan.is_copilot
        )

    @property
    def as_copilot(self) -> CopilotSku:
        """What the licences of this SKU give."""
        status = (self.capability_status or "").replace(" ", "").lower()
        return CopilotSku(self.copilot_plans - {""}, status not in _OUT_OF_FORCE)


class SkuRow(NamedTuple):
    """A SKU and whether it is counted as Copilot."""

    sku: SubscribedSku
    is_copilot: bool


SUBSCRIBED_SKUS = TableContract(
    name="subscribed_skus",
    description="One row a subscribed SKU on a snapshot day.",
    tool=TOOL,
    grain=DayGrain(is_snapshot=True),
    row_key=("sku_id",),
    horizon=_SNAPSHOT_HORIZON,
    columns=(
        text("sku_id", lambda r: r.sku.sku_id.lower(), required=True),
        text("sku_part_number", lambda r: r.sku.sku_part_number),
        boolean("is_copilot", lambda r: r.is_copilot),
        integer("consumed_units", lambda r: r.sku.consumed_units, needed=False),
        integer("enabled_units", lambda r: r.sku.prepaid_units.enabled, needed=False),
        integer("suspended_units", lambda r: r.sku.prepaid_units.suspended, needed=False),
        integer("warning_units", lambda r: r.sku.prepaid_units.warning, needed=False),
        integer("locked_out_units", lambda r: r.sku.prepaid_units.locked_out, needed=False),
    ),
)


class ReportSettings(WireRecord, rename="camel"):
    """The tenant's switch for names in reports."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"@odata.type", "@odata.context"})
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"displayConcealedNames"})
    display_concealed_names: bool | None = None


REPORT_SETTINGS = TableContract(
    name="report_settings",
    description="One row per snapshot day: whether the tenant conceals names in reports.",
    tool=TOOL,
    grain=DayGrain(is_snapshot=True),
    row_key=(),
    horizon=_SNAPSHOT_HORIZON,
    columns=(boolean("display_concealed_names", lambda s: s.display_concealed_names),),
)


class Body(WireRecord, rename="camel"):
    """Measured, never kept: `content` leaves this module as a number of characters."""

    content_type: str | None = None
    content: str | None = None


class Interaction(WireRecord, rename="camel"):
    """One prompt or answer. `requestId` groups a prompt with its answers."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"@odata.type", "etag", "locale", "contexts", "from", "links", "mentions"}
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"attachments", "conversationType"})
    id: str
    created_date_time: dt.datetime
    session_id: str | None = None
    request_id: str | None = None
    app_class: str | None = None
    interaction_type: str | None = None
    conversation_type: str | None = None
    body: Body | None = None
    attachments: list[Any] | None = None

    @property
    def kind(self) -> str:
        """`userPrompt`, `aiResponse`, or `other` for what the vendor may add."""
        known = ("userPrompt", "aiResponse")
        return self.interaction_type if self.interaction_type in known else "other"

    @property
    def app(self) -> str | None:
        """`IPM.SkypeTeams.Message.Copilot.BizChat` → `bizchat`."""
        return self.app_class.rpartition(".")[2].lower() if self.app_class else None

    @property
    def prompt_chars(self) -> int | None:
        """Unicode code points that the person wrote, without HTML; NULL for answers and empty bodies."""
        if self.kind != "userPrompt" or self.body is None or not self.body.content:
            return None
        content = self.body.content
        if (self.body.content_type or "").lower() == "html":
            return text_length(content) or None
        return len(content) or None


class InteractionRow(NamedTuple):
    """An interaction and whose history it stands in. Answers name no user, so the queried one counts."""

    user_id: str
    interaction: Interaction

    @property
    def key(self) -> str:
        """Ids look like milliseconds and are not promised to be unique over users or threads."""
        return f"{self.user_id}|{self.interaction.session_id or ''}|{self.interaction.id}"


INTERACTIONS = TableContract(
    name="interactions",
    description="One row per interaction (prompt or answer) of a user.",
    tool=TOOL,
    grain=EventGrain(key=("tenant", "interaction_token"), day="created_date", newest="created_at"),
    horizon=_INTERACTION_HORIZON,
    columns=(
        event_hash("interaction_token", lambda r: r.key),
        identifier("session_token", SESSION, lambda r: r.interaction.session_id),
        event_hash("request_token", lambda r: r.interaction.request_id, required=False),
        identifier("user_token", ENTRA_OBJECT, lambda r: r.user_id, required=True),
        text("interaction_type", lambda r: r.interaction.kind),
        text("app", lambda r: r.interaction.app),
        text("conversation_type", lambda r: r.interaction.conversation_type),
        timestamp("created_at", lambda r: r.interaction.created_date_time, required=True),
        date("created_date", lambda r: utc_date(r.interaction.created_date_time)),
        integer("prompt_chars", lambda r: r.interaction.prompt_chars),
        boolean("has_attachments", lambda r: bool(r.interaction.attachments)),
    ),
)

EMAIL_LINKS = link_contract(ENTRA_OBJECT, PERSON_EMAIL, "directory")
EMPLOYEE_LINKS = link_contract(ENTRA_OBJECT, HRIS_ID, "directory")

CONTRACTS = (USAGE_USER_DETAIL, INTERACTIONS, USERS, SUBSCRIBED_SKUS, REPORT_SETTINGS, EMAIL_LINKS)
WINDOWS = (REPORT_ANSWERS, HISTORIES)


def entra_id(written: str) -> str:
    """A GUID in the one form that gives one token."""
    return written.strip().lower()


def _stripped(value: str | None) -> str | None:
    return (value or "").strip() or None
