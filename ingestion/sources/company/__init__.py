"""The company's own files: contracts, rates, limits, targets, calendar, leave, rollouts, events, names, logins.

    <folder>/<table>.csv        ─→ a table of the same name, replaced whole
    <folder>/github_logins.csv  ─→ identity_links

Alone: `ai-usage run --source company`. Settings: docs/connect/company.md; a working set: company.example/.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from dlt.common.configuration import configspec

from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch, Finding
from ingestion.sources.company import records
from ingestion.sources.company.department_names import renamed_spans, with_new_names
from ingestion.sources.company.files import read_folder, sound_rows
from ingestion.sources.company.rows import DepartmentName, GithubLogin, ServiceAccount
from ingestion.sources.company.unmatched import never_in_roster, not_in_roster, unmatched, without_own_unit
from runtime.counting import counted
from runtime.errors import SourceError
from runtime.settings import SourceSettings, company_folder


@configspec
class CompanySettings(SourceSettings):
    """Section `sources.company`.

    Attributes:
        folder: where the files lie; `AI_USAGE_COMPANY_DIR` says it for everybody.
    """

    folder: str | None = None

    def on_resolved(self) -> None:
        """Called by dlt when all settings are read."""
        self.folder = self.folder or company_folder()


def extract(run: SourceRun) -> Iterator[Batch]:
    """Every table as its file says now; nothing when any file has a problem."""
    settings: CompanySettings = run.settings
    folder = read_folder(Path(settings.folder or ""))
    rows = sound_rows(folder)
    for name, message, remedy in unmatched(folder):
        run.progress(f"WARNING: {name}.csv: {message} {remedy}")
    names = renamed_spans(cast(list[DepartmentName], rows["department_names"]), run.clock.today)
    rows = with_new_names(rows, names)
    for file in records.FILES:
        if file.contract is not None:
            run.progress(file.name)
            yield from run.replace_current(file.contract, rows[file.name])
    yield from run.replace_current(records.DEPARTMENT_NAMES, names)
    yield from _service_accounts(run, cast(list[ServiceAccount], rows["service_accounts"]))
    logins = cast(list[GithubLogin], rows["github_logins"])
    yield from run.events(records.LOGIN_LINKS, list(records.login_links(logins, run.clock.today)))


def check(run: SourceRun) -> Iterator[Finding]:
    """Everything that is wrong with the files, a line each, and which files are not there."""
    settings: CompanySettings = run.settings
    try:
        folder = read_folder(Path(settings.folder or ""))
    except SourceError as error:
        yield Finding("folder", False, error.message, error.remedy)
        return
    for entry in folder.problems:
        yield Finding(entry.file, False, str(entry.problem))
    faulty = {entry.file for entry in folder.problems}
    for file in records.FILES:
        name = f"{file.name}.csv"
        if name in faulty:
            continue
        is_there = name in folder.present
        message = counted(len(folder.rows[file.name]), "row") if is_there else "missing; its table stays empty"
        yield Finding(name, True, message)
    names = renamed_spans(cast(list[DepartmentName], folder.rows["department_names"]), run.clock.today)
    named_today, roster = with_new_names(folder.rows, names), run.roster
    told = (
        *unmatched(folder),
        *not_in_roster(folder, named_today, roster.labels),
        *never_in_roster(folder, roster.departments_ever()),
        *without_own_unit(folder, named_today, roster.department_sizes(), names, roster.least_unit),
    )
    for name, message, remedy in told:
        yield Finding(f"{name}.csv", False, message, remedy)


def _service_accounts(run: SourceRun, accounts: list[ServiceAccount]) -> Iterator[Batch]:
    """One table from identifiers of several namespaces. A marker a kind: they delete the same old rows."""
    for kind, contract in records.SERVICE_ACCOUNTS.items():
        yield from run.replace_current(contract, [entry for entry in accounts if entry.kind == kind])


SOURCE = SourceDefinition(
    name="company",
    description="The company's own files: contracts, prices, rates, thresholds, calendar, leave, login list.",
    settings=CompanySettings,
    contracts=records.CONTRACTS,
    is_connected=lambda settings: bool(settings.folder),
    extract=extract,
    check=check,
)
