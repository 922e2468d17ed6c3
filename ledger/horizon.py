"""How long a vendor keeps and restates the days of a resource."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Horizon:
    """When a resource's days can be fetched, and for how long they may change. All in days before the run.

    Attributes:
        first_load: how far the first load reaches back.
        lookback: the vendor may restate this many days; they are fetched again every night.
        ready_after: the newest day that can be asked for lies this many days back.
        finality: after this many days the vendor's figures are final (weeks complete on it).
        retention: the vendor keeps this many days; None = no limit known.
    """

    first_load: int = 365
    lookback: int = 7
    ready_after: int = 0
    finality: int = 1
    retention: int | None = None
