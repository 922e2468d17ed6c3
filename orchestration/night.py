"""The nightly run as a plain function: every source, one dbt invocation, publish.

`ai-usage run` and a scheduler call the same function, so what is tested is what runs at night.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from filelock import FileLock, Timeout

from ingestion.clock import RunClock
from ingestion.config import Environment
from ingestion.errors import AiUsageError, BusyError
from ingestion.pipeline import SourceResult, open_context, run_source
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceDefinition
from orchestration.alerts import notify
from orchestration.dbt import DbtResult, run_dbt, suppression_k
from publishing.audit import AuditFailedError
from publishing.publish import Publication, publish

_LOCK_SECONDS = 4.0
Progress = Callable[[str, str], None]


class ExitCode(IntEnum):
    """Exit codes of the commands; documented in docs/deploy.md."""

    OK = 0
    ERROR = 1
    USAGE = 2
    SOURCE_FAILED = 3
    BUILD_FAILED = 4
    NOT_PUBLISHED = 5
    BUSY = 6
    FINDINGS = 7


@dataclass(slots=True)
class NightResult:
    """What one run did: a result per source, dbt's, what was published, and seconds by stage.

    `refused_by` says which step kept what was built from readers: `checks`, `audit` or `publish`.
    """

    run_id: str
    sources: list[SourceResult] = field(default_factory=list)
    dbt: DbtResult | None = None
    publication: Publication | None = None
    error: str | None = None
    refused_by: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed_sources(self) -> list[SourceResult]:
        """Sources that could not be loaded; the marts show them as stale."""
        return [source for source in self.sources if source.status == "failed"]

    @property
    def exit_code(self) -> ExitCode:
        """The most important thing that went wrong."""
        if self.dbt is not None and not self.dbt.ok:
            return ExitCode.BUILD_FAILED
        if self.publication is None:
            return ExitCode.NOT_PUBLISHED
        return ExitCode.SOURCE_FAILED if self.failed_sources else ExitCode.OK


def run_night(
    environment: Environment,
    pseudonymiser: Pseudonymiser,
    clock: RunClock,
    sources: Sequence[SourceDefinition],
    *,
    every_source: Sequence[SourceDefinition] | None = None,
    full_refresh: bool = False,
    progress: Progress = lambda _stage, _message: None,
) -> NightResult:
    """Load `sources`, build everything, publish when tests and audit pass.

    A source that fails does not stop the others. Nothing is published when dbt or the audit fails: readers
    keep the last good version.

    Raises:
        BusyError: another run holds the lock.
        KeyChangedError: the warehouse belongs to another key.
    """
    run_id = new_run_id()
    result = NightResult(run_id)
    with run_lock(environment), watched(environment, result, clock.as_of):
        started = time.monotonic()
        context = open_context(environment, pseudonymiser, clock, run_id, every_source or sources, progress)
        for source in sources:
            result.sources.append(run_source(source, context))
        result.seconds["load"] = time.monotonic() - started
        build_and_publish(environment, result, full_refresh=full_refresh, progress=progress)
    return result


@contextlib.contextmanager
def watched(environment: Environment, result: NightResult, now: dt.datetime) -> Iterator[None]:
    """Whatever happens inside, `notify` is called once at its end; an exception goes on afterwards."""
    try:
        yield
    except Exception as crash:
        notify(result, environment, crash=crash, now=now)
        raise
    notify(result, environment, now=now)


def build_and_publish(
    environment: Environment, result: NightResult, *, full_refresh: bool = False, progress: Progress
) -> None:
    """One dbt build, then the switch; fills in `result`. The caller holds the lock."""
    started = time.monotonic()
    # Unit tests prove the SQL, not tonight's data: they run in the tests, not every night.
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    arguments += ["--full-refresh"] if full_refresh else []
    result.dbt = run_dbt(arguments, environment, lambda message: progress("dbt", message))
    result.seconds["build and test"] = time.monotonic() - started
    if not result.dbt.ok:
        result.error = "dbt build failed; readers keep the last good version."
        return
    started = time.monotonic()
    try:
        result.publication = publish(environment, result.run_id, k=suppression_k())
    except AuditFailedError as failure:
        result.error, result.refused_by = str(failure), "audit"
    except AiUsageError as failure:
        result.error, result.refused_by = str(failure), "publish"
    result.seconds["audit and publish"] = time.monotonic() - started


@contextlib.contextmanager
def run_lock(environment: Environment) -> Iterator[None]:
    """Hold the data folder's lock; the operating system releases it when a process dies.

    Raises:
        BusyError: another run holds it.
    """
    lock = FileLock(environment.lock_file, timeout=_LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(
            "Another run is writing to this data folder.", "Wait for it to end; nothing was changed."
        ) from None
    try:
        yield
    finally:
        lock.release()


def new_run_id() -> str:
    """Sortable by time, distinct between machines."""
    return f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
