"""What the streams of one source share while it is loaded or checked."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.http import VendorClient
from ingestion.identity import Sightings
from ingestion.privacy.contract import TableContract
from ingestion.source import SourceRun
from ingestion.source_types import Batch


@dataclass(slots=True)
class Load:
    """One load of one source.

    Attributes:
        shared: what one stream of the source tells a later one; its type is the source's own.
    """

    run: SourceRun
    client: VendorClient
    shared: Any = None
    _sightings: dict[int, Sightings] = field(default_factory=lambda: defaultdict(Sightings))

    @property
    def settings(self) -> Any:
        """Settings of the source."""
        return self.run.settings

    def sightings(self, contract: TableContract) -> Sightings:
        """Pairs of identifiers that are collected for a table of links."""
        return self._sightings[id(contract)]

    def links(self, contract: TableContract) -> Iterator[Batch]:
        """The links collected so far."""
        yield from self.run.events(contract, self.sightings(contract).links())


@dataclass(slots=True)
class Answer:
    """What the vendor answered, decoded.

    Attributes:
        one_day: the day that it tells of; None where it tells of many.
        records: the wire records that keep to their contract, or a block of them.
        rows: those of them that count, as the stream's `clean` gave them.
    """

    load: Load
    one_day: dt.date | None
    records: Any
    rows: Any

    @property
    def day(self) -> dt.date:
        """The day that it tells of.

        Raises:
            ValueError: it tells of many.
        """
        if self.one_day is None:
            raise ValueError("this answer tells of many days")
        return self.one_day
