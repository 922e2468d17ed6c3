"""What stands in an HR file and cannot be meant: it is read as what it means, counted, told, or refused."""

from __future__ import annotations

import datetime as dt
import os
import textwrap
import time
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.source import SourceRun
from ingestion.source_types import Finding
from ingestion.sources.hris import SOURCE
from ingestion.sources.hris.settings import HrisSettings, check_settings
from ingestion.sources.hris.statuses import status_map, status_of
from ledger.days import LoadedDays
from runtime.errors import AccessError, ConfigurationError, ContractError, SourceError
from tests.ingestion.http_stub import serve
from tests.ingestion.sources.runs import TODAY, TOKENS, left_out, loaded_rows, rejects, source_run
from tests.ingestion.sources.test_hris import PERSON, dataset, table

HEADER = "employee_id,work_email,department,hire_date,termination_date,status,manager_employee_id\n"


def line(number: int, **cells: str) -> str:
    row = {
        "id": f"{number:05}",
        "email": f"p{number}@asterlane.example",
        "department": "Data",
        "hire": "2026-02-02",
        "end": "",
        "status": "active",
        "manager": "00001",
    } | cells
    return ",".join(row.values()) + "\n"


def file(*lines: str, people: int = 12) -> str:
    """A file of so many ordinary people and these lines."""
    return HEADER + "".join(map(line, range(1, people + 1))) + "".join(lines)


def run_of(tmp_path: Path, text: str, **settings: Any) -> tuple[SourceRun, list[str]]:
    path = tmp_path / "employees.csv"
    path.write_text(text, encoding="utf-8")
    run = source_run(SOURCE, snapshot_location=str(path), **settings)
    told: list[str] = []
    run.progress = told.append
    return run, told


def loaded(tmp_path: Path, text: str, **settings: Any) -> tuple[list[dict[str, Any]], SourceRun, str]:
    run, told = run_of(tmp_path, text, **settings)
    return loaded_rows(SOURCE, run)["employees"], run, "\n".join(told)


def block(tmp_path: Path, text: str, **settings: Any) -> str:
    run, _ = run_of(tmp_path, text, **settings)
    return next(iter(SOURCE.check(run))).message


# -- columns that contradict each other ------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["1900-01-01", "0001-01-01", "1753-01-01", "9999-12-31", "2025-03-31"])
def test_a_filler_or_an_end_before_the_hire_is_no_end(tmp_path: Path, end: str) -> None:
    """People who are active; 31 March 2025 is left over from an employment before the hire of 2026."""
    rows, _, _ = loaded(tmp_path, HEADER + "".join(line(number, end=end) for number in range(1, 13)))
    assert [(row["status"], row["terminated_from"]) for row in rows] == [("active", None)] * 12


def test_active_people_with_a_past_end_date_are_told(tmp_path: Path) -> None:
    ended = "".join(line(number, hire="2020-01-01", end="2025-03-31") for number in range(101, 107))
    rows, run, told = loaded(tmp_path, file(ended))
    assert left_out(run) == {("employees", "active with an end date in the past"): 6}
    assert rows[-1]["terminated_from"] == dt.date(2025, 4, 1)
    assert "WARNING: 6 rows are active by status and have an end date in the past" in told
    run, _ = run_of(tmp_path, file(ended))
    found = next(iter(SOURCE.check(run)))
    assert not found.ok
    assert "6 rows are active by status" in found.message


# -- words for a status ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Withdrawn", "terminated"),
        ("Retired", "terminated"),
        ("Deceased", "terminated"),
        ("Terminated (Voluntary)", "terminated"),
        ("Terminated - Redundancy", "terminated"),
        ("ausgetreten", "terminated"),
        ("Laid-off", "terminated"),
        ("Paid Leave", "on_leave"),
        ("Active - On Leave", "on_leave"),
        ("on-leave", "on_leave"),
        ("Dormant", "on_leave"),
        ("Active (pending transfer)", "active"),
        ("0", None),
        ("No", None),
        ("FALSE", None),
        ("Gelb", None),
    ],
)
def test_words_are_known_or_unknown_and_never_guessed(word: str, status: str | None) -> None:
    assert status_of(word, {}) == status
    assert status_of(word, status_map({word: "other"})) == "other"


def test_few_unknown_words_are_counted_and_many_refused(tmp_path: Path) -> None:
    _, run, told = loaded(tmp_path, file(line(99, status="Gelb"), people=30))
    assert left_out(run) == {("employees", "status word not known"): 1}
    assert "WARNING: fewer than 5 rows have a status word that is not known" in told
    many = file(*(line(number, status="Gelb") for number in range(100, 106)), people=30)
    with pytest.raises(SourceError, match="6 of 36 rows have a status word that is not known") as caught:
        loaded(tmp_path, many)
    assert "status_map" in caught.value.remedy
    assert "Gelb" not in str(caught.value)
    rows, _, _ = loaded(tmp_path, many, status_map={"gelb": "terminated"})
    assert [row["status"] for row in rows[-6:]] == ["terminated"] * 6
    assert loaded(tmp_path, many, max_unknown_status_ratio=0.2)[0]


# -- refusals that are too many for a roster -------------------------------------------------------------------


def test_more_than_a_tenth_of_a_roster_refused_fails_and_speaks_of_the_file(tmp_path: Path) -> None:
    """Five of 17 dates cannot be read: far below the number that a vendor's answer may lose."""
    text = file(*(line(number, hire="12 Feb 26") for number in range(101, 106)))
    with pytest.raises(ContractError) as caught:
        loaded(tmp_path, text, column_mapping={"hire_date": "HIRE_DATE"})
    told = str(caught.value)
    assert "5 of 17 rows of the hris snapshot file could not be read" in told
    assert "not a date in a known form in column HIRE_DATE; set date_formats." in told
    assert "date_formats" in told
    assert not any(word in told for word in ("vendor", "records.py", "$."))


def test_a_date_format_without_a_directive_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"date_formats .*%d\.%m\.%Y"):
        check_settings(HrisSettings(date_formats=["%d.%m.%Y", "DD.MM.YYYY"]))


def test_the_shrink_check_sees_what_is_left_after_refusals(tmp_path: Path) -> None:
    """Ten people yesterday; today's file has ten lines, of which four cannot be read."""
    text = file(*(line(number, hire="?2026") for number in range(101, 105)), people=6)
    path = tmp_path / "employees.csv"
    path.write_text(text)
    yesterday = ("employees", "main", "main", TODAY - dt.timedelta(days=1), "ok", 10)
    run = source_run(SOURCE, loaded=[yesterday], snapshot_location=str(path))
    with pytest.raises(SourceError, match=r"employees of .* has 6 rows") as caught:
        loaded_rows(SOURCE, run)
    assert "Rows that could not be read: fewer than 5, most often" in str(caught.value)
    assert "in column hire_date" in str(caught.value)


# -- cells that are not about anybody --------------------------------------------------------------------------


def test_totals_and_footers_are_no_people(tmp_path: Path) -> None:
    rows, run, _ = loaded(tmp_path, file("Total,12,,,,,\n", people=12))
    assert len(rows) == 12
    assert rejects(run)["employees", "no address, department or hire date"] == 1


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "nan", "(blank)", "0", "-"])
def test_error_and_filler_cells_are_no_department(tmp_path: Path, cell: str) -> None:
    rows, _, _ = loaded(tmp_path, file(line(99, department=cell)))
    assert rows[-1]["department"] is None


def test_far_hires_and_missing_departments_are_told(tmp_path: Path) -> None:
    text = file(*(line(number, department="", hire="02.02.68") for number in range(101, 107)))
    _, _, told = loaded(tmp_path, text, date_formats=["%d.%m.%y"])
    assert "6 hire dates lie more than a year ahead" in told
    assert "6 of 18 rows have no department" in told


def test_managers_that_are_no_employees_are_told(tmp_path: Path) -> None:
    text = HEADER + "".join(line(number, manager=f"M{number}") for number in range(1, 13))
    assert "12 of 12 manager ids match no employee id" in loaded(tmp_path, text)[2]
    assert "manager ids" not in loaded(tmp_path, file())[2]


# -- one written form ------------------------------------------------------------------------------------------


def test_ids_and_departments_that_look_alike_are_one(tmp_path: Path) -> None:
    odd = line(99, department="Mu\u0308nchen\u00a0 S\u00fcd\u200b", id="'00099", manager="\u00a0'00001")
    plain = line(98, department="M\u00fcnchen S\u00fcd")
    rows, _, _ = loaded(tmp_path, file(odd, plain))
    assert {row["department"] for row in rows[-2:]} == {"M\u00fcnchen S\u00fcd"}
    assert rows[-2]["employee_token"] == TOKENS.token("hris-id", "00099")
    assert rows[-2]["manager_token"] == TOKENS.token("hris-id", "00001")


# -- files that are written otherwise --------------------------------------------------------------------------


def test_a_header_further_down_is_named_once_with_the_setting(tmp_path: Path) -> None:
    text = "Employees of Asterlane\n\n" + file()
    with pytest.raises(SourceError) as caught:
        loaded(tmp_path, text)
    assert "line 1: this is not a header line, but line 3 is one. Set skip_rows = 2." in str(caught.value)
    assert "is missing" not in str(caught.value)
    assert len(loaded(tmp_path, text, skip_rows=2)[0]) == 12


def test_an_undeclared_code_page_names_line_and_setting(tmp_path: Path) -> None:
    path = tmp_path / "employees.csv"
    path.write_text(file(line(99, department="Vertrieb S\u00fcd")), encoding="utf-8")
    with pytest.raises(SourceError, match=r"is UTF-8, not cp1252\. Remove `encoding`\.$"):
        loaded_rows(SOURCE, source_run(SOURCE, snapshot_location=str(path), encoding="cp1252"))
    path.write_bytes(file(line(99, department="Vertrieb S\u00fcd")).encode("cp1252"))
    with pytest.raises(SourceError, match=r'line 14: this is not UTF-8.* encoding = "cp1252"'):
        loaded_rows(SOURCE, source_run(SOURCE, snapshot_location=str(path)))
    run = source_run(SOURCE, snapshot_location=str(path), encoding="cp1252")
    assert loaded_rows(SOURCE, run)["employees"][-1]["department"] == "Vertrieb S\u00fcd"


def test_the_history_may_be_written_otherwise(tmp_path: Path) -> None:
    history = tmp_path / "history.csv"
    history.write_text("Report\nemployee_id|effective_from|department\n00001|2026-02-02|Data\n")
    run, _ = run_of(tmp_path, file(), history_file={"skip_rows": "1", "delimiter": "|"})
    run.settings.history_location = str(history)
    assert len(loaded_rows(SOURCE, run)["employee_history"]) == 1


def test_empty_dates_of_the_own_system(tmp_path: Path) -> None:
    rows, _, _ = loaded(tmp_path, file(line(99, end="open")), empty_dates=["open"])
    assert rows[-1]["terminated_from"] is None


def test_of_two_jobs_the_primary_one_counts(tmp_path: Path) -> None:
    """Two lines a person, as a system with concurrent jobs exports them: half of all lines are second jobs."""
    lines = [
        line(number, department=department).replace("\n", f",{mark}\n")
        for number in range(1, 31)
        for department, mark in (("Side Job", "No"), ("Data", "Yes"))
    ]
    text = HEADER.replace("\n", ",is_main\n") + "".join(lines)
    with pytest.raises(ContractError, match="primary_column"):
        loaded(tmp_path, text)
    rows, run, _ = loaded(tmp_path, text, primary_column="Is Main")
    assert [row["department"] for row in rows] == ["Data"] * 30
    assert rejects(run) == {}
    with pytest.raises(SourceError, match="column Haupt is missing"):
        loaded(tmp_path, text, primary_column="Haupt")


def test_a_needed_column_that_is_empty_for_everybody_is_refused(tmp_path: Path) -> None:
    text = HEADER + "".join(line(number, department="") for number in range(1, 13))
    with pytest.raises(SourceError, match="column department is empty in all 12 rows"):
        loaded(tmp_path, text)


# -- mailboxes that are nobody's -------------------------------------------------------------------------------


def test_a_listed_mailbox_is_nobodys_address(tmp_path: Path) -> None:
    text = file(*(line(number, email="NoEmail@Asterlane.example") for number in (98, 99)))
    run, told = run_of(tmp_path, text, shared_mailboxes=["noemail@asterlane.example"])
    tables = loaded_rows(SOURCE, run)
    assert [row["email_token"] for row in tables["employees"][-2:]] == [None, None]
    assert len(tables["employee_emails"]) == 12
    assert "belongs to two" not in "\n".join(told)


# -- a file that stopped coming --------------------------------------------------------------------------------


def test_a_file_that_stopped_coming_is_the_state_of_its_own_day(tmp_path: Path) -> None:
    path = tmp_path / "employees.csv"
    path.write_text(file())
    sixty_days_ago = time.time() - 60 * 86_400
    os.utime(path, (sixty_days_ago, sixty_days_ago))
    made = TODAY - dt.timedelta(days=60)
    run = source_run(SOURCE, snapshot_location=str(path))
    told: list[str] = []
    run.progress = told.append
    assert {row["day"] for row in loaded_rows(SOURCE, run)["employees"]} == {made}
    assert any("the export is 60 days old" in text for text in told)
    again = source_run(SOURCE, [("employees", "main", "main", made, "ok", 12)], snapshot_location=str(path))
    assert loaded_rows(SOURCE, again)["employees"] == []
    assert not [record for record in again.fetched if record.day == TODAY]
    patient = source_run(SOURCE, snapshot_location=str(path), max_file_age_days=90)
    assert {row["day"] for row in loaded_rows(SOURCE, patient)["employees"]} == {TODAY}
    assert "60 days old" in next(iter(SOURCE.check(run))).message


def test_the_date_inside_the_file_goes_before_the_files_own(tmp_path: Path) -> None:
    text = file().replace(HEADER, HEADER.replace("\n", ",snapshot_date\n"))
    head, *lines = text.splitlines()
    stale = "\n".join([head, *(f"{entry},2026-09-20" for entry in lines)])
    assert {row["day"] for row in loaded(tmp_path, stale)[0]} == {dt.date(2026, 9, 20)}


# -- BambooHR's first night ------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["workEmail", "hireDate", "jobInformationDepartment"])
def test_a_field_that_is_empty_for_everybody_fails_the_first_night(field: str) -> None:
    people = [{**PERSON, "id": number, field: ""} for number in (1, 2)]
    with serve(dataset(*people)) as stub:
        run = source_run(SOURCE, kind="bamboohr", base_url=stub.url, api_key="k")
        with pytest.raises(AccessError, match=f"field {field} is empty for everybody"):
            loaded_rows(SOURCE, run)


def test_nobody_at_all_fails_the_first_night_and_doctor() -> None:
    with serve(dataset(), dataset(), table("jobInfo", {}), table("employmentStatus", {})) as stub:
        settings = {"kind": "bamboohr", "base_url": stub.url, "api_key": "k"}
        with pytest.raises(AccessError, match="answered with no employees"):
            loaded_rows(SOURCE, source_run(SOURCE, **settings))
        found = next(iter(SOURCE.check(source_run(SOURCE, **settings))))
    assert not found.ok
    assert "no employees" in found.message


# -- doctor ----------------------------------------------------------------------------------------------------


def test_doctor_reads_the_file_whole_and_names_counts_alone(tmp_path: Path) -> None:
    sales = [line(number, department="Sales", end="2027-01-31") for number in range(201, 207)]
    legal = [line(number, department="Legal", status="Retired") for number in range(301, 304)]
    alike = [line(number, department="sales.") for number in range(401, 406)]
    told = block(tmp_path, file(*sales, *legal, *alike))
    assert "26 rows, read as CSV, UTF-8, delimiter `,`" in told
    assert "people: all of the rows are different employees" in told
    assert "employed today: all but fewer than 5" in told
    assert "statuses: active the others, terminated fewer than 5" in told
    assert "dates: hire date all, end date 6" in told
    assert "addresses: all have one" in told
    assert "departments: Data 12, Sales 6, sales. 5" in told
    assert "names look alike: 2 names in 1 group" in told
    assert "managers: all but fewer than 5 name one, found in the file: all" in told
    assert "Legal" not in told  # nobody of Legal is employed
    assert "asterlane" not in told


def test_no_number_of_doctors_tells_how_many_the_few_are(tmp_path: Path) -> None:
    """Twelve of Data, six of Sales, two of Legal: the total less the sizes would tell how many Legal has."""
    sales = [line(number, department="Sales") for number in range(201, 207)]
    legal = [line(number, department="Legal") for number in range(301, 303)]
    told = block(tmp_path, file(*sales, *legal))
    assert "departments: Data 12, Sales 5 or more, 1 of fewer than 5 people" in told


def test_doctor_says_what_the_night_would_refuse(tmp_path: Path) -> None:
    run, _ = run_of(tmp_path, file(*(line(number, hire="12 Feb 26") for number in range(101, 113))))
    found = next(iter(SOURCE.check(run)))
    assert not found.ok
    assert "12 of 24 rows" in found.message
    assert "date_formats" in found.remedy


def test_doctor_compares_with_the_last_load(tmp_path: Path) -> None:
    """Twelve in the file. Stored: 1 to 6 as they are, 7 to 11 in Sales, six who are gone; 12 is new."""
    run, _ = run_of(tmp_path, file())

    def stored(number: int, department: str) -> tuple[Any, ...]:
        return TOKENS.token("hris-id", f"{number:05}"), department, "active", None

    rows = [stored(number, "Data") for number in range(1, 7)]
    rows += [stored(number, "Sales") for number in range(7, 12)]
    rows += [stored(number, "Data") for number in range(501, 507)]
    run.last_snapshot = lambda contract, columns: rows
    told = next(iter(SOURCE.check(run))).message
    assert "against the last load: fewer than 5 joined, 6 left, 5 changed department" in told


def stored_person(number: int, department: str = "Data", width: int = 5) -> tuple[Any, ...]:
    return TOKENS.token("hris-id", f"{number:0{width}}"), department, "active", None


def checked(run: SourceRun, stored: list[tuple[Any, ...]]) -> dict[str, Finding]:
    run.last_snapshot = lambda contract, columns: stored
    return {found.subject: found for found in SOURCE.check(run)}


def test_doctor_says_that_nearly_all_ids_changed(tmp_path: Path) -> None:
    """Ids `00001` to `00012` came without their zeros; number 100000 has none to lose and stays."""
    text = HEADER + "".join(line(number, id=str(number)) for number in (*range(1, 13), 100000))
    stored = [stored_person(number) for number in (*range(1, 13), 100000)]
    found = checked(run_of(tmp_path, text)[0], stored)["employee ids"]
    assert not found.ok
    assert "of 13 people of the last load all but fewer than 5 are missing" in found.message
    assert "leading zeros" in found.remedy
    assert "employee ids" not in checked(run_of(tmp_path, file(line(100000)))[0], stored)
    # Half of the company has left: nobody came in their place, so the ids are what they were.
    stored += [stored_person(number) for number in range(501, 515)]
    assert "employee ids" not in checked(run_of(tmp_path, file(line(100000)))[0], stored)


@pytest.mark.parametrize(("before", "refused"), [(18, True), (17, False)])
def test_doctor_says_that_a_file_shrank_more_than_the_night_allows(
    tmp_path: Path, before: int, refused: bool
) -> None:
    """Twelve people are left: of 18 a third is missing, of 17 less than 0.3; 0.3 is max_shrink_ratio."""
    run, _ = run_of(tmp_path, file())
    rows = ("employees", "main", "main", TODAY - dt.timedelta(days=1), "ok", before)
    run.loaded = LoadedDays([rows])
    found = checked(run, []).get("employees, rows")
    assert (found is not None) == refused
    if found:
        assert "more than 30% fewer" in found.message
        assert "MAX_SHRINK_RATIO" in found.remedy
    run.settings.max_shrink_ratio = 0.5
    assert "employees, rows" not in checked(run, [])


def test_doctor_counts_rows_of_one_id(tmp_path: Path) -> None:
    """Six people have a second row, which says something else; a seventh has the same row twice."""
    second = [line(number, department="Sales") for number in range(1, 7)]
    found = checked(run_of(tmp_path, file(*second, line(7), people=80))[0], [])["repeated ids"]
    assert not found.ok
    assert "7 of 87 rows have an employee_id that an earlier row has" in found.message
    assert "and 6 say something else" in found.message
    assert "primary_column" in found.remedy
    same = checked(run_of(tmp_path, file(line(7)))[0], [])["repeated ids"]
    assert same.ok
    assert "fewer than 5 of 13 rows" in same.message


def test_doctor_hints_at_department_names_when_a_department_moved_as_a_whole(tmp_path: Path) -> None:
    """Yesterday 1 to 10 were in Analytics, which is Data now; Sales stayed."""
    run, _ = run_of(tmp_path, file(*(line(number, department="Sales") for number in range(101, 107))))
    stored = [stored_person(number, "Analytics") for number in range(1, 11)]
    stored += [stored_person(number) for number in (11, 12)]
    stored += [stored_person(number, "Sales") for number in range(101, 107)]
    told = checked(run, stored)["employees"].message
    assert "nearly everybody of Analytics is now in Data" in told
    assert "department_names.csv needs a line" in told
    assert "Closed weeks and months keep the old name" in told
    assert "of Sales" not in told


def workbook(tmp_path: Path, **sheets: list[list[str]]) -> SourceRun:
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "employees.xlsx")
    return source_run(SOURCE, snapshot_location=str(tmp_path / "employees.xlsx"))


PEOPLE = [row.split(",") for row in file().splitlines()]


def test_the_only_sheet_with_the_headers_is_read_and_named(tmp_path: Path) -> None:
    """Behind a cover, and behind an empty first sheet."""
    for cover in ([["Employees of Asterlane"], ["as of today"]], []):
        run = workbook(tmp_path, Cover=cover, People=PEOPLE)
        assert len(loaded_rows(SOURCE, run)["employees"]) == 12
        told = next(iter(SOURCE.check(run))).message
        assert "workbook, sheet 2 of 2, the only one with the needed headers" in told


@pytest.mark.parametrize(
    ("second", "third", "said"),
    [
        ([["Nr", "Name"]], [["Notes"]], "the header line is missing"),
        ([PEOPLE[0][:3], PEOPLE[1][:3]], [], "the header line is missing"),
        (PEOPLE, PEOPLE, "2 sheets have the needed headers"),
    ],
)
def test_otherwise_the_sheets_are_named_with_the_setting(
    tmp_path: Path, second: list[list[str]], third: list[list[str]], said: str
) -> None:
    run = workbook(tmp_path, Cover=[["Asterlane"]], People=second, Leavers=third)
    with pytest.raises(SourceError) as caught:
        loaded_rows(SOURCE, run)
    assert said in str(caught.value)
    assert "The workbook's sheets are Cover, People, Leavers: set `sheet`" in str(caught.value)


def test_a_title_above_the_first_sheets_header_still_asks_for_skip_rows(tmp_path: Path) -> None:
    run = workbook(tmp_path, People=[["Asterlane"], *PEOPLE], Other=[["x"]])
    with pytest.raises(SourceError, match=r"line 2 is one\. Set skip_rows = 1"):
        loaded_rows(SOURCE, run)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_german_excel_of_the_documentation_is_read_with_its_settings(tmp_path: Path, kind: str) -> None:
    page = (Path(__file__).parents[3] / "docs" / "connect" / "hris.md").read_text(encoding="utf-8")
    example = page.split("**Example: a German Excel.**")[1]
    text, toml = (
        textwrap.dedent(example.split(f"```{block}\n")[1].split("```")[0]) for block in ("csv", "toml")
    )
    settings = tomllib.loads(toml)["sources"]["hris"] | {"snapshot_location": str(tmp_path / f"export.{kind}")}
    if kind == "xlsx":
        del settings["encoding"]
        book = openpyxl.Workbook()
        for cells in (row.split(";") for row in text.splitlines()):
            assert book.active is not None
            book.active.append(cells)
        book.save(tmp_path / "export.xlsx")
    else:
        (tmp_path / "export.csv").write_bytes(text.strip("\n").encode("cp1252"))
    rows = loaded_rows(SOURCE, source_run(SOURCE, **settings))["employees"]
    assert [row["employee_token"] for row in rows] == [
        TOKENS.token("hris-id", f"{n:05}") for n in (107, 106, 99)
    ]
    assert [row["department"] for row in rows] == ["Vertrieb Süd", "Geschäftsführung", "Vertrieb Süd"]
    assert [row["status"] for row in rows] == ["active", "active", "terminated"]
    assert rows[2]["terminated_from"] == dt.date(2026, 10, 31)
    assert rows[0]["manager_token"] == TOKENS.token("hris-id", "00106")


def test_a_required_column_cannot_be_mapped_to_nothing(tmp_path: Path) -> None:
    """Such a file ended in a KeyError."""
    run, _ = run_of(tmp_path, file(), column_mapping={"work_email": ""})
    with pytest.raises(ConfigurationError, match=r"column_mapping says that .* has no work_email"):
        loaded_rows(SOURCE, run)
