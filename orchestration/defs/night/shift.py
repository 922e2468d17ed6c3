"""The one night behind the steps of a Dagster run: begun by the first step, ended when the run ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dagster as dg

from ingestion.source import SourceDefinition
from orchestration.checks import CheckResult
from orchestration.defs.deployment import Deployment
from orchestration.defs.night.config import NightConfig
from orchestration.night import Night
from orchestration.result import ExitCode
from runtime.failures import told

RESOURCE = "night"


class Shift:
    """Holds the night, and with it the lock, from the first step that needs it until the run has ended.

    All steps run in one process (the job's executor sees to that), so the state of the night passes from one to
    the next in memory. Whatever ends it, the lock is given back and alerts are reported once.
    """

    def __init__(self, deployment: Deployment, config: NightConfig, *, publishes: bool) -> None:
        """`publishes`: whether the run is to publish; one that is not tells nobody how it went."""
        self.deployment = deployment
        self.config = config
        self._publishes = publishes
        self._night: Night | None = None
        self._is_open = self._is_over = self._is_checked = False
        self._crashed = ""

    def night(self) -> Night:
        """The night; the first call takes the lock.

        Raises:
            BusyError: another run holds the lock.
            EndedError: an earlier step was its end.
        """
        if self._crashed:
            raise EndedError(self._crashed)
        if self._night is None:
            night = Night(
                self.deployment.environment(),
                full_refresh=self.config.full_refresh,
                progress=self.deployment.progress,
            )
            night.__enter__()
            self._night = night
            self.deployment.results.append(night.result)
        return self._night

    def loading(self) -> Night:
        """The night, ready to load."""
        night = self.night()
        if not self._is_open:
            clock = self.config.clock(self.deployment.now())
            night.open(self.deployment.pseudonymiser(), clock, self.deployment.sources, self.config.accept)
            if self._publishes:  # others may end before they build
                night.prepare_build()
            self._is_open = True
        return night

    def asks_for(self, source: SourceDefinition) -> bool:
        """Whether the run is to load `source`."""
        return self.config.asks_for(source, self.deployment.sources)

    def checks(self) -> Sequence[CheckResult]:
        """What the checks of loaded data say; they run once a night."""
        night = self.night()
        if not self._is_checked:
            night.check(self.config.accept)
            self._is_checked = True
        return night.result.checks

    def refused(self) -> str:
        """The night goes no further and readers keep what they have; gives what is told of it."""
        night = self.night()
        result = night.result
        if self._publishes and (result.dbt is None or not result.dbt.ok):
            night.audit()  # audits nothing then; says which version readers keep
        self._is_over = True
        texts = [text for text in (result.error, result.site_error) if text]
        texts += result.dbt.failures[:5] if result.dbt else []
        published = "published" if result.publication else "NOT published"
        return f"{named(result.exit_code)}, {published}. {' '.join(texts)}"

    def done(self) -> None:
        """The night did what it was to do."""
        self._is_over = True

    def crashed(self, error: Exception) -> str:
        """The night ended before its end, by `error`; gives what is told of it."""
        if isinstance(error, EndedError):
            return str(error)
        night, self._night = self._night, None
        if night is not None:
            try:
                night.__exit__(type(error), error, error.__traceback__)
            except Exception as clearer:  # a full disk, where that was the reason
                error = clearer
        self.deployment.error = error
        self._crashed = "Not begun: an earlier step ended the night."
        return told(error)

    def interrupted(self) -> None:
        """Somebody stopped the run, or the machine did: nothing is told."""
        self._is_over = False

    def end(self) -> None:
        """Tell who must know, give the lock back."""
        night, self._night = self._night, None
        if night is not None:
            try:
                if self._is_over and self._publishes:
                    night.finish()
            finally:
                night.__exit__(None, None, None)


def named(code: ExitCode) -> str:
    """An exit code of the commands, for a person."""
    return f"{code.name} (exit code {int(code)})"


class EndedError(Exception):
    """A step that came after the night's end."""


def shift_resource(deployment: Deployment, published: frozenset[dg.AssetKey]) -> dg.ResourceDefinition:
    """The resource that every step of a night shares; its configuration is the launchpad's."""

    def shift(context: dg.InitResourceContext) -> Iterator[Shift]:
        selected = context.run.asset_selection if context.run else None  # nothing: the whole job
        publishes = not selected or bool(published & selected)
        made = Shift(deployment, NightConfig(**context.resource_config), publishes=publishes)
        try:
            yield made
        finally:
            made.end()

    return dg.ResourceDefinition(
        resource_fn=shift,
        config_schema=NightConfig.to_config_schema().as_field(),
        description="The night that the steps of a run share: its lock, its clock, what came of each step.",
    )
