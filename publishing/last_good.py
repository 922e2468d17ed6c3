"""Which version readers have, and from when: said wherever a new one could not be made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publishing.assembled import PUBLICATION
from publishing.places import published_place
from runtime.environment import Environment
from runtime.warehouse import WAREHOUSE_ERRORS

_FAILURES: tuple[type[Exception], ...] = (*WAREHOUSE_ERRORS, OSError)


@dataclass(frozen=True, slots=True)
class LastGood:
    """The version that readers see: its run, when it was published, and its figures' date (naive, UTC)."""

    run_id: str
    published_at: dt.datetime
    as_of: dt.datetime | None


def last_good(environment: Environment) -> LastGood | None:
    """The version that readers see; None before the first one, or when it cannot be read."""
    place = published_place(environment)
    try:
        with place.opened() as reader:
            rows = reader.rows(
                f"select run_id, published_at, as_of from {reader.name(place.schema, PUBLICATION)}"
            )
    except _FAILURES:
        return None
    return LastGood(*rows[0]) if rows else None


def readers_keep(environment: Environment) -> str:
    """A sentence for errors and alerts: what readers see now that nothing new was published."""
    good = last_good(environment)
    if good is None:
        return "Nothing was published; readers keep what they had."
    reach = f", with figures up to {good.as_of:%Y-%m-%d %H:%M} UTC" if good.as_of else ""
    return (
        f"Nothing was published; readers keep the version of {good.published_at:%Y-%m-%d %H:%M} UTC "
        f"(run {good.run_id}){reach}."
    )
