"""A source from its streams: loading, what exists only today, and the doctor's checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dlt.common.configuration.specs import BaseConfiguration

from ingestion.http import VendorClient
from ingestion.privacy.contract import TableContract
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch, FetchWindow, Finding
from ingestion.streams.load import Load
from ingestion.streams.stream import Stream
from runtime.errors import ConfigurationError, SourceError


@dataclass(frozen=True, kw_only=True)
class StreamReader:
    """What loads and checks the streams of a source.

    Attributes:
        streams: in the order in which they are loaded and checked.
        client: the client of the vendor; raises ConfigurationError for settings that do not fit.
        shared: what streams tell each other, new for each load.
        require: raises ConfigurationError before the first request of a load.
        sign_in: gets a token, where that is a request of its own; when it fails the doctor asks nothing else.
        check_first, check_last: what the doctor says besides the streams.
    """

    streams: tuple[Stream, ...]
    client: Callable[[Any], VendorClient]
    shared: Callable[[Any], Any] = lambda _: None
    require: Callable[[Any], None] = lambda _: None
    sign_in: Callable[[Load], object] | None = None
    check_first: Callable[[Load], Iterable[Finding]] = lambda _: ()
    check_last: Callable[[Load], Iterable[Finding]] = lambda _: ()

    def extract(self, run: SourceRun) -> Iterator[Batch]:
        """Everything that is new or may have changed."""
        self.require(run.settings)
        load = self._load(run)
        yield from _written(load, self._wanted(run))

    def snapshots(self, run: SourceRun) -> Iterator[Iterator[Batch]]:
        """What exists only today, each stream by itself, or with those that it needs."""
        load = self._load(run)
        needed = [one for stream in self.streams for one in stream.needs]
        for stream in self._wanted(run):
            if stream.is_current and stream not in needed:
                yield _written(load, [*stream.needs, stream])

    def check(self, run: SourceRun) -> Iterator[Finding]:
        """Whether each stream can be read with these settings."""
        try:
            load = self._load(run)
            if self.sign_in:
                self.sign_in(load)
        except (ConfigurationError, SourceError) as error:
            if self.sign_in is None:
                raise
            yield Finding("sign-in", False, error.message, error.remedy)
            return
        yield from self.check_first(load)
        for stream in self.streams:
            if stream.wanted(run.settings):
                yield from stream.check(load)
            elif stream.unwanted:
                yield stream.unwanted
        yield from self.check_last(load)

    def _load(self, run: SourceRun) -> Load:
        return Load(run, self.client(run.settings), self.shared(run.settings))

    def _wanted(self, run: SourceRun) -> list[Stream]:
        return [stream for stream in self.streams if stream.wanted(run.settings)]


def stream_source(
    *,
    name: str,
    description: str,
    settings: type[BaseConfiguration],
    contracts: tuple[TableContract, ...],
    is_connected: Callable[[Any], bool],
    reader: StreamReader,
    windows: tuple[FetchWindow, ...] = (),
) -> SourceDefinition:
    """The source that its streams describe."""
    return SourceDefinition(
        name=name,
        description=description,
        settings=settings,
        contracts=contracts,
        windows=windows,
        is_connected=is_connected,
        extract=reader.extract,
        check=reader.check,
        snapshots=reader.snapshots if any(stream.is_current for stream in reader.streams) else None,
        streams=reader.streams,
    )


def _written(load: Load, streams: list[Stream]) -> Iterator[Batch]:
    """The streams' batches; a table of links follows the last stream that adds to it."""
    last = {id(link.contract): number for number, stream in enumerate(streams) for link in stream.links}
    for number, stream in enumerate(streams):
        yield from stream.batches(load)
        for link in stream.links:
            if last[id(link.contract)] == number:
                yield from load.links(link.contract)
