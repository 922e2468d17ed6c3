"""What the linear audit says when a hidden figure can be told."""

from __future__ import annotations

from dataclasses import dataclass

from publishing.periods import Period


@dataclass(frozen=True, slots=True, order=True)
class HiddenCellFinding:
    """A hidden figure that readers could come too near to: period, measure and why; no value.

    reason: `bounded` (the sums leave too little room) or `few_together` (a sum of hidden cells that readers
        know has fewer than k people behind it); with `_then` for a figure that an earlier version hid and
        this one would tell; with `_before` for what readers can compute from what they have, whatever is
        hidden now
    unit_key, hidden_with: the unit, and the mask group or the parts, that are hidden as a whole for it
    tool: in whose line it stands
    """

    period: Period
    measure: str
    reason: str
    unit_key: str
    hidden_with: str
    tool: str
