"""The true figures of ChatGPT and Codex, from messages and COSTS rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction

from demo.company.company import Company
from demo.company.reference import Reference
from demo.company.truth import Facts, PeriodIndex
from demo.company.truth_money import Cost, Tokens, list_price, rate_on
from demo.company.truth_people import Directory, Period
from demo.company.truth_usage import Conversations, Line, ToolUsage, prompts_with_models, sessions_of
from demo.vendor import VendorTruth, View
from demo.vendors.chatgpt.activity import ChatActivity
from demo.vendors.chatgpt.model import ChatMessage, CostEvent, TokenCounts

ALL = "All departments"
FEATURE_OF_TOOL = {
    "browser": "search",
    "python": "code",
    "image_gen": "images",
    "file_search": "files",
    "canvas": "other",
}


def chatgpt_truth(view: View, activity: ChatActivity) -> VendorTruth:
    """Use by messages; tokens, credits and costs by COSTS rows."""
    days = view.company.profile.days()
    messages = (m for day in days for m in newest_messages(activity.messages.on(day), view.seen_at))
    events = list(distinct_costs(view, activity))
    return VendorTruth(
        usage={"chatgpt": chat_usage(messages, view.reference)},
        tokens=_tokens(events, view),
        costs=_costs(events, view),
        seat_use={("chatgpt", *use) for use in _paid_use(events, view)},
    )


# Messages ------------------------------------------------------------------------------------------


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
            day.count_message(message.prompt_chars)
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


# COSTS ---------------------------------------------------------------------------------------------


def distinct_costs(view: View, activity: ChatActivity) -> Iterator[CostEvent]:
    """COSTS events delivered by then, repeats dropped."""
    for day in view.company.profile.days():
        seen: set[str] = set()
        for event in activity.costs.on(day):
            if event.delivered_at <= view.seen_at and event.event_id not in seen:
                seen.add(event.event_id)
                yield event


def cost_owner(event: CostEvent, people: Directory) -> int | None:
    """The person of a COSTS row: by account, by address where there is none; never for an agent."""
    if event.agent_id is not None:
        return None
    if event.account is not None:
        return people.owner("chatgpt", event.account, event.day)
    return people.owner_of_address(event.email, event.day) if event.email else None


def buckets(tokens: TokenCounts) -> tuple[int, int, int, int]:
    """(uncached input, cached input, output, unsplit) over text, audio and image."""
    detailed = (
        (tokens.text_input, tokens.audio_input, tokens.image_input),
        (tokens.text_cached_input, tokens.audio_cached_input, tokens.image_cached_input),
        (tokens.text_output, tokens.audio_output, tokens.image_output),
    )
    if all(value is None for bucket in detailed for value in bucket):
        return 0, 0, 0, sum(x or 0 for x in (tokens.text_total, tokens.audio_total, tokens.image_total))
    given = [sum(value or 0 for value in bucket) for bucket in detailed]
    return given[0], given[1], given[2], 0


def _tokens(events: Sequence[CostEvent], view: View) -> list[Tokens]:
    """Tokens and credits of every COSTS row."""
    found = []
    for event in events:
        number = cost_owner(event, view.people)
        tool = view.reference.tool("chatgpt", event.product)
        credits = sum((Fraction(x.cost) for x in event.billing if x.cost_unit == "CREDITS"), Fraction(0))
        found.append(Tokens(event.day, number, tool, *buckets(event.tokens), credits))
    return found


def _costs(events: Sequence[CostEvent], view: View) -> list[Cost]:
    """The three bases of every COSTS row: credits, the vendor's estimate, tokens at list price."""
    found = []
    for event in events:
        department = view.people.department_of(cost_owner(event, view.people), event.day)
        tool = view.reference.tool("chatgpt", event.product)
        for basis, amount in _amounts(view.company, event):
            found.append(Cost(event.day, department, tool, basis, amount))
    return found


def _amounts(company: Company, event: CostEvent) -> Iterator[tuple[str, Fraction]]:
    credits = [Fraction(x.cost) for x in event.billing if x.cost_unit == "CREDITS"]
    if credits:
        rate = rate_on(company.files.credit_rates, "chatgpt_credit", event.day)
        yield "credits", sum(credits, Fraction(0)) * rate
    estimates = [Fraction(x.estimated_cost_usd) for x in event.billing if x.estimated_cost_usd is not None]
    if estimates:
        yield "vendor_estimate", sum(estimates, Fraction(0))
    listed = _list_price(company, event)
    if listed is not None:
        yield "metered_list", listed


def _list_price(company: Company, event: CostEvent) -> Fraction | None:
    """Tokens at list price on the usage date; None when nothing of the row can be priced."""
    if event.model is None:
        return None
    counts = {
        name if kind == "text" else f"{kind}_{name}": getattr(event.tokens, f"{kind}_{name}")
        for kind in ("text", "audio", "image")
        for name in ("input", "cached_input", "output")
    }
    return list_price(company, "openai", event.model, counts, event.day)


def _paid_use(events: Iterable[CostEvent], view: View) -> Iterator[tuple[int, date]]:
    """(person, day) on which a row tells of somebody's tokens or credits.

    Codex belongs to the ChatGPT seat: somebody who works with nothing else does not leave the seat idle.
    """
    for event in events:
        number = cost_owner(event, view.people)
        if number is None or view.reference.tool("chatgpt", event.product) not in ("chatgpt", "codex"):
            continue
        given, _, output, unsplit = buckets(event.tokens)
        if given + output + unsplit > 0 or sum(line.cost for line in event.billing) > 0:
            yield number, event.day


# Sessions ------------------------------------------------------------------------------------------


def model_sessions(
    periods: Sequence[Period], facts: Facts, people: Directory
) -> dict[str, dict[str, dict[str, int]]]:
    """{period: {department: {model: sessions with it as majority model}}}"""
    index = PeriodIndex(periods)
    homes = {period: people.homes(period) for period in periods}
    found: dict[str, dict[str, dict[str, int]]] = {}
    for tool, number, session in facts.sessions:
        if tool != "chatgpt" or session.majority_model is None:
            continue
        period = index.of(session.day)
        for department in (homes[period][number], ALL):
            models = found.setdefault(period.key, {}).setdefault(department, {})
            models[session.majority_model] = models.get(session.majority_model, 0) + 1
    return found
