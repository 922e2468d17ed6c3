"""The nightly run: every source, checks, one dbt invocation, publish.

`ai-usage run` and Dagster take the same steps of the same :class:`Night`, so what is tested is what runs.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType

from ingestion.lake import lake_of
from ingestion.pipeline import LoadContext, SourceResult, open_context, run_source
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceDefinition
from ledger.ledger import Ledger
from lifecycle.retention import refuse_rebuild_after_deletion
from lifecycle.void import void_night
from orchestration.alerts.notify import notify
from orchestration.checks import CheckResult, accept, run_checks
from orchestration.choices import remember_build, require_same_build
from orchestration.compiled import compiled_queries
from orchestration.dbt import (
    BUILD,
    DbtResult,
    NodeResult,
    begin_reading,
    judge_freshness,
    run_nodes,
    suppression_k,
)
from orchestration.dbt_child import DbtChild
from orchestration.freshness import newest_run_at
from orchestration.lake import prepare_lake
from orchestration.lock import run_lock
from orchestration.result import ExitCode, NightResult
from orchestration.site import build_site
from publishing.audit import AuditFailedError
from publishing.closed import ClosedStore
from publishing.derived import DERIVED_TABLES
from publishing.last_good import readers_keep
from publishing.publish import MASKED_MODELS, Publishing, publishing_hiding
from runtime.clock import RunClock, sortable_id
from runtime.environment import Environment
from runtime.errors import AiUsageError, ClockError, ConfigurationError

__all__ = ["ExitCode", "Night", "NightResult", "Progress", "run_lock", "run_night"]

Progress = Callable[[str, str], None]
_NOT_CONNECTED = "No source is connected: nothing was loaded, and nothing was built."
_CONNECT = "`ai-usage doctor` lists the sources; docs/connect/README.md says how to connect one."


class Night:
    """One run: holds the lock from `__enter__` to `__exit__`, takes the steps, remembers what came of each.

    Steps in order: `open` (only before loading), `prepare_build` (saves time), `load` each source, `check`,
    `build`, `audit`, `publish`, `build_site`, `finish`. `audit` and `publish` do nothing after a failed check
    or build: readers keep the last good version. A night that ends by an exception is told about as well; one
    that never began (busy) is not.
    """

    def __init__(
        self,
        environment: Environment,
        *,
        writes_raw: bool = True,
        full_refresh: bool = False,
        progress: Progress = lambda _stage, _message: None,
    ) -> None:
        """`writes_raw`: whether it may load, or write records of any kind; see :func:`run_lock`.

        `full_refresh`: rebuild incremental models from raw.
        """
        self.environment = environment
        self._writes_raw = writes_raw
        self._full_refresh = full_refresh
        self.result = NightResult(sortable_id(dt.datetime.now(dt.UTC)))
        self._progress = progress
        self._held = contextlib.ExitStack()
        self._dbt = DbtChild()
        self._context: LoadContext | None = None
        self._let_go: frozenset[str] = frozenset()
        self._source_names: tuple[str, ...] = ()
        self._publishing: Publishing | None = None
        self._now = dt.datetime.now(dt.UTC)
        self.is_finished = False

    def __enter__(self) -> Night:
        """Take the lock, and refuse what would lose history before anything is requested.

        Raises:
            BusyError: another run holds it.
            ConfigurationError: a full refresh after retention deleted what it would build from; another
                reporting zone than that of what is built.
        """
        with contextlib.ExitStack() as held:
            held.enter_context(run_lock(self.environment, writes_raw=self._writes_raw))
            if self._full_refresh:
                refuse_rebuild_after_deletion(self.environment)
            require_same_build(self.environment, full_refresh=self._full_refresh)
            held.enter_context(self._dbt)
            self._held = held.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if isinstance(error, Exception):
                self._tell(error)
        finally:
            if self._publishing is not None:
                self._publishing.close()  # audited and never switched to
            self._held.__exit__(kind, error, traceback)

    def open(
        self,
        pseudonymiser: Pseudonymiser,
        clock: RunClock,
        every_source: Sequence[SourceDefinition],
        accepted: Sequence[str] = (),
    ) -> None:
        """Check key and destination and register the run, before anything is requested.

        `accepted`: see :meth:`check`; the name of a source alone says that it was disconnected on purpose.

        Raises:
            KeyChangedError: the warehouse belongs to another key.
            ClockError: the night would be earlier than the newest one.
        """
        self._now = clock.as_of
        self._source_names = tuple(source.name for source in every_source)
        self._let_go = frozenset(accepted) & set(self._source_names)
        with self._timed("load"):
            self._context = open_context(
                self.environment,
                pseudonymiser,
                clock,
                self.result.run_id,
                every_source,
                self._progress,
                self._let_go,
            )

    def prepare_build(self) -> None:
        """Start dbt and let it read the project while sources load; without this, `build` waits for that."""
        begin_reading(self.environment, self._dbt)

    def load(self, source: SourceDefinition) -> SourceResult:
        """Load every account of one source; a vendor that fails is a result, not an exception.

        Raises:
            ClockError: this machine's clock is days ahead of the vendor's; what was loaded is taken back.
        """
        assert self._context is not None, "open() comes before load()"
        try:
            with self._timed("load"):
                loaded = run_source(source, self._context)
        except ClockError:
            void_night(self.environment, self._source_names, self.result.run_id)
            raise
        self.result.sources.extend(loaded.parts)
        return loaded

    def check(self, accepted: Sequence[str] = ()) -> list[CheckResult]:
        """Judge what is loaded against what was loaded before; `accepted` names changes that are meant.

        Raises:
            ConfigurationError: no source is connected; or a name in `accepted` is not `source.resource` or
                `source.resource.field`, nor a source that `open` was told of.
        """
        if self.result.sources and all(source.status == "not_connected" for source in self.result.sources):
            raise ConfigurationError(_NOT_CONNECTED, _CONNECT)
        with self._timed("checks"):
            if changes := [name for name in accepted if name not in self._let_go]:
                accept(self.environment, changes, self.result.run_id)
            self.result.checks = run_checks(self.environment)
        if self.result.failed_checks:
            self.result.error = " ".join(check.message for check in self.result.failed_checks)
            self.result.refused_by = "checks"
        return self.result.checks

    def build_nodes(self) -> Iterator[NodeResult]:
        """Source freshness, then one dbt build: models, seeds and tests as they end.

        After a failed check nothing is built. A source that is behind stops nothing: it shows stale.
        """
        fresh_at = newest_run_at(self.environment)
        try:
            with self._timed("lake") if lake_of(self.environment) else contextlib.nullcontext():
                prepare_lake(self.environment)
        except AiUsageError as failure:  # a cluster that is away: what was loaded waits for the next night
            self.result.error = str(failure)
            self.result.dbt = DbtResult(exit_code=2, failures=[str(failure)])
            return
        if self.result.failed_checks:
            with self._timed("freshness"):
                self.result.freshness = judge_freshness(self.environment, fresh_at)
            return
        arguments = [*BUILD, "--full-refresh"] if self._full_refresh else [*BUILD]
        with self._timed("build and test"):
            with self.environment.session() as session:
                ClosedStore(session, self.environment).ensure()  # models read what is closed
            if self._context is None:  # `publish` may be the first command of a new release
                Ledger(self.environment).upgrade()
            nodes = run_nodes(arguments, self.environment, fresh_at=fresh_at, child=self._dbt)
            for node in nodes:
                self._progress("dbt", f"{node.place} {node.name}".strip())
                yield node
            self.result.freshness = nodes.result.freshness
            self.result.dbt = nodes.result
        if self.result.dbt.ok:
            remember_build(self.environment)
        else:
            self.result.error = "dbt build failed."

    def build(self) -> None:
        """See :meth:`build_nodes`."""
        for _ in self.build_nodes():
            pass

    def audit(self) -> bool:
        """Put the next version together and audit it; whether it may be read.

        After a failed check or build there is none.
        """
        if self.result.dbt is None or not self.result.dbt.ok:
            self.result.error = f"{self.result.error or ''} {readers_keep(self.environment)}".strip()
            return False
        self._publishing = publishing_hiding(
            self.environment,
            self.result.run_id,
            self._build_masked,
            k=suppression_k(),
            queries=lambda: compiled_queries(self.environment, DERIVED_TABLES),
        )
        self._progress("audit", "looking for small groups in the next version")
        with self._timed("audit"):
            self._advance(self._publishing)
        self._dbt.close()  # nothing is built any more, and it holds a few hundred megabytes
        return self.is_audited

    @property
    def is_audited(self) -> bool:
        """Whether a version waits for its readers."""
        return self._publishing is not None

    def publish(self) -> None:
        """Switch readers to the audited version; without one it does nothing."""
        if self._publishing is not None:
            self._progress("publish", "switching readers to the next version")
            with self._timed("publish"):
                self._advance(self._publishing)

    def _advance(self, publishing: Publishing) -> None:
        """To the end of the audit, or from there to the switch."""
        try:
            next(publishing)
        except StopIteration as done:
            self.result.publication, self._publishing = done.value, None
        except AiUsageError as failure:
            self.result.error, self._publishing = str(failure), None
            self.result.refused_by = "audit" if isinstance(failure, AuditFailedError) else "publish"

    def build_site(self, *, as_published: bool = False) -> None:
        """Build the site of what was published tonight. A site that fails undoes no publish.

        `as_published`: also where tonight published nothing.
        """
        if self.result.publication is None and not as_published:
            return
        with self._timed("site"):
            self._progress("site", "drawing the published tables")
            try:
                self.result.drawn = build_site(self.environment)
                self.result.site = self.result.drawn.index
            except AiUsageError as failure:
                self.result.site_error = str(failure)

    def _build_masked(self) -> bool:
        """Build again what stands behind the masks, after the linear audit had more of it hidden."""
        prepare_lake(self.environment)
        nodes = run_nodes([*BUILD, "--select", MASKED_MODELS], self.environment, child=self._dbt)
        for node in nodes:
            self._progress("dbt", f"{node.place} {node.name}, with more hidden".strip())
        if not nodes.result.ok:
            self.result.dbt = nodes.result
        return nodes.result.ok

    def finish(self) -> NightResult:
        """The last step, whatever happened before: tell who must know."""
        self._tell(None)
        return self.result

    def _tell(self, crash: Exception | None) -> None:
        if not self.is_finished:
            self.is_finished = True
            notify(self.result, self.environment, crash=crash, now=self._now)

    @contextlib.contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.result.seconds[stage] = self.result.seconds.get(stage, 0.0) + time.monotonic() - started


def run_night(
    environment: Environment,
    pseudonymiser: Pseudonymiser,
    clock: RunClock,
    sources: Sequence[SourceDefinition],
    *,
    every_source: Sequence[SourceDefinition] | None = None,
    full_refresh: bool = False,
    accepted: Sequence[str] = (),
    progress: Progress = lambda _stage, _message: None,
) -> NightResult:
    """Load `sources`, check, build everything, publish when checks, tests and audit pass.

    A source that fails does not stop the others. Nothing is published when a check, dbt or the audit fails:
    readers keep the last good version.

    Raises:
        BusyError: another run holds the lock.
        KeyChangedError: the warehouse belongs to another key.
        ConfigurationError: a full refresh would lose days whose events retention deleted.
    """
    with Night(environment, full_refresh=full_refresh, progress=progress) as night:
        night.open(pseudonymiser, clock, every_source or sources, accepted)
        night.prepare_build()
        for source in sources:
            night.load(source)
        return build_and_publish(night, accepted=accepted)


def build_and_publish(night: Night, *, accepted: Sequence[str] = ()) -> NightResult:
    """Everything that comes after loading; `ai-usage publish` does only this."""
    night.check(accepted)
    night.build()
    night.audit()
    night.publish()
    night.build_site()
    return night.finish()
