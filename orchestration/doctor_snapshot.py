"""What the last load left of a snapshot table: `ai-usage doctor` says what the next one would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.config import Environment
from ingestion.privacy.contract import TableContract
from ingestion.sources.hris.records import EMPLOYEES
from ingestion.warehouse import WAREHOUSE_ERRORS


@dataclass(frozen=True, slots=True)
class LastSnapshot:
    """Rows of the newest day of a source's snapshot table; none where there is no warehouse to look into."""

    environment: Environment
    source: str

    def __call__(self, contract: TableContract, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """The columns of these rows. A warehouse that cannot be opened has a finding of its own (target)."""
        environment = self.environment
        if environment.lake_url or (environment.has_file and not environment.warehouse.exists()):
            return []
        try:
            with environment.session(read_only=environment.has_file) as session:
                schema = environment.raw_schema(f"raw_{self.source}")
                if contract.name not in session.tables(schema):
                    return []
                table, wanted = session.name(schema, contract.name), ", ".join(columns)
                newest = f"select max(day) from {table}"
                return session.rows(f"select {wanted} from {table} where day = ({newest})")
        except WAREHOUSE_ERRORS:
            return []


@dataclass(frozen=True, slots=True)
class RosterLabels:
    """Departments or locations of the newest roster, to compare the company's own files with."""

    environment: Environment

    def __call__(self, column: str) -> frozenset[str]:
        rows = LastSnapshot(self.environment, "hris")(EMPLOYEES, (column,))
        return frozenset(str(label) for (label,) in rows if label is not None)
