"""A row of `ops.tombstones`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One identifier of an erased person.

    Attributes:
        namespace: namespace of the identifier (`person-email`, `hris-id`, `conversation`, …).
        token: its token.
        valid_from: first day on which it was the erased person's; None = from the beginning.
        valid_to: first day on which it was no longer theirs; None = still theirs.
    """

    namespace: str
    token: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    @property
    def is_bounded(self) -> bool:
        """Whether somebody else held the identifier before or after."""
        return self.valid_from is not None or self.valid_to is not None

    def holds_on(self, day: dt.date | None) -> bool:
        """Whether the identifier was the erased person's on that day; a bounded one needs a day."""
        if not self.is_bounded:
            return True
        if day is None:
            return False
        return (self.valid_from is None or day >= self.valid_from) and (
            self.valid_to is None or day < self.valid_to
        )
