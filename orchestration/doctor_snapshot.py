"""What the last loads left in the warehouse: `ai-usage doctor` says what the next one would change."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlt.common.destination.exceptions import DestinationException

from ingestion.privacy.contract import TableContract
from ingestion.source import Roster
from ingestion.sources.hris.records import EMPLOYEE_HISTORY, EMPLOYEES
from ledger.days import LoadedDays
from ledger.ledger import Ledger
from runtime.environment import ENGINES, Environment
from runtime.errors import BusyError
from runtime.warehouse import WAREHOUSE_ERRORS

# A warehouse that cannot be opened has a finding of its own (target).
_UNREADABLE = (BusyError, DestinationException, *WAREHOUSE_ERRORS)
_DEPARTMENTS = "select distinct department from {table} where department is not null"


@dataclass(frozen=True, slots=True)
class LastSnapshot:
    """Rows of the newest day of a source's snapshot table; none where there is no warehouse to look into."""

    environment: Environment
    source: str

    def __call__(self, contract: TableContract, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """The columns of these rows."""
        query = f"select {', '.join(columns)} from {{table}} where day = (select max(day) from {{table}})"
        return _raw_rows(self.environment, self.source, contract.name, query)


@dataclass(frozen=True)
class LoadedRoster(Roster):
    """What the warehouse holds of HR files; nothing where there is no warehouse to look into."""

    environment: Environment
    today: dt.date
    least_unit: int = 0

    def labels(self, column: str) -> frozenset[str]:
        """Departments or locations of the newest HR file."""
        return frozenset(str(label) for (label,) in self._newest(column) if label is not None)

    def departments_ever(self) -> frozenset[str]:
        """Departments of every HR file and history that is loaded."""
        tables = (EMPLOYEES.name, EMPLOYEE_HISTORY.name)
        rows = [row for table in tables for row in _raw_rows(self.environment, "hris", table, _DEPARTMENTS)]
        return frozenset(str(label) for (label,) in rows)

    def department_sizes(self) -> Mapping[str, int]:
        """Employed people by department in the newest HR file."""
        rows = self._newest("department", "status", "hired_on", "terminated_from")
        return Counter(
            str(department)
            for department, status, hired, ends in rows
            if department is not None
            and status != "terminated"
            and (hired is None or hired <= self.today)
            and (ends is None or ends > self.today)
        )

    def _newest(self, *columns: str) -> list[tuple[Any, ...]]:
        return LastSnapshot(self.environment, "hris")(EMPLOYEES, columns)


def loaded_days(environment: Environment, source: str) -> LoadedDays:
    """The days that a source has loaded, with their numbers of rows; none where nothing can be read."""
    if not _can_be_asked(environment):
        return LoadedDays([])
    try:
        return Ledger(environment, read_only=True).loaded_days(source)
    except _UNREADABLE:
        return LoadedDays([])


def _raw_rows(environment: Environment, source: str, name: str, query: str) -> list[tuple[Any, ...]]:
    """Rows of one raw table; on a lake it is not in the session's database."""
    if not _can_be_asked(environment) or environment.lake_url:
        return []
    try:
        with environment.session(read_only=True) as session:
            schema = environment.raw_schema(f"raw_{source}")
            if name not in session.tables(schema):
                return []
            return session.rows(query.format(table=session.name(schema, name)))
    except _UNREADABLE:
        return []


def _can_be_asked(environment: Environment) -> bool:
    return environment.target in ENGINES and environment.is_there
