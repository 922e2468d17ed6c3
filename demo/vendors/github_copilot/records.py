"""GitHub's records: report rows, seats, billing items, identities, licences.

Shapes: the vendor's Copilot usage-metrics reference, REST and GraphQL pages; invented values only.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone

from demo.company.company import Company
from demo.company.model import SeatSpan
from demo.server.activity_index import LastActive
from demo.server.wire import encode
from demo.vendors.github_copilot.model import (
    ENTERPRISE_ID,
    ORGANIZATION,
    CliUsage,
    CopilotBilling,
    CopilotDay,
    FeatureCounts,
    GithubIdentity,
)
from demo.vendors.github_copilot.reports import CopilotActivity

Record = dict[str, object]
SEAT_MEMORY_DAYS = 90
"""``last_activity_at`` is forgotten after so many days."""
OTHER_ZONE = timezone(timedelta(hours=-6))
AGENT = {"agent_id": "agent-7", "agent_name": "Outside agent"}
CHAT_MODES = {f"chat_panel_{mode}_mode" for mode in ("agent", "ask", "custom", "edit", "plan", "unknown")}


# Usage metrics -----------------------------------------------------------------------------------


def report_line(record: CopilotDay, organization_id: str | None) -> bytes:
    """One user-day as NDJSON, without its line end; an organization's report adds its id."""
    row: Record = {
        "user_id": record.user_id,
        "user_login": record.login,
        "day": record.day,
        "enterprise_id": ENTERPRISE_ID,
        "user_initiated_interaction_count": record.interactions,
        "code_generation_activity_count": record.generations,
        "code_acceptance_activity_count": record.acceptances,
        "loc_suggested_to_add_sum": record.lines_suggested_to_add,
        "loc_suggested_to_delete_sum": record.lines_suggested_to_delete,
        "loc_added_sum": record.lines_added,
        "loc_deleted_sum": record.lines_deleted,
        "used_agent": record.used_agent,
        "used_chat": record.used_chat,
        "used_cli": record.used_cli,
        "used_copilot_code_review_active": record.used_code_review_active,
        "used_copilot_code_review_passive": record.used_code_review_passive,
        "used_copilot_coding_agent": record.used_coding_agent,
        **_breakdowns(record),
    }
    for feature in record.features:
        if feature.feature in CHAT_MODES:
            row[feature.feature] = feature.interactions
    if record.ai_credits is not None:
        row["ai_credits_used"] = record.ai_credits
    if record.cli is not None:
        row["totals_by_cli"] = _cli(record.cli, record.day)
    if record.agent_starts:
        row["totals_by_3rd_party_agent"] = [AGENT | {"user_initiated_interaction_count": record.agent_starts}]
    if organization_id is not None:
        row["organization_id"] = organization_id
    return encode(row)


def _breakdowns(record: CopilotDay) -> Record:
    chat = [entry for entry in record.model_features if entry.model is not None]
    seen = bool(record.features or chat)
    return {
        "totals_by_ide": [_ide(record)] if seen and record.ide else [],
        "totals_by_feature": [
            {"feature": entry.feature, "user_initiated_interaction_count": entry.interactions}
            | _measures(entry)
            for entry in record.features
        ],
        "totals_by_language_feature": [
            {"language": record.language, "feature": entry.feature} | _measures(entry)
            for entry in record.features
        ],
        "totals_by_language_model": [
            {"language": record.language, "model": entry.model, **_measures(entry)} for entry in chat
        ],
        "totals_by_model_feature": [
            {"model": entry.model, "feature": entry.feature, **_interactions(entry), **_measures(entry)}
            for entry in chat
        ],
    }


def _interactions(entry: FeatureCounts) -> Record:
    return {"user_initiated_interaction_count": entry.interactions}


def _measures(entry: FeatureCounts) -> Record:
    return {
        "code_generation_activity_count": entry.generations,
        "code_acceptance_activity_count": entry.acceptances,
        "loc_suggested_to_add_sum": entry.lines_suggested_to_add,
        "loc_suggested_to_delete_sum": entry.lines_suggested_to_delete,
        "loc_added_sum": entry.lines_added,
        "loc_deleted_sum": entry.lines_deleted,
    }


def _ide(record: CopilotDay) -> Record:
    sampled = _noon(record.day)
    return {
        "ide": record.ide,
        "user_initiated_interaction_count": record.interactions,
        "code_generation_activity_count": record.generations,
        "code_acceptance_activity_count": record.acceptances,
        "loc_suggested_to_add_sum": record.lines_suggested_to_add,
        "loc_suggested_to_delete_sum": record.lines_suggested_to_delete,
        "loc_added_sum": record.lines_added,
        "loc_deleted_sum": record.lines_deleted,
        "last_known_ide_version": {"ide_version": "1.108.0", "sampled_at": sampled},
        "last_known_plugin_version": {
            "plugin": "copilot-chat",
            "plugin_version": "0.36.1",
            "sampled_at": sampled,
        },
    }


def _cli(usage: CliUsage, day: date) -> Record:
    tokens = usage.prompt_tokens + usage.output_tokens
    return {
        "session_count": usage.sessions,
        "request_count": usage.requests,
        "prompt_count": usage.prompts,
        "token_usage": {
            "prompt_tokens_sum": usage.prompt_tokens,
            "output_tokens_sum": usage.output_tokens,
            "avg_tokens_per_request": tokens / usage.requests if usage.requests else 0.0,
        },
        "last_known_cli_version": {"cli_version": "1.4.2", "sampled_at": _noon(day)},
    }


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


# Seats -------------------------------------------------------------------------------------------


def copilot_activity(first_day: date, activity: CopilotActivity) -> LastActive:
    """Active days of the final reports, by numeric user id as text."""

    def active_on(day: date) -> list[str]:
        versions = activity.versions.on(day)
        records: Iterable[CopilotDay] = versions[-1].records if versions else ()
        return [str(record.user_id) for record in records if record.is_active]

    return LastActive(first_day, active_on)


def seat_records(
    company: Company, activity: LastActive, day: date, *, enterprise: bool, unassigned: int = 0
) -> tuple[int, list[Record]]:
    """(total_seats, seat objects) on the day.

    In the enterprise's list every eleventh person has a second seat object, through another
    organization, and counts once. ``unassigned`` adds seats without an assignee.
    """
    records: list[Record] = []
    seats = sorted(company.seats_on("github_copilot", day), key=lambda seat: (seat.assigned_at, seat.account))
    for number, seat in enumerate(seats):
        records.append(_seat(company, activity, seat, day))
        if enterprise and number % 11 == 2:
            records.append({**records[-1], "organization": _organization("asterlane-labs", 778)})
    for _ in range(unassigned):
        created = datetime.combine(company.profile.first_day, time(9), UTC)
        records.append({"created_at": created, "plan_type": "business", "assignee": None})
    return len(seats) + unassigned, records


def _seat(company: Company, activity: LastActive, seat: SeatSpan, day: date) -> Record:
    # the vendor tells activity up to a day late: what happened today is not known yet
    last = activity.day(seat.account, day - timedelta(1), SEAT_MEMORY_DAYS)
    number = int(seat.account) if seat.account.isdigit() else zlib.crc32(seat.account.encode())
    zone = OTHER_ZONE if number % 3 == 0 else UTC
    return {
        "created_at": seat.assigned_at.astimezone(zone).isoformat(),
        "updated_at": seat.assigned_at.astimezone(zone).isoformat(),
        "pending_cancellation_date": seat.pending_cancellation_on(day),
        "last_activity_at": _noon(last).astimezone(zone).isoformat() if last else None,
        "last_activity_editor": "vscode/1.108.0/copilot-chat/0.36.1" if last else None,
        "last_authenticated_at": _noon(last).astimezone(zone).isoformat() if last else None,
        "plan_type": seat.plan,
        "assignee": _assignee(company, seat.account, number, day),
        "organization": _organization(ORGANIZATION, 777),
    }


def _assignee(company: Company, account: str, number: int, day: date) -> Record:
    person = company.owner("github_copilot", account)
    service = company.service_account("github_copilot", account)
    login = (person.login_on(day) if person else None) or (service.login if service else None) or account
    return {
        "login": login,
        "id": number,
        "node_id": f"U_demo{number}",
        "avatar_url": f"https://avatars.example.com/u/{number}",
        "gravatar_id": "",
        "url": f"https://api.github.com/users/{login}",
        "html_url": f"https://github.com/{login}",
        "type": "User",
        "site_admin": False,
    }


def _organization(login: str, number: int) -> Record:
    return {"login": login, "id": number, "url": f"https://api.github.com/orgs/{login}"}


# Billing -----------------------------------------------------------------------------------------


def billing_records(items: Iterable[CopilotBilling]) -> list[Record]:
    """``usageItems`` of a period: items added up by product, SKU, model and price."""
    sums: dict[tuple[object, ...], Record] = {}
    for item in items:
        key = (item.product, item.sku, item.model, item.unit_type, item.price_per_unit)
        amounts = {
            "grossQuantity": item.gross_quantity,
            "grossAmount": item.gross_amount,
            "discountQuantity": item.discount_quantity,
            "discountAmount": item.discount_amount,
            "netQuantity": item.net_quantity,
            "netAmount": item.net_amount,
        }
        known = sums.get(key)
        if known is None:
            names = dict(zip(("product", "sku", "model", "unitType", "pricePerUnit"), key, strict=True))
            sums[key] = {**names, **amounts}
        else:
            known.update({name: known[name] + amount for name, amount in amounts.items()})  # type: ignore[operator]
    return list(sums.values())


# Identities --------------------------------------------------------------------------------------


def guid(number: int) -> str:
    """A GUID that the identity provider gives to the n-th account."""
    return f"aaaaaaaa-0000-41ee-85d2-{number:012d}"


def identity_node(identity: GithubIdentity) -> Record:
    """An ``externalIdentities`` node of GraphQL; e-mails are absent when the provider sends none."""
    saml: Record = {"nameId": identity.name_id, "username": identity.name_id}
    if identity.emails:
        saml["emails"] = [{"value": email} for email in identity.emails]
    return {
        "guid": guid(identity.user_id),
        "samlIdentity": saml,
        "scimIdentity": None,
        "user": {"login": identity.login, "databaseId": identity.user_id},
    }


def scim_record(identity: GithubIdentity, base_url: str, enterprise: str) -> Record:
    """A SCIM user of the enterprise."""
    given, _, family = identity.name.partition(" ")
    key = guid(identity.user_id)
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": key,
        "externalId": identity.name_id,
        "userName": identity.name_id,
        "displayName": identity.name,
        "name": {"givenName": given, "familyName": family, "formatted": identity.name},
        "emails": [
            {"value": email, "type": "work", "primary": index == 0}
            for index, email in enumerate(identity.emails)
        ],
        "roles": [{"value": "User", "primary": False}],
        "active": True,
        "groups": [],
        "meta": {
            "resourceType": "User",
            "location": f"{base_url}/scim/v2/enterprises/{enterprise}/Users/{key}",
        },
    }


def license_record(identity: GithubIdentity, organization: str) -> Record:
    """A user of the consumed-licences list: a login, never a numeric id."""
    return {
        "github_com_login": identity.login,
        "github_com_name": identity.name,
        "enterprise_server_user_ids": [],
        "github_com_user": True,
        "enterprise_server_user": False,
        "visual_studio_subscription_user": False,
        "license_type": "enterprise",
        "github_com_profile": f"https://github.com/{identity.login}",
        "github_com_member_roles": [f"{organization}:Member"],
        "github_com_enterprise_roles": ["Member"],
        "github_com_verified_domain_emails": list(identity.emails),
        "github_com_saml_name_id": identity.name_id,
        "github_com_orgs_with_pending_invites": [],
        "github_com_two_factor_auth": True,
        "enterprise_server_emails": [],
        "visual_studio_license_status": "",
        "visual_studio_subscription_email": "",
        "total_user_accounts": 1,
    }
