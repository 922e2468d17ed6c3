"""The HRIS: who works where, since when, and under which addresses. CSV exports or BambooHR.

    current state (nightly snapshot, archive)  ─→ employees, employee_emails
    effective-dated history                    ─→ employee_history

Alone: `ai-usage run --source hris`. Settings: docs/connect/hris.md.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.archive import ArchivedAnswer, archived_answers
from ingestion.http import VendorClient
from ingestion.snapshots import saved_rows, snapshots
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch
from ingestion.sources.hris import bamboohr, records
from ingestion.sources.hris.csv_files import (
    HISTORY,
    SNAPSHOT,
    history_rows,
    made_on,
    open_table,
    read_location,
    snapshot_rows,
)
from ingestion.sources.hris.doctor import check
from ingestion.sources.hris.roster import contradictions, oddities, refuse_shrunk, refuse_unknown_statuses
from ingestion.sources.hris.settings import (
    HrisSettings,
    check_settings,
    column_mapping,
    of_file,
    reading_of,
    table_format,
)
from ingestion.sources.hris.shared_addresses import REMEDY, message, shared_addresses
from ingestion.sources.hris.values import Seen
from runtime.counting import counted


@dataclass(slots=True)
class _Last:
    """What was seen in the rows that were read last, and the day on which their file was made."""

    seen: Seen = field(default_factory=Seen)
    made_on: dt.date | None = None


def extract(run: SourceRun) -> Iterator[Batch]:
    """Every day that is still to be loaded, then the history as it is now."""
    settings: HrisSettings = run.settings
    check_settings(settings)
    if settings.kind == "csv":
        run.gate.refusal_text = of_file(settings, SNAPSHOT)
    yield from _employees(run)
    if settings.history_location or settings.kind == "bamboohr":
        yield from _history(run)


def _employees(run: SourceRun) -> Iterator[Batch]:
    settings: HrisSettings = run.settings
    today = run.clock.today
    last = _Last()

    def live() -> list[dict[str, Any]]:
        if settings.kind == "bamboohr":
            rows = _bamboohr_rows(settings, bamboohr.employee_answers(*_bamboohr(settings)), today, last)
            if not rows and run.loaded.last_rows(records.EMPLOYEES.name, run.tenant, "main", today) is None:
                bamboohr.refuse_nobody()
            return rows
        assert settings.snapshot_location is not None
        return _live_csv_rows(settings, today, last)

    def saved(answer: ArchivedAnswer) -> list[dict[str, Any]]:
        if answer.format == "csv":
            return _csv_rows(settings, answer.read(), answer.day, last, answer.path.name)
        return _bamboohr_rows(settings, saved_rows(answer, "data"), answer.day, last)

    mailboxes = frozenset(map(run.gate.pseudonymiser.email_token, settings.shared_mailboxes or ()))
    is_live = bool(settings.snapshot_location) or settings.kind == "bamboohr"
    for shown_on, rows in snapshots(run, records.EMPLOYEES, live=live if is_live else None, saved=saved):
        day = _day_of(run, shown_on, last)
        if day is None:
            continue
        employees = records.people(run.gate, rows, mailboxes)
        refuse_shrunk(run, records.EMPLOYEES, day, len(employees))
        for reason, count in contradictions(last.seen).items():
            run.gate.note(records.EMPLOYEES.name, reason, count)
        landing = [records.coarse_hire(employee, day) for employee in employees]
        addresses = list(records.addresses(run.gate, employees))
        if shown_on == today:
            if shared := shared_addresses(run.gate, employees, addresses, day):
                run.progress(f"WARNING: {message(shared)} {REMEDY}")
            for oddity in oddities(last.seen, employees):
                run.progress(f"WARNING: {oddity}")
        yield from run.replace_day(records.EMPLOYEES, day, landing)
        yield from run.replace_day(records.EMPLOYEE_EMAILS, day, addresses)


def _day_of(run: SourceRun, shown_on: dt.date, last: _Last) -> dt.date | None:
    """The day whose state the rows are; None where that day is loaded already.

    A file that has not come for a while is no news: it is the state of the day on which it was made, so that
    `source_status` shows how far the data reach.
    """
    settings: HrisSettings = run.settings
    if shown_on != run.clock.today or last.made_on is None:
        return shown_on
    age = (shown_on - last.made_on).days
    if age <= settings.max_file_age_days:
        return shown_on
    run.progress(
        f"WARNING: the export is {counted(age, 'day')} old ({last.made_on}) and is not taken for today's "
        "state. Export it every night, or raise max_file_age_days."
    )
    is_loaded = run.loaded.is_loaded(records.EMPLOYEES.name, run.tenant, "main", last.made_on)
    return None if is_loaded else last.made_on


def _history(run: SourceRun) -> Iterator[Batch]:
    settings: HrisSettings = run.settings
    run.progress(records.EMPLOYEE_HISTORY.name)
    reading = reading_of(settings)
    if settings.kind == "bamboohr":
        client, _ = _bamboohr(settings)
        rows = bamboohr.history_rows(client, reading, run.clock.today)
    else:
        assert settings.history_location is not None
        run.gate.refusal_text = of_file(settings, HISTORY)
        file = read_location(settings.history_location, settings.api_key, "history_location")
        mapping, format_ = column_mapping(settings, HISTORY), table_format(settings, HISTORY)
        sheet, columns = open_table(file.data, HISTORY, mapping, format_=format_)
        rows = history_rows(sheet, columns, reading, run.clock.today)
        refuse_unknown_statuses(reading.seen, settings.max_unknown_status_ratio)
    spans = run.gate.objects(records.HistorySpan, records.EMPLOYEE_HISTORY.name, rows)
    sound = records.sound_spans(run.gate, spans)
    refuse_shrunk(run, records.EMPLOYEE_HISTORY, run.clock.today, len(sound))
    yield from run.replace_current(records.EMPLOYEE_HISTORY, records.coarse_spans(sound, run.clock.today))


def _live_csv_rows(settings: HrisSettings, today: dt.date, last: _Last) -> list[dict[str, Any]]:
    assert settings.snapshot_location is not None
    file = read_location(settings.snapshot_location, settings.api_key, "snapshot_location")
    rows = _csv_rows(settings, file.data, today, last)
    if last.made_on is None and file.age_days is not None:
        last.made_on = today - dt.timedelta(days=file.age_days)
    return rows


def _csv_rows(
    settings: HrisSettings, data: bytes, day: dt.date, last: _Last, name: str = ""
) -> list[dict[str, Any]]:
    mapping, format_ = column_mapping(settings, SNAPSHOT), table_format(settings, SNAPSHOT)
    sheet, columns = open_table(data, SNAPSHOT, mapping, name, format_)
    reading = reading_of(settings)
    rows = snapshot_rows(sheet, columns, reading, day, settings.primary_column)
    refuse_unknown_statuses(reading.seen, settings.max_unknown_status_ratio)
    last.seen, last.made_on = reading.seen, made_on(sheet, reading)
    return rows


def _bamboohr_rows(
    settings: HrisSettings, answers: list[dict[str, Any]], day: dt.date, last: _Last
) -> list[dict[str, Any]]:
    fields = bamboohr.field_names(settings.bamboohr_fields)
    reading = reading_of(settings)
    rows = bamboohr.employee_rows(answers, fields, reading, day)
    last.seen, last.made_on = reading.seen, None
    return rows


def _bamboohr(settings: HrisSettings) -> tuple[VendorClient, dict[str, str]]:
    client = bamboohr.bamboohr_client(settings.base_url or "", settings.api_key or "")
    return client, bamboohr.field_names(settings.bamboohr_fields)


def _is_connected(settings: HrisSettings) -> bool:
    if settings.kind == "bamboohr":
        return bool(settings.api_key and settings.base_url)
    has_archive = bool(archived_answers(settings.archive_dir, "hris", records.EMPLOYEES.name))
    return bool(settings.snapshot_location or settings.history_location or has_archive)


SOURCE = SourceDefinition(
    name="hris",
    description="The HR system: people, departments, managers, first and last days.",
    settings=HrisSettings,
    contracts=records.CONTRACTS,
    is_connected=_is_connected,
    extract=extract,
    check=check,
    needed_for="nothing can be joined to a person or a department",
    reads_archive_alone=True,
)
