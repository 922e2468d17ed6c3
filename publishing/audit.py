"""The last look before publishing: over every table and column that readers are about to see.

dbt's own audit tests have passed by now. This one does not trust the models: it reads the finished tables as a
stranger would, and refuses to publish on a person-level column, a token, an address, or a count of people that
is small enough to hide in: in one column, or as what two columns of a row tell together. It shares nothing with
the models' masks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from publishing.engine_sql import is_text, is_whole_number
from publishing.periods import Period, period_column
from runtime.errors import AiUsageError
from runtime.warehouse import Column, WarehouseSession

_PERSONAL_COLUMN = re.compile(
    r"(person|account|employee|manager_person)_(key|label|token|id)|.*_token|e_?mail.*|.*_name_of_person|login|upn"
)
_TOKEN_OR_ADDRESS = r"(^|[^0-9a-z])p[0-9]_[0-9a-f]{32}|[^\s@]+@[^\s@]+\.[a-z]{2,}"
# Whole numbers that count no people. Every other one of a published table does until it is named here, so that
# a new column is refused rather than overlooked. The headcount of a unit is always shown; what was bought, what
# a contract asks for at least, and what nobody holds, are seats. A change is the difference of two figures that
# are checked themselves.
_COUNTS_NO_PEOPLE = re.compile(
    r"headcount|purchased|minimum_seats|unassigned|seats(_(offered|wanted|moved_of_product|movable_at_most))?|"
    r"value|.*_change|priority|importance|rule_version|tools_used|"
    r"weeks_observed|weeks_left|departments_compared|forecasts_before|"
    r"(?!people_)(.*_)?(sessions|messages|prompts|chars|tokens|days|rows|row_count|suggestions_(shown|accepted))"
)
# Whole and part that stand in one row: whoever sees both sees how many are in one and not in the other. The
# same people are counted a second time where a ratio has a whole beside it.
_NESTED = (
    *(("headcount", part) for part in ("active_people", "licensed_people", "non_user", "regular")),
    ("licensed_people", "active_people"),
    *(("assigned", "first_use"), ("first_use", "repeat_use"), ("repeat_use", "habitual"), ("habitual", "deep")),
    *(("seat_holders", "seats_active"), ("seats_active", "used")),
    *(("accounts", "matched_accounts"), ("accounts", "unmatched_accounts")),
    ("purchased", "unassigned"),
)
_SHARES = (
    *(("headcount", "active_ratio"), ("licensed_people", "licensed_active_ratio")),
    *(("seat_holders", "utilization_ratio"), ("accounts", "matched_ratio")),
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
    for table, columns in session.columns_by_table(schema).items():
        relation = session.name(schema, table)
        too_few, parameters = _too_few(session, columns, k, (closed or {}).get(table, ()))
        for column in columns:
            name = session.name(column.name)
            if _PERSONAL_COLUMN.fullmatch(column.name):
                findings.append(AuditFinding(table, column.name, "is a person-level column"))
            if is_text(column) and session.rows(
                f"select 1 from {relation} where {session.matches(name)} limit 1", _TOKEN_OR_ADDRESS
            ):
                findings.append(AuditFinding(table, column.name, "holds a token or an address"))
            if counts_people(column) and session.rows(
                f"select 1 from {relation} where {name} > 0 and {name} < {too_few} limit 1", *parameters
            ):
                findings.append(AuditFinding(table, column.name, f"counts fewer than {k} people"))
        findings += _told_in_rows(session, schema, table, columns, k, (closed or {}).get(table, ()))
    return findings


def counts_people(column: Column) -> bool:
    """Whether a published column is a count of people or of their accounts."""
    return is_whole_number(column) and not _COUNTS_NO_PEOPLE.fullmatch(column.name)


def _told_in_rows(
    session: WarehouseSession,
    schema: str,
    table: str,
    columns: list[Column],
    k: int,
    closed: Collection[Period],
) -> list[AuditFinding]:
    """Columns of one row that together tell 1 to k - 1 people; closed periods are as they were closed."""
    present = {column.name for column in columns}
    period = period_column(columns)
    is_open, starts = "1 = 1", []
    if closed and period is not None:
        starts = [of.start for of in closed]
        is_open = f"{session.name(period)} not in ({', '.join('%s' for _ in starts)})"
    findings = []
    for names, people in _people_in_rows(session):
        if present.issuperset(names) and session.rows(
            f"select 1 from {session.name(schema, table)} "
            f"where {is_open} and {people} > 0 and {people} < %s limit 1",
            *(*starts, k),
        ):
            told = f"tells fewer than {k} people beside {names[1]}"
            findings.append(AuditFinding(table, names[0], told))
    return findings


def _people_in_rows(session: WarehouseSession) -> Iterator[tuple[tuple[str, str], str]]:
    """Pairs of columns and the number of people that they tell together."""
    for whole, part in _NESTED:
        yield (whole, part), f"({session.name(whole)} - {session.name(part)})"
    for whole, ratio in _SHARES:
        share = f"{session.name(whole)} * {session.name(ratio)}"
        yield (whole, ratio), f"round({share})"
        yield (whole, ratio), f"({session.name(whole)} - round({share}))"


def _too_few(
    session: WarehouseSession, columns: list[Column], k: int, closed: Collection[Period]
) -> tuple[str, list[object]]:
    """The least number of people that a row may show, as an expression with its parameters."""
    column = period_column(columns)
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
