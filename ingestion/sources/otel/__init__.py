"""Coding agents over OpenTelemetry: OTLP JSON lines that a collector writes into a folder or an object store.

    files that are new or have grown ─→ lines ─→ events, metric_points, identity_links
                                              └→ files (how far each was read)

Alone: `ai-usage run --source otel`. Settings: docs/connect/otel.md.
"""

import datetime as dt
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator, Mapping
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

# Read if their package is installed.
_OTHER_PACKINGS = (".zst", ".lz4", ".snappy")
# Of a packed file whose content is damaged, one step of unpacking is lost before the damage.
_STEP = 1 << 14
# So many bytes before the place where reading ended tell whether it is still the same file.
_MARK = 1 << 12
# No line is longer: the gate refuses it.
_MOST_HELD = 1 << 24
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
    """A file of the collector, at a place below the folder; `version` changes when it is written to."""

    path: str
    place: str
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
            StoredFile(path, path.removeprefix(self._root), _version(about))
            for path, about in sorted(found.items())
            if about.get("type") != "directory"
        ]

    def opened(self, file: StoredFile, *, packed: bool = False) -> Any:
        """The file's bytes, unpacked unless they are wanted `packed`."""
        return self._files.open(file.path, "rb", compression=None if packed else "infer")


def _version(about: Mapping[str, Any]) -> str:
    """Collectors append: a changed file has another size. A time of change is new after each copy."""
    return f"{about.get('size')}\x1f{about.get('ETag') or about.get('etag') or ''}"


@dataclass(slots=True)
class FileReading:
    """Whole lines of a file in chunks, from where an earlier night ended.

    Attributes:
        end: bytes to the end of the last whole line; 0 of a packed file, which is read from its start.
        last: what stands before it, at most `_MARK` bytes.
        trouble: why it could not be read to its end; empty when it was.
        is_told: whether reading it again could tell more only after it has changed.
    """

    store: Store
    file: StoredFile
    end: int = 0
    last: bytes = b""
    trouble: str = ""
    is_told: bool = True

    @property
    def is_packed(self) -> bool:
        """By the end of its name."""
        return fsspec.utils.infer_compression(self.file.path) is not None

    def go_on(self, end: int, is_last: Callable[[bytes], bool]) -> None:
        """Begin at byte `end` if the bytes before it are those that stood there; another file took its name
        otherwise (collectors rotate), and is read from its start."""
        if not end or self.is_packed:
            return
        try:
            with self.store.opened(self.file, packed=True) as opened:
                opened.seek(max(0, end - _MARK))
                last = opened.read(min(end, _MARK))
        except Exception:  # it is read from its start, and the trouble shows there
            return
        if is_last(last):
            self.end, self.last = end, last

    def chunks(self) -> Iterator[bytes]:
        """The lines, up to where the file cannot be read."""
        if self.file.name.endswith(_OTHER_PACKINGS) and not self.is_packed:
            self.trouble, self.is_told = "is packed in a way for which no package is installed", False
            return
        try:
            yield from self._lines()
        except msgspec.DecodeError:
            self.trouble = "ends within a line"
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
            self.trouble = f"is cut or damaged ({type(error).__name__})"
        except Exception as error:  # whatever a store's client or another packing raises
            self.trouble, self.is_told = f"cannot be read to its end ({type(error).__name__})", False

    def _lines(self) -> Iterator[bytes]:
        held: list[bytes] = []
        size = 0
        with self.store.opened(self.file) as opened:
            if self.end:
                opened.seek(self.end)
            # One step of unpacking at a time: a cut takes nothing that was unpacked before it.
            read = getattr(opened, "read1", opened.read)
            while chunk := read(_STEP):
                whole, end, rest = chunk.rpartition(b"\n")
                if end or size > _MOST_HELD:
                    yield self._passed(b"".join((*held, whole, end)))
                    held, size = [], 0
                held.append(rest)
                size += len(rest)
        last = b"".join(held)
        if last.strip():
            msgspec.json.decode(last)  # a line that is still being written
            yield self._passed(last)

    def _passed(self, lines: bytes) -> bytes:
        self.last = (self.last + lines[-_MARK:])[-_MARK:]
        self.end += 0 if self.is_packed else len(lines)
        return lines


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
            if row.at is None:
                continue
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
    known = _files_read(run)

    def hashed(text: str) -> str:
        return str(run.gate.pseudonymiser.event_hashes([text])[0])

    for file in store.listed():
        version, end, last = known.get(hashed(file.place), ("", 0, ""))
        if version == hashed(file.version):
            continue
        run.progress(f"file {file.name}")
        lines = FileReading(store, file)
        lines.go_on(end, lambda found, last=last: hashed(records.marked(found)) == last)  # type: ignore[misc]
        for exports in run.gate.json_lines(records.Export, records.EVENTS.name, lines.chunks(), _LOOKED_AT):
            yield from reading.batches(exports)
        if lines.trouble:
            again = "the rest when it has changed" if lines.is_told else "the file again"
            run.progress(f"WARNING: {file.name} {lines.trouble}; what stands before is read, and {again}.")
        if lines.is_told:
            read = records.ReadFile(file.place, file.version, lines.end, lines.last, run.clock.today)
            yield from run.events(records.FILES, [read])
    for of, contract in records.LINKS.items():
        yield from run.events(contract, records.seen_beside(reading.senders, of))
    reading.record_days()


def _files_read(run: SourceRun) -> dict[str, tuple[str, int, str | None]]:
    """By the token of a file's place: token of its version, bytes that were read, token of the last of them."""
    columns = ("tenant", "file_token", "version_token", "read_bytes", "last_token")
    rows = run.known_rows(records.FILES, columns)
    return {place: (version, end, last) for tenant, place, version, end, last in rows if tenant == run.tenant}


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
