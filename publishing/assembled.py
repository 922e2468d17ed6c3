"""What the next version consists of, once it is put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from publishing.periods import Newest, PeriodType

PUBLICATION = "publication"


@dataclass(frozen=True, slots=True)
class Assembled:
    """What stands in `schema`: its tables (with `publication`), and how many rows each mart among them has."""

    run_id: str
    schema: str
    tables: tuple[str, ...]
    counts: Mapping[str, int]
    published_at: dt.datetime
    as_of: dt.datetime | None
    newest: Mapping[PeriodType, Newest]
