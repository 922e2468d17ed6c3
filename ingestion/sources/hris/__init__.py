"""The HRIS: who works where, since when, and under which addresses. CSV exports or BambooHR.

    current state (nightly snapshot, archive)  ─→ employees, employee_emails
    effective-dated history                    ─→ employee_history

Alone: `ai-usage run --source hris`. Settings: docs/connect/hris.md.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Optional

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue

from ingestion.archive import ArchivedAnswer, archived_answers
from ingestion.config import SourceSettings
from ingestion.doctor import probe
from ingestion.errors import ConfigurationError, SourceError
from ingestion.http import VendorClient
from ingestion.privacy.contract import TableContract
from ingestion.snapshots import saved_rows, snapshots
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch, Finding
from ingestion.sources.hris import bamboohr, records
from ingestion.sources.hris.csv_files import (
    HISTORY,
    SNAPSHOT,
    FileKind,
    history_rows,
    newest_date,
    open_table,
    read_location,
    snapshot_rows,
)
from ingestion.sources.hris.shared_addresses import REMEDY, message, shared_addresses
from ingestion.sources.hris.values import Reading, status_map

_STALE_DAYS = 7


@configspec
class HrisSettings(SourceSettings):
    """Section `sources.hris`.

    Attributes:
        kind: `csv` or `bamboohr`.
        snapshot_location, history_location: paths or http(s) URLs of the exports (csv).
        base_url: `https://<company>.bamboohr.com` (bamboohr).
        api_key: BambooHR's key; for csv a bearer token for the URLs, if they need one.
        column_mapping, history_column_mapping: logical column → header of the export, where they differ.
        bamboohr_fields: logical column → field of BambooHR's `employee` dataset, where they differ.
        status_map: the company's words for a status → active, on_leave, terminated, other.
        date_formats: strptime formats beside ISO dates, e.g. `%d.%m.%Y`.
        end_dates_inclusive: an end date is the last day (default) or the first day after it.
        max_shrink_ratio: a file with a larger share of rows missing than this is refused.
    """

    kind: str = "csv"
    snapshot_location: str | None = None
    history_location: str | None = None
    base_url: str | None = None
    api_key: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    column_mapping: dict[str, str] | None = None
    history_column_mapping: dict[str, str] | None = None
    bamboohr_fields: dict[str, str] | None = None
    status_map: dict[str, str] | None = None
    date_formats: list[str] | None = None
    end_dates_inclusive: bool = True
    max_shrink_ratio: float = 0.3


def extract(run: SourceRun) -> Iterator[Batch]:
    """Every day that is still to be loaded, then the history as it is now."""
    settings: HrisSettings = run.settings
    check_settings(settings)
    yield from _employees(run)
    if settings.history_location or settings.kind == "bamboohr":
        yield from _history(run)


def check(run: SourceRun) -> Iterator[Finding]:
    """Whether files or API can be read, and what they lack. Reads the files whole, and one row of the API."""
    settings: HrisSettings = run.settings
    try:
        check_settings(settings)
    except ConfigurationError as error:
        yield Finding("settings", False, error.message, error.remedy)
        return
    if settings.kind == "bamboohr":
        yield from _check_bamboohr(settings)
        return
    if settings.snapshot_location:
        yield from _check_file(run, SNAPSHOT, settings.snapshot_location, "snapshot_location")
    else:
        remedy = "Set snapshot_location: the history alone has no addresses, so no account finds its person."
        yield Finding("employees", False, "snapshot_location is not set.", remedy)
    if settings.history_location:
        yield from _check_file(run, HISTORY, settings.history_location, "history_location")
    else:
        message = "history_location is not set: moves count from the day on which a snapshot showed them."
        yield Finding("employee_history", True, message)


def check_settings(settings: HrisSettings) -> None:
    """Raise when settings contradict themselves.

    Raises:
        ConfigurationError: names the setting and what may stand there.
    """
    if settings.kind not in ("csv", "bamboohr"):
        raise ConfigurationError("[sources.hris] kind is unknown.", "Use `csv` or `bamboohr`.")
    for name, allowed in (
        ("column_mapping", SNAPSHOT.columns),
        ("history_column_mapping", HISTORY.columns),
        ("bamboohr_fields", (*bamboohr.FIELDS, "alternate_emails", "cost_center")),
    ):
        unknown = sorted(set(getattr(settings, name) or {}) - set(allowed))
        if unknown:
            raise ConfigurationError(
                f"[sources.hris] {name} has no column {', '.join(unknown)}.", f"Use {', '.join(allowed)}."
            )
    if not set((settings.status_map or {}).values()) <= set(records.STATUSES):
        raise ConfigurationError(
            "[sources.hris] status_map maps to an unknown status.", f"Use {', '.join(records.STATUSES)}."
        )
    if not 0 <= settings.max_shrink_ratio <= 1:
        raise ConfigurationError("[sources.hris] max_shrink_ratio is no share.", "Use a number from 0 to 1.")


def _employees(run: SourceRun) -> Iterator[Batch]:
    settings: HrisSettings = run.settings
    today = run.clock.today

    def live() -> list[dict[str, Any]]:
        if settings.kind == "bamboohr":
            return _bamboohr_rows(settings, bamboohr.employee_answers(*_bamboohr(settings)), today)
        assert settings.snapshot_location is not None
        data = read_location(settings.snapshot_location, settings.api_key, "snapshot_location")
        return _csv_rows(settings, data, today)

    def saved(answer: ArchivedAnswer) -> list[dict[str, Any]]:
        if answer.format == "csv":
            return _csv_rows(settings, answer.read(), answer.day, answer.path.name)
        return _bamboohr_rows(settings, saved_rows(answer, "data"), answer.day)

    is_live = bool(settings.snapshot_location) or settings.kind == "bamboohr"
    for day, rows in snapshots(run, records.EMPLOYEES, live=live if is_live else None, saved=saved):
        refuse_shrunk(run, records.EMPLOYEES, day, len(rows))
        employees = run.gate.objects(records.Employee, records.EMPLOYEES.name, rows)
        employees = records.one_row_each(run.gate, employees)
        landing = [records.coarse_hire(employee, day) for employee in employees]
        addresses = list(records.addresses(run.gate, employees))
        if day == today and (shared := shared_addresses(run.gate, employees, addresses, day)):
            run.progress(f"WARNING: {message(shared)} {REMEDY}")
        yield from run.replace_day(records.EMPLOYEES, day, landing)
        yield from run.replace_day(records.EMPLOYEE_EMAILS, day, addresses)


def _history(run: SourceRun) -> Iterator[Batch]:
    settings: HrisSettings = run.settings
    run.progress(records.EMPLOYEE_HISTORY.name)
    if settings.kind == "bamboohr":
        client, _ = _bamboohr(settings)
        rows = bamboohr.history_rows(client, _reading(settings), run.clock.today)
    else:
        assert settings.history_location is not None
        data = read_location(settings.history_location, settings.api_key, "history_location")
        sheet, columns = open_table(data, HISTORY, _mapping(settings, HISTORY))
        rows = history_rows(sheet, columns, _reading(settings), run.clock.today)
    refuse_shrunk(run, records.EMPLOYEE_HISTORY, run.clock.today, len(rows))
    spans = run.gate.objects(records.HistorySpan, records.EMPLOYEE_HISTORY.name, rows)
    sound = records.coarse_spans(records.sound_spans(run.gate, spans), run.clock.today)
    yield from run.replace_current(records.EMPLOYEE_HISTORY, sound)


def refuse_shrunk(run: SourceRun, contract: TableContract, day: dt.date, rows: int) -> None:
    """Refuse a load that lost too many rows against the last one: a cut export must not empty departments.

    Raises:
        SourceError: with both counts; nothing is replaced.
    """
    before = [(r.day, r.rows) for r in run.fetched if r.resource == contract.name and r.day <= day]
    loaded = run.loaded.last_rows(contract.name, run.tenant, "main", day)
    last = max(before + ([loaded] if loaded else []), default=None)
    limit: float = run.settings.max_shrink_ratio
    if last is not None and rows < last[1] * (1 - limit):
        raise SourceError(
            f"hris: {contract.name} of {day} has {rows} rows, {contract.name} of {last[0]} had {last[1]}: "
            f"more than {limit:.0%} fewer. Nothing was replaced.",
            "Check the export; if it is right, run once with SOURCES__HRIS__MAX_SHRINK_RATIO=1.",
        )


def _csv_rows(settings: HrisSettings, data: bytes, day: dt.date, name: str = "") -> list[dict[str, Any]]:
    sheet, columns = open_table(data, SNAPSHOT, _mapping(settings, SNAPSHOT), name)
    return snapshot_rows(sheet, columns, _reading(settings), day)


def _bamboohr_rows(settings: HrisSettings, answers: list[dict[str, Any]], day: dt.date) -> list[dict[str, Any]]:
    fields = bamboohr.field_names(settings.bamboohr_fields)
    return bamboohr.employee_rows(answers, fields, _reading(settings), day)


def _mapping(settings: HrisSettings, kind: FileKind) -> dict[str, str]:
    """The history's own mapping, or what the snapshot's says of the columns that both have."""
    if kind is SNAPSHOT or settings.history_column_mapping is None:
        shared = settings.column_mapping or {}
        return {name: header for name, header in shared.items() if name in kind.columns}
    return settings.history_column_mapping


def _reading(settings: HrisSettings) -> Reading:
    return Reading(
        date_formats=settings.date_formats or (),
        end_dates_inclusive=settings.end_dates_inclusive,
        status_map=status_map(settings.status_map),
        # BambooHR's status words are kinds of employment (Full-Time, Contractor); leaving is what is named.
        unknown_status="active" if settings.kind == "bamboohr" else "other",
    )


def _bamboohr(settings: HrisSettings) -> tuple[VendorClient, dict[str, str]]:
    client = bamboohr.bamboohr_client(settings.base_url or "", settings.api_key or "")
    return client, bamboohr.field_names(settings.bamboohr_fields)


def _check_file(run: SourceRun, kind: FileKind, location: str, setting: str) -> Iterator[Finding]:
    subject = records.EMPLOYEES.name if kind is SNAPSHOT else records.EMPLOYEE_HISTORY.name
    settings: HrisSettings = run.settings
    try:
        data = read_location(location, settings.api_key, setting)
        sheet, columns = open_table(data, kind, _mapping(settings, kind))
    except SourceError as error:
        yield Finding(subject, False, error.message, error.remedy)
        return
    newest = newest_date(sheet, "snapshot_date")
    if newest is not None and (run.clock.today - newest).days > _STALE_DAYS:
        message = f"the export's newest snapshot_date is {newest}."
        yield Finding(subject, False, message, "Export it every night; it is loaded as today's state.")
        return
    message = f"{len(sheet.rows)} rows"
    if columns.missing:
        message += f"; empty, since the file has no such column: {', '.join(columns.missing)}"
    yield Finding(subject, True, message)
    if kind is SNAPSHOT:
        yield _check_shared(run, snapshot_rows(sheet, columns, _reading(settings), run.clock.today))


def _check_shared(run: SourceRun, rows: list[dict[str, Any]]) -> Finding:
    """Addresses that two employed people have, counted as tonight's load would count them."""
    employees = records.one_row_each(run.gate, run.gate.objects(records.Employee, records.EMPLOYEES.name, rows))
    addresses = list(records.addresses(run.gate, employees))
    shared = shared_addresses(run.gate, employees, addresses, run.clock.today)
    if shared:
        return Finding(records.EMPLOYEE_EMAILS.name, False, message(shared), REMEDY)
    return Finding(records.EMPLOYEE_EMAILS.name, True, "no address belongs to two employed people")


def _check_bamboohr(settings: HrisSettings) -> Iterator[Finding]:
    client, fields = _bamboohr(settings)
    try:
        body = {"fields": list(fields.values()), "page": 1, "pageSize": 1}
        answer = client.post_json(bamboohr.DATASET, body)
        bamboohr.employee_rows(answer.get("data") or [], fields, _reading(settings), dt.date.min)
        yield Finding("employees", True, "readable")
    except SourceError as error:
        remedy = f"Compare `bamboohr_fields` with the names that GET {bamboohr.DATASET_FIELDS} lists."
        yield Finding("employees", False, error.message, f"{error.remedy} {remedy}")
    for table in ("jobInfo", "employmentStatus"):
        yield probe(
            client,
            f"{bamboohr.CHANGED_TABLES}/{table}",
            {"since": "2999-01-01T00:00:00Z"},
            f"employee_history ({table})",
            f"view {table} of all employees",
        )


def _is_connected(settings: HrisSettings) -> bool:
    if settings.kind == "bamboohr":
        return bool(settings.api_key and settings.base_url)
    has_archive = bool(archived_answers(settings.archive_dir, "hris", records.EMPLOYEES.name))
    return bool(settings.snapshot_location or settings.history_location or has_archive)


SOURCE = SourceDefinition(
    name="hris",
    settings=HrisSettings,
    contracts=records.CONTRACTS,
    is_connected=_is_connected,
    extract=extract,
    check=check,
    needed_for="nothing can be joined to a person or a department",
)
