"""The archive holds, for each past night, what the server would have said on that night."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.archive import write_archive
from demo.company.company import Company
from demo.company.hris import hris_snapshot
from demo.server import Behaviour, VendorServer
from demo.vendors.chatgpt.model import WORKSPACE_ID
from demo.vendors.github_copilot.model import ENTERPRISE
from demo.vendors.m365_copilot.records import ReportKind
from demo.vendors.m365_copilot.site import Switches

REPORT = "copilot/reports/getMicrosoft365CopilotUsageUserDetail"


@pytest.fixture(scope="module")
def archive(tiny_company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny company's archive."""
    folder = tmp_path_factory.mktemp("archive")
    count = write_archive(tiny_company, folder, tiny_company.profile.as_of)
    assert count == sum(1 for _ in folder.rglob("*.gz")) > 100
    return folder


def saved(archive: Path, resource: str, day: date, ending: str = "json") -> Any:
    """What was saved; JSON parsed, CSV as bytes."""
    content = gzip.decompress((archive / resource / f"{day}.{ending}.gz").read_bytes())
    return json.loads(content) if ending == "json" else content


def rows(pages: Any, key: str) -> Iterator[Any]:
    """Rows of one page or of a list of pages."""
    for page in pages if isinstance(pages, list) else [pages]:
        yield from page[key]


@pytest.fixture
def night(vendor_server: VendorServer, tiny_company: Company) -> date:
    """A night in the past at which every vendor was asked."""
    day = tiny_company.profile.first_day + timedelta(days=7)
    assert all(tiny_company.has_snapshot(p, day) for p in ("chatgpt", "github_copilot", "m365_copilot"))
    vendor_server.clock.set(datetime.combine(day, time(2), tiny_company.profile.as_of.tzinfo))
    return day


def test_archive_and_server_agree(archive: Path, client: Any, night: date, tiny_company: Company) -> None:
    users = client.chatgpt(f"/compliance/workspaces/{WORKSPACE_ID}/users").json()
    assert saved(archive, "chatgpt/users", night) == users
    seats = client.chatgpt(f"/manage/workspaces/{WORKSPACE_ID}/usage_limits/users", limit=100).json()
    assert list(rows(saved(archive, "chatgpt/seats", night), "data")) == seats["data"]
    github = client.github(f"/enterprises/{ENTERPRISE}/copilot/billing/seats", per_page=100).json()
    assert list(rows(saved(archive, "github_copilot/seats", night), "seats")) == github["seats"]
    select = "id,userPrincipalName,mail,displayName,employeeId,department,jobTitle,accountEnabled,userType,"
    select += "createdDateTime,assignedLicenses,licenseAssignmentStates"
    directory = client.graph(f"/v1.0/users?$top=999&$select={select}").json()["value"]
    assert list(rows(saved(archive, "m365_copilot/users", night), "value")) == directory
    skus = client.graph("/v1.0/subscribedSkus").json()["value"]
    assert saved(archive, "m365_copilot/subscribed_skus", night)["value"] == skus
    settings = client.graph("/v1.0/admin/reportSettings").json()
    assert saved(archive, "m365_copilot/report_settings", night) == settings
    report = client.graph(f"/v1.0/{REPORT}(period='D7')").content
    assert saved(archive, "m365_copilot/usage_user_detail", night, "csv") == report
    assert saved(archive, "hris/employees", night, "csv").decode() == hris_snapshot(tiny_company, night)


def test_nights_before_the_run_and_only_those_that_were_not_missed(
    archive: Path, tiny_company: Company
) -> None:
    profile = tiny_company.profile
    past = [day for day in profile.days() if day < profile.as_of_day]
    for resource, product in (("chatgpt/seats", "chatgpt"), ("github_copilot/seats", "github_copilot")):
        found = {path.name for path in (archive / resource).iterdir()}
        kept = [day for day in past if tiny_company.has_snapshot(product, day)]
        assert found == {f"{day}.json.gz" for day in kept}
        assert len(kept) < len(past)
    assert len(list((archive / "hris/employees").iterdir())) == len(past)


def test_the_same_company_gives_the_same_bytes(archive: Path, tiny_company: Company, tmp_path: Path) -> None:
    write_archive(tiny_company, tmp_path, tiny_company.profile.as_of.date())
    for path in archive.rglob("*.gz"):
        assert (tmp_path / path.relative_to(archive)).read_bytes() == path.read_bytes()


def test_another_report_can_be_saved(tiny_company: Company, tmp_path: Path) -> None:
    until = tiny_company.profile.first_day + timedelta(days=5)
    behaviour = Behaviour()
    behaviour.of(Switches).archived = ReportKind("D28", "v2", conceal=True)
    write_archive(tiny_company, tmp_path, until, behaviour)
    files = sorted((tmp_path / "m365_copilot/usage_user_detail").iterdir())
    assert len(files) == 3, "reports run two days late"
    header, first = gzip.decompress(files[-1].read_bytes()).decode("utf-8-sig").splitlines()[:2]
    assert "Prompts submitted for all apps" in header
    assert "@" not in first
