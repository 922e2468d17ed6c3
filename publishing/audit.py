"""The last look before publishing: over every table and column that readers are about to see.

dbt's own audit tests have passed by now. This one does not trust the models: it reads the finished tables as a
stranger would, and refuses to publish on a person-level column, a token, an address, or a count of people that
is small enough to hide in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ingestion.errors import AiUsageError
from ingestion.warehouse import WarehouseSession
from publishing.engine_sql import is_text, matches
from publishing.periods import Period, period_column

_PERSONAL_COLUMN = re.compile(
    r"(person|account|employee|manager_person)_(key|label|token|id)|.*_token|e_?mail.*|.*_name_of_person|login|upn"
)
_TOKEN_OR_ADDRESS = r"(^|[^0-9a-z])p[0-9]_[0-9a-f]{32}|[^\s@]+@[^\s@]+\.[a-z]{2,}"
# Counts of people who contribute: below k they must be hidden. Headcount of a unit is always shown, and
# company-level inventory (seats bought) is no count of people.
PEOPLE_COLUMNS = frozenset(
    {
        "active_people",
        "licensed_people",
        "seat_holders",
        "seats_active",
        "accounts",
        "assigned",
        "first_use",
        "repeat_use",
        "habitual",
        "deep",
        "people",
        "power_users",
    }
)


K_FLOOR = 5


class AuditFailedError(AiUsageError):
    """A published table would have shown something that it must not; the last good version stays."""


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One reason not to publish: table, column and what is wrong; never a value."""

    table: str
    column: str
    reason: str


def audit(
    session: WarehouseSession, schema: str, k: int, closed: Mapping[str, Collection[Period]] | None = None
) -> list[AuditFinding]:
    """All findings over the tables of `schema`; empty means that they may be published.

    Rows of `closed` periods (by table) were audited with the k of their time; a k that was raised since does
    not hold up every publish, but below the floor nothing passes.
    """
    findings: list[AuditFinding] = []
    for table in session.tables(schema):
        relation = session.name(schema, table)
        too_few, parameters = _too_few(session, schema, table, k, (closed or {}).get(table, ()))
        for column in session.columns(schema, table):
            name = session.name(column.name)
            if _PERSONAL_COLUMN.fullmatch(column.name):
                findings.append(AuditFinding(table, column.name, "is a person-level column"))
            if is_text(column) and session.rows(
                f"select 1 from {relation} where {matches(session, name)} limit 1", _TOKEN_OR_ADDRESS
            ):
                findings.append(AuditFinding(table, column.name, "holds a token or an address"))
            if column.name in PEOPLE_COLUMNS and session.rows(
                f"select 1 from {relation} where {name} > 0 and {name} < {too_few} limit 1", *parameters
            ):
                findings.append(AuditFinding(table, column.name, f"counts fewer than {k} people"))
    return findings


def _too_few(
    session: WarehouseSession, schema: str, table: str, k: int, closed: Collection[Period]
) -> tuple[str, list[object]]:
    """The least number of people that a row may show, as an expression with its parameters."""
    column = period_column(session.columns(schema, table))
    if column is None or not closed:
        return "%s", [k]
    marks = ", ".join("%s" for _ in closed)
    starts = [period.start for period in closed]
    return f"case when {session.name(column)} in ({marks}) then {K_FLOOR} else %s end", [*starts, k]


def require_clean(findings: list[AuditFinding], standing: str) -> None:
    """Raise when there are findings; `standing` says what readers see meanwhile.

    Raises:
        AuditFailedError: names tables, columns and reasons.
    """
    if findings:
        listed = "; ".join(f"{f.table}.{f.column} {f.reason}" for f in findings[:10])
        raise AuditFailedError(
            f"The privacy audit refused {len(findings)} column(s): {listed}.",
            standing,
        )
