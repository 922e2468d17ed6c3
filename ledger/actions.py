"""What was done to the stored data apart from loading it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

EVENT_LAYER, PERSON_DAY_LAYER = "event", "person_day"


@dataclass(frozen=True, slots=True)
class LifecycleAction:
    """One row of `ops.lifecycle_actions`: who did what to the stored data, when, and how much.

    Attributes:
        action: `erase`, `retention`, `reopen`, `void` or `restore`.
        finished_at: None while it runs, or when it was cut off.
        requested_by: account of the operating system that asked for it; None when scheduled.
        detail: counts as JSON text; never an identifier or token.
    """

    action_id: str
    action: str
    started_at: dt.datetime
    finished_at: dt.datetime | None = None
    requested_by: str | None = None
    detail: str = "{}"
