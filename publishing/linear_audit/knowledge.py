"""What holds between figures of any company, stated once as data; the relations are made of it.

All of it is about one reporting unit. Measures bear the names of `suppression_masks`.
"""

from __future__ import annotations

# Counts of people that stand for nobody outside the headcount of the unit. The people of the unit who are not
# among them (`others`) are the rest of the headcount, which is always shown.
OF_HEADCOUNT = frozenset({"active_people", "licensed_people"})

# What each is at most, in the same tool, item and period.
AT_MOST: dict[str, tuple[str, ...]] = {
    "licensed_active_people": ("licensed_people", "active_people"),
    "session_people": ("active_people", "sessions"),
    "message_people": ("active_people", "user_messages"),
    "seats_active": ("seat_holders",),
    "session_messages": ("user_messages",),
    "measured_messages": ("user_messages",),
    "known_model_sessions": ("sessions",),
    "suggestions_accepted": ("suggestions_shown",),
    # A seat is held on one day at least.
    "seat_holders": ("seat_days",),
}

# What each is at most once it is multiplied by the days of the period.
AT_MOST_DAILY: dict[str, tuple[str, ...]] = {"seat_days": ("seat_holders",)}

# The first is told by item, the second counts the same people over all items of the tool: at least those of any
# item, at most those of all items added up.
OVER_ITEMS: dict[str, str] = {"seat_holders": "licensed_people", "seats_active": "licensed_active_people"}

# The whole of which `others` are the rest, where it is no headcount.
WHOLES: dict[str, str] = {"licensed_active_people": "licensed_people", "seats_active": "seat_holders"}

# The people who can have a share in a total. A total that is shown has k of them.
_PEOPLE_BEHIND: dict[str, str] = {
    "user_messages": "message_people",
    "measured_messages": "message_people",
    "session_messages": "session_people",
    "sessions": "session_people",
    "known_model_sessions": "session_people",
    **dict.fromkeys(
        ("seat_days", "seat_cost", "kept_cost", "reassignable_cost", "other_exposure_cost"), "seat_holders"
    ),
}


def people_behind(total: str) -> str:
    """The count of people that a shown total says something about."""
    return _PEOPLE_BEHIND.get(total, "active_people")
