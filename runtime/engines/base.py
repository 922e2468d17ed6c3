"""What an engine must be able to do for us: each difference between engines is one method or attribute here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from runtime.engines.portable import is_decimal

if TYPE_CHECKING:
    import pyarrow as pa

GIVEN = "given_rows"  # rows on their way into a table


class Session(Protocol):
    """An open connection, as :class:`runtime.warehouse.WarehouseSession` has it."""

    @property
    def native(self) -> Any:
        """The driver's own connection."""

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Every row of a query."""

    def value(self, query: str, *parameters: Any) -> Any:
        """The first column of the first row."""

    def execute(self, statement: str, *parameters: Any) -> None:
        """A statement whose answer nobody needs."""

    def name(self, schema: str, table: str | None = None) -> str:
        """A quoted, qualified name."""

    def tables(self, schema: str) -> list[str]:
        """Base tables of a schema, in order of name."""

    def column_types(self, schema: str, table: str) -> dict[str, str]:
        """Columns of a table in their order with their full types; empty without the table."""


class Engine(ABC):
    """One engine.

    Attributes:
        name: its word in the manifest of a backup.
        sql_target: target of profiles.yml whose SQL a session understands.
        has_file: the records lie in a private DuckDB file, and readers get files of their own.
        has_lake: raw tables lie in a lake and models are built by a cluster; the file holds everything else.
        has_roles: access is granted to roles of the engine; several machines may write to one database.
        type_names: the engine's names of :data:`runtime.engines.portable.PORTABLE_TYPES`.
    """

    name: ClassVar[str]
    sql_target: ClassVar[str]
    has_file: ClassVar[bool]
    has_lake: ClassVar[bool] = False
    has_roles: ClassVar[bool] = False
    type_names: ClassVar[Mapping[str, str]]

    @abstractmethod
    def destination(self, file: Path, *, read_only: bool) -> Any:
        """dlt's destination of what a session reads; `file` is the private file, where there is one."""

    @abstractmethod
    def reading(self, file: Path) -> AbstractContextManager[Session]:
        """A connection that only reads; it waits for nobody and keeps nobody out but writers of a file.

        Raises:
            duckdb.Error, psycopg2.Error: it cannot be opened now.
        """

    @abstractmethod
    def matches(self, expression: str) -> str:
        """A condition: some part of the text matches the regular expression given as the parameter."""

    @abstractmethod
    def column_types(self, session: Session, schema: str, table: str) -> dict[str, str]:
        """Columns in their order with their full types, in the engine's words."""

    @abstractmethod
    def change_type(self, relation: str, column: str, data_type: str) -> str:
        """A statement that gives a column another type; both names are quoted."""

    @abstractmethod
    def replace_rows(
        self,
        session: Session,
        relation: str,
        columns: Mapping[str, pa.DataType],
        key: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
    ) -> None:
        """Delete the rows of `relation` that have the keys of `rows`, and insert these."""

    @abstractmethod
    def read_as_of_one_moment(self, session: Session) -> None:
        """Let a transaction that just began see every table as of now, whoever else writes."""

    @abstractmethod
    def save_parquet(self, session: Session, relation: str, columns: Mapping[str, str], path: Path) -> None:
        """Write every row of `relation` to a Parquet file; `columns`: portable types by name."""

    @abstractmethod
    def load_parquet(self, session: Session, relation: str, columns: Sequence[str], path: Path) -> None:
        """Append every row of a Parquet file to a table that has these columns."""

    @abstractmethod
    def rewrite(self, file: Path, opened: SessionOpener, relations: Callable[[Session], list[str]]) -> None:
        """Make the bytes of deleted rows unreadable; no session of this process may be open.

        `relations` names the tables that held rows about people, quoted.

        Raises:
            RewriteError: a rewritten file does not hold what the old one holds; the old one stays.
        """

    def forget_counters(self, session: Session, relations: Sequence[str]) -> bool:
        """Set statistics of deleted rows to zero for tables (quoted names); False when the role may not."""
        return True

    def type_name(self, portable: str) -> str:
        """The engine's name of a portable type.

        Raises:
            KeyError: there is no such type.
        """
        if is_decimal(portable):
            return portable
        return self.type_names[portable]


SessionOpener = Callable[[], AbstractContextManager[Session]]


def base_tables(session: Session, schema: str) -> list[str]:
    """Base tables of a schema, in order of name; empty when the schema does not exist."""
    found = session.rows(
        "select table_name from information_schema.tables where table_catalog = current_database() "
        "and table_schema = %s and table_type = 'BASE TABLE'",
        schema,
    )
    return sorted(name for (name,) in found)


def catalogue_types(session: Session, schema: str, table: str) -> dict[str, str]:
    """Columns in their order with their types as the information schema tells them; empty without the table."""
    return dict(
        session.rows(
            "select column_name, data_type from information_schema.columns "
            "where table_catalog = current_database() and table_schema = %s and table_name = %s "
            "order by ordinal_position",
            schema,
            table,
        )
    )


def same_key(session: Session, relation: str, key: Sequence[str]) -> str:
    """A condition: a stored row has the key of a given one."""
    return " and ".join(f"{relation}.{session.name(column)} = {GIVEN}.{session.name(column)}" for column in key)


def names(session: Session, columns: Sequence[str]) -> str:
    """Quoted columns."""
    return ", ".join(session.name(column) for column in columns)
