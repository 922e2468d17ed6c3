"""The last look before publishing: over every table and column that readers are about to see.

dbt's own audit tests have passed by now. This one does not trust the models: it reads the finished tables as a
stranger would, and refuses to publish on a person-level column, a token, an address, or a count of people that
is small enough to hide in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

from ingestion.errors import AiUsageError

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


class AuditFailedError(AiUsageError):
    """A published table would have shown something that it must not; the last good version stays."""


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One reason not to publish: table, column and what is wrong; never a value."""

    table: str
    column: str
    reason: str


def audit(connection: duckdb.DuckDBPyConnection, schema: str, k: int) -> list[AuditFinding]:
    """All findings over the tables of `schema`; empty means that they may be published."""
    columns = connection.execute(
        "select table_name, column_name, data_type from information_schema.columns "
        "where table_catalog = current_database() and table_schema = ? order by table_name, ordinal_position",
        [schema],
    ).fetchall()
    findings: list[AuditFinding] = []
    for table, column, data_type in columns:
        if _PERSONAL_COLUMN.fullmatch(column):
            findings.append(AuditFinding(table, column, "is a person-level column"))
        relation = f'"{schema}"."{table}"'
        if data_type == "VARCHAR" and _any(
            connection,
            f'select 1 from {relation} where regexp_matches("{column}", ?) limit 1',
            _TOKEN_OR_ADDRESS,
        ):
            findings.append(AuditFinding(table, column, "holds a token or an address"))
        if column in PEOPLE_COLUMNS and _any(
            connection, f'select 1 from {relation} where "{column}" > 0 and "{column}" < ? limit 1', k
        ):
            findings.append(AuditFinding(table, column, f"counts fewer than {k} people"))
    return findings


def require_clean(findings: list[AuditFinding]) -> None:
    """Raise when there are findings.

    Raises:
        AuditFailedError: names tables, columns and reasons.
    """
    if findings:
        listed = "; ".join(f"{f.table}.{f.column} {f.reason}" for f in findings[:10])
        raise AuditFailedError(
            f"The privacy audit refused {len(findings)} column(s): {listed}.",
            "Nothing was published; readers keep the last good version.",
        )


def _any(connection: duckdb.DuckDBPyConnection, query: str, parameter: object) -> bool:
    return connection.execute(query, [parameter]).fetchone() is not None
