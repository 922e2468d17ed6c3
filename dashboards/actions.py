"""What to do next: the published recommended actions that belong to a page."""

from __future__ import annotations

import datetime as dt
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
    """One recommendation, in the words of its rule; `plan` says what the company does about it."""

    severity: str
    title: str
    recommendation: str
    evidence: str
    department: str
    page_title: str
    page_href: str
    plan: str


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
        "select severity, title, recommendation, evidence, department_name, page, "
        "action_state, owner, due_date, is_overdue "
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
    for severity, title, recommendation, evidence, name, target, *plan in rows:
        planned = plan_text(*plan)
        require_private([title, recommendation, evidence, planned], f"published.{TABLE}")
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
                mark_days(planned),
            )
        )
    return found


def plan_text(state: str, owner: str | None, due: dt.date | None, is_overdue: bool) -> str:
    """What `actions.csv` says of an action, as a sentence; empty while nobody has taken it up."""
    if state == "open":
        return ""
    by = f" by {owner}" if owner else ""
    if state == "done":
        return f"Marked as done{by}. The figures do not show it yet."
    when = f", {'was due' if is_overdue else 'due'} {due}" if due else ""
    return f"Taken up{by}{when}."
