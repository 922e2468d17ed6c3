"""SQL on a Spark cluster through its Thrift server: the one way in which our own code speaks to it.

dbt has a connection of its own to the same server, from the same variables (profiles.yml).
"""

from __future__ import annotations

import functools
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from runtime.errors import AiUsageError, ConfigurationError
from runtime.failures import described

# The session's, whatever the cluster prefers, as in profiles.yml: naive timestamps in the files are UTC.
_SETTINGS = {"set:spark.sql.session.timeZone": "UTC", "set:spark.sql.ansi.enabled": "true"}

# Spark's error class stands before everything that comes from data.
_ERROR_CLASS = re.compile(r"(?:Error running query: |org\.apache\.[\w.$]+: )*\[([A-Z][A-Z_]+(?:\.[A-Z_]+)?)\]")
_SQLSTATE = re.compile(r"[0-9A-Z]{5}")
_log = logging.getLogger(__name__)


class SparkError(AiUsageError):
    """The cluster cannot be reached, or refused a statement."""


class SparkSql:
    """One open connection to the Thrift server."""

    def __init__(self, cursor: Any, failures: tuple[type[Exception], ...]) -> None:
        self._cursor = cursor
        self._failures = failures

    def execute(self, statement: str) -> None:
        """A statement whose answer nobody needs.

        Raises:
            SparkError: what the server refused and its own code for why; its words may quote rows.
        """
        try:
            self._cursor.execute(statement)
        except self._failures as failure:
            raise SparkError(
                f"Spark refused a statement ({statement.split('(')[0].strip()[:80]}): {_reason(failure)}.",
                "The log of the Thrift server has the rest.",
            ) from None

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Every row of a query; for a few rows only, they come one by one through Thrift.

        Raises:
            SparkError: as :meth:`execute`.
        """
        self.execute(query)
        return [tuple(row) for row in self._cursor.fetchall()]

    def tables(self, schema: str) -> list[str]:
        """Tables and views of a schema, in order of name; empty when there is no such schema."""
        if (schema,) not in self.rows(f"show schemas like '{schema}'"):
            return []
        return sorted(str(row[1]) for row in self.rows(f"show tables in {name(schema)}"))


@contextmanager
def spark_sql() -> Iterator[SparkSql]:
    """A connection to the Thrift server that `AI_USAGE_SPARK_HOST` and its kin name.

    Raises:
        ConfigurationError: the client library is not installed.
        SparkError: the server does not answer.
    """
    try:
        from pyhive import hive
        from pyhive.exc import Error
        from thrift.Thrift import TException
    except ImportError:
        raise ConfigurationError(
            "The client for Spark is not installed.",
            "Install the extra: pip install 'ai-usage-analytics[spark]'.",
        ) from None
    variable = os.environ.get
    tolerate_failed_closes()
    try:
        connection = hive.connect(
            host=variable("AI_USAGE_SPARK_HOST", "localhost"),
            port=int(variable("AI_USAGE_SPARK_PORT", "10000")),
            username=variable("AI_USAGE_SPARK_USER", "ai_usage"),
            password=variable("AI_USAGE_SPARK_PASSWORD") or None,
            auth=variable("AI_USAGE_SPARK_AUTH", "NONE"),
            kerberos_service_name=variable("AI_USAGE_SPARK_KERBEROS_SERVICE") or None,
            configuration=_SETTINGS,
        )
    except (Error, TException, OSError, ValueError) as failure:
        raise SparkError(
            f"The Thrift server of Spark does not answer: {_reason(failure)}.",
            "Look at AI_USAGE_SPARK_HOST, AI_USAGE_SPARK_PORT and AI_USAGE_SPARK_AUTH, and whether it runs.",
        ) from None
    try:
        yield SparkSql(connection.cursor(), (Error, TException, OSError))
    finally:
        connection.close()


@functools.cache  # once a process
def tolerate_failed_closes() -> None:
    """From now on, a session that the server fails to close ends with its transport and fails nothing else.

    While the Thrift server closes a session, Hive sometimes sets itself up again for it, with classes that
    Spark does not ship (`LlapSigner`), and the connection dies. Every statement has been answered by then, but
    dbt takes the node that the session was for as failed. It needs the client library.
    """
    from pyhive import hive
    from pyhive.exc import Error
    from thrift.Thrift import TException

    close = hive.Connection.close

    def close_or_drop(connection: Any) -> None:
        try:
            close(connection)
        except (Error, TException, OSError) as failure:
            _log.warning("Spark did not close a session: %s", _reason(failure))
            connection._transport.close()

    hive.Connection.close = close_or_drop


def name(schema: str, table: str | None = None) -> str:
    """A quoted, qualified name."""
    return f"`{schema}`" if table is None else f"`{schema}`.`{table}`"


def _reason(failure: BaseException) -> str:
    """The server's error class and SQLSTATE where it gives them; its text and stack trace may quote rows."""
    status = getattr(failure.args[0], "status", None) if failure.args else None
    named = _ERROR_CLASS.match(str(getattr(status, "errorMessage", None) or ""))
    state = str(getattr(status, "sqlState", None) or "")
    codes = [named.group(1)] if named else []
    codes += [f"SQLSTATE {state}"] if _SQLSTATE.fullmatch(state) else []
    return ", ".join([*codes, described(failure)])
