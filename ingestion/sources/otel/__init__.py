"""Coding agents over OpenTelemetry: OTLP JSON lines that a collector writes into a folder or an object store.

    files that are new or have grown ─→ lines ─→ events, metric_points, identity_links
                                              └→ files (versions that were read to their end)

Alone: `ai-usage run --source otel`. Settings: docs/connect/otel.md.
"""

import datetime as dt
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import fsspec
import msgspec
from dlt.common.configuration import configspec

from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch, Finding
from ingestion.sources.otel import agents, records
from runtime.errors import ConfigurationError, SourceError
from runtime.settings import SourceSettings

_CHUNK = 1 << 20
# A line is a batch of records: so many lines of a block show what fields there are.
_LOOKED_AT = 50
_REMEDY = "Check bucket_url, and that the pipeline's account may list and read it."


@configspec
class OtelSettings(SourceSettings):
    """Section `sources.otel`.

    Attributes:
        bucket_url: folder of the collector's files: a path, `file://`, `s3://`, `gs://` or `abfss://`.
        glob: which of them, below it.
        storage_options: what the object store's client is given (fsspec), such as the name of a profile.
        person_attributes: attributes that hold the person's address, in order. Copilot sends none: a collector
            can add one.
    """

    bucket_url: str | None = None
    glob: str = "**/*.json*"
    storage_options: dict[str, Any] = field(default_factory=dict)
    person_attributes: list[str] = field(default_factory=lambda: ["user.email", "enduser.id"])

    account_ids: ClassVar[tuple[str, ...]] = ("bucket_url",)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the collector; `version` changes when it is written to."""

    path: str
    version: str

    @property
    def name(self) -> str:
        """Its last part, as messages call it."""
        return self.path.rpartition("/")[2]


class Store:
    """The folder or object store.

    Raises:
        ConfigurationError: the URL names nothing that can be opened here.
    """

    def __init__(self, settings: OtelSettings) -> None:
        try:
            self._files, self._root = fsspec.core.url_to_fs(settings.bucket_url, **settings.storage_options)
        except (ValueError, ImportError, TypeError) as error:
            raise ConfigurationError(
                f"[sources.otel] bucket_url cannot be opened ({type(error).__name__}).",
                "Use a path or a URL, and install the store's package: s3fs, gcsfs or adlfs.",
            ) from None
        self._glob = settings.glob

    def listed(self) -> list[StoredFile]:
        """Files by name.

        Raises:
            SourceError: the folder is missing or may not be listed.
        """
        try:
            if not self._files.isdir(self._root):
                raise FileNotFoundError
            found = self._files.glob(f"{self._root.rstrip('/')}/{self._glob}", detail=True)
        except Exception as error:
            raise SourceError(
                f"The folder of telemetry cannot be read ({type(error).__name__}).", _REMEDY
            ) from None
        return [
            StoredFile(path, _version(path.removeprefix(self._root), about))
            for path, about in sorted(found.items())
            if about.get("type") != "directory"
        ]

    def lines(self, file: StoredFile) -> Iterator[bytes]:
        """Whole lines in chunks, unpacked where the name ends so.

        Raises:
            OSError, EOFError, zlib.error: it cannot be read, or ends within a packed block.
        """
        waiting: list[bytes] = []
        with self._files.open(file.path, "rb", compression="infer") as opened:
            while chunk := opened.read(_CHUNK):
                whole, end, rest = chunk.rpartition(b"\n")
                if end:
                    yield b"".join((*waiting, whole, end))
                    waiting = []
                waiting.append(rest)
        if last := b"".join(waiting).strip():
            msgspec.json.decode(last)  # a line that is still being written
            yield last + b"\n"


def _version(below: str, about: dict[str, Any]) -> str:
    """Collectors append: a changed file has another size. A time of change is new after each copy."""
    return f"{below}\x1f{about.get('size')}\x1f{about.get('ETag') or about.get('etag') or ''}"


@dataclass(slots=True)
class _Reading:
    """What a load has seen so far."""

    run: SourceRun
    person_attributes: tuple[str, ...]
    senders: dict[records.Sender, dt.date] = field(default_factory=dict)
    newest: dt.datetime | None = None
    oldest: dt.date | None = None

    def batches(self, exports: list[records.Export]) -> Iterator[Batch]:
        """The rows of some lines."""
        acts = [act for export in exports for act in agents.acts(export, self.person_attributes)]
        points = [point for export in exports for point in agents.measured(export, self.person_attributes)]
        latest = self.run.clock.as_of
        for export in exports:
            for at in agents.batch_times(export):
                if at <= latest and (self.newest is None or at > self.newest):
                    self.newest = at
        rows: list[records.Act | records.Measured] = [*acts, *points]
        for row in rows:
            day = row.at.date()
            self.oldest = min(self.oldest or day, day)
            if row.sender.email and self.senders.get(row.sender, dt.date.min) < day:
                self.senders[row.sender] = day
        yield from self.run.events(records.EVENTS, acts)
        yield from self.run.events(records.METRIC_POINTS, points)

    def record_days(self) -> None:
        """A day was read when a later batch has come; until then it may be that nothing was sent yet.

        A night without a new batch says nothing about the days that earlier nights have read.
        """
        window, run = records.DAYS, self.run
        read_before = run.loaded.span(window.name, run.tenant)
        first, through = self.oldest, self.newest.date() if self.newest else None
        if read_before is not None:
            first = min(first or read_before[0], read_before[0])
            through = max(through or read_before[1], read_before[1] + dt.timedelta(days=1))
        for day in run.days_to_fetch(window):
            if run.loaded.is_loaded(window.name, run.tenant, "main", day):
                continue
            if first is not None and through is not None and first <= day < through:
                run.window_fetched(window, day, 1)
            elif day == run.clock.today or (first is not None and day >= first):
                run.window_fetched(window, day, 0, status="pending")


def _extract(run: SourceRun) -> Iterator[Batch]:
    store, reading = Store(run.settings), _Reading(run, tuple(run.settings.person_attributes))
    known = run.known_keys(records.FILES)
    for file in store.listed():
        (token,) = run.gate.pseudonymiser.event_hashes([file.version])
        if token in known:
            continue
        run.progress(f"file {file.name}")
        trouble: list[str] = []
        lines = _told(store.lines(file), trouble)
        for exports in run.gate.json_lines(records.Export, records.EVENTS.name, lines, _LOOKED_AT):
            yield from reading.batches(exports)
        if trouble:
            run.progress(f"WARNING: {file.name} {trouble[0]}; what stands before is read, and the file again.")
        else:
            yield from run.events(records.FILES, [records.ReadFile(file.version, run.clock.today)])
    for of, contract in records.LINKS.items():
        yield from run.events(contract, records.seen_beside(reading.senders, of))
    reading.record_days()


def _told(lines: Iterator[bytes], trouble: list[str]) -> Iterator[bytes]:
    """The lines up to where the file cannot be read."""
    try:
        yield from lines
    except msgspec.DecodeError:
        trouble.append("ends within a line")
    except (OSError, EOFError, zlib.error) as error:
        trouble.append(f"cannot be read to its end ({type(error).__name__})")


def _check(run: SourceRun) -> Iterator[Finding]:
    """Whether the folder can be listed, and holds files."""
    try:
        found = Store(run.settings).listed()
    except (ConfigurationError, SourceError) as error:
        yield Finding("folder", False, error.message, error.remedy)
        return
    if found:
        yield Finding("folder", True, f"{len(found)} files")
    else:
        yield Finding(
            "folder",
            False,
            "No file of the collector.",
            "Check bucket_url and glob, and the collector's exporter.",
        )


SOURCE = SourceDefinition(
    name="otel",
    description="Telemetry of coding agents, as an OpenTelemetry collector writes it.",
    settings=OtelSettings,
    contracts=records.CONTRACTS,
    windows=(records.DAYS,),
    is_connected=lambda settings: bool(settings.bucket_url),
    extract=_extract,
    check=_check,
)
