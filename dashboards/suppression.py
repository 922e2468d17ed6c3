"""The suppression check, repeated on what a page would show.

Publishing has audited the tables. A page can still undo it: by counting again, by filling a gap, or by
putting a figure under a name that is not its own. So every answer is looked at as a stranger would before
it is drawn:

- no column or text is about a person (`personal.py`; nothing of it is shared with publishing's audit);
- no count of people or accounts lies between 0 and k;
- a column that bears the name of a published figure holds that table's figure for the same department, tool and
  period, so what is hidden there is hidden here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from dashboards.answers import Answer
from dashboards.errors import SiteError
from dashboards.personal import COUNTS_OF_PEOPLE, holds_identifier, is_personal
from dashboards.references import PUBLISHED, References

# Closed periods were published with the k of their time, so the floor is what holds for every row.
K_FLOOR = 5
PEOPLE_UNITS = frozenset({"people", "accounts"})
ALWAYS_SHOWN = frozenset({"headcount"})
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


class PublishedFigures:
    """What the published tables hold under each name; read once for all pages of a site."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._columns: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._values: dict[tuple[str, ...], set[tuple[object, ...]]] = {}

    def figures_and_keys(self, table: str) -> tuple[frozenset[str], frozenset[str]]:
        """Columns of a table that are figures, and those that say what a row is about."""
        if table not in self._columns:
            found = self._connection.execute(
                "select column_name from duckdb_columns() where schema_name = ? and table_name = ?",
                [PUBLISHED, table],
            ).fetchall()
            names = frozenset(str(name) for (name,) in found)
            figures = {name for name in names - KEYS if not name.startswith(("is_", "has_"))}
            self._columns[table] = frozenset(figures), names & KEYS
        return self._columns[table]

    def values(self, table: str, column: str, keys: Sequence[str]) -> set[tuple[object, ...]]:
        """Every (keys, figure) of a column."""
        asked = (table, column, *keys)
        if asked not in self._values:
            names = ", ".join(f'"{name}"' for name in (*keys, column))
            found = self._connection.execute(f'select distinct {names} from {PUBLISHED}."{table}"').fetchall()
            self._values[asked] = set(found)
        return self._values[asked]


def require_hidden(published: PublishedFigures, answer: Answer, reads: References, place: str) -> None:
    """Refuse an answer that would show what the published tables hide; `place` names page and query.

    Raises:
        SiteError: names the column and the reason, never a value.
    """
    for column in answer.columns:
        origin = reads.origins.get(column, column)
        values = {row[column] for row in answer.rows}
        if is_personal(column) or is_personal(origin):
            raise SiteError(f"{place}: `{column}` is a person-level column.", _REMEDY)
        if any(isinstance(value, str) and holds_identifier(value) for value in values):
            raise SiteError(f"{place}: `{column}` holds a token or an address.", _REMEDY)
        if _counts_people(answer, column, origin) and any(_too_few(value) for value in values):
            raise SiteError(f"{place}: `{column}` counts fewer than {K_FLOOR} people.", _REMEDY)
        _require_published_figures(published, answer, reads, column, place)


def _counts_people(answer: Answer, column: str, origin: str) -> bool:
    declared = answer.query.columns.get(column)
    if origin in ALWAYS_SHOWN:
        return False
    return origin in COUNTS_OF_PEOPLE or (declared is not None and declared.unit in PEOPLE_UNITS)


def _too_few(value: object) -> bool:
    return isinstance(value, (int, float)) and 0 < value < K_FLOOR


def _require_published_figures(
    published: PublishedFigures, answer: Answer, reads: References, column: str, place: str
) -> None:
    """A figure with a published name must stand in a table that the query reads, at the same keys."""
    origin = reads.origins.get(column, column)
    tables = [table for table in sorted(reads.tables) if origin in published.figures_and_keys(table)[0]]
    if not tables:
        return
    missing = [row for row in answer.rows if row[column] is not None]
    for table in tables:
        known_keys = published.figures_and_keys(table)[1]
        keys = [key for key in answer.columns if reads.origins.get(key, key) in known_keys]
        known = published.values(table, origin, [reads.origins.get(key, key) for key in keys])
        missing = [row for row in missing if (*(row[key] for key in keys), row[column]) not in known]
    if missing:
        raise SiteError(
            f"{place}: `{column}` is not what published.{tables[0]} holds under that name.",
            f"A figure that is computed needs a name of its own. {_REMEDY}",
        )


def require_private(texts: Mapping[str, Any] | Sequence[str], place: str) -> None:
    """Refuse sentences that hold a token or an address.

    Raises:
        SiteError: one does; `place` names the page.
    """
    values = texts.values() if isinstance(texts, Mapping) else texts
    if any(isinstance(value, str) and holds_identifier(value) for value in values):
        raise SiteError(f"{place}: a sentence holds a token or an address.", _REMEDY)
