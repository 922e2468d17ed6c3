"""`ai-usage doctor`: what is missing or too wide before the first night. Only reads."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingestion.clock import RunClock
from ingestion.config import Environment, email_rules, resolve_settings
from ingestion.errors import AiUsageError, ConfigurationError
from ingestion.failures import told
from ingestion.ops import LoadedDays
from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import Pseudonymiser, load_key
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Finding
from orchestration.doctor_target import examine_target
from orchestration.known_settings import unknown_settings

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
    for problem in (unknown := unknown_settings()):
        yield "settings", Finding("names", False, problem, "Correct or remove it.")
    if not unknown:
        yield "settings", Finding("names", True, "every setting is one that is read")
    yield from (("secrets", finding) for finding in _secrets(_SECRETS))
    yield from (("target", finding) for finding in examine_target(environment))
    yield "data folder", _data_folder(environment)
    for source in sources:
        for finding in _source(source, pseudonymiser, clock):
            yield source.name, finding


def _secrets(path: Path) -> Iterator[Finding]:
    if not path.exists():
        return
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
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


def _source(
    source: SourceDefinition, pseudonymiser: Pseudonymiser | None, clock: RunClock
) -> Iterator[Finding]:
    try:
        settings = resolve_settings(source.settings, source.name)
    except ConfigurationError as error:
        yield Finding("settings", False, error.message, error.remedy)
        return
    if not source.is_connected(settings):
        how = f"docs/connect/{source.name}.md says how"
        if source.needed_for:
            yield Finding("settings", False, f"not connected: without it {source.needed_for}.", f"{how}.")
        else:
            yield Finding("settings", True, f"not connected ({how})")
        return
    # Doctor reads answers but keeps nothing, so a stand-in key is enough where the real one is missing.
    gate = Gate(pseudonymiser or Pseudonymiser(bytes(range(32))), tenant=settings.tenant, latest=clock.latest)
    run = SourceRun(source.name, settings, gate, clock, LoadedDays([]))
    try:
        yield from source.check(run)
    except AiUsageError as error:
        yield Finding("access", False, error.message, error.remedy)
    except Exception as error:  # doctor reports on every source, whatever one of them does
        yield Finding("access", False, told(error))
