"""Records of GitHub Copilot: user-days, versions of a report, billing, identities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

ENTERPRISE = "asterlane"
ENTERPRISE_ID = "770042"
ORGANIZATION = "asterlane-works"


@dataclass(frozen=True, slots=True)
class FeatureCounts:
    """One entry of ``totals_by_feature`` (model None) or ``totals_by_model_feature``."""

    feature: str
    model: str | None
    interactions: int
    generations: int
    acceptances: int
    lines_suggested_to_add: int = 0
    lines_suggested_to_delete: int = 0
    lines_added: int = 0
    lines_deleted: int = 0


@dataclass(frozen=True, slots=True)
class CliUsage:
    """``totals_by_cli``."""

    sessions: int
    requests: int
    prompts: int
    prompt_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class CopilotDay:
    """One GitHub Copilot user-day. A person known only from server telemetry has no breakdowns."""

    user_id: int
    login: str
    day: date
    interactions: int
    generations: int
    acceptances: int
    lines_suggested_to_add: int
    lines_suggested_to_delete: int
    lines_added: int
    lines_deleted: int
    used_agent: bool = False
    used_chat: bool = False
    used_cli: bool = False
    used_code_review_active: bool = False
    used_code_review_passive: bool = False
    used_coding_agent: bool = False
    ai_credits: Decimal | None = None
    features: tuple[FeatureCounts, ...] = ()
    model_features: tuple[FeatureCounts, ...] = ()
    ide: str | None = "vscode"
    language: str = "python"
    cli: CliUsage | None = None
    agent_starts: int = 0

    @property
    def is_active(self) -> bool:
        """Something the person did: passive days (automatic review, generated only) are not active."""
        prompts = self.cli.prompts if self.cli else 0
        counted = self.interactions + self.acceptances + prompts + self.agent_starts > 0
        flags = (self.used_chat, self.used_agent, self.used_cli, self.used_code_review_active)
        return counted or any(flags) or self.used_coding_agent


@dataclass(frozen=True, slots=True)
class CopilotReport:
    """One version of one report day; a later version replaces the day, perhaps with nothing."""

    day: date
    visible_from: datetime
    records: tuple[CopilotDay, ...]


@dataclass(frozen=True, slots=True)
class CopilotBilling:
    """One item of the AI-credit billing of one day, aggregated over users. Amounts in USD."""

    day: date
    product: str
    sku: str
    model: str
    unit_type: str
    price_per_unit: Decimal
    gross_quantity: Decimal
    gross_amount: Decimal
    discount_quantity: Decimal
    discount_amount: Decimal
    net_quantity: Decimal
    net_amount: Decimal


@dataclass(frozen=True, slots=True)
class GithubIdentity:
    """A GitHub login and what the identity provider says of it. ``name_id`` may be an employee id."""

    user_id: int
    login: str
    name: str
    name_id: str
    emails: tuple[str, ...]
