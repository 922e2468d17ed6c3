"""The HR system: BambooHR's API, and CSV files. It has people, and no tool."""

from __future__ import annotations

from collections.abc import Mapping

from demo.company.company import Company
from demo.company.hris import hris_snapshot
from demo.server.backstage import Backstage
from demo.server.settings import Behaviour
from demo.vendor import Accounts, DemoVendor, Ground, Snapshots, VendorSites
from demo.vendors.hris.site import API_KEY, Hris


class HrisVendor(DemoVendor[None]):
    """The source ``hris``."""

    source = "hris"
    site_names = ("hris",)

    def activity(self, ground: Ground, accounts: Accounts) -> None:
        """Nothing beside the people, who are the company's."""

    def sites(self, backstage: Backstage) -> VendorSites:
        """The API and the files."""
        return VendorSites({"hris": Hris(backstage)})

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """See ``DemoVendor``."""
        exports = f"{backstage.urls['hris']}/exports"
        return {
            "kind": "csv",
            "snapshot_location": f"{exports}/employees.csv",
            "history_location": f"{exports}/employees_history.csv",
            "api_key": API_KEY,
        }

    def snapshots(self, company: Company, behaviour: Behaviour) -> Snapshots:
        """The file of every night."""
        del behaviour
        return lambda day: [("employees/csv", hris_snapshot(company, day).encode())]


VENDOR = HrisVendor()
