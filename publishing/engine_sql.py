"""The few expressions of publishing's SQL that the two engines write differently. Nowhere else."""

from __future__ import annotations

from runtime.warehouse import Column, WarehouseSession

# What the information schemas call a text column.
_TEXT_TYPES = frozenset({"VARCHAR", "text", "character varying", "character"})

_WHOLE_NUMBERS = frozenset({"tinyint", "smallint", "integer", "int", "bigint", "hugeint"})


def is_whole_number(column: Column) -> bool:
    """Whether the column holds whole numbers."""
    return column.data_type.lower() in _WHOLE_NUMBERS


def is_text(column: Column) -> bool:
    """Whether the column can hold words."""
    return column.data_type in _TEXT_TYPES


def matches(session: WarehouseSession, expression: str) -> str:
    """A condition: some part of the text matches the regular expression given as the parameter."""
    return f"{expression} ~ %s" if session.engine == "postgres" else f"regexp_matches({expression}, %s)"


def column_types(session: WarehouseSession, schema: str, table: str) -> dict[str, str]:
    """Columns in their order with their full types; PostgreSQL's information schema leaves out precision."""
    if session.engine != "postgres":
        return {column.name: column.data_type for column in session.columns(schema, table)}
    rows = session.rows(
        "select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute as a "
        "where a.attrelid = to_regclass(%s) and a.attnum > 0 and not a.attisdropped order by a.attnum",
        session.name(schema, table),
    )
    return dict(rows)
