"""What fits no pattern, and streams that have to be read together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ingestion.source_types import Batch, Finding
from ingestion.streams.load import Load
from ingestion.streams.stream import Stream


@dataclass(frozen=True, kw_only=True)
class Own(Stream):
    """A stream of two functions: how it is read, and what the doctor says of it."""

    read: Callable[[Load], Iterable[Batch]]
    probe: Callable[[Load], Iterable[Finding]]

    def batches(self, load: Load) -> Iterator[Batch]:
        """See :meth:`Stream.batches`."""
        yield from self.read(load)

    def check(self, load: Load) -> Iterator[Finding]:
        """See :meth:`Stream.check`."""
        yield from self.probe(load)
