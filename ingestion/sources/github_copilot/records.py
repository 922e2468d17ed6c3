"""Row contracts of GitHub Copilot (REST API version 2026-03-10).

Names, teams, editors and languages are declared nowhere; they end here. A counter that the vendor leaves out is
NULL ("not reported"), never 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import ClassVar, NamedTuple

import msgspec

from ingestion.identity import Pair, link_contract
from ingestion.privacy.contract import (
    DayGrain,
    TableContract,
    boolean,
    date,
    decimal,
    identifier,
    integer,
    text,
    timestamp,
)
from ingestion.privacy.pseudonym import GITHUB_LOGIN, GITHUB_USER, HRIS_ID, PERSON_EMAIL
from ingestion.privacy.wire import WireRecord
from ledger.horizon import Horizon

TOOL = "github_copilot"
# A report is there two full UTC days after the day closes, and as a rule final after three; kept for a year.
_REPORT_HORIZON = Horizon(first_load=365, lookback=7, ready_after=2, finality=3, retention=365)
# The vendor keeps 24 months of billing; a year is what the reports can be set beside.
_BILLING_HORIZON = Horizon(first_load=365, lookback=7, ready_after=1, finality=3, retention=730)
_SNAPSHOT_HORIZON = Horizon(first_load=0, lookback=0, finality=0)

# There are no reports of earlier days, so they are not asked for.
FIRST_ENTERPRISE_REPORT = dt.date(2025, 10, 10)
FIRST_ORGANIZATION_REPORT = dt.date(2025, 12, 12)


class FeatureTotals(WireRecord):
    """One feature of a user's day."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"loc_suggested_to_add_sum", "loc_suggested_to_delete_sum"}
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"loc_added_sum", "loc_deleted_sum"})
    feature: str | None = None
    user_initiated_interaction_count: int | None = None
    code_generation_activity_count: int | None = None
    code_acceptance_activity_count: int | None = None
    loc_added_sum: int | None = None
    loc_deleted_sum: int | None = None


class ModelTotals(WireRecord):
    """One model and feature of a user's day; chat only, completions name no model."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"loc_suggested_to_add_sum", "loc_suggested_to_delete_sum", "loc_added_sum", "loc_deleted_sum"}
    )
    model: str | None = None
    feature: str | None = None
    user_initiated_interaction_count: int | None = None
    code_generation_activity_count: int | None = None
    code_acceptance_activity_count: int | None = None


class CliTokens(WireRecord):
    """The only tokens that these reports hold."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"avg_tokens_per_request"})
    prompt_tokens_sum: int | None = None
    output_tokens_sum: int | None = None


class CliTotals(WireRecord):
    """The command line tool, which stands in none of the other totals; absent without its use."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"last_known_cli_version"})
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"session_count", "request_count"})
    session_count: int | None = None
    request_count: int | None = None
    prompt_count: int | None = None
    token_usage: CliTokens = msgspec.field(default_factory=CliTokens)


class AppTotals(WireRecord):
    """The Copilot app, which stands in none of the other totals; absent without its use."""

    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"session_count", "request_count"})
    session_count: int | None = None
    request_count: int | None = None
    prompt_count: int | None = None
    token_usage: CliTokens = msgspec.field(default_factory=CliTokens)


class AgentTotals(WireRecord):
    """Jobs started with another vendor's agent."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"agent_id", "agent_name"})
    user_initiated_interaction_count: int | None = None


class UserDay(WireRecord):
    """One user's day (`users-1-day`). The breakdowns are cuts of the same activity: never add across them.

    Users known only from server-side signals have empty breakdowns and are active all the same.
    """

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {
            "ai_adoption_phase",
            "enterprise_id",
            "organization_id",
            "chat_panel_agent_mode",
            "chat_panel_ask_mode",
            "chat_panel_custom_mode",
            "chat_panel_edit_mode",
            "chat_panel_plan_mode",
            "chat_panel_unknown_mode",
            "totals_by_ide",
            "totals_by_language_feature",
            "totals_by_language_model",
            "etl_id",
            "day_partition",
            "entity_id_partition",
        }
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset(
        {
            "loc_suggested_to_add_sum",
            "loc_suggested_to_delete_sum",
            "loc_added_sum",
            "loc_deleted_sum",
            "user_login",
        }
    )
    user_id: int
    day: dt.date
    user_login: str | None = None
    user_initiated_interaction_count: int | None = None
    code_generation_activity_count: int | None = None
    code_acceptance_activity_count: int | None = None
    loc_suggested_to_add_sum: int | None = None
    loc_suggested_to_delete_sum: int | None = None
    loc_added_sum: int | None = None
    loc_deleted_sum: int | None = None
    used_agent: bool | None = None
    used_chat: bool | None = None
    used_cli: bool | None = None
    used_copilot_code_review_active: bool | None = None
    used_copilot_code_review_passive: bool | None = None
    used_copilot_coding_agent: bool | None = None
    used_copilot_cloud_agent: bool | None = None
    used_copilot_app: bool | None = None
    ai_credits_used: Decimal | None = None
    totals_by_feature: list[FeatureTotals] | None = None
    totals_by_model_feature: list[ModelTotals] | None = None
    totals_by_cli: CliTotals | None = None
    totals_by_copilot_app: AppTotals | None = None
    totals_by_3rd_party_agent: list[AgentTotals] | None = None

    def fuller(self, other: UserDay | None) -> UserDay:
        """Of two rows of one user's day the one that tells of more; of equals the later, which is this one.

        The vendor cuts a report into parts by user, so that two rows are two states of one day and not two
        halves: the counters of a day only grow.
        """
        return self if other is None or self._told >= other._told else other

    @property
    def _told(self) -> int:
        counters = (
            self.user_initiated_interaction_count,
            self.code_generation_activity_count,
            self.code_acceptance_activity_count,
            self.cli.prompt_count,
            self.app.prompt_count,
            self.agent_starts,
        )
        return sum(count or 0 for count in counters)

    @property
    def cli(self) -> CliTotals:
        """The command line tool's totals, empty when absent."""
        return self.totals_by_cli or CliTotals()

    @property
    def app(self) -> AppTotals:
        """The Copilot app's totals, empty when absent."""
        return self.totals_by_copilot_app or AppTotals()

    @property
    def used_cloud_agent(self) -> bool | None:
        """The coding agent under either of its names; NULL where the vendor names neither."""
        told = [
            flag for flag in (self.used_copilot_coding_agent, self.used_copilot_cloud_agent) if flag is not None
        ]
        return any(told) if told else None

    @property
    def agent_starts(self) -> int | None:
        """Jobs started with other vendors' agents; NULL where the vendor does not report them."""
        if self.totals_by_3rd_party_agent is None:
            return None
        return sum(agent.user_initiated_interaction_count or 0 for agent in self.totals_by_3rd_party_agent)


class FeatureRow(NamedTuple):
    """One feature of one user's day."""

    user: UserDay
    totals: FeatureTotals


class ModelRow(NamedTuple):
    """One model and feature of one user's day."""

    user: UserDay
    totals: ModelTotals


def feature_rows(users: Iterable[UserDay]) -> Iterator[FeatureRow]:
    """Every feature breakdown of the users."""
    for user in users:
        for totals in user.totals_by_feature or ():
            yield FeatureRow(user, totals)


def model_rows(users: Iterable[UserDay]) -> Iterator[ModelRow]:
    """Every model breakdown of the users."""
    for user in users:
        for totals in user.totals_by_model_feature or ():
            yield ModelRow(user, totals)


USER_DAYS = TableContract(
    name="user_days",
    description="One row per user and vendor day (UTC).",
    tool=TOOL,
    grain=DayGrain(),
    row_key=("user_token",),
    horizon=_REPORT_HORIZON,
    columns=(
        identifier("user_token", GITHUB_USER, lambda u: str(u.user_id), required=True),
        identifier("login_token", GITHUB_LOGIN, lambda u: login(u.user_login)),
        integer("user_initiated_interactions", lambda u: u.user_initiated_interaction_count),
        integer("code_generations", lambda u: u.code_generation_activity_count),
        integer("code_acceptances", lambda u: u.code_acceptance_activity_count),
        integer("lines_suggested_to_add", lambda u: u.loc_suggested_to_add_sum, needed=False),
        integer("lines_suggested_to_delete", lambda u: u.loc_suggested_to_delete_sum, needed=False),
        integer("lines_added", lambda u: u.loc_added_sum, needed=False),
        integer("lines_deleted", lambda u: u.loc_deleted_sum, needed=False),
        boolean("used_agent", lambda u: u.used_agent),
        boolean("used_chat", lambda u: u.used_chat),
        boolean("used_cli", lambda u: u.used_cli),
        boolean("used_code_review_active", lambda u: u.used_copilot_code_review_active),
        boolean("used_code_review_passive", lambda u: u.used_copilot_code_review_passive),
        boolean("used_coding_agent", lambda u: u.used_cloud_agent),
        boolean("used_app", lambda u: u.used_copilot_app),
        decimal("ai_credits_used", lambda u: u.ai_credits_used, minimum=0),
        integer("cli_sessions", lambda u: u.cli.session_count, needed=False),
        integer("cli_requests", lambda u: u.cli.request_count, needed=False),
        integer("cli_prompts", lambda u: u.cli.prompt_count),
        integer("cli_prompt_tokens", lambda u: u.cli.token_usage.prompt_tokens_sum),
        integer("cli_output_tokens", lambda u: u.cli.token_usage.output_tokens_sum),
        integer("agent_starts", lambda u: u.agent_starts),
        integer("app_prompts", lambda u: u.app.prompt_count),
        integer("app_prompt_tokens", lambda u: u.app.token_usage.prompt_tokens_sum),
        integer("app_output_tokens", lambda u: u.app.token_usage.output_tokens_sum),
    ),
)

USER_DAY_FEATURES = TableContract(
    name="user_day_features",
    description="One row per user, vendor day and feature. An alternative cut of user_days, never added to it.",
    tool=TOOL,
    grain=DayGrain(),
    row_key=("user_token", "feature"),
    has_nulls_in_key=True,
    horizon=_REPORT_HORIZON,
    columns=(
        identifier("user_token", GITHUB_USER, lambda r: str(r.user.user_id), required=True),
        text("feature", lambda r: r.totals.feature),
        integer("user_initiated_interactions", lambda r: r.totals.user_initiated_interaction_count),
        integer("code_generations", lambda r: r.totals.code_generation_activity_count),
        integer("code_acceptances", lambda r: r.totals.code_acceptance_activity_count),
        integer("lines_added", lambda r: r.totals.loc_added_sum, needed=False),
        integer("lines_deleted", lambda r: r.totals.loc_deleted_sum, needed=False),
    ),
)

USER_DAY_MODELS = TableContract(
    name="user_day_models",
    description="One row per user, vendor day, model and feature (chat only). An alternative cut of user_days.",
    tool=TOOL,
    grain=DayGrain(),
    row_key=("user_token", "model", "feature"),
    has_nulls_in_key=True,
    horizon=_REPORT_HORIZON,
    columns=(
        identifier("user_token", GITHUB_USER, lambda r: str(r.user.user_id), required=True),
        text("model", lambda r: r.totals.model),
        text("feature", lambda r: r.totals.feature),
        integer("user_initiated_interactions", lambda r: r.totals.user_initiated_interaction_count),
        integer("code_generations", lambda r: r.totals.code_generation_activity_count),
        integer("code_acceptances", lambda r: r.totals.code_acceptance_activity_count),
    ),
)


class BillingItem(WireRecord, rename="camel"):
    """AI credits of one product, SKU and model on one day, over all users (amounts in USD)."""

    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset(
        {
            "unitType",
            "pricePerUnit",
            "grossQuantity",
            "grossAmount",
            "discountQuantity",
            "discountAmount",
            "netQuantity",
        }
    )
    product: str | None = None
    sku: str | None = None
    model: str | None = None
    unit_type: str | None = None
    price_per_unit: Decimal | None = None
    gross_quantity: Decimal | None = None
    gross_amount: Decimal | None = None
    discount_quantity: Decimal | None = None
    discount_amount: Decimal | None = None
    net_quantity: Decimal | None = None
    net_amount: Decimal | None = None


BILLING_ITEMS = TableContract(
    name="billing_items",
    description="One row a billing item (product, SKU, model) and day, over all users.",
    tool=TOOL,
    grain=DayGrain(),
    horizon=_BILLING_HORIZON,
    columns=(
        text("product", lambda i: i.product),
        text("sku", lambda i: i.sku),
        text("model", lambda i: i.model),
        text("unit_type", lambda i: i.unit_type),
        decimal("price_per_unit", lambda i: i.price_per_unit, needed=False),
        decimal("gross_quantity", lambda i: i.gross_quantity, needed=False),
        decimal("gross_amount", lambda i: i.gross_amount, needed=False),
        decimal("discount_quantity", lambda i: i.discount_quantity, needed=False),
        decimal("discount_amount", lambda i: i.discount_amount, needed=False),
        decimal("net_quantity", lambda i: i.net_quantity, needed=False),
        decimal("net_amount", lambda i: i.net_amount, required=True),
    ),
)


class Assignee(WireRecord):
    """The holder of a seat."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {
            "name",
            "email",
            "node_id",
            "avatar_url",
            "gravatar_id",
            "url",
            "html_url",
            "followers_url",
            "following_url",
            "gists_url",
            "starred_url",
            "subscriptions_url",
            "organizations_url",
            "repos_url",
            "events_url",
            "received_events_url",
            "type",
            "user_view_type",
            "site_admin",
        }
    )
    id: int
    login: str | None = None


class Seat(WireRecord):
    """One seat object; a user who is granted access by several teams has several."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {
            "updated_at",
            "last_activity_editor",
            "last_authenticated_at",
            "assigning_team",
            "organization",
        }
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset(
        {"plan_type", "created_at", "pending_cancellation_date", "last_activity_at"}
    )
    assignee: Assignee | None = None
    plan_type: str | None = None
    created_at: dt.datetime | None = None
    pending_cancellation_date: dt.date | None = None
    last_activity_at: dt.datetime | None = None


SEATS = TableContract(
    name="seats",
    description="One row per seat object on a snapshot day; a user may hold several through teams.",
    tool=TOOL,
    grain=DayGrain(is_snapshot=True),
    horizon=_SNAPSHOT_HORIZON,
    columns=(
        identifier("user_token", GITHUB_USER, lambda s: str(s.assignee.id) if s.assignee else None),
        identifier("login_token", GITHUB_LOGIN, lambda s: login(s.assignee.login) if s.assignee else None),
        text("plan_type", lambda s: s.plan_type),
        timestamp("created_at", lambda s: s.created_at, needed=False),
        date("pending_cancellation_date", lambda s: s.pending_cancellation_date),
        timestamp("last_activity_at", lambda s: s.last_activity_at, needed=False),
    ),
)


def one_seat_a_user(seats: Iterable[Seat]) -> list[Seat]:
    """Seats deduplicated by holder, as the vendor counts them; a seat without a holder stays a seat.

    Of several grants the lasting one counts: not about to be cancelled, then of the larger plan (which is the
    one that is billed), then the oldest. Each grant tells of activity by itself, so the newest of all is kept.
    """
    held: dict[int, Seat] = {}
    unheld = []
    for seat in seats:
        if seat.assignee is None:
            unheld.append(seat)
            continue
        before = held.get(seat.assignee.id)
        if before is None:
            held[seat.assignee.id] = seat
            continue
        kept = seat if _lasting(seat) < _lasting(before) else before
        told = [moment for moment in (seat.last_activity_at, before.last_activity_at) if moment is not None]
        kept.last_activity_at = max(told, key=_instant, default=None)
        held[seat.assignee.id] = kept
    return [*held.values(), *unheld]


def _lasting(seat: Seat) -> tuple[bool, bool, str]:
    is_largest = (seat.plan_type or "").strip().lower() == "enterprise"
    created = _instant(seat.created_at) if seat.created_at else "9999-12-31T24"
    return seat.pending_cancellation_date is not None, not is_largest, created


def _instant(moment: dt.datetime) -> str:
    """An instant as text that sorts, whatever zone it was written in."""
    try:
        return (moment.astimezone(dt.UTC) if moment.tzinfo else moment).isoformat()
    except OverflowError:  # at the ends of the calendar: the gate leaves it out
        return moment.isoformat()


def seat_logins(seats: Iterable[Seat], day: dt.date) -> list[Pair]:
    """Holders' numeric ids with their logins on a day."""
    return [(str(seat.assignee.id), login(seat.assignee.login), day) for seat in seats if seat.assignee]


def report_logins(users: Iterable[UserDay]) -> list[Pair]:
    """Users' numeric ids with their logins on the report's day."""
    return [(str(user.user_id), login(user.user_login), user.day) for user in users]


def login(written: str | None) -> str | None:
    """A login in the one form that gives one token: GitHub compares logins without regard to case."""
    return written.strip().lower() or None if written else None


SEAT_LINKS = link_contract(GITHUB_USER, GITHUB_LOGIN, "seat")
USER_DAY_LINKS = link_contract(GITHUB_USER, GITHUB_LOGIN, "user_day")
EMAIL_LINKS = {
    method: link_contract(GITHUB_LOGIN, PERSON_EMAIL, method)
    for method in ("saml", "oidc", "scim", "consumed_license")
}
EMPLOYEE_LINKS = {method: link_contract(GITHUB_LOGIN, HRIS_ID, method) for method in ("saml", "oidc", "scim")}

CONTRACTS = (USER_DAYS, USER_DAY_FEATURES, USER_DAY_MODELS, BILLING_ITEMS, SEATS, SEAT_LINKS)
