"""What to do next: the published recommended actions that belong to a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from dashboards.declaration import Page
from dashboards.sentences import mark_days
from dashboards.suppression import require_private
from dashboards.telling import Department

TABLE = "recommended_actions"


@dataclass(frozen=True, slots=True)
class Action:
    """One recommendation, in the words of its rule."""

    severity: str
    title: str
    recommendation: str
    evidence: str
    department: str
    page_title: str
    page_href: str


def recommended(
    connection: duckdb.DuckDBPyConnection,
    tables: frozenset[str],
    page: Page,
    department: Department | None,
    pages: Mapping[str, Page],
    hrefs: Mapping[str, str],
) -> list[Action] | None:
    """The actions of a page, most important first; None where it shows none or the file is from before them.

    Raises:
        SiteError: a sentence holds what must not be shown.
    """
    if page.actions is None or TABLE not in tables:
        return None
    rows = connection.execute(
        "select severity, title, recommendation, evidence, department_name, page "
        f"from published.{TABLE} "
        "where (list_contains($areas, area) or len($areas) = 0 and audience = 'leaders') "
        "and ($department is null or department_key = $department) "
        "order by priority, action_id limit $limit",
        {
            "areas": list(page.actions.areas),
            "department": department.key if department else None,
            "limit": page.actions.limit,
        },
    ).fetchall()
    found = []
    for severity, title, recommendation, evidence, name, target in rows:
        require_private([title, recommendation, evidence], f"published.{TABLE}")
        is_elsewhere = target in hrefs and pages[target] is not page
        found.append(
            Action(
                severity,
                title,
                recommendation,
                mark_days(evidence or ""),
                name,
                pages[target].title if is_elsewhere else "",
                hrefs[target] if is_elsewhere else "",
            )
        )
    return found
