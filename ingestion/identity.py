"""Edges of the identity graph: two identifiers that a vendor's answer showed side by side.

Every source with accounts loads a table `identity_links`; dbt resolves the edges to people. Observed by month,
so that a renamed or reused login keeps its history and a nightly roster adds no rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from ingestion.privacy.contract import EventGrain, TableContract, date, identifier, text
from ledger.horizon import Horizon

TABLE = "identity_links"
Pair = tuple[str | None, str | None, dt.date]
# The method belongs to the key: two methods may say the same on one day, and models rank them.
_KEY = ("tenant", "namespace", "id_token", "target_namespace", "target_token", "method", "observed_month")


@dataclass(frozen=True, slots=True)
class Link:
    """An account's identifier and another identifier of the same holder, seen on a day."""

    identifier: str
    target: str
    observed_on: dt.date


def link_contract(namespace: str, target_namespace: str, method: str) -> TableContract:
    """Contract of the edges of one kind. All kinds share one raw table."""
    return TableContract(
        name=TABLE,
        description="One row an observation, in one month, that one identifier stands beside another.",
        grain=EventGrain(key=_KEY, newest="observed_on", keeps_newest=True),
        horizon=Horizon(first_load=0, lookback=0),
        columns=(
            text("namespace", lambda _: namespace),
            identifier("id_token", namespace, lambda link: link.identifier, required=True),
            text("target_namespace", lambda _: target_namespace),
            identifier("target_token", target_namespace, lambda link: link.target, required=True),
            text("method", lambda _: method),
            date("observed_month", lambda link: link.observed_on.replace(day=1)),
            date("observed_on", lambda link: link.observed_on),
        ),
    )


def distinct_links(pairs: Iterable[Pair]) -> list[Link]:
    """One link per pair and month, on its last day; pairs with a missing side are no link."""
    sightings = Sightings()
    sightings.add(pairs)
    return sightings.links()


class Sightings:
    """Pairs seen over many days, one link a pair and month: a year of nightly rosters is twelve links."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str, int, int], dt.date] = {}

    def add(self, pairs: Iterable[Pair]) -> None:
        """Remember pairs with both sides, each with its last day of the month."""
        latest = self._latest
        for left, right, day in pairs:
            if left and right:
                key = (left, right, day.year, day.month)
                if key not in latest or latest[key] < day:
                    latest[key] = day

    def links(self) -> list[Link]:
        """What was seen so far."""
        return [Link(left, right, day) for (left, right, _, _), day in self._latest.items()]
