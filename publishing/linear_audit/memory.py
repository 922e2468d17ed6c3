"""What the linear audit reads and keeps: cells as readers see them, what it had hidden, and what it found."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from publishing.closed import CELLS, HIDDEN_GROUPS, LAST_CELLS, MASKS, RESTRICTED, VERSION, ClosedStore
from publishing.linear_audit.cells import COLUMNS, LATER_COLUMNS, Cell, cells_of, columns_of
from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.groups import HiddenGroup
from publishing.linear_audit.months import overlapping
from publishing.periods import PERIOD_COLUMNS, Period, period_column
from runtime.environment import Environment
from runtime.warehouse import WarehouseSession

_FINDINGS = "privacy_audit_findings"


class AuditMemory:
    """Reads and writes of one deployment.

    Figures of `closing` are shown as they were built tonight, those of `held` come from the closed store, and
    no other period shows any.
    """

    def __init__(
        self,
        session: WarehouseSession,
        environment: Environment,
        held: Mapping[Period, int],
        closing: Collection[Period],
    ) -> None:
        self._session = session
        self._restricted, self._marts = environment.schema(RESTRICTED), environment.schema("marts")
        self._store = ClosedStore(session, environment)
        self._held = held
        self._closing = frozenset(closing) - held.keys()

    @property
    def has_masks(self) -> bool:
        """Whether the models of suppression have been built."""
        return MASKS in self._session.tables(self._restricted)

    def new_periods(self) -> set[Period]:
        """Periods that are published as they were built tonight."""
        name = self._session.name(self._restricted, MASKS)
        rows = self._session.rows(f"select distinct period_type, period_start from {name}")
        return {Period(period_type, start) for period_type, start in rows} & self._closing

    def cells(self, periods: Collection[Period]) -> tuple[list[Cell], list[list[Cell]]]:
        """Cells of these periods and of all that tell about them: as readers are about to see them, and as each
        version that they have or may have showed them.

        A version that a crash kept from being switched to may have been seen or not, so both are kept.
        """
        days = _days(periods)
        masks = self._read(self._restricted, MASKS, days)
        built = [cell for cell in masks if cell.period in self._closing]
        closed = self._closed(days)
        now = built + [cell for cell in closed if cell.period in self._held]
        last = self._store.name(LAST_CELLS)
        versions: list[list[Cell]] = []
        if LAST_CELLS in self._session.tables(self._store.schema):
            for (run_id,) in self._session.rows(f"select distinct run_id from {last} order by run_id"):
                shown = self._read(self._store.schema, LAST_CELLS, days, "run_id = %s", run_id)
                own = {cell.period for cell in shown}
                versions.append(shown + [cell for cell in closed if cell.period not in own])
        if closed and not versions:
            # Nothing closed with the last version, so it showed what was closed before.
            versions.append(closed)
        return now, versions

    def record_findings(self, run_id: str, findings: Iterable[HiddenCellFinding]) -> None:
        """Write them down for the restricted group alone: table, period, measure and reason; no value."""
        name = self._session.name(self._restricted, _FINDINGS)
        self._session.execute(
            f"create table if not exists {name} (run_id varchar, table_name varchar, period_type varchar, "
            "period_start date, measure varchar, reason varchar)"
        )
        tables = self._tables_by_figure()
        for period, measure, reason in sorted({(f.period, f.measure, f.reason) for f in findings}):
            # A measure that only ratios are made of is no column of a published table.
            for table in tables.get((period.period_type, measure), [MASKS]):
                self._session.execute(
                    f"insert into {name} values (%s, %s, %s, %s, %s, %s)",
                    *(run_id, table, period.period_type, period.start, measure, reason),
                )

    def hide(self, groups: Iterable[HiddenGroup]) -> None:
        """Have every build from now on hide these: shown again, they would be compared with this version."""
        name = self._store.name(HIDDEN_GROUPS)
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        with self._session.transaction():
            known = set(
                self._session.rows(
                    f"select period_type, period_start, mask_group, unit_key, coalesce(tool, '*') from {name}"
                )
            )
            for group in sorted(groups):
                row = (group.period.period_type, group.period.start, group.name, group.unit_key, group.tool)
                if row not in known:
                    self._session.execute(
                        f"insert into {name} (period_type, period_start, mask_group, unit_key, tool, "
                        "hidden_since) values (%s, %s, %s, %s, %s, %s)",
                        *(*row, now),
                    )

    def remember(self, run_id: str) -> None:
        """Keep what this version shows and hides of periods that close with it, before it is switched to."""
        masks, last = self._session.name(self._restricted, MASKS), self._store.name(LAST_CELLS)
        with self._session.transaction():
            columns = self._columns(self._restricted, MASKS)
            self._session.execute(
                f"create table if not exists {last} as "
                f"select cast('' as varchar) as run_id, {columns} from {masks} where false"
            )
            present = {column.name for column in self._session.columns(self._store.schema, LAST_CELLS)}
            for column, data_type in LATER_COLUMNS.items():
                if column not in present:
                    self._session.execute(f"alter table {last} add column {column} {data_type}")
            self._session.execute(f"delete from {last} where run_id = %s", run_id)
            for period_type in PERIOD_COLUMNS.values():
                starts = [period.start for period in self._closing if period.period_type == period_type]
                if starts:
                    self._session.execute(
                        f"insert into {last} (run_id, {COLUMNS}) select %s, {columns} from {masks} "
                        f"where period_type = %s and period_start in ({', '.join('%s' for _ in starts)})",
                        *(run_id, period_type, *starts),
                    )

    def forget_earlier(self, run_id: str) -> None:
        """Keep only the cells of the version that readers have now."""
        self._session.execute(f"delete from {self._store.name(LAST_CELLS)} where run_id <> %s", run_id)

    def _closed(self, days: tuple[dt.date, dt.date]) -> list[Cell]:
        """Cells of the newest version of every closed period."""
        columns = {column.name for column in self._session.columns(self._store.schema, CELLS)}
        if "hidden_reason" not in columns:
            return []
        periods = self._store.periods()
        cells: list[Cell] = []
        for version in sorted({entry.version for entry in periods.values()}):
            newest = {period for period, entry in periods.items() if entry.version == version}
            found = self._read(self._store.schema, CELLS, days, f"{VERSION} = %s", version)
            cells += [cell for cell in found if cell.period in newest]
        return cells

    def _read(
        self,
        schema: str,
        table: str,
        days: tuple[dt.date, dt.date],
        condition: str = "1 = 1",
        *parameters: object,
    ) -> list[Cell]:
        return cells_of(
            self._session.rows(
                f"select {self._columns(schema, table)} from {self._session.name(schema, table)} "
                f"where period_start between %s and %s and {condition}",
                *(*days, *parameters),
            )
        )

    def _columns(self, schema: str, table: str) -> str:
        return columns_of({column.name for column in self._session.columns(schema, table)})

    def _tables_by_figure(self) -> dict[tuple[str, str], list[str]]:
        """Marts by type of period and column."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for table in self._session.tables(self._marts):
            columns = self._session.columns(self._marts, table)
            if (start := period_column(columns)) is not None:
                for column in columns:
                    found[PERIOD_COLUMNS[start], column.name].append(table)
        return found


def _days(periods: Collection[Period]) -> tuple[dt.date, dt.date]:
    """First days of the first and the last period that tells about these: the relations of a week reach over
    its months to the weeks of those, and these to their own months.
    """
    near = set(periods)
    for _ in range(3):
        near |= overlapping(near)
    starts = [period.start for period in near]
    return min(starts), max(starts)
