"""Where pages lie, and what leads from one to the other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboards.declaration import Page
from dashboards.telling import Department

DEFINITIONS = "definitions"


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a navigation."""

    title: str
    href: str
    is_here: bool = False


@dataclass(frozen=True)
class Navigation:
    """The files of a site. The first page of the order is `index.html`.

    `hrefs` are the files of declared pages that exist once, `links` also that of the definitions.
    """

    pages: Mapping[str, Page]
    departments: Sequence[Department]
    hrefs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        single = [name for name, page in self.pages.items() if page.per is None]
        self.hrefs.update({name: "index.html" if name == single[0] else f"{name}.html" for name in single})

    @property
    def links(self) -> dict[str, str]:
        return {**self.hrefs, DEFINITIONS: f"{DEFINITIONS}.html"}

    def main(self, here: str) -> list[Link]:
        """The navigation at the head of every page; a department's page belongs to the departments."""
        at = here if here in self.hrefs or here == DEFINITIONS else "departments"
        return [Link(self.pages[name].title, href, name == at) for name, href in self.hrefs.items()]

    def department_files(self) -> dict[Department, str]:
        """Each department's file; keys that make the same name get numbers."""
        if not any(page.per == "department" for page in self.pages.values()):
            return {}
        found: dict[Department, str] = {}
        for department in self.departments:
            slug = re.sub(r"[^a-z0-9]+", "-", department.key.lower()).strip("-")[:60] or "unit"
            name, number = f"department-{slug}", 1
            while f"{name}.html" in found.values():
                number += 1
                name = f"department-{slug}-{number}"
            found[department] = f"{name}.html"
        return found

    def department_links(self, page: Page, here: Department | None) -> list[Link]:
        """Every department where the page asks for it; on a department's page the one before and after."""
        files = self.department_files()
        if page.department_links:
            return [Link(department.name, href) for department, href in files.items()]
        if here is None:
            return []
        ordered = list(files.items())
        at = list(files).index(here)
        around = [ordered[position] for position in (at - 1, at + 1) if 0 <= position < len(ordered)]
        up = [Link("All departments", self.hrefs["departments"])] if "departments" in self.hrefs else []
        return up + [Link(department.name, href) for department, href in around]

    def linked(self, page: Page) -> dict[str, str]:
        """The file of each department by key, for tables that link to them."""
        columns = (column for query in page.queries.values() for column in query.columns.values())
        if not any(column.link for column in columns):
            return {}
        return {department.key: href for department, href in self.department_files().items()}
