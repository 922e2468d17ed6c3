"""ChatGPT log events as JSON Lines.

Shape: the vendor's Programmatic Admin Platform specification 2.5.3 (CONVERSATION_MESSAGE, COSTS).
Optional fields are left out rather than null where the specification leaves them out.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import msgspec

from demo.company.company import Company
from demo.company.text import MARKER, prompt_text
from demo.server.wire import encode
from demo.vendors.chatgpt.model import (
    ORGANIZATION_ID,
    WORKSPACE_ID,
    BillingLine,
    ChatMessage,
    CostEvent,
    TokenCounts,
)

ANSWER_TEXT = f"{MARKER} answer of the assistant, never to be seen downstream"


class _Content(msgspec.Struct):
    type: str
    value: str


class _File(msgspec.Struct):
    id: str
    name: str


class _Author(msgspec.Struct, omit_defaults=True):
    type: str
    client_type: str | None = None
    model: str | None = None
    tools_used: tuple[str, ...] = ()


class _Message(msgspec.Struct, omit_defaults=True):
    id: str
    author: _Author
    created_at: datetime | None = None
    content: _Content | None = None
    files: list[_File] = []


class _Conversation(msgspec.Struct, omit_defaults=True):
    id: str
    title: str
    created_at: datetime | None
    is_pinned: bool
    is_temporary_chat: bool
    gpt_id: str | None = None
    gpt_name: str | None = None
    project_id: str | None = None
    project_name: str | None = None


class _Actor(msgspec.Struct):
    type: str
    user_id: str
    user_email: str


class _MessageEvent(msgspec.Struct, omit_defaults=True):
    event_id: str
    type: str
    timestamp: datetime
    principal: msgspec.Raw
    actor: _Actor
    message: _Message
    conversation: _Conversation
    previous_message_id: str | None = None


class MessageWriter:
    """Writes CONVERSATION_MESSAGE lines of one workspace."""

    def __init__(self) -> None:
        principal = {"id": WORKSPACE_ID, "type": "CHATGPT_WORKSPACE"}
        self._principal = msgspec.Raw(encode(principal))

    def line(self, event: ChatMessage) -> bytes:
        """One event without its line end."""
        return encode(
            _MessageEvent(
                event_id=event.event_id,
                type="CONVERSATION_MESSAGE",
                timestamp=event.event_at,
                principal=self._principal,
                actor=_Actor("ACCOUNT_USER", event.account, event.email),
                message=_message(event),
                conversation=_conversation(event),
                previous_message_id=event.previous_message_id,
            )
        )


def _message(event: ChatMessage) -> _Message:
    files = [_File(f"file-{n}", f"{MARKER}-{n}.pdf") for n in range(event.file_count)]
    if event.author == "user":
        author = _Author("user", client_type=event.client_type or "unknown")
        content = _user_content(event)
    else:
        author = _Author("assistant", model=event.model, tools_used=event.tools_used)
        content = _Content("text", ANSWER_TEXT)
    return _Message(event.message_id, author, event.created_at, content, files)


def _user_content(event: ChatMessage) -> _Content | None:
    """A prompt's text, the standing instructions, or nothing beside a file alone."""
    if event.is_injected:
        return _Content("user_instructions", f"{MARKER} instructions")
    if event.prompt_chars is None:
        return None
    return _Content("text", prompt_text(event.message_id, event.prompt_chars))


def _conversation(event: ChatMessage) -> _Conversation:
    return _Conversation(
        id=event.conversation_id,
        title=f"{MARKER} title",
        created_at=None,
        is_pinned=False,
        is_temporary_chat=False,
        gpt_id=event.gpt_id,
        gpt_name=f"{MARKER} helper" if event.gpt_id else None,
        project_id=event.project_id,
        project_name=f"{MARKER} project" if event.project_id else None,
    )


class CostWriter:
    """Writes COSTS lines of one organization."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def line(self, event: CostEvent) -> bytes:
        """One event without its line end; its timestamp is the end of the reporting hour."""
        return encode(
            {
                "event_id": event.event_id,
                "type": "COSTS",
                "timestamp": datetime.combine(event.day, time(event.hour, 59, 59), UTC),
                "principal": {"id": ORGANIZATION_ID, "type": "API_PLATFORM_ORG"},
                "actor": {"type": "SYSTEM", "id": "costs_compliance"},
                "payload": self._payload(event),
            }
        )

    def _payload(self, event: CostEvent) -> dict[str, object]:
        payload: dict[str, object] = {
            "day": event.day,
            "hour": event.hour,
            "organization_id": ORGANIZATION_ID,
            "identity": self._identity(event),
        }
        for name in ("product", "surface", "client", "model", "service_tier", "reasoning"):
            value = getattr(event, name)
            if value is not None:
                payload[name] = value
        payload["measures"] = {
            "usage": _usage(event.tokens),
            "billing": [_billing(line) for line in event.billing],
        }
        return payload

    def _identity(self, event: CostEvent) -> dict[str, object]:
        identity: dict[str, object] = {"groups": [{"id": key, "name": name} for key, name in event.groups]}
        if event.account is not None:
            identity["user_id"] = event.account
        if event.account is not None or event.email is not None:
            identity["email"] = event.email
            identity["name"] = self._name(event.account, event.day) if event.email else None
        if event.agent_id is not None:
            identity["agent"] = {"id": event.agent_id, "name": f"{MARKER} agent"}
        return identity

    def _name(self, account: str | None, day: date) -> str | None:
        person = self._company.owner("chatgpt", account) if account else None
        return person.name_on(day) if person else None


_USAGE_FIELDS = tuple(
    (name, f"{name}_tokens")
    for kind in ("text", "audio", "image")
    for name in (f"{kind}_input", f"{kind}_cached_input", f"{kind}_output", f"{kind}_total")
)


def _usage(tokens: TokenCounts) -> dict[str, int]:
    counts = ((wire, getattr(tokens, name)) for name, wire in _USAGE_FIELDS)
    return {wire: count for wire, count in counts if count is not None}


def _billing(line: BillingLine) -> dict[str, object]:
    entry: dict[str, object] = {
        "sku": line.sku,
        "quantity": _amount(line.quantity, line.quantity_unit),
        "cost": _amount(line.cost, line.cost_unit),
    }
    if line.estimated_cost_usd is not None:
        entry["estimated_cost_usd"] = _amount(line.estimated_cost_usd, "USD")
    return entry


def _amount(value: Decimal, unit: str) -> dict[str, object]:
    return {"value": value, "unit": unit}
