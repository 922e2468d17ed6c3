"""What an attacker would like to know: counts of people who do or do not do something, and their totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from tests.attack.knowledge import Knowledge, Quantity
from tests.attack.licences import CLASSES
from tests.attack.people import NOT_ACTIVATED, SETS_OF_TOOLS
from tests.attack.published import BESIDE_THE_COMPANY, COMPANY
from tests.attack.usage import FUNNEL, SEGMENTED

_TIERS = (
    *("tier_people", "tier_people_and_higher", "uncached_tier_people", "uncached_tier_people_and_higher"),
)
# Counts of people by name: all of them are whole numbers in the program.
COUNTS = (
    *("headcount", "licensed_people", "active_people", "licensed_active_people", "session_people"),
    *("message_people", "accounts", "seat_holders", "seats_active", "seat_accounts", "assigned_seats"),
    *(
        "assigned",
        "first_use",
        "repeat_use",
        "habitual",
        "deep",
        "power_users",
        "feature_people",
        "task_people",
        "day_off_people",
    ),
    "token_people",
    *_TIERS,
    *("held_by_leaver", "on_leave", "in_grace", "duplicate", "never_used", "dormant", "under_used", "used"),
    *SEGMENTED,
    *SETS_OF_TOOLS,
    *NOT_ACTIVATED,
)
_COUNTED = frozenset(COUNTS) - {"headcount"}
# Of seat classes, stages, segments and tiers a zero is hidden too, once one of the row is.
SOMEBODY = frozenset(COUNTS) - {*CLASSES, *FUNNEL, *SEGMENTED, *SETS_OF_TOOLS, *NOT_ACTIVATED, *_TIERS}
# who does not: of the first, those who are not in the second
_WITHOUT = (
    ("headcount", "active_people", "not active"),
    ("headcount", "licensed_people", "without a licence"),
    ("licensed_people", "licensed_active_people", "licensed and not active"),
    ("active_people", "licensed_active_people", "active without a licence"),
    ("active_people", "session_people", "active where there are no sessions"),
    ("active_people", "message_people", "active where there are no messages"),
    ("seat_holders", "seats_active", "idle holders"),
    ("assigned", "first_use", "never used"),
    ("first_use", "repeat_use", "not come back"),
    ("repeat_use", "habitual", "not habitual"),
    ("habitual", "deep", "not deep"),
    ("active_people", "power_users", "active, no power user"),
    ("recent_users", "active_people", "used it in twelve weeks, not in this one"),
    ("recent_users", "active_of_two_weeks", "used it in twelve weeks, not in two"),
    ("recent_users", "active_before", "used it in twelve weeks, not last week"),
    ("recent_users", "repeat_use", "used it in twelve weeks, not come back"),
    ("headcount", "active_of_two_weeks", "not active in two weeks"),
    ("headcount", "active_before", "not active last week"),
    ("regular_users", "habitual", "regular user without a seat"),
    ("segment_power", "deep", "power user without a seat"),
)
_TOTALS = (
    *("sessions", "user_messages", "measured_messages", "short_prompts", "medium_prompts", "long_prompts"),
    *("prompt_chars", "advanced_sessions", "suggestions_shown", "suggestions_accepted", "total_tokens"),
    *("credits", "working_day_tokens", "day_off_tokens", "input_tokens", "cached_input_tokens"),
    *("output_tokens", "reasoning_tokens", "unsplit_tokens", "cost", "seat_cost", "seat_days", "kept_cost"),
    *("exposure_cost", "reassignable_cost", "other_exposure_cost", "power_messages", "other_messages"),
    *("model_use", "priced_tokens", "unpriced_tokens"),
)


@dataclass(frozen=True)
class Target:
    """People who are in `whole` and not in `without`, or what they have together."""

    kind: str
    whole: Quantity
    without: Quantity | None = None

    @property
    def terms(self) -> dict[Quantity, float]:
        """The figure as a sum."""
        return {self.whole: 1.0} | ({self.without: -1.0} if self.without is not None else {})


def counts(knowledge: Knowledge) -> Iterator[Target]:
    """Every count of people that published tables are about, and of those who are left over."""
    for quantity in _about(knowledge):
        if quantity.name in _COUNTED or (quantity.name == "headcount" and quantity.item):
            yield Target(f"count: {quantity.name}", quantity)
    seen: set[tuple[Quantity, str]] = set()
    for quantity in _about(knowledge):
        if quantity.unit in BESIDE_THE_COMPANY:
            continue
        for whole, without, kind in _WITHOUT:
            if quantity.name == "active_people" and quantity.item and without != "active_people":
                continue  # of values of a dimension nothing else is published
            if quantity.name in (whole, without):
                less = quantity.at(name=without)
                if (less, kind) in seen or (whole == "headcount" and quantity.name == "headcount"):
                    continue
                seen.add((less, kind))
                tool = "" if whole == "headcount" else quantity.tool
                yield Target(f"complement: {kind}", quantity.at(name=whole, tool=tool), less)
        if quantity.name in ("feature_people", "task_people", "day_off_people", "token_people"):
            active = quantity.at(name="active_people", item="")
            yield Target("complement: active, without the feature, task or day off", active, quantity)
        if quantity.name == "assigned" and quantity.item:
            head = quantity.at(name="headcount", tool="")
            yield Target("complement: has no seat of the tool", head, quantity)
        if quantity.name == "uncached_tier_people_and_higher":
            reached = quantity.at(name="tier_people_and_higher")
            yield Target("complement: reaches a tier by cache reads alone", reached, quantity)


def further(knowledge: Knowledge) -> Iterator[Target]:
    """Differences of two counts over tools and over time."""
    for quantity in _about(knowledge):
        if quantity.unit in BESIDE_THE_COMPANY or quantity.name not in ("active_people", "licensed_people"):
            continue
        if quantity.tool != COMPANY:
            yield Target(f"nested: {quantity.name} of another tool alone", quantity.at(tool=COMPANY), quantity)
        last = quantity.start + dt.timedelta(days=6)
        if quantity.period == "week" and last.month == quantity.start.month:
            month = quantity.at(period="month", start=quantity.start.replace(day=1))
            if month in knowledge.places:
                yield Target(f"nested: {quantity.name} of the month, not of the week", month, quantity)


def totals(knowledge: Knowledge) -> Iterator[Target]:
    """Every total that published tables have or make computable."""
    seen: set[Quantity] = set()
    for relation in knowledge.relations:
        for quantity in relation.terms:
            if quantity.name in _TOTALS and quantity.unit not in BESIDE_THE_COMPANY and quantity not in seen:
                seen.add(quantity)
                yield Target(f"total: {quantity.name}", quantity)


def _about(knowledge: Knowledge) -> list[Quantity]:
    """Figures of people that some published column is about, with those that ratios are made of."""
    found = {q for relation in knowledge.relations for q in relation.terms if q.name in COUNTS}
    return sorted(found | {q for q in knowledge.places if q.name in COUNTS})
