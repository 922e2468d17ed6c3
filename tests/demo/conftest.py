"""A tiny company and a server that plays its vendors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from demo.company.company import Company
from demo.company.generate import generate_company
from demo.server import VendorServer
from demo.vendors.chatgpt.model import ORGANIZATION_ID, WORKSPACE_ID
from demo.vendors.m365_copilot.site import ACCESS_TOKEN


@dataclass
class Client:
    """Requests to a running server with the right keys."""

    server: VendorServer
    session: requests.Session = field(default_factory=requests.Session)

    def bearer(self, source: str) -> dict[str, str]:
        """The header with the key of a source."""
        return {"Authorization": f"Bearer {self.server.configuration()[source]['api_key']}"}

    def chatgpt(self, path: str, **query: Any) -> requests.Response:
        """A ChatGPT route, below ``/v1``; redirects are not followed."""
        url = f"{self.server.urls['chatgpt']}/v1{path}"
        return self.session.get(url, params=query, headers=self.bearer("chatgpt"), allow_redirects=False)

    def logs(self, event_type: str, after: str = "2000-01-01T00:00:00Z", **query: Any) -> requests.Response:
        """A list of log files on the route of the event type."""
        return self.chatgpt(self.logs_path(event_type), event_type=event_type, after=after, **query)

    def logs_path(self, event_type: str) -> str:
        """The route that carries an event type."""
        if event_type == "COSTS":
            return f"/compliance/organizations/{ORGANIZATION_ID}/logs"
        return f"/compliance/workspaces/{WORKSPACE_ID}/logs"

    def all_files(self, event_type: str, **query: Any) -> list[dict[str, Any]]:
        """Every file, by paging as the vendor says."""
        files, after = [], "2000-01-01T00:00:00Z"
        while True:
            page = self.logs(event_type, after=after, **query).json()
            files += page["data"]
            if not page["has_more"]:
                return files
            after = page["last_end_time"]

    def link(self, event_type: str, file_id: str) -> str:
        """The signed link of a file."""
        return self.chatgpt(f"{self.logs_path(event_type)}/{file_id}").headers["Location"]

    def file(self, event_type: str, file_id: str) -> bytes:
        """The content of a file, fetched without a key."""
        return self.session.get(self.link(event_type, file_id)).content

    def github(self, path: str, **query: Any) -> requests.Response:
        """A GitHub route."""
        url = self.server.urls["github"] + path
        return self.session.get(url, params=query, headers=self.bearer("github_copilot"))

    def graph(self, path: str, **query: Any) -> requests.Response:
        """A Graph route with a token that always holds; a path may carry its own query."""
        url = path if path.startswith("http") else self.server.urls["microsoft"] + path
        return self.session.get(url, params=query, headers={"Authorization": f"Bearer {ACCESS_TOKEN}"})

    def bamboo(self, path: str, **query: Any) -> requests.Response:
        """A BambooHR route."""
        url = self.server.urls["hris"] + path
        return self.session.get(url, params=query, auth=(self.server.configuration()["hris"]["api_key"], "x"))


@pytest.fixture(scope="session")
def tiny_company() -> Company:
    """Forty people, two weeks."""
    return generate_company(people=40, weeks=2)


@pytest.fixture(scope="session")
def running_server(tiny_company: Company) -> Iterator[VendorServer]:
    """One server for all tests; use ``vendor_server``, which resets it."""
    with VendorServer(tiny_company) as server:
        yield server


@pytest.fixture
def vendor_server(running_server: VendorServer, tiny_company: Company) -> VendorServer:
    """The server as new: the company's moment, no faults, default behaviour, no requests so far."""
    running_server.behaviour.reset()
    running_server.clock.set(tiny_company.profile.as_of)
    running_server.faults.replace()
    running_server.replace_company(tiny_company)
    running_server.requests.clear()
    return running_server


@pytest.fixture
def client(vendor_server: VendorServer) -> Iterator[Client]:
    """A client of the server."""
    found = Client(vendor_server)
    with found.session:
        yield found
