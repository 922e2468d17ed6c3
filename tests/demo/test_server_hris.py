"""The HR system as the server tells it: BambooHR's API and CSV files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
import requests

from demo.company.company import Company
from demo.company.hris import hris_history, hris_snapshot
from demo.server import VendorServer
from demo.vendors.hris.site import API_KEY

DATA = "/api/v2/datasets/employee/data"
FIELDS = ["id", "employeeNumber", "workEmail", "jobInformationDepartment", "supervisorEId", "status"]
HIDDEN = "salary"
"""A field that the key may not see."""


def dataset(server: VendorServer, path: str = DATA, **body: Any) -> Any:
    """An answer of the dataset."""
    url = path if path.startswith("http") else server.urls["hris"] + path
    auth = (API_KEY, "x")
    return requests.post(url, json={"fields": [*FIELDS, HIDDEN], **body}, auth=auth, timeout=60).json()


def test_dataset_by_pages_in_both_versions(vendor_server: VendorServer, tiny_company: Company) -> None:
    rows, page = [], 1
    while True:
        answer = dataset(vendor_server, page=page, pageSize=11)
        rows += [row["fields"] for row in answer["data"]]
        if page == answer["meta"]["totalPages"]:
            break
        page += 1
    assert "next" not in answer["links"]
    known = {span.employee_id for person in tiny_company.employees for span in person.spans}
    assert {row["employeeNumber"] for row in rows} == known
    assert len(rows) == len(known)
    assert HIDDEN not in rows[0], "what the key may not see is left out without a word"
    old = dataset(vendor_server, "/api/v1/datasets/employee", page_size=11)
    assert old["data"] == rows[:11]
    assert old["pagination"]["total_pages"] == page
    following = dataset(vendor_server, old["pagination"]["next_page"], page_size=11)
    assert following["data"] == rows[11:22]


def test_people_stand_where_they_stand_today(vendor_server: VendorServer, tiny_company: Company) -> None:
    today = tiny_company.profile.as_of_day
    rows = [row["fields"] for row in dataset(vendor_server, pageSize=1000)["data"]]
    by_number = {row["employeeNumber"]: row for row in rows}
    snapshot = csv.DictReader(io.StringIO(hris_snapshot(tiny_company, today)))
    for person in snapshot:
        row = by_number[person["employee_id"]]
        assert row["jobInformationDepartment"] == person["department"]
        assert row["workEmail"] == person["work_email"]
        assert (row["status"] == "Inactive") == (person["status"] == "terminated")
        manager = person["manager_employee_id"]
        assert row["supervisorEId"] == (str(int(manager)) if manager else None)


def test_directory_shows_the_active(client: Any, tiny_company: Company) -> None:
    people = client.bamboo("/api/v1/employees/directory").json()["employees"]
    assert len(people) == len(tiny_company.employed_on(tiny_company.profile.as_of_day))
    everybody = client.bamboo("/api/v1/employees/directory", onlyCurrent="false").json()["employees"]
    assert len(everybody) > len(people)


def test_one_employee_with_fields(client: Any) -> None:
    found = client.bamboo("/api/v1/employees/1003", fields=f"department,supervisorEId,{HIDDEN}").json()
    assert set(found) == {"id", "department", "supervisorEId"}
    assert client.bamboo("/api/v1/employees/999999").status_code == 404


def test_tables_tell_moves_and_leavers(client: Any, tiny_company: Company) -> None:
    jobs = client.bamboo("/api/v1/employees/all/tables/jobInfo").json()
    mover = next(
        person
        for person in tiny_company.employees
        if len({span.department for span in person.spans if span.recorded_on is None}) > 1
    )
    number = str(int(mover.spans[0].employee_id))
    rows = [row for row in jobs if row["employeeId"] == number]
    assert {(row["date"], row["department"]) for row in rows} == {
        (span.starts_on.isoformat(), span.department) for span in mover.spans
    }
    changed = client.bamboo("/api/v1/employees/changed/tables/jobInfo", since="1970-01-01T00:00:00Z").json()
    assert changed["table"] == "jobInfo"
    assert [row["id"] for row in changed["employees"][number]["rows"]] == [row["id"] for row in rows]
    leaver = next(p for p in tiny_company.employees if p.spans[-1].ends_before is not None)
    number = str(int(leaver.spans[-1].employee_id))
    last_day = leaver.spans[-1].ends_before - timedelta(days=1)
    statuses = client.bamboo(f"/api/v1/employees/{number}/tables/employmentStatus").json()
    assert ("Terminated", last_day.isoformat()) in {(row["employmentStatus"], row["date"]) for row in statuses}


def test_changes_since_a_moment(client: Any, tiny_company: Company) -> None:
    path = "/api/v1/employees/changed/tables/employmentStatus"
    everybody = client.bamboo(path, since="1970-01-01T00:00:00Z").json()["employees"]
    recent = client.bamboo(path, since=tiny_company.profile.as_of.isoformat()).json()["employees"]
    assert set(recent) < set(everybody)
    ids = client.bamboo("/api/v1/employees/changed", since="1970-01-01T00:00:00Z").json()["employees"]
    assert set(ids) == set(everybody)
    assert client.bamboo(path).status_code == 400


def test_fields_can_be_discovered(client: Any) -> None:
    names = {field["name"] for field in client.bamboo("/api/v1_2/datasets/employee/fields").json()["fields"]}
    assert set(FIELDS) <= names
    assert {field["name"] for field in client.bamboo("/api/v1/meta/fields").json()} == names
    assert client.bamboo("/api/v1/datasets/payroll/fields").status_code == 404
    assert client.bamboo("/api/v1/datasets").json()["datasets"][0]["name"] == "employee"


@pytest.mark.parametrize("name", ["employees", "employees_history"])
def test_csv_files_want_the_key(vendor_server: VendorServer, tiny_company: Company, name: str) -> None:
    url = f"{vendor_server.urls['hris']}/exports/{name}.csv"
    today = tiny_company.profile.as_of_day
    expected = hris_snapshot(tiny_company, today) if name == "employees" else hris_history(tiny_company, today)
    key = API_KEY
    answer = requests.get(url, headers={"Authorization": f"Bearer {key}"}, timeout=60)
    assert answer.content.decode() == expected
    assert requests.get(url, timeout=60).status_code == 401
    wrong = requests.get(url, headers={"Authorization": f"Bearer {key}-without-scope"}, timeout=60)
    assert wrong.status_code == 403


def test_bamboo_wants_basic_authentication(vendor_server: VendorServer) -> None:
    url = f"{vendor_server.urls['hris']}/api/v1/meta/fields"
    key = API_KEY
    assert requests.get(url, timeout=60).headers["WWW-Authenticate"].startswith("Basic")
    assert requests.get(url, headers={"Authorization": f"Bearer {key}"}, timeout=60).status_code == 401
    assert requests.get(url, auth=("wrong", "x"), timeout=60).status_code == 401
    assert requests.get(url, auth=(f"{key}-without-scope", "x"), timeout=60).status_code == 403
    assert requests.get(url, auth=(key, "x"), timeout=60).status_code == 200
