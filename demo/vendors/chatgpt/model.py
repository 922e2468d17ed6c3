"""Records of ChatGPT: messages, COSTS rows, members of the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

WORKSPACE_ID = "9f0f6a52-6a9c-4d0e-8b1b-52f1a5e7c001"
ORGANIZATION_ID = "org-AsterlaneDemo00000001"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One CONVERSATION_MESSAGE event: a snapshot of one message.

    An edit is a second event with the same ``message_id`` and a later ``event_at``; a repeated
    delivery is the same ``event_id`` again. ``account`` is the ChatGPT user id of the conversation's
    owner, also on assistant messages. ``prompt_chars`` is the length of the user's text in code points
    (None: no text, e.g. only a file, or not a user's message).
    """

    event_id: str
    message_id: str
    previous_message_id: str | None
    conversation_id: str
    account: str
    email: str
    author: Literal["user", "assistant"]
    event_at: datetime
    created_at: datetime | None
    """Creation of the message; None = not given, then ``event_at`` stands for it."""
    delivered_at: datetime
    is_injected: bool = False
    client_type: str | None = None
    model: str | None = None
    prompt_chars: int | None = None
    tools_used: tuple[str, ...] = ()
    file_count: int = 0
    gpt_id: str | None = None
    project_id: str | None = None

    @property
    def message_at(self) -> datetime:
        """The time at which the message counts."""
        return self.created_at or self.event_at


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """``measures.usage`` of a COSTS row; None = the field is absent.

    Either the detailed buckets or only the three totals are given. Input excludes cached input.
    """

    text_input: int | None = None
    text_cached_input: int | None = None
    text_output: int | None = None
    audio_input: int | None = None
    audio_cached_input: int | None = None
    audio_output: int | None = None
    image_input: int | None = None
    image_cached_input: int | None = None
    image_output: int | None = None
    text_total: int | None = None
    audio_total: int | None = None
    image_total: int | None = None


@dataclass(frozen=True, slots=True)
class BillingLine:
    """One SKU entry of a COSTS row."""

    sku: str
    quantity: Decimal
    quantity_unit: str
    cost: Decimal
    cost_unit: str
    estimated_cost_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CostEvent:
    """One COSTS event: account × UTC hour × product × surface × client × model × tier × reasoning."""

    event_id: str
    day: date
    hour: int
    account: str | None
    email: str | None
    agent_id: str | None
    groups: tuple[tuple[str, str], ...]
    """(group id, group name)"""
    product: str | None
    surface: str | None
    client: str | None
    model: str | None
    service_tier: str | None
    reasoning: str | None
    tokens: TokenCounts
    billing: tuple[BillingLine, ...]
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class RosterUser:
    """A ChatGPT workspace member on one day; ``has_seat`` = status active and listed with a seat."""

    user_id: str
    email: str
    name: str
    role: str
    has_seat: bool
    seat_type: str
    created_at: datetime
