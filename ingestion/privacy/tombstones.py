"""What the gate knows of erased people: their tokens, never a plain identifier.

A tombstone stands for one identifier of an erased person. Where the identifier had another holder before or
after (an address given to somebody else), it is bounded by the days on which it was the erased person's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ledger.tombstone import Tombstone


class Tombstones:
    """The tombstones of one run, shared by all its sources; grows by what the gate learns."""

    def __init__(self, known: Iterable[Tombstone] = ()) -> None:
        self._always: set[str] = set()
        self._bounded: dict[str, Tombstone] = {}
        self._threads: set[str] = set()
        self._learned: list[Tombstone] = []
        for tombstone in known:
            if tombstone.is_bounded:
                self._bounded[tombstone.token] = tombstone
            else:
                self._always.add(tombstone.token)

    def __bool__(self) -> bool:
        return bool(self._always or self._bounded)

    def concern(self, tokens: pa.Array) -> bool:
        """Whether any of these tokens belongs to an erased person or to one of their conversations."""
        known = self._always | self._bounded.keys() | self._threads
        return bool(known) and bool(pc.any(pc.is_in(tokens, value_set=pa.array(known))).as_py())

    def positions(self, tokens: Sequence[str | None], days: Sequence[dt.date | None]) -> list[int]:
        """Positions of `tokens` that stand for an erased person on the day of their row.

        The common case, none, costs one look-up a token.
        """
        found: list[int] = []
        if not self._always.isdisjoint(tokens):
            found += [position for position, token in enumerate(tokens) if token in self._always]
        if self._bounded and not self._bounded.keys().isdisjoint(tokens):
            found += [
                position
                for position, token in enumerate(tokens)
                if token in self._bounded and self._bounded[token].holds_on(days[position])
            ]
        return found

    def threads(self, tokens: Sequence[str | None]) -> list[int]:
        """Positions whose conversation or session is an erased person's."""
        if self._always.isdisjoint(tokens) and self._threads.isdisjoint(tokens):
            return []
        return [
            position for position, token in enumerate(tokens) if token in self._always or token in self._threads
        ]

    def learn(self, namespace: str, token: str) -> bool:
        """A row showed this identifier beside one of an erased person: it is theirs as well. True when new."""
        if token in self._always or token in self._bounded:
            return False
        self._always.add(token)
        self._learned.append(Tombstone(namespace, token))
        return True

    def learn_thread(self, token: str) -> None:
        """An erased person's conversation; known for this run, so that answers without an author go too."""
        self._threads.add(token)

    def take_learned(self) -> list[Tombstone]:
        """What was learnt since the last call, to be stored."""
        learned, self._learned = self._learned, []
        return learned
