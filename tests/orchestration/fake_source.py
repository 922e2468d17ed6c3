"""A vendor of one table by day, for tests of what runs around a load."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dlt.common.configuration import configspec

from ingestion.privacy.contract import DayGrain, TableContract, integer, text
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch
from ledger.horizon import Horizon
from runtime.settings import SourceSettings

DAYS = TableContract(
    "days",
    DayGrain(),
    (text("who", lambda r: r[0]), integer("n", lambda r: r[1])),
    Horizon(first_load=3, lookback=2, ready_after=1),
)


@configspec
class FakeSettings(SourceSettings):
    pass


def source(name: str, extract: Callable[[SourceRun], Iterator[Batch]]) -> SourceDefinition:
    return SourceDefinition(name, FakeSettings, (DAYS,), lambda _: True, extract, lambda _: ())
