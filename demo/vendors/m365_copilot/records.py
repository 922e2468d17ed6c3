"""Microsoft Graph's records: directory users, SKUs, the Copilot usage report, interactions.

Shapes: the vendor's pages for Copilot reports (v1, v2, beta JSON), users and interaction export. The column
names that v2 adds are those of the vendor's prose.
"""

from __future__ import annotations

import csv
import hashlib
import io
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from demo.company.company import Company
from demo.company.text import MARKER, html_body, prompt_text
from demo.vendors.m365_copilot.directory import directory_users
from demo.vendors.m365_copilot.interactions import AccountUsage, Interactions, UsageReports
from demo.vendors.m365_copilot.model import COPILOT_SKU_ID, TENANT_ID, DirectoryUser, M365Interaction

Record = dict[str, object]
BASE_SKU = "05e9a617-0261-4cee-bb44-138d3ef5d965"
CHAT_PLAN = "3f30311c-6b1e-48a4-ab79-725b469da960"
GROUP = "44444444-aaaa-4bbb-8ccc-000000000004"
PERIOD_DAYS = {"D7": 7, "D28": 28, "D30": 30, "D90": 90, "D180": 180, "ALL": 3650}
PERIODS = {"v1": ("D7", "D30", "D90", "D180", "ALL"), "v2": ("D7", "D28", "D90", "D180", "ALL")}
V1_APPS = (
    ("Copilot Chat", "copilotChat", "bizchat"),
    ("Microsoft Teams Copilot", "microsoftTeamsCopilot", "teams"),
    ("Word Copilot", "wordCopilot", "word"),
    ("Excel Copilot", "excelCopilot", "excel"),
    ("PowerPoint Copilot", "powerPointCopilot", "powerpoint"),
    ("Outlook Copilot", "outlookCopilot", "outlook"),
    ("OneNote Copilot", "oneNoteCopilot", "onenote"),
    ("Loop Copilot", "loopCopilot", "loop"),
)
"""(words of the CSV column, start of the JSON name, app)"""
V2_APPS = (
    ("Copilot Chat (work)", "copilotChatWork", "bizchat"),
    ("Copilot Chat (web)", "copilotChatWeb", "web"),
    ("Microsoft 365 Copilot", "microsoft365Copilot", "m365copilot"),
    ("Edge", "edge", "edge"),
    ("Copilot Agent", "copilotAgent", "agent"),
)


# Directory ---------------------------------------------------------------------------------------


class Directory:
    """Entra users by day, by object id; the last few days asked for are kept."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._lock = threading.Lock()
        self._days: OrderedDict[date, Sequence[DirectoryUser]] = OrderedDict()

    def on(self, day: date) -> Sequence[DirectoryUser]:
        """Users on the day."""
        with self._lock:
            if day not in self._days:
                self._days[day] = sorted(directory_users(self.company, day), key=lambda user: user.object_id)
                if len(self._days) > 4:
                    self._days.popitem(last=False)
            return self._days[day]


def user_records(directory: Directory, day: date) -> list[Record]:
    """Every Entra user on the day, with every property that can be selected, by object id."""
    return [_user(directory.company, user, day) for user in directory.on(day)]


def _user(company: Company, user: DirectoryUser, day: date) -> Record:
    seat = company.seat_of("m365_copilot", user.object_id, day)
    skus = [BASE_SKU] * (user.enabled and user.user_type == "Member") + [COPILOT_SKU_ID] * user.has_license
    states: list[Record] = [
        {
            "skuId": sku,
            "disabledPlans": [],
            "assignedByGroup": GROUP if user.by_group or sku == BASE_SKU else None,
            "state": "Active",
            "error": "None",
            "lastUpdatedDateTime": seat.assigned_at if seat and sku == COPILOT_SKU_ID else user.created_at,
        }
        for sku in skus
    ]
    return {
        "id": user.object_id,
        "userPrincipalName": user.upn,
        "mail": user.mail,
        "displayName": user.name,
        "employeeId": user.employee_id,
        "department": user.department,
        "jobTitle": None,
        "accountEnabled": user.enabled,
        "userType": user.user_type,
        "createdDateTime": user.created_at,
        "assignedLicenses": [{"skuId": sku, "disabledPlans": []} for sku in skus],
        "licenseAssignmentStates": states,
    }


def sku_records(directory: Directory, day: date) -> list[Record]:
    """The tenant's SKUs on the day: Copilot as contracted, and the suite under it."""
    company, users = directory.company, directory.on(day)
    licensed = sum(user.has_license for user in users)
    members = sum(user.enabled and user.user_type == "Member" for user in users)
    bought = [
        contract.purchased_seats
        for contract in company.files.contracts
        if contract.product == "m365_copilot"
        and contract.valid_from <= day
        and (contract.valid_to is None or day < contract.valid_to)
    ]
    plan = {
        "servicePlanId": CHAT_PLAN,
        "servicePlanName": "M365_COPILOT_BUSINESS_CHAT",
        "provisioningStatus": "Success",
        "appliesTo": "User",
    }
    return [
        _sku(COPILOT_SKU_ID, "Microsoft_365_Copilot", licensed, max(sum(bought), licensed), [plan]),
        _sku(BASE_SKU, "SPE_E3", members, members + 20, []),
    ]


def _sku(sku: str, part: str, consumed: int, enabled: int, plans: list[dict[str, str]]) -> Record:
    return {
        "accountName": "Asterlane",
        "accountId": TENANT_ID,
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": consumed,
        "id": f"{TENANT_ID}_{sku}",
        "prepaidUnits": {"enabled": enabled, "lockedOut": 0, "suspended": 0, "warning": 0},
        "servicePlans": plans,
        "skuId": sku,
        "skuPartNumber": part,
        "subscriptionIds": ["33333333-aaaa-4bbb-8ccc-000000000003"],
    }


def settings_record(conceal: bool) -> Record:
    """``admin/reportSettings``."""
    inner = {"@odata.type": "#microsoft.graph.adminReportSettings", "displayConcealedNames": conceal}
    return {"value": inner}


# Usage user detail -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReportKind:
    """The parameters of one report call."""

    period: str = "D7"
    version: str = "v1"
    conceal: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the vendor has this period in this version."""
        return self.period in PERIODS.get(self.version, ())

    @property
    def label(self) -> str:
        """The period as the report writes it."""
        return self.period if self.period == "ALL" else str(PERIOD_DAYS[self.period])


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One licensed user in one report."""

    upn: str
    name: str
    usage: AccountUsage


class UsageDetail:
    """The report of one tenant; quick when refresh dates are asked for in ascending order."""

    def __init__(self, directory: Directory, activity: Interactions) -> None:
        self._directory = directory
        self._activity = activity
        self._lock = threading.Lock()
        self._reports: dict[int, UsageReports] = {}

    def csv(self, refresh: date, kind: ReportKind) -> bytes:
        """The v1 or v2 CSV; Graph puts a byte order mark in front."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(_columns(kind))
        for row in self.rows(refresh, kind):
            writer.writerow(_csv_cells(row, refresh, kind))
        return out.getvalue().encode("utf-8-sig")

    def json(self, refresh: date, kind: ReportKind) -> Record:
        """The beta JSON."""
        return {"value": [_json_row(row, refresh, kind) for row in self.rows(refresh, kind)]}

    def rows(self, refresh: date, kind: ReportKind) -> Iterator[UsageRow]:
        """Every user licensed on the refresh date, active or not."""
        with self._lock:
            days = PERIOD_DAYS[kind.period]
            first_day = self._directory.company.profile.first_day
            reports = self._reports.setdefault(days, UsageReports(self._activity, first_day, days))
            usage = reports.detail(refresh)
        for user in self._directory.on(refresh):
            if user.has_license:
                upn, name = (conceal(user.upn), conceal(user.name)) if kind.conceal else (user.upn, user.name)
                yield UsageRow(upn, name, usage.get(user.object_id, AccountUsage()))


def conceal(name: str) -> str:
    """The 32 hexadecimal digits that stand for a name when the tenant conceals names."""
    return hashlib.md5(name.lower().encode(), usedforsecurity=False).hexdigest().upper()


def _columns(kind: ReportKind) -> list[str]:
    columns = ["Report Refresh Date", "User Principal Name", "Display Name", "Last Activity Date"]
    columns += [f"{words} Last Activity Date" for words, _json, _app in V1_APPS]
    columns.append("Report Period")
    if kind.version == "v2":
        columns += [
            "Prompts submitted for all apps",
            "Prompts submitted for Copilot Chat (work)",
            "Prompts submitted for Copilot Chat (web)",
            "Active Usage Days for all apps",
        ]
        columns += [f"{words} Last Activity Date" for words, _json, _app in V2_APPS]
    return columns


def _csv_cells(row: UsageRow, refresh: date, kind: ReportKind) -> list[object]:
    usage = row.usage
    cells: list[object] = [refresh, row.upn, row.name, usage.last_activity or ""]
    cells += [usage.last_by_app.get(app, "") for _words, _json, app in V1_APPS]
    cells.append(kind.label)
    if kind.version == "v2":
        cells += [usage.prompts, usage.prompts_chat, 0, len(usage.active_days)]
        cells += [usage.last_by_app.get(app, "") for _words, _json, app in V2_APPS]
    return cells


def _json_row(row: UsageRow, refresh: date, kind: ReportKind) -> Record:
    usage = row.usage
    apps = V1_APPS + V2_APPS if kind.version == "v2" else V1_APPS
    period = kind.label
    detail: Record = {"reportPeriod": int(period) if period.isdigit() else period}
    if kind.version == "v2":  # values as strings, as consumers have seen them
        detail["promptsSubmittedForAllApps"] = str(usage.prompts)
        detail["promptsSubmittedForCopilotChatWork"] = str(usage.prompts_chat)
        detail["promptsSubmittedForCopilotChatWeb"] = "0"
        detail["activeUsageDaysForAllApps"] = str(len(usage.active_days))
    return {
        "reportRefreshDate": refresh,
        "userPrincipalName": row.upn,
        "displayName": row.name,
        "lastActivityDate": usage.last_activity or "",
        **{f"{name}LastActivityDate": usage.last_by_app.get(app, "") for _words, name, app in apps},
        "copilotActivityUserDetailsByPeriod": [detail],
    }


# Interactions ------------------------------------------------------------------------------------


def interaction_record(item: M365Interaction) -> Record:
    """One ``aiInteraction``."""
    is_prompt = item.interaction_type == "userPrompt"
    return {
        "id": item.interaction_id,
        "sessionId": item.session_id,
        "requestId": item.request_id,
        "appClass": item.app_class,
        "interactionType": item.interaction_type,
        "conversationType": item.conversation_type,
        "etag": item.interaction_id,
        "createdDateTime": item.created_at,
        "locale": "en-us",
        "contexts": [{"contextReference": "", "displayName": f"{MARKER} context", "contextType": "file"}],
        "from": _sender(item.account) if is_prompt else ASSISTANT,
        "body": _body(item),
        "attachments": [
            {"attachmentId": str(n), "contentType": "reference", "name": f"{MARKER}-{n}.docx"}
            for n in range(item.attachment_count)
        ],
        "links": [],
        "mentions": [],
    }


ASSISTANT: Mapping[str, object] = {
    "@odata.type": "#microsoft.graph.chatMessageFromIdentitySet",
    "device": None,
    "user": None,
    "application": {
        "@odata.type": "#microsoft.graph.teamworkApplicationIdentity",
        "id": "fb8d773d-7ef8-4ec0-a117-179f88add510",
        "displayName": "Microsoft 365 Chat",
        "applicationIdentityType": "bot",
    },
}


def _sender(account: str) -> Record:
    user = {
        "@odata.type": "#microsoft.graph.teamworkUserIdentity",
        "id": account,
        "displayName": f"8:orgid:{account}",
        "userIdentityType": "aadUser",
        "tenantId": TENANT_ID,
    }
    return {
        "@odata.type": "#microsoft.graph.chatMessageFromIdentitySet",
        "application": None,
        "device": None,
        "user": user,
    }


def _body(item: M365Interaction) -> Record:
    if item.prompt_chars is None:
        return {"contentType": "text", "content": f"{MARKER} answer"}
    text = prompt_text(item.interaction_id, item.prompt_chars)
    return {
        "contentType": "html" if item.is_html else "text",
        "content": html_body(text) if item.is_html else text,
    }


def midnight(day: date) -> datetime:
    """The first moment of a UTC day."""
    return datetime.combine(day, time(0), UTC)
