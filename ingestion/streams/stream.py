"""What every stream has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.identity import Pair
from ingestion.privacy.contract import TableContract
from ingestion.source_types import Batch, Finding
from ingestion.streams.load import Answer, Load


@dataclass(frozen=True, slots=True)
class Table:
    """A raw table that a stream fills.

    Attributes:
        rows: from the rows that count to what the contract's columns read; by default they are the same.
    """

    contract: TableContract
    rows: Callable[[Any], Any] = lambda rows: rows


@dataclass(frozen=True, slots=True)
class Links:
    """A table of identity links that a stream adds to; it is written after the last stream that names it."""

    contract: TableContract
    pairs: Callable[[Answer], Iterable[Pair]]


@dataclass(frozen=True, kw_only=True)
class Stream(ABC):
    """One thing that a vendor gives.

    Attributes:
        name: what the doctor calls it, and the docs where `used_for` is empty.
        used_for: what is read with the scope, as the docs say it.
        scope: the read-only scope, role or permission that it needs; a function where it depends on settings.
        wanted: whether these settings ask for it.
        unwanted: what the doctor says when they do not; None: nothing.
        is_current: whether it exists only today, so that it is loaded alone when the whole load fails.
        needs: earlier streams whose answers this one needs; what exists only today is loaded with them or not
            at all.
        links: identity links that its answers show.
    """

    name: str
    scope: str | Callable[[Any], str]
    used_for: str = ""
    wanted: Callable[[Any], bool] = lambda _: True
    unwanted: Finding | None = None
    is_current: bool = False
    needs: tuple[Stream, ...] = ()
    links: tuple[Links, ...] = ()

    @abstractmethod
    def batches(self, load: Load) -> Iterator[Batch]:
        """Everything that is new or may have changed."""

    @abstractmethod
    def check(self, load: Load) -> Iterator[Finding]:
        """What the doctor says of it; only reads."""

    def scope_for(self, settings: Any) -> str:
        """The scope that it needs with these settings."""
        return self.scope if isinstance(self.scope, str) else self.scope(settings)


def every_record(answer: Answer) -> Any:
    """All records count as they are."""
    return answer.records


def collect_links(stream: Stream, answer: Answer) -> None:
    """Remember the pairs that an answer shows."""
    for link in stream.links:
        answer.load.sightings(link.contract).add(link.pairs(answer))
