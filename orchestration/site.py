"""The site after a publish: hands `dashboards` the published tables, whichever engine holds them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from dashboards.builder import Site, build
from dashboards.errors import SiteError
from publishing.engine_sql import column_types
from publishing.files import PublishedFolder
from publishing.grants import PUBLISHED
from runtime.environment import Environment
from runtime.errors import AiUsageError
from runtime.failures import described
from runtime.warehouse import WAREHOUSE_ERRORS, WarehouseSession


def build_site(environment: Environment) -> Site:
    """Build the site from what readers see now, and switch to it. The caller holds the run's lock.

    Raises:
        AiUsageError: a page was refused or could not be made; readers keep the last site.
    """
    site = environment.site
    try:
        if environment.has_file:
            return build(PublishedFolder(environment.published_dir).database, site)
        with _copied(environment) as connection:
            return build(connection, site)
    except SiteError as failure:
        raise AiUsageError(failure.message, failure.remedy) from failure
    except WAREHOUSE_ERRORS as error:
        what = f"The published tables cannot be read: {described(error)}."
        raise AiUsageError(what, "Publish again.") from error


def site_page(environment: Environment) -> Path | None:
    """The page to open, once there is one."""
    page = environment.site / "index.html"
    return page if page.exists() else None


@contextlib.contextmanager
def _copied(environment: Environment) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables of a server database, in memory; they are small."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"create schema {PUBLISHED}")
        with environment.session(read_only=True) as session:
            schema = environment.schema(PUBLISHED)
            for table in session.tables(schema):
                _copy(session, schema, table, connection)
        connection.execute("set enable_external_access = false")
        yield connection


def _copy(session: WarehouseSession, schema: str, table: str, connection: duckdb.DuckDBPyConnection) -> None:
    types = column_types(session, schema, table)
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    connection.execute(f'create table {PUBLISHED}."{table}" ({columns})')
    names = ", ".join(session.name(name) for name in types)
    rows = session.rows(f"select {names} from {session.name(schema, table)}")
    if rows:
        values = zip(*rows, strict=True)
        held = pa.table({name: pa.array(column) for name, column in zip(types, values, strict=True)})
        connection.register("held", held)
        connection.execute(f'insert into {PUBLISHED}."{table}" select * from held')
        connection.unregister("held")
