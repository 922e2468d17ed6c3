"""Which seats and user-days of an answer count. Their logins are remembered for the identities."""

from __future__ import annotations

from collections.abc import Iterable

from ingestion.identity import Pair
from ingestion.sources.github_copilot import records
from ingestion.streams.load import Answer


def seats(answer: Answer) -> list[records.Seat]:
    """One seat a holder, as the vendor counts them."""
    found = records.one_seat_a_user(answer.records)
    _remember(answer, records.seat_logins(found, answer.day))
    return found


def reported_users(answer: Answer) -> list[records.UserDay]:
    """The users of the report's day, each once; a row of another day is refused."""
    users: dict[int, records.UserDay] = {}
    for user in answer.records:
        if user.day == answer.day:
            users[user.user_id] = user.fuller(users.get(user.user_id))
        else:
            reason = "day is not the report's"
            answer.load.run.gate.reject(records.USER_DAYS.name, reason, str(user.user_id).encode(), 0)
    found = list(users.values())
    _remember(answer, records.report_logins(found))
    return found


def _remember(answer: Answer, pairs: Iterable[Pair]) -> None:
    answer.load.shared.update(login for _, login, _ in pairs if login)
