"""What holds between figures of any company, stated once as data; the relations are made of it.

All of it is about one reporting unit and one period. Measures and groups bear the names of `suppression_masks`.
Where one of them is told by item (a product) and the other is not, the other stands for all items.
"""

from __future__ import annotations

HEADCOUNT = "headcount"

# What each is at most.
AT_MOST: dict[str, tuple[str, ...]] = {
    "licensed_active_people": ("licensed_people", "active_people"),
    "session_people": ("active_people", "sessions"),
    "message_people": ("active_people", "user_messages"),
    "session_users": ("session_people", "message_users"),
    "message_users": ("message_people",),
    "session_messages": ("user_messages",),
    "measured_messages": ("user_messages",),
    "known_model_sessions": ("sessions",),
    "suggestions_accepted": ("suggestions_shown",),
    # Each stage is a part of the one before; holders at the end of the week held a seat in it.
    "assigned": ("licensed_people",),
    "first_use": ("assigned",),
    "repeat_use": ("first_use",),
    "habitual": ("repeat_use",),
    "deep": ("habitual",),
    "power_people": ("active_people", "power_messages"),
    "feature_people": ("active_people",),
    "task_people": ("active_people",),
    "day_off_people": ("active_people",),
    "token_people": ("active_people",),
    # A seat is held on one day at least.
    "seat_holders": ("seat_days",),
    "seats_active": ("seat_holders", "active_people"),
    "seats_at_end": ("seat_holders",),
    "used": ("seats_active",),
}

# What each is at most once it is multiplied by the days of the period.
AT_MOST_DAILY: dict[str, tuple[str, ...]] = {"seat_days": ("seat_holders",)}

# The first is told by item, the second counts the same people over all items of the tool: at least those of any
# item, at most those of all items added up.
OVER_ITEMS: dict[str, str] = {
    "seat_holders": "licensed_people",
    "seats_active": "licensed_active_people",
    "feature_people": "active_people",
    "task_people": "active_people",
}

# Counts of a tool whose people have the category of tasks that their cells name (`part_item`), over all tools.
OF_TASKS = ("feature_people", "active_people")
TASK_PEOPLE = "task_people"

# People by tier of tokens (the item, which sorts as the tiers do), of all tokens and without cache reads:
# nobody's tier is higher without. Who reaches a tier, or a higher one, by cache reads alone is a rest as well.
TIER_PEOPLE, UNCACHED_TIER_PEOPLE = "tier_people", "uncached_tier_people"

# Counts of people and those of which the rest is protected as well: 1 to k - 1 people who are in the second and
# not in the first. Of nested counts only neighbours stand here, since each rest is at most the next ones.
WHOLES: dict[str, tuple[str, ...]] = {
    "licensed_people": (HEADCOUNT,),
    "active_people": (HEADCOUNT, "licensed_people", "assigned", "first_use"),
    "licensed_active_people": ("active_people", "licensed_people", "assigned", "first_use"),
    "message_people": ("active_people",),
    "session_people": ("message_people", "active_people"),
    "message_users": ("active_people",),
    "session_users": ("message_users", "active_people"),
    "assigned": (HEADCOUNT,),
    "first_use": ("assigned",),
    "repeat_use": ("first_use",),
    "habitual": ("repeat_use",),
    "deep": ("habitual",),
    "power_people": ("active_people",),
    "feature_people": ("active_people",),
    "task_people": ("active_people",),
    "day_off_people": ("active_people",),
    "token_people": ("active_people",),
    "seat_holders": ("licensed_people",),
    "seats_active": ("seat_holders", "active_people"),
    "used": ("seats_active",),
}

# Money and what it may be a price times: counts of the same item, or of all items.
PRICED: dict[str, tuple[str, ...]] = {
    "seat_cost": ("seat_days",),
    "cost": ("credits", "priced_tokens"),
}

# Money of seat-days, of which the price is known even where it is not the same everywhere; and money of people
# who each have a day of it at least, and all days of the period at most.
PRICED_BY_DAY = "seat_cost"
PRICED_PEOPLE: dict[str, str] = {
    "kept_cost": "kept_holders",
    "reassignable_cost": "reassignable_holders",
    "other_exposure_cost": "other_exposure_holders",
}

# `others` of these are the rest of the headcount, or fewer: so the headcount follows, which is always shown.
OF_HEADCOUNT = ("licensed_people", "active_people")

# Over all tools the first counts up to k people of a unit who are in tools without such figures; the second
# does not, and no table shows it. Of one tool the first counts nobody else.
FEW_OTHERS: dict[str, str] = {"session_people": "session_users", "message_people": "message_users"}

# Groups whose hidden figures may be zero: they are hidden as a whole with what they are parts of.
HIDDEN_WITH_ZEROS = frozenset({"seat_classes", "stages", "tiers", "uncached_tiers"})

# Groups in the order in which they give way to others; those that are not named here give way last.
_NEEDED_LEAST = (
    *(
        "features",
        "tasks",
        "rhythm",
        "uncached_tiers",
        "tiers",
        "model_family",
        "session_tier",
        "prompt_length",
        "power_users",
        "seat_classes",
        "seats_at_end",
    ),
    *(
        "stages",
        "accounts",
        "prompt_chars",
        "licensed",
        "metered_tokens",
        "denominators",
        "sessions",
        "messages",
    ),
)

# The people who can have a share in a total. A total that is shown has k of them.
_PEOPLE_BEHIND: dict[str, str] = {
    **dict.fromkeys(("user_messages", "measured_messages", "sender_messages"), "message_people"),
    **dict.fromkeys(("sessions", "session_messages", "known_model_sessions"), "session_people"),
    **dict.fromkeys(("power_messages", "power_tokens"), "power_people"),
    **dict.fromkeys(("seat_days", "seat_cost", "product_cost"), "seat_holders"),
    "kept_cost": "kept_holders",
    "reassignable_cost": "reassignable_holders",
    "other_exposure_cost": "other_exposure_holders",
}


def people_behind(total: str) -> str:
    """The count of people that a shown total says something about."""
    return _PEOPLE_BEHIND.get(total, "active_people")


def need(group: str) -> int:
    """How much readers need a group of figures beside others: its rank."""
    return _NEEDED_LEAST.index(group) if group in _NEEDED_LEAST else len(_NEEDED_LEAST)


def is_needed_most(group: str) -> bool:
    """Whether it gives way last."""
    return group not in _NEEDED_LEAST
