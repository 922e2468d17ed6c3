"""BambooHR: everybody through the `employee` dataset, the past through two tables of dated rows.

Read-only: one reporting POST and GETs, with HTTP Basic (the API key is the user name). The key sees what its
owner may see; what the owner may not see is refused or left out, so each error names the permission.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from dlt.sources.helpers.rest_client.auth import HttpBasicAuth
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator

from ingestion.http import VendorClient, vendor_client
from ingestion.snapshots import all_rows
from ingestion.sources.hris.csv_files import without_self_manager
from ingestion.sources.hris.values import Reading, address_list, present
from runtime.errors import AccessError, AnswerError

DATASET = "/api/v2/datasets/employee/data"
DATASET_FIELDS = "/api/v1_2/datasets/employee/fields"
CHANGED_TABLES = "/api/v1/employees/changed/tables"
# Field names of the dataset differ between accounts; the setting `bamboohr_fields` corrects them.
FIELDS = {
    "employee_id": "id",
    "work_email": "workEmail",
    "status": "status",
    "employment_type": "employmentStatus",
    "department": "jobInformationDepartment",
    "division": "jobInformationDivision",
    "job_function": "jobInformationJobTitle",
    "location": "jobInformationLocation",
    "manager_employee_id": "supervisorEId",
    "hire_date": "hireDate",
    "termination_date": "terminationDate",
}
_REQUIRED = ("employee_id", "work_email", "department", "hire_date", "manager_employee_id")
_FILLED = ("employee_id", "work_email", "department", "hire_date")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SINCE = "1970-01-01T00:00:00Z"
_ACCESS = "In BambooHR open Settings → Access Levels and let the key's owner view"


def bamboohr_client(base_url: str, api_key: str) -> VendorClient:
    """A client of `https://<company>.bamboohr.com`."""
    headers = {"Accept": "application/json"}
    return vendor_client("hris", base_url, auth=HttpBasicAuth(api_key, "x"), headers=headers)


def field_names(configured: Mapping[str, str] | None) -> dict[str, str]:
    """Logical name → field of the dataset; a configured empty name leaves a field out."""
    return {name: field for name, field in {**FIELDS, **(configured or {})}.items() if field}


def employee_answers(client: VendorClient, fields: Mapping[str, str]) -> list[dict[str, Any]]:
    """Everybody, active or not, as the dataset answers.

    Raises:
        AccessError: the dataset or one of its fields is hidden from the key's owner.
    """
    # An order makes paging stable; the field ordered by must be among the fields.
    body = {
        "fields": list(fields.values()),
        "orderBy": f"{fields['employee_id']} asc",
        "page": 1,
        "pageSize": 1000,
    }
    paginator = PageNumberPaginator(base_page=1, page_body_path="page", total_path="meta.totalPages")
    try:
        return all_rows(client.pages(DATASET, data_key="data", paginator=paginator, method="POST", body=body))
    except AccessError as error:
        raise AccessError(
            error.message, f"{_ACCESS} the reports and the employee directory (directory sharing is off?)."
        ) from None


def employee_rows(
    answers: list[dict[str, Any]], fields: Mapping[str, str], reading: Reading, today: dt.date
) -> list[dict[str, Any]]:
    """Answers of the dataset in the words of `records.Employee`.

    Raises:
        AccessError: a field that is needed stands in no answer, or is empty in every one.
    """
    people = [answer["fields"] if isinstance(answer.get("fields"), dict) else answer for answer in answers]
    for name in _REQUIRED:
        if people and name in fields and not any(fields[name] in person for person in people):
            raise AccessError(
                f"hris: BambooHR left the field {fields[name]} out of every answer.",
                f"{_ACCESS} it, or correct `bamboohr_fields.{name}`.",
            )
    rows = [_employee(person, fields, reading, today) for person in people]
    for name in _FILLED:
        if rows and name in fields and not any(row[name] for row in rows):
            raise AccessError(
                f"hris: BambooHR's field {fields[name]} is empty for everybody.",
                f"{_ACCESS} it, or correct `bamboohr_fields.{name}`.",
            )
    return rows


def refuse_nobody() -> NoReturn:
    """Refuse an answer without anybody on the first night, when no earlier one says that it lost its people.

    Raises:
        AccessError: names what the key's owner may not see.
    """
    raise AccessError(
        "hris: BambooHR answered with no employees.",
        f"{_ACCESS} the reports and all employees: the key's owner sees nobody.",
    )


def history_rows(client: VendorClient, reading: Reading, today: dt.date) -> list[dict[str, Any]]:
    """Job and employment rows of everybody, joined into spans, in the words of `records.HistorySpan`.

    The manager is NULL: the tables name managers, and a name is no key.
    """
    jobs = _table(client, "jobInfo")
    statuses = _table(client, "employmentStatus")
    spans: list[dict[str, Any]] = []
    for employee_id in sorted({*jobs, *statuses}):
        spans += _spans(employee_id, jobs.get(employee_id, []), statuses.get(employee_id, []), reading, today)
    return spans


def _employee(
    person: Mapping[str, Any], fields: Mapping[str, str], reading: Reading, today: dt.date
) -> dict[str, Any]:
    values: dict[str, Any] = {name: _text(person.get(field)) for name, field in fields.items()}
    reading.employment(values, today)
    values["status"] = _status(values, reading, today)
    values["alternate_emails"] = address_list(values.get("alternate_emails"))
    return without_self_manager(values)


def _status(values: Mapping[str, Any], reading: Reading, today: dt.date) -> str:
    """`status` tells who works here, future hires being inactive; leave stands in the kind of employment."""
    status = str(values["status"])
    if status == "terminated" and (values["hire_date"] or "") > today.isoformat():
        return "active"
    if status == "active" and reading.status(values.get("employment_type"), None, today) == "on_leave":
        return "on_leave"
    return status


def _table(client: VendorClient, table: str) -> dict[str, list[dict[str, Any]]]:
    """Rows of a dated table by employee id: every change since 1970 is every row there is."""
    try:
        answer = client.get_json(f"{CHANGED_TABLES}/{table}", {"since": _SINCE})
    except AccessError as error:
        raise AccessError(error.message, f"{_ACCESS} the table {table}.") from None
    employees = (answer or {}).get("employees")
    if employees == []:  # an empty object, as PHP writes it
        return {}
    if not isinstance(employees, dict):
        raise AnswerError(f"hris: the table {table} answered without `employees`.", "Nothing was replaced.")
    return {
        str(employee_id): [row for row in entry.get("rows") or [] if isinstance(row, dict)]
        for employee_id, entry in employees.items()
        if isinstance(entry, dict)
    }


def _spans(
    employee_id: str,
    jobs: list[dict[str, Any]],
    statuses: list[dict[str, Any]],
    reading: Reading,
    today: dt.date,
) -> Iterator[dict[str, Any]]:
    """Half-open spans between the dates on which either table says something new."""

    def status_of(row: Mapping[str, Any]) -> str:
        return reading.status(_text(row.get("employmentStatus")), None, today)

    def status_start(row: Mapping[str, Any]) -> str | None:
        written = _text(row.get("date"))  # a termination is dated on the last day of work
        return reading.end(written) if status_of(row) == "terminated" else reading.date(written)

    job_from = _by_start(jobs, lambda row: reading.date(_text(row.get("date"))))
    status_from = _by_start(statuses, status_start)
    for _ in range(len(job_from.pop("", [])) + len(status_from.pop("", []))):
        yield {"employee_id": employee_id, "effective_from": None, "status": "other"}
    starts = sorted({*job_from, *status_from})
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        job, status = _valid_on(job_from, start), _valid_on(status_from, start)
        yield {
            "employee_id": employee_id,
            "effective_from": start,
            "effective_to": end,
            "status": status_of(status) if status else "other",
            "department": _text(job.get("department")),
            "division": _text(job.get("division")),
            "job_function": _text(job.get("jobTitle")),
            "location": _text(job.get("location")),
        }


def _by_start(
    rows: list[dict[str, Any]], start_of: Callable[[Mapping[str, Any]], str | None]
) -> dict[str, list[dict[str, Any]]]:
    """Rows by the day from which they hold, in the order of their ids; those without a date under ''."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=_row_number):
        start = start_of(row) or ""
        found.setdefault(start if _ISO_DATE.fullmatch(start) else "", []).append(row)
    return found


def _valid_on(rows_by_start: Mapping[str, list[dict[str, Any]]], day: str) -> dict[str, Any]:
    """The row that holds on a day: of the latest start, the one entered last."""
    starts = [start for start in rows_by_start if start <= day]
    return rows_by_start[max(starts)][-1] if starts else {}


def _row_number(row: Mapping[str, Any]) -> int:
    number = str(row.get("id") or "")
    return int(number) if number.isdecimal() else -1


def _text(value: Any) -> str | None:
    """The API answers texts, some fields as numbers, and lists as one text."""
    return None if value is None or isinstance(value, dict | list) else present(str(value))
