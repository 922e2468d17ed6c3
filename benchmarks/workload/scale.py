"""How large the invented company is, and on which days it works."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

AS_OF = dt.datetime(2026, 11, 2, 4, 0, tzinfo=dt.UTC)
"""The night that loads the whole company; log files end at 03:00."""
_YEAR = 365
_UNITS = {"": 1, "k": 1_000, "M": 1_000_000}
_PEOPLE_AT_MOST = 50_000
_MESSAGES_OF_A_PERSON = 2_500  # in a year


@dataclass(frozen=True, slots=True)
class Scale:
    """Size and seed of a company.

    Attributes:
        messages: events of messages, repeats included, up to the night of `AS_OF`; met within a few per cent.
        days: days of activity before that night. One more day follows, which only the next night sees.
    """

    messages: int
    people: int
    days: int
    seed: int = 7

    @property
    def first_day(self) -> dt.date:
        """The first day with activity."""
        return AS_OF.date() - dt.timedelta(days=self.days)

    @property
    def last_day(self) -> dt.date:
        """The day after the one on which the first night runs: what the second night adds."""
        return AS_OF.date() + dt.timedelta(days=1)


def scale_of(messages: int, seed: int = 7) -> Scale:
    """A year of a company that sends so many messages: 5M are 2,000 people, 200M are 50,000.

    Small companies work for six weeks only, so that departments are still large enough to be published.
    """
    if messages < 200_000:
        return Scale(messages, max(40, messages // 300), 42, seed)
    return Scale(messages, min(messages // _MESSAGES_OF_A_PERSON, _PEOPLE_AT_MOST), _YEAR, seed)


def parse_messages(text: str) -> int:
    """`50M`, `20k` or a plain number.

    Raises:
        ValueError: anything else.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([kM]?)", text.strip())
    if not match or float(match[1]) == 0:
        raise ValueError(f"{text!r} is no number of messages such as 5M or 20k.")
    return int(float(match[1]) * _UNITS[match[2]])
