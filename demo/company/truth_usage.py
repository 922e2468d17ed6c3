"""Activity, turns and sessions from the company's events, by the definitions of the metrics contract."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from demo.company.reference import Reference

SESSION_GAP = timedelta(minutes=30)


COUNTS = ("user_messages", "prompt_chars", "measured_messages", "short", "medium", "long",
          "suggestions_shown", "suggestions_accepted")  # fmt: skip
"""What is counted of an account's day."""


@dataclass(slots=True)
class AccountDay:
    """What one account did in one tool on one UTC day."""

    is_active: bool = False
    user_messages: int = 0
    prompt_chars: int = 0
    measured_messages: int = 0
    short: int = 0
    medium: int = 0
    long: int = 0
    suggestions_shown: int = 0
    suggestions_accepted: int = 0
    features: set[str] = field(default_factory=set)

    def with_other(self, other: AccountDay) -> AccountDay:
        """What both did together."""
        is_active, features = self.is_active or other.is_active, self.features | other.features
        counts = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        return AccountDay(is_active=is_active, features=features, **counts)

    def count_message(self, chars: int | None) -> None:
        """Count a user's message; None: its length is not known."""
        self.user_messages += 1
        if chars is None:
            return
        self.prompt_chars += chars
        self.measured_messages += 1
        self.short += chars < 50
        self.medium += 50 <= chars <= 200
        self.long += chars > 200


@dataclass(slots=True)
class Prompt:
    """A user message; ``model`` is that of its turn, None without an answer or with an unknown one."""

    at: datetime
    conversation: str
    chars: int | None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """User messages of one account in one tool with gaps of at most thirty minutes."""

    account: str
    started_at: datetime
    ended_at: datetime
    user_messages: int
    conversations: int
    prompt_chars: int
    measured_messages: int
    majority_model: str | None
    is_advanced: bool | None
    """None when the model, or its tier, is not known."""

    @property
    def day(self) -> date:
        """The day it starts, to which it belongs."""
        return self.started_at.date()


@dataclass
class ToolUsage:
    """Usage of one tool: days by (account, day), and sessions."""

    days: dict[tuple[str, date], AccountDay] = field(default_factory=lambda: defaultdict(AccountDay))
    sessions: list[Session] = field(default_factory=list)


class Line(NamedTuple):
    """What turns need of a message; small, because a large company has millions."""

    at: datetime
    is_user: bool
    chars: int | None
    model: str | None


Conversations = dict[tuple[str, str], list[Line]]
"""(account, conversation) → its messages, injected instructions left out"""


def prompts_with_models(conversations: Conversations, reference: Reference) -> dict[str, list[Prompt]]:
    """Prompts by account, each with the model of the last assistant message of its turn."""
    found: dict[str, list[Prompt]] = defaultdict(list)
    for (account, conversation), lines in conversations.items():
        turn: Prompt | None = None
        for line in sorted(lines, key=lambda item: item.at):
            if line.is_user:
                turn = Prompt(line.at, conversation, line.chars)
                found[account].append(turn)
            elif turn is not None:
                turn.model = reference.model(line.model)
    return found


def sessions_of(account: str, prompts: Iterable[Prompt], reference: Reference) -> list[Session]:
    """The account's sessions, by time; a gap of exactly thirty minutes continues one."""
    found: list[list[Prompt]] = []
    for prompt in sorted(prompts, key=lambda p: p.at):
        if found and prompt.at - found[-1][-1].at <= SESSION_GAP:
            found[-1].append(prompt)
        else:
            found.append([prompt])
    return [_session(account, items, reference) for items in found]


def _session(account: str, prompts: Sequence[Prompt], reference: Reference) -> Session:
    day = prompts[0].at.date()
    model = majority_model(Counter(p.model for p in prompts if p.model), day, reference)
    tier = reference.tier(model, day)
    lengths = [p.chars for p in prompts if p.chars is not None]
    return Session(
        account=account,
        started_at=prompts[0].at,
        ended_at=prompts[-1].at,
        user_messages=len(prompts),
        conversations=len({p.conversation for p in prompts}),
        prompt_chars=sum(lengths),
        measured_messages=len(lengths),
        majority_model=model,
        is_advanced=None if tier is None else tier.tier == "advanced",
    )


def majority_model(turns: Counter[str], day: date, reference: Reference) -> str | None:
    """The model with most turns; a tie goes to the higher tier, then to the name."""

    def order(model: str) -> tuple[int, int, str]:
        tier = reference.tier(model, day)
        return (-turns[model], -(tier.rank if tier else 0), model)

    return min(turns, key=order) if turns else None
