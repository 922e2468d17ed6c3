"""What `ai-usage doctor` says of the HRIS: files and API are read whole, as tonight's load would read them.

Counts alone are told, none below 5, and never a value.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.doctor import probe
from ingestion.http import VendorClient
from ingestion.labels import lookalike
from ingestion.privacy.contract import TableContract
from ingestion.source import SourceRun
from ingestion.source_types import Finding
from ingestion.sources.hris import bamboohr, records
from ingestion.sources.hris.compared import compared_with, stored_people
from ingestion.sources.hris.csv_files import (
    HISTORY,
    SNAPSHOT,
    history_rows,
    made_on,
    open_table,
    read_location,
    snapshot_rows,
)
from ingestion.sources.hris.roster import (
    LEAST_TOLD,
    managers_of,
    oddities,
    refuse_shrunk,
    refuse_unknown_statuses,
    share,
    some,
)
from ingestion.sources.hris.settings import (
    HrisSettings,
    check_settings,
    column_mapping,
    of_file,
    reading_of,
    table_format,
)
from ingestion.sources.hris.shared_addresses import REMEDY, is_employed, message, shared_addresses
from ingestion.sources.hris.values import Seen
from ingestion.tabular import harmless_label
from runtime.counting import counted
from runtime.errors import ConfigurationError, SourceError

_NEXT = "\n          "
_SHOWN_DEPARTMENTS = 40


@dataclass(frozen=True, slots=True)
class _Roster:
    """A roster as tonight's load would take it; `repeated` counts rows whose id an earlier row has."""

    employees: list[records.Employee]
    addresses: list[records.Address]
    seen: Seen
    repeated: int


def check(run: SourceRun) -> Iterator[Finding]:
    """Whether files or API can be read, what stands in them, and what they lack."""
    settings: HrisSettings = run.settings
    try:
        check_settings(settings)
    except ConfigurationError as error:
        yield Finding("settings", False, error.message, error.remedy)
        return
    if settings.kind == "bamboohr":
        yield from _check_bamboohr(run, settings)
        return
    if settings.snapshot_location:
        yield from _check_snapshot(run, settings)
    elif settings.archive_dir:
        remedy = "Set snapshot_location as well: saved answers say nothing of today."
        yield Finding("employees", False, "snapshot_location is not set; only saved answers are read.", remedy)
    else:
        remedy = "Set snapshot_location: the history alone has no addresses, so no account finds its person."
        yield Finding("employees", False, "snapshot_location is not set.", remedy)
    if settings.history_location:
        yield from _check_history(run, settings)
    else:
        message = "history_location is not set: moves count from the day on which a snapshot showed them."
        yield Finding("employee_history", True, message)


def _check_snapshot(run: SourceRun, settings: HrisSettings) -> Iterator[Finding]:
    subject, today = records.EMPLOYEES.name, run.clock.today
    run.gate.refusal_text = of_file(settings, SNAPSHOT)
    try:
        file = read_location(settings.snapshot_location or "", settings.api_key, "snapshot_location")
        mapping, format_ = column_mapping(settings, SNAPSHOT), table_format(settings, SNAPSHOT)
        sheet, columns = open_table(file.data, SNAPSHOT, mapping, format_=format_)
        reading = reading_of(settings)
        rows = snapshot_rows(sheet, columns, reading, today, settings.primary_column)
        refuse_unknown_statuses(reading.seen, settings.max_unknown_status_ratio)
        roster = _roster(run, rows, reading.seen)
    except SourceError as error:
        yield Finding(subject, False, error.message, error.remedy)
        return
    made = made_on(sheet, reading)
    age = (today - made).days if made else file.age_days
    if age is not None and age > settings.max_file_age_days:
        told = (
            f"the export's newest snapshot_date is {made}."
            if made
            else f"the file is {counted(age or 0, 'day')} old."
        )
        remedy = "Export it every night; a file this old is not taken for today's state (max_file_age_days)."
        yield Finding(subject, False, told, remedy)
        return
    lines = [f"{counted(len(sheet.rows), 'row')}, read as {sheet.read_as}"]
    if columns.missing:
        lines.append(f"empty, since the file has no such column: {', '.join(columns.missing)}")
    yield from _findings(run, roster, lines)


def _check_bamboohr(run: SourceRun, settings: HrisSettings) -> Iterator[Finding]:
    client = bamboohr.bamboohr_client(settings.base_url or "", settings.api_key or "")
    fields = bamboohr.field_names(settings.bamboohr_fields)
    reading = reading_of(settings)
    try:
        answers = bamboohr.employee_answers(client, fields)
        rows = bamboohr.employee_rows(answers, fields, reading, run.clock.today)
        if not rows:
            bamboohr.refuse_nobody()
        yield from _findings(
            run, _roster(run, rows, reading.seen), [f"{counted(len(rows), 'employee')} readable"]
        )
    except SourceError as error:
        remedy = f"Compare `bamboohr_fields` with the names that GET {bamboohr.DATASET_FIELDS} lists."
        yield Finding("employees", False, error.message, f"{error.remedy} {remedy}")
    yield from _check_tables(client)


def _check_tables(client: VendorClient) -> Iterator[Finding]:
    for table in ("jobInfo", "employmentStatus"):
        yield probe(
            client,
            f"{bamboohr.CHANGED_TABLES}/{table}",
            {"since": "2999-01-01T00:00:00Z"},
            f"employee_history ({table})",
            f"view {table} of all employees",
        )


def _check_history(run: SourceRun, settings: HrisSettings) -> Iterator[Finding]:
    subject = records.EMPLOYEE_HISTORY.name
    gate = run.gate = run.gate.anew()
    gate.refusal_text = of_file(settings, HISTORY)
    try:
        file = read_location(settings.history_location or "", settings.api_key, "history_location")
        mapping, format_ = column_mapping(settings, HISTORY), table_format(settings, HISTORY)
        sheet, columns = open_table(file.data, HISTORY, mapping, format_=format_)
        reading = reading_of(settings)
        rows = history_rows(sheet, columns, reading, run.clock.today)
        refuse_unknown_statuses(reading.seen, settings.max_unknown_status_ratio)
        spans = records.sound_spans(gate, gate.objects(records.HistorySpan, subject, rows))
        gate.table(records.EMPLOYEE_HISTORY, spans)
        gate.check_limits()
    except SourceError as error:
        yield Finding(subject, False, error.message, error.remedy)
        return
    lines = [f"{counted(len(sheet.rows), 'row')}, read as {sheet.read_as}"]
    if columns.missing:
        lines.append(f"empty, since the file has no such column: {', '.join(columns.missing)}")
    lines += _refused(run)
    yield Finding(subject, True, _NEXT.join(lines))
    yield from _size(run, records.EMPLOYEE_HISTORY, len(spans))


def _roster(run: SourceRun, rows: list[dict[str, Any]], seen: Seen) -> _Roster:
    """The people of these rows, with the limits of a load.

    Raises:
        ContractError: too many rows cannot be read.
    """
    settings: HrisSettings = run.settings
    mailboxes = frozenset(map(run.gate.pseudonymiser.email_token, settings.shared_mailboxes or ()))
    employees = records.people(run.gate, rows, mailboxes)
    addresses = list(records.addresses(run.gate, employees))
    run.gate.table(records.EMPLOYEES, employees, scope="main", day=run.clock.today)
    run.gate.table(records.EMPLOYEE_EMAILS, addresses, scope="main", day=run.clock.today)
    run.gate.check_limits()
    ids = Counter(row["employee_id"] for row in rows if row.get("employee_id"))
    return _Roster(employees, addresses, seen, sum(ids.values()) - len(ids))


def _findings(run: SourceRun, roster: _Roster, lines: list[str]) -> Iterator[Finding]:
    today = run.clock.today
    lines += _refused(run)
    lines += _content(roster, today)
    lines += _departments(roster.employees, today)
    stored = stored_people(run)
    compared = compared_with(run, stored, roster.employees, today)
    lines += compared.lines
    odd = oddities(roster.seen, roster.employees)
    lines += [f"look at this: {oddity}" for oddity in odd]
    is_sound = not any(oddity.is_wrong for oddity in odd)
    yield Finding("employees", is_sound, _NEXT.join(lines), "Mend what the lines above name.")
    yield from _size(run, records.EMPLOYEES, len(roster.employees))
    yield from compared.findings
    yield from _repeated(run, roster)
    shared = shared_addresses(run.gate, roster.employees, roster.addresses, today)
    if shared:
        yield Finding(records.EMPLOYEE_EMAILS.name, False, message(shared), REMEDY)
    else:
        yield Finding(records.EMPLOYEE_EMAILS.name, True, "no address belongs to two employed people")


def _size(run: SourceRun, contract: TableContract, rows: int) -> Iterator[Finding]:
    """A file that tonight's load would refuse, because it lost too many rows against the last one."""
    try:
        refuse_shrunk(run, contract, run.clock.today, rows)
    except SourceError as error:
        yield Finding(f"{contract.name}, rows", False, error.message.removeprefix("hris: "), error.remedy)


def _repeated(run: SourceRun, roster: _Roster) -> Iterator[Finding]:
    """Rows whose id another row has as well: only one row of an id counts."""
    if not roster.repeated:
        return
    message = (
        f"{some(roster.repeated)} of {roster.seen.rows} rows have an employee_id that an earlier row has; "
        "of the rows of one id only one counts"
    )
    reject = run.gate.report.rejects.get((records.EMPLOYEES.name, records.SAME_EMPLOYEE))
    if reject is None:
        yield Finding("repeated ids", True, f"{message}, and they all say the same")
    else:
        yield Finding(
            "repeated ids",
            False,
            f"{message}, and {some(reject.count)} say something else and would be left out.",
            "Export one row per person. Where a person has several jobs, name the column that marks the main "
            "one in primary_column.",
        )


def _refused(run: SourceRun) -> Iterator[str]:
    """Rows that would be refused tonight, by reason."""
    text = run.gate.refusal_text
    for (table, reason), reject in sorted(run.gate.report.rejects.items()):
        yield f"{table}: {some(reject.count)} rows refused ({text.reason(reason)})"


def _content(roster: _Roster, today: dt.date) -> Iterator[str]:
    employees, seen = roster.employees, roster.seen
    everybody = len(employees)
    employed = sum(is_employed(employee, today) for employee in employees)
    with_address = len({address.employee_id for address in roster.addresses})
    hired = sum(employee.hire_date is not None for employee in employees)
    ending = sum(employee.terminated_from is not None for employee in employees)
    managers = managers_of(employees)
    yield f"people: {share(everybody, seen.rows)} of the rows are different employees"
    yield f"employed today: {share(employed, everybody)}"
    yield f"statuses: {_statuses(employees)}"
    yield f"dates: hire date {share(hired, everybody)}, end date {share(ending, everybody)}{_fillers(seen)}"
    yield f"addresses: {share(with_address, everybody)} have one"
    found = share(managers.found, managers.named)
    yield f"managers: {share(managers.named, everybody)} name one, found in the file: {found}"
    if seen.other_jobs:
        yield f"other jobs: {some(seen.other_jobs)} rows left out by primary_column"


def _statuses(employees: Sequence[records.Employee]) -> str:
    """People by status. Where one status has few, the largest is told as the rest: it would tell the few."""
    counts = Counter(employee.status for employee in employees).most_common()
    are_few = any(count < LEAST_TOLD for _, count in counts)
    told = [f"{status} {some(count)}" for status, count in counts]
    return ", ".join([f"{counts[0][0]} the others", *told[1:]] if are_few and len(told) > 1 else told)


def _fillers(seen: Seen) -> str:
    fillers = seen.filler_ends + seen.filler_hires
    return f"; {some(fillers)} dates of a year long ago were taken for no date" if fillers else ""


def _departments(employees: Sequence[records.Employee], today: dt.date) -> Iterator[str]:
    """Departments by size, the small ones together, and how many look alike."""
    sizes = _sizes(employees, today)
    large = sorted((name for name in sizes if sizes[name] >= LEAST_TOLD), key=lambda name: (-sizes[name], name))
    told = {name: str(sizes[name]) for name in large}
    rest = sum(is_employed(employee, today) for employee in employees) - sum(sizes[name] for name in large)
    if large and 0 < rest < LEAST_TOLD:  # the total less the sizes told would tell the rest
        told[large[-1]] = f"{LEAST_TOLD} or more"
    shown = [f"{name} {told[name]}" for name in large[:_SHOWN_DEPARTMENTS]]
    more = len(large) - len(shown)
    small = len(sizes) - len(large)
    others = [f"{more} more"] * (more > 0) + [f"{small} of fewer than {LEAST_TOLD} people"] * (small > 0)
    yield f"departments: {', '.join([*shown, *others]) or 'none'}"
    alike = [count for count in Counter(map(lookalike, sizes)).values() if count > 1]
    if alike:
        yield (
            f"departments whose names look alike: {sum(alike)} names in {counted(len(alike), 'group')}; "
            "department_names.csv can make each group one"
        )


def _sizes(employees: Sequence[records.Employee], today: dt.date) -> Counter[str]:
    labels = (harmless_label(employee.department) for employee in employees if is_employed(employee, today))
    return Counter(label for label in labels if label)
