"""How a figure is rounded where it is written: once, from the exact figure, by the rule of the browsers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def written(value: float | Decimal, digits: int) -> float:
    """The figure with so many digits behind the point, halves away from zero.

    A float is taken as the shortest decimal that reads as it, as `Intl.NumberFormat` takes it: Python's `round`
    would make 0.85 of 0.855, which a chart beside the sentence writes as 86%.
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return float(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
