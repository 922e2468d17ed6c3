"""What a run did, and the exit code that says the most important thing that went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboards.builder import Site
    from ingestion.pipeline import SourceResult
    from orchestration.checks import CheckResult
    from orchestration.dbt import DbtResult
    from orchestration.freshness import SourceFreshness
    from publishing.publish import Publication


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
    SITE_FAILED = 8


@dataclass(slots=True)
class NightResult:
    """What one run did: a result per account, checks, dbt's, what was published, and seconds by stage.

    `refused_by` says which step kept what was built from readers: `checks`, `audit` or `publish`. `freshness`
    is empty when nobody could tell. `site` is the page to open, when one was built, `drawn` what it
    consists of; `site_error` why none was.
    """

    run_id: str
    sources: list[SourceResult] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    freshness: list[SourceFreshness] = field(default_factory=list)
    dbt: DbtResult | None = None
    publication: Publication | None = None
    error: str | None = None
    refused_by: str | None = None
    site: Path | None = None
    drawn: Site | None = None
    site_error: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed_sources(self) -> list[SourceResult]:
        """Accounts that could not be loaded; the marts show their source as stale."""
        return [source for source in self.sources if source.status == "failed"]

    @property
    def failed_checks(self) -> list[CheckResult]:
        """Why what was loaded is not to be believed; a single one stops the publish."""
        return [check for check in self.checks if not check.passed]

    @property
    def exit_code(self) -> ExitCode:
        """The most important thing that went wrong."""
        if self.dbt is not None and not self.dbt.ok:
            return ExitCode.BUILD_FAILED
        if self.publication is None:
            return ExitCode.NOT_PUBLISHED
        if self.site_error is not None:
            return ExitCode.SITE_FAILED
        return ExitCode.SOURCE_FAILED if self.failed_sources else ExitCode.OK
