"""Activity, turns and sessions from the company's events, by the definitions of the metrics contract."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from demo.company.company import Company
from demo.company.model import ChatMessage, CopilotDay, M365Interaction, Product
from demo.company.reference import Reference

SESSION_GAP = timedelta(minutes=30)
FEATURE_OF_TOOL = {
    "browser": "search",
    "python": "code",
    "image_gen": "images",
    "file_search": "files",
    "canvas": "other",
}


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


def newest_messages(events: Iterable[ChatMessage], seen_at: datetime) -> list[ChatMessage]:
    """One event a message: delivered by ``seen_at``, the newest version, repeats dropped."""
    newest: dict[str, ChatMessage] = {}
    for event in events:
        if event.delivered_at > seen_at:
            continue
        known = newest.get(event.message_id)
        if known is None or (event.event_at, event.event_id) > (known.event_at, known.event_id):
            newest[event.message_id] = event
    return list(newest.values())


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


# The three tools -----------------------------------------------------------------------------------


def usage_by_tool(company: Company, seen_at: datetime, reference: Reference) -> dict[Product, ToolUsage]:
    """Usage of every tool as the vendors show it at ``seen_at``."""
    days = company.profile.days()
    messages = (m for day in days for m in newest_messages(company.chat_started_on(day), seen_at))
    prompts = (x for day in days for x in company.m365_started_on(day) if x.created_at <= seen_at)
    reports = (company.copilot_report(day, seen_at) for day in days)
    records = (record for report in reports if report for record in report.records)
    return {
        "chatgpt": chat_usage(messages, reference),
        "m365_copilot": m365_usage(prompts, reference),
        "github_copilot": github_usage(records),
    }


def chat_usage(messages: Iterable[ChatMessage], reference: Reference) -> ToolUsage:
    """ChatGPT: active = a user message."""
    usage, conversations = ToolUsage(), Conversations()
    for message in messages:
        if message.is_injected:
            continue
        day = usage.days[(message.account, message.message_at.date())]
        day.features |= _chat_features(message)
        is_user = message.author == "user"
        if is_user:
            day.is_active = True
            _count(day, message.prompt_chars)
        line = Line(message.message_at, is_user, message.prompt_chars, message.model)
        conversations.setdefault((message.account, message.conversation_id), []).append(line)
    for account, prompts in prompts_with_models(conversations, reference).items():
        usage.sessions.extend(sessions_of(account, prompts, reference))
    return usage


def _chat_features(message: ChatMessage) -> set[str]:
    found = {FEATURE_OF_TOOL.get(tool, "other") for tool in message.tools_used}
    if message.file_count:
        found.add("files")
    if message.gpt_id:
        found.add("gpt")
    if message.project_id:
        found.add("project")
    return found


def _count(day: AccountDay, chars: int | None) -> None:
    day.user_messages += 1
    if chars is None:
        return
    day.prompt_chars += chars
    day.measured_messages += 1
    day.short += chars < 50
    day.medium += 50 <= chars <= 200
    day.long += chars > 200


def m365_usage(interactions: Iterable[M365Interaction], reference: Reference) -> ToolUsage:
    """Microsoft 365 Copilot: active = a user prompt; no model is known."""
    usage = ToolUsage()
    prompts: dict[str, list[Prompt]] = defaultdict(list)
    for item in interactions:
        if item.interaction_type != "userPrompt":
            continue
        day = usage.days[(item.account, item.created_at.date())]
        day.is_active = True
        day.features.add("chat" if item.app == "bizchat" else item.app)
        _count(day, item.prompt_chars)
        prompts[item.account].append(Prompt(item.created_at, item.session_id, item.prompt_chars))
    for account, items in prompts.items():
        usage.sessions.extend(sessions_of(account, items, reference))
    return usage


def github_usage(records: Iterable[CopilotDay]) -> ToolUsage:
    """GitHub Copilot: interactions, acceptances, CLI prompts or a started agent make a day active."""
    usage = ToolUsage()
    for record in records:
        day = usage.days[(str(record.user_id), record.day)]
        day.is_active = record.is_active
        day.user_messages = record.interactions + (record.cli.prompts if record.cli else 0)
        day.suggestions_shown = record.generations
        day.suggestions_accepted = record.acceptances
        flags = {
            "agent": record.used_agent or record.used_coding_agent or record.agent_starts > 0,
            "chat": record.used_chat,
            "cli": record.used_cli,
            "completion": record.acceptances > 0,
            "review": record.used_code_review_active,
        }
        day.features = {name for name, is_used in flags.items() if is_used}
    return usage
