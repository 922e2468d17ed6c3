"""The server as a whole: in a process of its own, slow, and closed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.company.company import Company
from demo.server import VendorServer
from demo.vendors import all_vendors

ROOT = Path(__file__).parents[2]


def test_a_process_of_its_own_serves_until_its_input_closes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo.server", "--people", "30", "--weeks", "1"]
    folders = ["--archive-dir", str(tmp_path / "archive"), "--company-dir", str(tmp_path / "company")]
    with subprocess.Popen(
        [*command, *folders], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        settings = told["configuration"]["hris"]
        headers = {"Authorization": f"Bearer {settings['api_key']}"}
        answer = requests.get(settings["snapshot_location"], headers=headers, timeout=60)
        assert answer.text.startswith("employee_id,")
        process.stdin.close()
        assert process.wait(timeout=60) == 0
    assert told["as_of"] == "2026-11-19T02:00:00Z"
    assert (tmp_path / "company/seat_contracts.csv").is_file()
    assert list((tmp_path / "archive/hris/employees").glob("*.csv.gz"))


def test_latency(vendor_server: VendorServer, client: Any) -> None:
    vendor_server.behaviour.latency_seconds = 0.2
    started = time.monotonic()
    client.bamboo("/api/v1/datasets")
    assert time.monotonic() - started >= 0.2


def test_a_stopped_server_answers_nobody(tiny_company: Company) -> None:
    with VendorServer(tiny_company) as server:
        session = requests.Session()
        url = f"{server.urls['stranger']}/anything"
        assert session.get(url, timeout=60).json()["has_more"] is False
    with pytest.raises(requests.ConnectionError), session:
        session.get(url, timeout=60)


def test_sites_listen_on_the_loopback_interface_alone(vendor_server: VendorServer) -> None:
    assert all(url.startswith("http://127.0.0.1:") for url in vendor_server.urls.values())
    sites = [name for vendor in all_vendors() for name in vendor.site_names]
    assert sorted(vendor_server.urls) == sorted([*sites, "files", "stranger"])
    assert len(set(vendor_server.urls.values())) == len(vendor_server.urls)


def test_another_company_can_take_over(vendor_server: VendorServer, client: Any, tiny_company: Company) -> None:
    smaller = Company(
        tiny_company.profile,
        tiny_company.departments,
        tiny_company.employees[:5],
        (),
        (),
        tiny_company.files,
        tiny_company.vendors,
        tiny_company.activities,
    )
    before = client.bamboo("/api/v1/employees/directory").json()["employees"]
    vendor_server.replace_company(smaller)
    after = client.bamboo("/api/v1/employees/directory").json()["employees"]
    assert len(after) <= 5 < len(before)
