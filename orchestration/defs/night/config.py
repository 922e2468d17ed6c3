"""What the launchpad may ask of a night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import dagster as dg
from pydantic import Field

from ingestion.source import SourceDefinition
from runtime.clock import RunClock
from runtime.errors import ConfigurationError


class NightConfig(dg.Config):
    """A back-fill from the launchpad; by default the night loads what is missing.

    Days are written YYYY-MM-DD.

    Attributes:
        sources: load only these.
        since, until: fetch these days again, both inclusive.
        reread_days: the same, as days before today.
        full_refresh: rebuild incremental models from raw.
        accept: changes that a check refused and that are meant, as `ai-usage run --accept`.
    """

    sources: list[str] = Field(default_factory=list)
    since: str | None = None
    until: str | None = None
    reread_days: int | None = None
    full_refresh: bool = False
    accept: list[str] = Field(default_factory=list)

    def clock(self, now: dt.datetime) -> RunClock:
        """The run's clock.

        Raises:
            ConfigurationError: a day is not written YYYY-MM-DD.
        """
        since = _day("since", self.since)
        if since is None and self.reread_days is not None:
            since = now.astimezone(dt.UTC).date() - dt.timedelta(days=self.reread_days)
        return RunClock(now, since, _day("until", self.until))

    def asks_for(self, source: SourceDefinition, every_source: Sequence[SourceDefinition]) -> bool:
        """Whether `source` is to be loaded; without a name every source is.

        Raises:
            ConfigurationError: a name is not known.
        """
        unknown = set(self.sources) - {known.name for known in every_source}
        if unknown:
            known = ", ".join(source.name for source in every_source)
            raise ConfigurationError(f"Unknown source `{min(unknown)}`.", f"Known: {known}.")
        return not self.sources or source.name in self.sources


def _day(name: str, text: str | None) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"{name} is not a day.", "Write it as 2026-10-31.") from None
