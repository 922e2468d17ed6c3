"""Row contracts of a LiteLLM proxy: tokens and spend by day.

Names of keys and teams, tags, customers of a program (`end_user`), addresses of requests and their content are
declared nowhere and end here. Shapes: see `__init__.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from ingestion.identity import link_contract
from ingestion.privacy.contract import DayGrain, TableContract, decimal, identifier, integer, text
from ingestion.privacy.pseudonym import PERSON_EMAIL
from ingestion.privacy.wire import WireRecord
from ledger.horizon import Horizon

TOOL = "api_gateway"
GATEWAY_USER = "vendor-user/api_gateway"
"""Ids of users and hashes of keys."""


class Activity(WireRecord):
    """A day's use of one model at one provider with one key. What is not told is NULL."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"total_tokens", "successful_requests", "failed_requests", "flat_cost", "total_response_time_ms",
         "timed_requests", "compression_saved_tokens", "compression_savings_spend",
         "prompt_caching_savings_spend", "gateway_injected_caching_savings_spend", "autorouter_savings_spend"}
    )  # fmt: skip
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"api_requests"})
    date: str
    model: str | None = None
    provider: str | None = None
    key: str | None = None
    user_id: str | None = None
    user_email: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    spend: Decimal | None = None
    api_requests: int | None = None

    @property
    def address(self) -> str | None:
        """Of the user: an id may itself be one."""
        return self.user_email or (self.user_id if "@" in (self.user_id or "") else None)

    @property
    def uncached_tokens(self) -> int | None:
        """Tokens sent beside the cache.

        The proxy counts as the provider does, as a rule with the cache inside. More from the cache than was
        sent can only be a provider that counts it apart.
        """
        if self.prompt_tokens is None:
            return None
        cached = (self.cache_read_input_tokens or 0) + (self.cache_creation_input_tokens or 0)
        return self.prompt_tokens - cached if cached <= self.prompt_tokens else self.prompt_tokens

    @property
    def base_model(self) -> str | None:
        """The model without its provider (`azure/…`), and without what customers add to a fine-tuned one."""
        name = (self.model or "").removeprefix(f"{self.provider}/")
        return (":".join(name.split(":")[:2]) if name.startswith("ft:") else name) or None


ACTIVITY_DAYS = TableContract(
    name="activity_days",
    description="Tokens, requests and spend of a UTC day by model, provider and key.",
    tool=TOOL,
    grain=DayGrain(),
    # How long the proxy corrects a day is documented nowhere; spend is written within about a minute.
    horizon=Horizon(first_load=364, lookback=3, ready_after=1, finality=2),
    columns=(
        identifier("user_token", GATEWAY_USER, lambda row: row.user_id),
        identifier("key_token", GATEWAY_USER, lambda row: row.key),
        text("model_provider", lambda row: row.provider),
        text("model", lambda row: row.base_model),
        integer("input_tokens", lambda row: row.uncached_tokens),
        integer("cached_input_tokens", lambda row: row.cache_read_input_tokens),
        integer("cache_write_tokens", lambda row: row.cache_creation_input_tokens),
        integer("output_tokens", lambda row: row.completion_tokens),
        decimal("spend_usd", lambda row: row.spend),
        integer("requests", lambda row: row.api_requests, needed=False),
    ),
)

LINKS = link_contract(GATEWAY_USER, PERSON_EMAIL, "roster")

CONTRACTS = (ACTIVITY_DAYS, LINKS)
