"""Makes the tables of this release where they are not, and adapts those that an earlier release made."""

from __future__ import annotations

from ledger.tables import TABLES, Table
from ledger.tenants import former_tenant
from runtime.warehouse import WarehouseSession


def ensure_tables(session: WarehouseSession, schema: str) -> None:
    """Every table with every column, inside the caller's transaction. Nothing is ever dropped.

    Earlier releases wrote through dlt, whose own columns are NOT NULL. They stay, because views may list them,
    and are NULL in rows that are written from now on.
    """
    if schema not in session.schemas():
        session.execute(f"create schema {session.name(schema)}")
    stored = _stored(session, schema)
    for name, table in TABLES.items():
        relation = session.name(schema, name)
        columns = stored.get(name)
        if columns is None:
            session.execute(f"create table {relation} ({_definition(session, table)})")
            continue
        for column, type_ in table.columns.items():
            if column not in columns:
                session.execute(f"alter table {relation} add column {session.name(column)} {type_.sql}")
                if column == "tenant":
                    days = session.name(schema, "loaded_days")
                    session.execute(f"update {relation} as r set tenant = {former_tenant(days, 'r.source')}")
        for column, is_nullable in columns.items():
            if column not in table.columns and not is_nullable:
                session.execute(f"alter table {relation} alter column {session.name(column)} drop not null")


def _definition(session: WarehouseSession, table: Table) -> str:
    return ", ".join(
        f"{session.name(column)} {type_.sql}{' not null' if column in table.key else ''}"
        for column, type_ in table.columns.items()
    )


def _stored(session: WarehouseSession, schema: str) -> dict[str, dict[str, bool]]:
    """Columns by table, and whether they may be NULL."""
    found: dict[str, dict[str, bool]] = {}
    for table, column, is_nullable in session.rows(
        "select table_name, column_name, is_nullable from information_schema.columns "
        "where table_catalog = current_database() and table_schema = %s",
        schema,
    ):
        found.setdefault(table, {})[column] = is_nullable == "YES"
    return found
