"""`ai-usage doctor`: what is missing or too wide before the first night. Only reads."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import dlt
from dlt.common.destination.exceptions import DestinationException

from ingestion.accounts import Account, accounts_of, require_complete
from ingestion.connections import LastNight, has_settings, last_nights, lost_settings, settings_folder
from ingestion.http import ASKED_BY_A_PERSON, limited
from ingestion.privacy.contract import DayGrain
from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import Pseudonymiser, load_key
from ingestion.privacy.settings import email_rules
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Finding
from orchestration.choices import chosen, lowest, project_var
from orchestration.doctor_network import examine_network
from orchestration.doctor_snapshot import LastSnapshot, LoadedRoster, loaded_days
from orchestration.doctor_target import examine_target
from orchestration.known_settings import unknown_settings
from orchestration.project import require_project
from runtime.clock import RunClock
from runtime.environment import ENGINES, Environment
from runtime.errors import AiUsageError, ConfigurationError
from runtime.failures import told
from runtime.settings import SourceSettings
from runtime.warehouse import WAREHOUSE_ERRORS

_SECRETS = Path(".dlt/secrets.toml")


def examine(
    environment: Environment, sources: Sequence[SourceDefinition], clock: RunClock
) -> Iterator[tuple[str, Finding]]:
    """Every finding with its area: key, secrets, target, data folder, then each source."""
    pseudonymiser: Pseudonymiser | None = None
    try:
        pseudonymiser = Pseudonymiser(load_key(), email_rules())
        yield "key", Finding("pseudonymisation key", True, "present and well formed")
    except ConfigurationError as error:
        yield "key", Finding("pseudonymisation key", False, error.message, error.remedy)
    yield "installation", _project()
    yield "figures", _choices()
    for problem in (unknown := unknown_settings()):
        yield "settings", Finding("names", False, problem, "Correct or remove it.")
    if not unknown:
        what = f"every setting is one that is read; its files are looked for in {settings_folder()}"
        yield "settings", Finding("names", True, what)
    yield from (("secrets", finding) for finding in _secrets(_SECRETS))
    yield from (("target", finding) for finding in examine_target(environment))
    yield "data folder", _data_folder(environment)
    yield from (("network", finding) for finding in examine_network())
    nights = _last_nights(environment)
    for source in sources:
        try:
            accounts = accounts_of(source, nights)
        except ConfigurationError as error:
            yield source.name, Finding("settings", False, error.message, error.remedy)
            continue
        for account in accounts:
            last = nights.get((account.source, account.tenant))
            for finding in _account(environment, source, account, pseudonymiser, clock, last):
                yield account.shown, finding


def _least_unit() -> int:
    """People whom a department needs to be shown under its own name; a wrong setting has a finding already."""
    least = lowest("min_unit_headcount")
    try:
        return max(int(project_var("min_unit_headcount")), least)
    except ConfigurationError:
        return least


def _project() -> Finding:
    try:
        require_project()
    except ConfigurationError as error:
        return Finding("project", False, error.message, error.remedy)
    return Finding("project", True, "models, seeds and pages are there")


def _choices() -> Finding:
    try:
        told = ", ".join(f"{name} = {value}" for name, value in chosen().items())
    except ConfigurationError as error:
        return Finding("choices", False, error.message, error.remedy)
    return Finding(
        "choices", True, told or "zone, currency, k, smallest unit and rehire days as dbt_project.yml has them"
    )


def _secrets(path: Path) -> Iterator[Finding]:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        reason = f"cannot be read: {os.strerror(error.errno or 0)}"
        yield Finding(str(path), False, reason, "Run as the account that owns it.")
        return
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(str(path), False, "can be read by other users", f"Run `chmod 600 {path}`.")
    else:
        yield Finding(str(path), True, "readable by its owner alone")


def _data_folder(environment: Environment) -> Finding:
    folder = environment.data_dir
    if not folder.exists():
        return Finding("private", True, "will be made, private, by the first run")
    if folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding("private", False, "can be read by other users", f"Run `chmod 700 {folder.name}`.")
    return Finding("private", True, "readable by its owner alone")


def _unread_archive(source: SourceDefinition, account: Account) -> Finding | None:
    """Saved answers that no night will read, because the source is not connected; None where there is nothing.

    A folder that [sources] names for all of them says nothing of a source of which it holds nothing.
    """
    settings: SourceSettings = account.settings
    folder = settings.archive_dir
    has_answers = any(isinstance(c.grain, DayGrain) and c.grain.is_snapshot for c in source.contracts)
    if not folder or settings.disconnected or not has_answers:
        return None
    is_shared = folder == dlt.config.get("sources.archive_dir")
    if is_shared and not (Path(folder) / account.archive).is_dir():
        return None
    if source.reads_archive_alone:
        what = "archive_dir is set, but there is no snapshot_location and no saved answer below it"
        remedy = f"Set snapshot_location, or put files into <archive_dir>/{source.name}/employees/"
    else:
        what = (
            "archive_dir is set, but there are no credentials: the source is not connected, so nothing is read"
        )
        remedy = "Add the credentials, or remove archive_dir"
    return Finding("archive_dir", False, f"{what}.", f"{remedy}; see docs/connect/{source.name}.md.")


def _last_nights(environment: Environment) -> dict[tuple[str, str], LastNight]:
    """How the last night found each account; nothing before the first, or while the warehouse is busy."""
    if environment.target not in ENGINES or not environment.is_there:
        return {}
    try:
        with environment.session(read_only=True) as session:
            return last_nights(session, environment)
    except (AiUsageError, DestinationException, *WAREHOUSE_ERRORS):
        return {}  # the target's own findings tell of it


def _account(
    environment: Environment,
    source: SourceDefinition,
    account: Account,
    pseudonymiser: Pseudonymiser | None,
    clock: RunClock,
    last: LastNight | None,
) -> Iterator[Finding]:
    settings = account.settings
    try:
        require_complete(source, account)
    except ConfigurationError as error:
        yield Finding("settings", False, error.message, error.remedy)
        return
    if not has_settings(source, settings):
        if lost := lost_settings(source.name, account.section, account.shown, last, settings):
            yield Finding("settings", False, lost.message, lost.remedy)
            return
        how = f"docs/connect/{source.name}.md says how"
        if archive := _unread_archive(source, account):
            yield archive
            return
        if source.needed_for:
            yield Finding("settings", False, f"not connected: without it {source.needed_for}.", f"{how}.")
        else:
            yield Finding("settings", True, f"not connected; {how}", is_connected=False)
        return
    # Doctor reads answers but keeps nothing, so a stand-in key is enough where the real one is missing.
    gate = Gate(pseudonymiser or Pseudonymiser(bytes(range(32))), tenant=settings.tenant, latest=clock.latest)
    run = SourceRun(source.name, settings, gate, clock, loaded_days(environment, source.name))
    run.archive = account.archive
    run.roster = LoadedRoster(environment, clock.today, _least_unit())
    if pseudonymiser is not None:  # what is stored is compared by its tokens
        run.last_snapshot = LastSnapshot(environment, source.name)
    try:
        with limited(ASKED_BY_A_PERSON):
            yield from source.check(run)
    except AiUsageError as error:
        yield Finding("access", False, error.message, error.remedy)
    except Exception as error:  # doctor reports on every source, whatever one of them does
        yield Finding("access", False, told(error))
