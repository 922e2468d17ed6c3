"""Makes deleted rows unreadable: engines only mark them as deleted and keep their bytes."""

from __future__ import annotations

from lifecycle.layout import RawTable
from lifecycle.sweep import DERIVED_SCHEMAS
from runtime.engines.base import Session
from runtime.environment import Environment


def rewrite_warehouse(environment: Environment, tables: list[RawTable]) -> None:
    """Rewrite what held rows about people. No session of this process may be open.

    Raises:
        RewriteError: the new file does not hold what the old one holds; the old one stays.
    """
    environment.engine.rewrite(
        environment.warehouse,
        environment.session,
        lambda session: private_tables(session, environment, tables),
    )


def private_tables(session: Session, environment: Environment, tables: list[RawTable]) -> list[str]:
    """Every table of the deployment that readers may not read, quoted."""
    return [
        session.name(schema, table)
        for schema in _private_schemas(environment, tables)
        for table in session.tables(schema)
    ]


def _private_schemas(environment: Environment, tables: list[RawTable]) -> list[str]:
    schemas = {*(table.schema for table in tables), environment.raw_schema("ops")}
    return sorted(schemas | {environment.schema(name) for name in DERIVED_SCHEMAS if name != "published"})
