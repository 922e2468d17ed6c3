"""What is about a person, as docs/privacy.md says it: the site's own statement of it.

Publishing audits the tables with patterns of its own. Nothing is shared with it on purpose: a mistake in one
of the two must not blind the other.
"""

from __future__ import annotations

import re

# A column that ends so holds somebody's identifier, whoever it is.
_IDENTIFIERS = frozenset(
    {"address", "email", "hash", "login", "mail", "phone", "pseudonym", "salt", "token", "upn", "username"}
)
# One of these and, at the end, a word for what tells one from another.
_WHO = frozenset(
    {"account", "colleague", "employee", "holder", "individual", "manager", "member", "owner", "person"}
    | {"sender", "subject", "user"}
)
_WHICH = frozenset({"digest", "guid", "id", "key", "label", "name", "no", "number", "uuid"})

# Keyed hashes have 32 hexadecimal digits, labels of people too; directory objects are written with dashes.
_DIGITS = re.compile(r"[0-9a-f]{24,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

# Published counts of people and of their accounts; a test holds them equal to the units in docs/metrics.md. The
# headcount of a unit says nothing about use and is always shown.
COUNTS_OF_PEOPLE = frozenset(
    {
        *("active_people", "licensed_people", "people", "power_users", "day_off_people"),
        *("people_without_cache_reads", "people_with_tokens", "other_people"),
        *("people_without_seat", "active_without_seat", "users_without_seat_at_least", "idle_seats"),
        *("assigned", "first_use", "repeat_use", "habitual", "deep"),
        *("power", "novice", "low", "regular", "non_user", "new", "retained", "reactivated", "lapsed"),
        *("single_tool_people", "multi_tool_people", "activated", "never_activated"),
        *("seat_holders", "seats_active", "held_by_leaver", "on_leave", "in_grace", "duplicate"),
        *("never_used", "dormant", "under_used", "used"),
        *("accounts", "matched_accounts", "unmatched_accounts", "unmatched_left", "unmatched_not_yet_employed"),
        *("unmatched_concealed_name", "unmatched_guest", "unmatched_no_hris_match", "unmatched_agent"),
        *("unmatched_api_key", "unmatched_service_account", "unmatched_other_reason"),
    }
)


def is_personal(column: str) -> bool:
    """Whether a column of this name would be about single people."""
    words = column.lower().split("_")
    if words[-1] in _IDENTIFIERS or "email" in words or ("e" in words and "mail" in words):
        return True
    return not _WHO.isdisjoint(words) and (words[-1] in _WHICH or (words[-1] in _WHO and "name" in words))


def holds_identifier(text: str) -> bool:
    """Whether a text holds a keyed hash, a label, a directory object or an address."""
    return _DIGITS.search(text) is not None or any(map(_is_address, text.replace("%40", "@").split()))


def _is_address(word: str) -> bool:
    local, at, domain = word.rpartition("@")
    host = domain.strip(".,;:!?)>]}'\"").split("/")[0]
    return bool(at and local and "." in host.strip("."))
