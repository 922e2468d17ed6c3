"""The suppression check, repeated on what a page would show.

Publishing has audited the tables. A page can still undo it: by counting again, by filling a gap, or by
putting a figure under a name that is not its own. So every answer is looked at as a stranger would before
it is drawn:

- no column or text is about a person;
- no count of people or accounts lies between 0 and k;
- a column that bears the name of a published figure holds that table's figure for the same department, tool and
  period, so what is hidden there is hidden here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from dashboards.answers import Answer
from dashboards.errors import SiteError
from dashboards.references import PUBLISHED, References

# Closed periods were published with the k of their time, so the floor is what holds for every row.
K_FLOOR = 5
PEOPLE_UNITS = frozenset({"people", "accounts"})
# Counts of people of published tables, as publishing/audit.py lists them (a test compares). Headcount is shown.
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
ALWAYS_SHOWN = frozenset({"headcount"})
_PERSONAL_COLUMN = re.compile(
    r"(person|account|employee|manager_person)_(key|label|token|id)|.*_token|e_?mail.*|.*_name_of_person|login|upn"
)
_TOKEN_OR_ADDRESS = re.compile(r"(^|[^0-9a-z])p[0-9]_[0-9a-f]{32}|[^\s@]+@[^\s@]+\.[a-z]{2,}")
# Columns that say what a row is about; all others of a published table are its figures.
KEYS = frozenset(
    {
        "department_key",
        "department_name",
        "tool",
        "product",
        "week_start",
        "month_start",
        "cost_basis",
        "model_family",
        "tier",
        "measure",
        "currency",
    }
)
_REMEDY = "Nothing was switched; readers keep the last site."


def require_hidden(
    connection: duckdb.DuckDBPyConnection, answer: Answer, reads: References, place: str
) -> None:
    """Refuse an answer that would show what the published tables hide; `place` names page and query.

    Raises:
        SiteError: names the column and the reason, never a value.
    """
    for column in answer.columns:
        origin = reads.origins.get(column, column)
        values = [row[column] for row in answer.rows]
        if _PERSONAL_COLUMN.fullmatch(column) or _PERSONAL_COLUMN.fullmatch(origin):
            raise SiteError(f"{place}: `{column}` is a person-level column.", _REMEDY)
        if any(isinstance(value, str) and _TOKEN_OR_ADDRESS.search(value) for value in values):
            raise SiteError(f"{place}: `{column}` holds a token or an address.", _REMEDY)
        if _counts_people(answer, column, origin) and any(_too_few(value) for value in values):
            raise SiteError(f"{place}: `{column}` counts fewer than {K_FLOOR} people.", _REMEDY)
    _require_published_figures(connection, answer, reads, place)


def _counts_people(answer: Answer, column: str, origin: str) -> bool:
    declared = answer.query.columns.get(column)
    if origin in ALWAYS_SHOWN:
        return False
    return origin in PEOPLE_COLUMNS or (declared is not None and declared.unit in PEOPLE_UNITS)


def _too_few(value: object) -> bool:
    return isinstance(value, (int, float)) and 0 < value < K_FLOOR


def _require_published_figures(
    connection: duckdb.DuckDBPyConnection, answer: Answer, reads: References, place: str
) -> None:
    """Each figure with a published name must stand in a table that the query reads, at the same keys."""
    columns = {table: _figures_and_keys(connection, table) for table in sorted(reads.tables)}
    for column in answer.columns:
        origin = reads.origins.get(column, column)
        tables = [table for table, (figures, _) in columns.items() if origin in figures]
        if not tables:
            continue
        known: set[tuple[object, ...]] = set()
        keys: dict[str, list[str]] = {}
        for table in tables:
            keys[table] = [key for key in answer.columns if reads.origins.get(key, key) in columns[table][1]]
            known |= _published(connection, table, origin, [reads.origins.get(key, key) for key in keys[table]])
        for row in answer.rows:
            if row[column] is not None and not any(
                (table, *(row[key] for key in keys[table]), row[column]) in known for table in tables
            ):
                raise SiteError(
                    f"{place}: `{column}` is not what published.{tables[0]} holds under that name.",
                    f"A figure that is computed needs a name of its own. {_REMEDY}",
                )


def _figures_and_keys(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[set[str], set[str]]:
    names = {
        str(name)
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where schema_name = ? and table_name = ?",
            [PUBLISHED, table],
        ).fetchall()
    }
    keys = names & KEYS
    return {name for name in names - keys if not name.startswith(("is_", "has_"))}, keys


def _published(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, keys: Sequence[str]
) -> set[tuple[object, ...]]:
    names = ", ".join(f'"{name}"' for name in (*keys, column))
    found = connection.execute(f'select distinct {names} from {PUBLISHED}."{table}"').fetchall()
    return {(table, *row) for row in found}


def require_private(texts: Mapping[str, Any] | Sequence[str], place: str) -> None:
    """Refuse sentences that hold a token or an address.

    Raises:
        SiteError: one does; `place` names the page.
    """
    values = texts.values() if isinstance(texts, Mapping) else texts
    if any(isinstance(value, str) and _TOKEN_OR_ADDRESS.search(value) for value in values):
        raise SiteError(f"{place}: a sentence holds a token or an address.", _REMEDY)
