"""The site after a publish: hands `dashboards` the published tables, whichever engine holds them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from dashboards.builder import Site, build
from dashboards.errors import SiteError
from publishing.grants import PUBLISHED
from publishing.places import PublishedPlace, published_place
from runtime.engines.base import Session
from runtime.environment import Environment
from runtime.errors import AiUsageError
from runtime.failures import described
from runtime.warehouse import WAREHOUSE_ERRORS


def build_site(environment: Environment) -> Site:
    """Build the site from what readers see now, and switch to it. The caller holds the run's lock.

    Raises:
        AiUsageError: a page was refused or could not be made; readers keep the last site.
    """
    site = environment.site
    try:
        place = published_place(environment)
        if place.database:
            return build(place.database, site)
        with _copied(place) as connection:
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
def _copied(place: PublishedPlace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables of a server database, in memory; they are small."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"create schema {PUBLISHED}")
        with place.opened() as session:
            for table in session.tables(place.schema):
                _copy(session, place.schema, table, connection)
        connection.execute("set enable_external_access = false")
        yield connection


def _copy(session: Session, schema: str, table: str, connection: duckdb.DuckDBPyConnection) -> None:
    types = session.column_types(schema, table)
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
