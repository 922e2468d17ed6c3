"""What happens in the ChatGPT workspace: messages and COSTS rows by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from demo.company.catalog import Timeline
from demo.company.days import Days
from demo.company.model import Employee
from demo.vendor import Accounts, Ground
from demo.vendors.chatgpt.costs import CostDay
from demo.vendors.chatgpt.messages import ChatDay
from demo.vendors.chatgpt.model import ChatMessage, CostEvent


@dataclass(frozen=True)
class ChatActivity:
    """Events of the workspace.

    Attributes:
        messages: of sessions that start on the day, in order of delivery; a session that crosses midnight
            stays with its start.
        costs: COSTS rows for usage of the day.
    """

    messages: Days[ChatMessage] = field(default_factory=lambda: Days.of({}))
    costs: Days[CostEvent] = field(default_factory=lambda: Days.of({}))


def make_activity(ground: Ground, accounts: Accounts) -> ChatActivity:
    """Events made on demand from the seed and the day."""
    line, users = ground.line, accounts.users["chatgpt"]
    team = _runaway_team(ground.employees, line)
    emails = {account.account: account.email or "" for account in accounts.services}

    def messages(day: date) -> Sequence[ChatMessage]:
        return ChatDay(day, line, ground.random("chat", day), emails).events(users)

    def costs(day: date) -> Sequence[CostEvent]:
        return CostDay(day, line, ground.random("costs", day), team, emails).events(users)

    return ChatActivity(ground.days(messages), ground.days(costs))


def _runaway_team(employees: Sequence[Employee], line: Timeline) -> frozenset[int]:
    """The people of Engineering's first team lead."""
    day = line.runaway_from
    managers = {p.number: p.spans[0].manager for p in employees}
    spans = {p.number: span for p in employees if (span := p.span_on(day)) is not None}
    here = {number: span.manager for number, span in spans.items() if span.department == "Engineering"}
    lead = min((m for m in here.values() if m is not None and m != 1 and managers[m] != 1), default=None)
    return frozenset(number for number, manager in here.items() if manager == lead)
