"""The HRIS: exports of every shape, the spans they tell, and what is refused without naming anyone."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from dlt.common.configuration.resolve import resolve_configuration
from hypothesis import given
from hypothesis import strategies as st

from ingestion.labels import canonical_text
from ingestion.privacy.canonical import EmailRules
from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.sources.hris import SOURCE, HrisSettings
from ingestion.sources.hris.bamboohr import field_names
from ingestion.sources.hris.values import Reading
from runtime.errors import AccessError, ConfigurationError, ContractError, SourceError
from tests.ingestion.http_stub import Answer, serve
from tests.ingestion.sources.runs import KEY, TODAY, TOKENS, loaded_rows, rejects, source_run

HEADER = (
    "employee_id,work_email,alternate_emails,full_name,status,employment_type,department,division,cost_center,"
    "location,manager_employee_id,hire_date,termination_date,snapshot_date\n"
)
ADA = (
    "00107,ada.bird@asterlane.example,,Ada Bird,active,employee,Data,Technology,CC-430,"
    "Lisbon,00106,2024-02-12,,\n"
)
JON = (
    "00106,jon.hill@asterlane.example,j.hill@old.example; JON.HILL@asterlane.example ,Jon Hill,On Leave,"
    "employee,Data,Technology,CC-430,Berlin,00106,2019-01-07,,\n"
)
MIA = "00104,,,Mia Webb,terminated,contractor,Sales,Commercial,CC-310,Lisbon,00106,2022-06-15,2026-10-30,\n"
SNAPSHOT = HEADER + ADA + JON + MIA
HISTORY = (
    "employee_id,effective_from,effective_to,status,department,division,cost_center,manager_employee_id,reason\n"
    "00105,2022-02-01,2025-06-30,active,Marketing,Commercial,CC-320,00103,hire\n"
    "00105,2025-07-01,2026-08-31,terminated,Marketing,Commercial,CC-320,00103,termination\n"
    "00105,2026-09-01,9999-12-31,active,Marketing,Commercial,CC-320,00103,rehire\n"
    "00101,2023-04-01,2026-12-31,active,Platform,Technology,CC-410,00106,hire\n"
    "00101,2027-01-01,,active,Data,Technology,CC-430,00107,future move\n"
)


def hris_id(written: str) -> str:
    return TOKENS.token("hris-id", written)


def load(tmp_path: Path, snapshot: str | bytes, **settings: Any) -> dict[str, list[dict[str, Any]]]:
    path = tmp_path / "employees.csv"
    path.write_bytes(snapshot.encode() if isinstance(snapshot, str) else snapshot)
    return loaded_rows(SOURCE, source_run(SOURCE, snapshot_location=str(path), **settings))


def refused(tmp_path: Path, snapshot: str | bytes, **settings: Any) -> str:
    with pytest.raises(SourceError) as caught:
        load(tmp_path, snapshot, **settings)
    return str(caught.value)


def test_a_snapshot_becomes_employees_and_their_addresses(tmp_path: Path) -> None:
    tables = load(tmp_path, SNAPSHOT)
    ada, jon, mia = tables["employees"]
    assert ada == {
        "tenant": "main",
        "scope": "main",
        "day": TODAY,
        "employee_token": hris_id("00107"),
        "email_token": TOKENS.email_token("ada.bird@asterlane.example"),
        "status": "active",
        "employment_type": "employee",
        "department": "Data",
        "parent_department": "Technology",
        "cost_center": "CC-430",
        "job_function": None,
        "location": "Lisbon",
        "manager_token": hris_id("00106"),
        "hired_on": dt.date(2024, 1, 1),  # more than 400 days ago: the year alone
        "terminated_from": None,
    }
    assert (jon["status"], jon["manager_token"]) == ("on_leave", None)
    assert (mia["status"], mia["terminated_from"], mia["email_token"]) == (
        "terminated",
        dt.date(2026, 10, 31),
        None,
    )
    addresses = [
        (row["employee_token"], row["email_token"], row["is_primary"]) for row in tables["employee_emails"]
    ]
    assert addresses == [
        (hris_id("00107"), TOKENS.email_token("ada.bird@asterlane.example"), True),
        (hris_id("00106"), TOKENS.email_token("jon.hill@asterlane.example"), True),
        (hris_id("00106"), TOKENS.email_token("j.hill@old.example"), False),
    ]
    assert len(tables["markers"]) == 2


def test_leading_zeros_of_ids_are_kept(tmp_path: Path) -> None:
    token = load(tmp_path, HEADER + ADA)["employees"][0]["employee_token"]
    assert token == hris_id("00107") != hris_id("107")


def test_names_and_unknown_columns_do_not_land_but_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "employees.csv"
    path.write_text(HEADER.replace("snapshot_date", "Birthday") + ADA.replace(",,\n", ",,1990-01-01\n"))
    run = source_run(SOURCE, snapshot_location=str(path))
    tables = loaded_rows(SOURCE, run)
    assert "Ada" not in str(tables)
    assert list(run.gate.report.unknown_fields) == [("employees", "birthday")]


def test_history_is_half_open_with_rehires_and_future_rows(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(HISTORY)
    spans = load(tmp_path, SNAPSHOT, history_location=str(path))["employee_history"]
    assert [(s["effective_from"], s["effective_to"], s["status"]) for s in spans] == [
        (dt.date(2022, 1, 1), dt.date(2025, 7, 1), "active"),
        (dt.date(2025, 7, 1), dt.date(2026, 9, 1), "terminated"),
        (dt.date(2026, 9, 1), None, "active"),
        (dt.date(2023, 1, 1), dt.date(2027, 1, 1), "active"),
        (dt.date(2027, 1, 1), None, "active"),
    ]


def test_end_dates_may_be_exclusive_already(tmp_path: Path) -> None:
    tables = load(tmp_path, SNAPSHOT, end_dates_inclusive=False)
    assert tables["employees"][2]["terminated_from"] == dt.date(2026, 10, 30)


def test_spans_that_end_before_they_start_and_superseded_ones_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(
        HISTORY
        + "00108,2026-05-01,2026-04-01,active,Data,,,,typo\n"
        + "00101,2023-04-01,2026-12-31,active,Data,,,00106,late correction\n"
    )
    (tmp_path / "employees.csv").write_text(SNAPSHOT)
    run = source_run(SOURCE, snapshot_location=str(tmp_path / "employees.csv"), history_location=str(path))
    spans = loaded_rows(SOURCE, run)["employee_history"]
    corrected = [s["department"] for s in spans if s["effective_from"] == dt.date(2023, 1, 1)]
    assert corrected == ["Data"]
    assert rejects(run) == {
        ("employee_history", "ends before it starts"): 1,
        ("employee_history", "corrected by a later row"): 1,
    }


def test_a_companys_own_headers_dates_and_words(tmp_path: Path) -> None:
    text = (
        "Personal-Nr.;E-Mail;Abteilung;Eintritt;Austritt;Zustand\r\n"
        "00107;ada.bird@asterlane.example;Vertrieb Süd;01.02.2026;;ruhend\r\n"
    )
    mapping = {
        "employee_id": "personal-nr.",
        "work_email": "E-Mail",
        "department": "ABTEILUNG",
        "hire_date": "Eintritt",
        "termination_date": "Austritt",
        "status": "Zustand",
    }
    settings = {
        "column_mapping": mapping,
        "status_map": {"Ruhend": "on_leave"},
        "date_formats": ["%d.%m.%Y"],
    }
    for encoding in ("utf-8", "utf-16", "cp1252"):
        declared = encoding if encoding == "cp1252" else None
        row = load(tmp_path, text.encode(encoding), encoding=declared, **settings)["employees"][0]
        found = (row["department"], row["hired_on"], row["status"])
        assert found == ("Vertrieb Süd", dt.date(2026, 2, 1), "on_leave")


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__HRIS__COLUMN_MAPPING", '{"employee_id": "Personal-Nr."}')
    monkeypatch.setenv("SOURCES__HRIS__DATE_FORMATS", '["%d.%m.%Y"]')
    monkeypatch.setenv("SOURCES__HRIS__END_DATES_INCLUSIVE", "false")
    settings = resolve_configuration(HrisSettings(), sections=("sources", "hris"))
    assert settings.column_mapping == {"employee_id": "Personal-Nr."}
    assert settings.date_formats == ["%d.%m.%Y"]
    assert settings.end_dates_inclusive is False
    assert not SOURCE.is_connected(settings)


def test_an_excel_workbook_reads_like_a_csv(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    pandas = pytest.importorskip("pandas")
    row = {"employee_id": "00107", "work_email": "ada.bird@asterlane.example", "department": "Data"}
    buffer = io.BytesIO()
    pandas.DataFrame([{**row, "hire_date": dt.datetime(2026, 2, 12)}]).to_excel(buffer, index=False)
    found = load(tmp_path, buffer.getvalue())["employees"][0]
    assert (found["employee_token"], found["hired_on"]) == (hris_id("00107"), dt.date(2026, 2, 12))


def test_without_a_status_the_end_date_tells(tmp_path: Path) -> None:
    text = SNAPSHOT.replace("terminated", "").replace("active", "")
    assert [row["status"] for row in load(tmp_path, text)["employees"]] == ["active", "on_leave", "terminated"]


def test_formulas_in_labels_are_disarmed(tmp_path: Path) -> None:
    text = HEADER + ADA.replace(",Data,", ',"=HYPERLINK(""http://x"")",').replace("Lisbon", "-Lisbon")
    row = load(tmp_path, text)["employees"][0]
    assert (row["department"], row["location"]) == ('HYPERLINK("http://x")', "Lisbon")


def test_what_is_no_address_links_nobody(tmp_path: Path) -> None:
    text = SNAPSHOT.replace("ada.bird@asterlane.example", "see manager").replace("00104,", "00104,n/a")
    (tmp_path / "employees.csv").write_text(text)
    run = source_run(SOURCE, snapshot_location=str(tmp_path / "employees.csv"))
    tables = loaded_rows(SOURCE, run)
    assert [row["email_token"] is None for row in tables["employees"]] == [True, False, True]
    assert rejects(run) == {("employee_emails", "not an e-mail address"): 1}


def test_one_row_an_employee_the_employed_one(tmp_path: Path) -> None:
    """A person in two jobs, an exact repetition, and an old contract listed after the current one."""
    old = ADA.replace("active", "terminated").replace("Data", "Sales")
    (tmp_path / "employees.csv").write_text(HEADER + ADA + ADA + old)
    run = source_run(SOURCE, snapshot_location=str(tmp_path / "employees.csv"))
    assert [row["department"] for row in loaded_rows(SOURCE, run)["employees"]] == ["Data"]
    assert rejects(run) == {("employees", "another row has the same employee"): 1}


def test_a_row_without_id_or_with_a_bad_date_is_a_counted_reject(tmp_path: Path) -> None:
    bad = ADA.replace("00107", "") + ADA.replace("00107", "00110").replace("2024-02-12", "12 Feb 24")
    future = ADA.replace("00107", "00111").replace("2024-02-12", "2999-01-01")
    others = "".join(ADA.replace("00107", f"{number:05}") for number in range(1000, 1024))
    (tmp_path / "employees.csv").write_text(SNAPSHOT + others + bad + future)  # 3 of 30: a tenth, not more
    run = source_run(SOURCE, snapshot_location=str(tmp_path / "employees.csv"))
    assert len(loaded_rows(SOURCE, run)["employees"]) == 27
    assert sum(rejects(run).values()) == 3
    assert all(table == "employees" for table, _ in rejects(run))


def test_dates_in_another_form_fail_the_load_instead_of_emptying_it(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="hire_date"):
        load(tmp_path, HEADER + ADA.replace("2024-02-12", "12.02.2024"))


# -- files that are refused ---------------------------------------------------------------------------------


def test_a_missing_column_is_named_with_file_and_remedy(tmp_path: Path) -> None:
    message = refused(tmp_path, SNAPSHOT.replace("department,", "team,", 1))
    assert "hris snapshot file: line 1: column department is missing" in message
    assert "column_mapping" in message


def test_a_mapped_column_must_be_there(tmp_path: Path) -> None:
    assert "column Ort is missing" in refused(tmp_path, SNAPSHOT, column_mapping={"location": "Ort"})


def test_a_file_without_header_names_nobody(tmp_path: Path) -> None:
    message = refused(tmp_path, ADA + ADA)
    assert "is missing" in message
    assert "Ada" not in message
    assert "ada.bird" not in message


def test_ragged_rows_and_repeated_headers_name_lines_and_no_values(tmp_path: Path) -> None:
    text = SNAPSHOT.replace("full_name", "Department").replace("Ada Bird", "Bird, Ada")
    message = refused(tmp_path, text)
    assert "column department appears twice" in message
    assert "line 2: 15 cells where the header has 14" in message
    assert "Ada" not in message


def test_an_open_quote_names_its_line(tmp_path: Path) -> None:
    assert "line 2: a quote is not closed" in refused(tmp_path, HEADER + ADA.replace("Ada Bird", '"Ada Bird"s'))


def test_a_quoted_line_break_is_no_ragged_row(tmp_path: Path) -> None:
    assert len(load(tmp_path, SNAPSHOT.replace("Ada Bird", '"Bird,\nAda"'))["employees"]) == 3


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    assert "holds a header and no rows" in refused(tmp_path, HEADER)


def test_a_file_that_is_not_there_names_the_setting_not_the_path(tmp_path: Path) -> None:
    run = source_run(SOURCE, snapshot_location=str(tmp_path / "maya" / "x.csv"))
    with pytest.raises(SourceError, match="named by snapshot_location cannot be read") as caught:
        loaded_rows(SOURCE, run)
    assert "maya" not in str(caught.value)


@pytest.mark.parametrize(("rows_before", "is_refused"), [(4, False), (5, True)])
def test_a_file_with_over_30_percent_fewer_people_is_refused(
    tmp_path: Path, rows_before: int, is_refused: bool
) -> None:
    path = tmp_path / "employees.csv"
    path.write_text(SNAPSHOT)  # three people: 25 % fewer than four, 40 % fewer than five
    yesterday = TODAY - dt.timedelta(days=1)
    loaded = [("employees", "main", "main", yesterday, "ok", rows_before)]
    run = source_run(SOURCE, loaded, snapshot_location=str(path))
    if not is_refused:
        assert len(loaded_rows(SOURCE, run)["employees"]) == 3
        return
    with pytest.raises(SourceError, match="more than 30% fewer"):
        loaded_rows(SOURCE, run)
    allowed = source_run(SOURCE, loaded, snapshot_location=str(path), max_shrink_ratio=1.0)
    assert len(loaded_rows(SOURCE, allowed)["employees"]) == 3


# -- archive, http, check -------------------------------------------------------------------------------------


def archived(tmp_path: Path, days: dict[str, str]) -> str:
    folder = tmp_path / "archive" / "hris" / "employees"
    folder.mkdir(parents=True)
    for day, text in days.items():
        (folder / f"{day}.csv.gz").write_bytes(gzip.compress(text.encode()))
    return str(tmp_path / "archive")


def test_the_archive_gives_the_past_once(tmp_path: Path) -> None:
    archive = archived(tmp_path, {"2026-11-01": HEADER + ADA, "2026-11-02": SNAPSHOT})
    loaded = [("employees", "main", "main", dt.date(2026, 11, 1), "ok", 1)]
    run = source_run(SOURCE, loaded, archive_dir=archive)
    assert SOURCE.is_connected(run.settings)
    days = {row["day"] for row in loaded_rows(SOURCE, run)["employees"]}
    assert days == {dt.date(2026, 11, 2)}


def test_a_cut_file_in_the_archive_is_refused_by_its_name(tmp_path: Path) -> None:
    archive = archived(tmp_path, {"2026-11-01": SNAPSHOT, "2026-11-02": HEADER + ADA})
    with pytest.raises(SourceError, match="employees of 2026-11-02 has 1 row,"):
        loaded_rows(SOURCE, source_run(SOURCE, archive_dir=archive))


def test_an_export_behind_a_url_with_a_bearer_token() -> None:
    with serve(Answer(body=SNAPSHOT.encode(), headers={"Content-Type": "text/csv"})) as stub:
        run = source_run(SOURCE, snapshot_location=f"{stub.url}/export.csv?sig=a%2Fb", api_key="t0ken")
        assert len(loaded_rows(SOURCE, run)["employees"]) == 3
        path, headers, _ = stub.requests[0]
    assert path == "/export.csv?sig=a%2Fb"
    assert headers["Authorization"] == "Bearer t0ken"


def test_a_log_in_page_is_no_export() -> None:
    with serve(Answer(body=b"<html>Sign in</html>", headers={"Content-Type": "text/html"})) as stub:
        run = source_run(SOURCE, snapshot_location=f"{stub.url}/export.csv")
        with pytest.raises(SourceError, match="web page"):
            loaded_rows(SOURCE, run)


def test_check_says_what_a_file_lacks(tmp_path: Path) -> None:
    path = tmp_path / "employees.csv"
    path.write_text(SNAPSHOT)
    found = list(SOURCE.check(source_run(SOURCE, snapshot_location=str(path))))
    assert [(finding.subject, finding.ok) for finding in found] == [
        ("employees", True),
        ("employee_emails", True),
        ("employee_history", True),
    ]
    assert "no such column: job_function" in found[0].message
    path.write_text(SNAPSHOT.replace("2024-02-12,,\n", "2024-02-12,,2026-10-01\n"))
    stale, *_ = SOURCE.check(source_run(SOURCE, snapshot_location=str(path)))
    assert not stale.ok
    assert "2026-10-01" in stale.message
    missing, _ = SOURCE.check(source_run(SOURCE, history_location=str(path)))
    assert not missing.ok
    assert "snapshot_location is not set" in missing.message


# Two people of one name, one at each domain of a merger.
KIM = "00201,kim.lee@asterlane.example,,Kim Lee,active,employee,Data,Technology,CC-430,,,2020-03-02,,\n"
OTHER_KIM = KIM.replace("00201", "00202").replace("@asterlane", "@merged")
MERGED = EmailRules(alias_domains={"merged.example": "asterlane.example"})


@pytest.mark.parametrize(
    ("people", "rules", "expected"),
    [
        # Every address of the snapshot has one holder; one person may have an address in two forms.
        (ADA + JON + MIA, EmailRules(), 0),
        # At two domains they are two addresses, until the company says that the domains are one.
        (KIM + OTHER_KIM, EmailRules(), 0),
        (KIM + OTHER_KIM, MERGED, 1),
        # An address is passed on when its holder has left, and waits for whoever has not begun yet.
        (KIM + OTHER_KIM.replace("2020-03-02,,", "2020-03-02,2026-11-18,"), MERGED, 0),
        (KIM + OTHER_KIM.replace("2020-03-02,,", "2026-11-20,,"), MERGED, 0),
        # Of a new id for the same person the old one is over; leave is employment.
        (KIM + OTHER_KIM.replace("active", "terminated"), MERGED, 0),
        (KIM + OTHER_KIM.replace("active", "On Leave"), MERGED, 1),
        # A mailbox three people share is one address; a former address counts like the present one.
        (
            "".join(
                ADA.replace("00107", number).replace(
                    "ada.bird@asterlane.example,", f"{number}@a.example,desk@a.example"
                )
                for number in ("00301", "00302", "00303")
            ),
            EmailRules(),
            1,
        ),
    ],
)
def test_addresses_of_two_employed_people_are_counted_and_never_named(
    tmp_path: Path, people: str, rules: EmailRules, expected: int
) -> None:
    path = tmp_path / "employees.csv"
    path.write_text(HEADER + people)
    run = source_run(SOURCE, snapshot_location=str(path))
    run.gate = Gate(Pseudonymiser(KEY, rules), tenant="main", latest=run.clock.latest)
    told: list[str] = []
    run.progress = told.append
    _, found, _ = SOURCE.check(run)
    loaded_rows(SOURCE, run)
    warnings = [line for line in told if line.startswith("WARNING") and "address" in line]
    assert found.subject == "employee_emails"
    assert found.ok is (expected == 0)
    assert len(warnings) == bool(expected)
    for line in (found.message, *warnings) if expected else ():
        assert "1 address belongs to two or more employed people." in line
        assert not re.search("kim|lee|example|00[23]0", line)
    assert found.ok or "service_accounts.csv" in found.remedy


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "workday"}, "kind is unknown"),
        ({"column_mapping": {"email": "E-Mail"}}, "column_mapping has no column email"),
        ({"status_map": {"ruhend": "resting"}}, "status_map maps to an unknown status"),
        ({"max_shrink_ratio": 30.0}, "max_shrink_ratio is no share"),
        ({"max_unknown_status_ratio": 5.0}, "max_unknown_status_ratio is no share"),
        ({"delimiter": ";;"}, "delimiter is no single character"),
        ({"encoding": "ansi-west"}, "encoding is unknown"),
        ({"history_file": {"skip_rows": "two"}}, "skip_rows is no number of lines"),
        ({"history_file": {"page": "2"}}, "history_file has no column page"),
        ({"shared_mailboxes": ["noemail"]}, "shared_mailboxes holds what is no address"),
    ],
)
def test_contradictory_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    run = source_run(SOURCE, snapshot_location="employees.csv", **settings)
    with pytest.raises(ConfigurationError, match=message):
        loaded_rows(SOURCE, run)
    assert [finding.ok for finding in SOURCE.check(run)] == [False]


# -- BambooHR -------------------------------------------------------------------------------------------------

PERSON = {
    "id": 105,
    "workEmail": "lea.hart@asterlane.example",
    "status": "Active",
    "employmentStatus": "Full-Time",
    "jobInformationDepartment": "Marketing",
    "jobInformationDivision": "Commercial",
    "supervisorEId": "103",
    "hireDate": "2022-02-01",
    "terminationDate": "0000-00-00",
}
JOBS = {
    "105": {
        "rows": [
            {
                "id": "9",
                "date": "2024-03-01",
                "department": "Brand",
                "division": "Commercial",
                "reportsTo": "Jon Hill",
            },
            {"id": "2", "date": "2022-02-01", "department": "Marketing", "division": "Commercial"},
            {"id": "3", "date": "0000-00-00", "department": "Marketing"},
        ]
    }
}
STATUSES = {
    "105": {
        "rows": [
            {"id": "71", "date": "2022-02-01", "employmentStatus": "Full-Time"},
            {"id": "90", "date": "2025-06-30", "employmentStatus": "Terminated"},
            {"id": "133", "date": "2026-09-01", "employmentStatus": "Contractor"},
        ]
    }
}


def dataset(*people: dict[str, Any], page: int = 1, pages: int = 1) -> Answer:
    body = {"data": [{"fields": person} for person in people], "meta": {"page": page, "totalPages": pages}}
    return Answer(body=json.dumps(body).encode())


def table(name: str, employees: Any) -> Answer:
    return Answer(body=json.dumps({"table": name, "employees": employees}).encode())


def bamboohr(*answers: Answer) -> dict[str, list[dict[str, Any]]]:
    with serve(*answers) as stub:
        run = source_run(SOURCE, kind="bamboohr", base_url=stub.url, api_key="k")
        tables = loaded_rows(SOURCE, run)
        assert all(headers["Authorization"] == "Basic azp4" for _, headers, _ in stub.requests)
    tables["rejects"] = [dict(rejects(run))]  # type: ignore[arg-type]
    return tables


def test_bamboohr_gives_people_and_joins_the_two_tables_into_spans() -> None:
    other = {**PERSON, "id": 106, "supervisorEId": None, "employmentStatus": "Leave of Absence"}
    tables = bamboohr(
        dataset(PERSON, page=1, pages=2),
        dataset(other, page=2, pages=2),
        table("jobInfo", JOBS),
        table("employmentStatus", STATUSES),
    )
    lea, noa = tables["employees"]
    assert (lea["manager_token"], lea["terminated_from"], lea["status"]) == (hris_id("103"), None, "active")
    assert noa["status"] == "on_leave"
    spans = [
        (s["effective_from"], s["effective_to"], s["department"], s["status"])
        for s in tables["employee_history"]
    ]
    assert spans == [
        (dt.date(2022, 1, 1), dt.date(2024, 3, 1), "Marketing", "active"),
        (dt.date(2024, 3, 1), dt.date(2025, 7, 1), "Brand", "active"),
        (dt.date(2025, 7, 1), dt.date(2026, 9, 1), "Brand", "terminated"),
        (dt.date(2026, 9, 1), None, "Brand", "active"),
    ]
    assert {s["manager_token"] for s in tables["employee_history"]} == {None}
    assert sum(tables["rejects"][0].values()) == 1  # the job row without a date


def test_bamboohr_with_empty_tables_and_a_future_hire() -> None:
    hired_later = {**PERSON, "status": "Inactive", "hireDate": "2027-01-04"}
    tables = bamboohr(dataset(hired_later), table("jobInfo", []), table("employmentStatus", {}))
    assert [row["status"] for row in tables["employees"]] == ["active"]
    assert tables["employee_history"] == []


@pytest.mark.parametrize("field", ["supervisorEId", "hireDate", "workEmail", "jobInformationDepartment"])
def test_a_field_that_bamboohr_leaves_out_names_field_and_permission(field: str) -> None:
    person = {name: value for name, value in PERSON.items() if name != field}
    with pytest.raises(AccessError, match=f"left the field {field} out") as caught:
        bamboohr(dataset(person))
    assert "Access Levels" in str(caught.value)


def test_sharing_switched_off_names_the_permission() -> None:
    with pytest.raises(AccessError, match="directory sharing is off"):
        bamboohr(Answer(403, body=b"{}"))
    with pytest.raises(AccessError, match="view the table jobInfo"):
        bamboohr(dataset(PERSON), Answer(403, body=b"{}"))


def test_an_answer_without_employees_is_not_an_empty_one() -> None:
    with pytest.raises(SourceError, match="without `employees`"):
        bamboohr(dataset(PERSON), Answer(body=b'{"table": "jobInfo"}'))


def test_field_names_can_be_corrected_or_left_out() -> None:
    names = field_names({"manager_employee_id": "supervisorId", "location": ""})
    assert names["manager_employee_id"] == "supervisorId"
    assert "location" not in names


# -- values ---------------------------------------------------------------------------------------------------


@given(st.dates(min_value=dt.date(1950, 1, 1), max_value=dt.date(2199, 12, 30)), st.booleans())
def test_an_end_date_is_half_open(day: dt.date, inclusive: bool) -> None:
    reading = Reading(end_dates_inclusive=inclusive, date_formats=("%d/%m/%Y",))
    for written in (day.isoformat(), f"{day.isoformat()}T00:00:00-08:00", day.strftime("%d/%m/%Y")):
        assert reading.end(written) == (day + dt.timedelta(days=inclusive)).isoformat()


@given(st.text(max_size=20))
def test_any_text_is_a_date_nothing_or_itself(written: str) -> None:
    text = canonical_text(written)
    assert Reading().date(written) in (None, text, text[:10])
    assert Reading().status(written, None, TODAY) in ("active", "on_leave", "terminated", "other")


@pytest.mark.parametrize(
    "written",
    [
        "0000-00-00",
        "00000000",
        "00.00.0000",
        "0000-00-00 00:00:00",
        "9999-12-31",
        "1753-01-01",
        "1900-01-01T00:00:00",
        "0001-01-01",
        "",
        "-",
        "N/A",
        "#REF!",
    ],
)
def test_zero_and_far_end_dates_mean_open(written: str) -> None:
    assert Reading().end(written) is None
