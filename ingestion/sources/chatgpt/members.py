"""Members of the roster: each once, and those whose status says nothing are told of."""

from __future__ import annotations

from ingestion.source import SourceRun
from ingestion.sources.chatgpt import records
from ingestion.streams.load import Answer


def members(answer: Answer) -> list[records.RosterUser]:
    """Members, each once as last seen."""
    users = records.each_once(answer.records)
    _tell_of_unstated(answer.load.run, users)
    return users


def _tell_of_unstated(run: SourceRun, users: list[records.RosterUser]) -> None:
    """Members without a status hold a seat, since the roster lists them; with an unknown word, none."""
    for status, consequence in (("unstated", "they count as members"), ("unknown", "they hold no seat")):
        found = [user for user in users if user.seat_status == status]
        for position, user in enumerate(found):
            key = user.id.encode("utf-8", "replace")
            run.gate.reject(records.USERS.name, f"status is {status}", key, position, is_kept=True)
        if found:
            run.progress(
                f"WARNING: the status of {len(found)} of {len(users)} members is {status}; {consequence}"
            )
