"""The true figures of Microsoft 365 Copilot, from prompts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from demo.company.reference import Reference
from demo.company.truth_usage import Prompt, ToolUsage, sessions_of
from demo.vendor import VendorTruth, View
from demo.vendors.m365_copilot.interactions import Interactions
from demo.vendors.m365_copilot.model import M365Interaction


def m365_truth(view: View, activity: Interactions) -> VendorTruth:
    """Use by prompts that were sent by then."""
    days = view.company.profile.days()
    prompts = (x for day in days for x in activity.sessions.on(day) if x.created_at <= view.seen_at)
    return VendorTruth(usage={"m365_copilot": m365_usage(prompts, view.reference)})


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
        day.count_message(item.prompt_chars)
        prompts[item.account].append(Prompt(item.created_at, item.session_id, item.prompt_chars))
    for account, items in prompts.items():
        usage.sessions.extend(sessions_of(account, items, reference))
    return usage
