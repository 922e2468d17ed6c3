"""The store of closed periods: schema `closed`, append-only, never touched by dbt, a full refresh or retention.

    closed.periods        one row per period, version and state: closed as version n; early (without a dead
                          source); version n reopened
    closed.contents       one row per period, version and mart: how many rows of it were closed
    closed.<mart>         the mart's rows as they were published, and their version
    closed.cells          the suppression cells of the period, exact, as audited at closing
    closed.person_states  one row per person, unit, tool and version: a hash of what the person contributed
    closed.shares         one row per unit, tool and version: how many people contributed
    closed.hidden_groups  one row per group of measures that the linear audit had hidden

Nothing of these is ever updated or deleted; a correction is a new version. (A period that a wrong clock closed
before it began is taken out, see `publishing.void`.) Beside them, `closed.last_cells` holds the cells of the
periods that closed last, as readers saw them: the next version is compared with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from publishing.periods import PERIOD_COLUMNS, Period
from runtime.environment import Environment
from runtime.errors import AiUsageError
from runtime.warehouse import WarehouseSession

CLOSED = "closed"
PERIODS, CONTENTS, CELLS = "periods", "contents", "cells"
PERSON_STATES, SHARES = "person_states", "shares"
HIDDEN_GROUPS, LAST_CELLS = "hidden_groups", "last_cells"
# Where the models leave the cells with their masks.
RESTRICTED, MASKS = "restricted", "suppression_masks"
# Which periods the last build built; a closed one is mostly not among them.
REBUILT_SCHEMA, REBUILT = "intermediate", "int_rebuilt_periods"
_OWN_TABLES = {
    PERIODS: "period_type varchar, period_start date, version integer, state varchar, closed_at timestamp, "
    "run_id varchar, people integer, salt_check varchar",
    CONTENTS: "period_type varchar, period_start date, version integer, mart varchar, row_count integer",
    PERSON_STATES: "period_type varchar, period_start date, version integer, person_key integer, "
    "state_hash varchar, unit_key varchar, tool varchar",
    SHARES: "period_type varchar, period_start date, version integer, unit_key varchar, tool varchar, "
    "people integer",
    HIDDEN_GROUPS: "period_type varchar, period_start date, mask_group varchar, unit_key varchar, "
    "hidden_since timestamp, tool varchar",
}
VERSION = "version"


@dataclass(frozen=True, slots=True)
class ClosedPeriod:
    """The newest version of a closed period, and whether a correction has been asked for.

    `is_early`: it closed without a source that was dead for too long; it is corrected when that comes back.
    `salt_check` tells the salt by which its people were numbered; under another one nobody is found again.
    """

    period: Period
    version: int
    is_reopened: bool
    people: int
    closed_at: dt.datetime
    salt_check: str | None
    is_early: bool = False


class ClosedStore:
    """Reads and appends to the schema `closed` of one deployment."""

    def __init__(self, session: WarehouseSession, environment: Environment) -> None:
        self.session = session
        self.schema = environment.schema(CLOSED)

    def ensure(self) -> None:
        """Make the schema and its own tables where they are missing."""
        self.session.execute(f"create schema if not exists {self.session.name(self.schema)}")
        for table, columns in _OWN_TABLES.items():
            self.session.execute(f"create table if not exists {self.name(table)} ({columns})")
        # Releases up to 0.1 kept one state a person, and hid groups in all tools.
        for table, added in ((PERSON_STATES, ("unit_key", "tool")), (HIDDEN_GROUPS, ("tool",))):
            present = {column.name for column in self.session.columns(self.schema, table)}
            for column in added:
                if column not in present:
                    self.session.execute(f"alter table {self.name(table)} add column {column} varchar")

    def name(self, table: str) -> str:
        """A table of the store, quoted."""
        return self.session.name(self.schema, table)

    def periods(self) -> dict[Period, ClosedPeriod]:
        """Every closed period with its newest version; empty before the first one closed."""
        if PERIODS not in self.session.tables(self.schema):
            return {}
        rows = self.session.rows(
            "select period_type, period_start, version, state, people, closed_at, salt_check "
            f"from {self.name(PERIODS)}"
        )
        found: dict[Period, ClosedPeriod] = {}
        for period_type, start, version, state, *rest in sorted(rows, key=lambda row: (row[2], row[3])):
            period = Period(period_type, start)
            known = found.get(period)
            if state == "closed":
                found[period] = ClosedPeriod(period, version, False, *rest)
            elif known is not None and known.version == version:
                found[period] = (
                    replace(known, is_early=True) if state == "early" else replace(known, is_reopened=True)
                )
        return found

    def contents(self) -> dict[str, set[Period]]:
        """For each mart the periods whose newest version holds it."""
        newest = {period: closed.version for period, closed in self.periods().items()}
        found: dict[str, set[Period]] = {}
        for period_type, start, version, mart in self.session.rows(
            f"select period_type, period_start, version, mart from {self.name(CONTENTS)}"
        ):
            period = Period(period_type, start)
            if newest.get(period) == version:
                found.setdefault(mart, set()).add(period)
        return found

    def add_period(self, closed: ClosedPeriod, run_id: str | None, state: str) -> None:
        """Note that a version is `closed`, `early` or `reopened`."""
        self.session.execute(
            f"insert into {self.name(PERIODS)} values (%s, %s, %s, %s, %s, %s, %s, %s)",
            closed.period.period_type,
            closed.period.start,
            closed.version,
            state,
            closed.closed_at,
            run_id,
            closed.people,
            closed.salt_check,
        )

    def remove(self, period: Period) -> None:
        """Take out a period that a wrong clock closed before it began: nothing else is ever deleted."""
        for table, described in self.session.columns_by_table(self.schema).items():
            columns = {column.name for column in described}
            start = next((name for name in ("period_start", *PERIOD_COLUMNS) if name in columns), None)
            if start is None or PERIOD_COLUMNS.get(start, period.period_type) != period.period_type:
                continue
            of_type = f"and period_type = '{period.period_type}'" if "period_type" in columns else ""
            self.session.execute(
                f"delete from {self.name(table)} where {self.session.name(start)} = %s {of_type}", period.start
            )

    def append(self, table: str, schema: str, source: str, periods: Mapping[Period, int], column: str) -> None:
        """Append the rows of `source` that belong to `periods`, each with its version, to `closed.<table>`.

        `column` holds the first day; periods must be of one type. The table is made and gains columns as
        needed.
        """
        self._fit(table, schema, source)
        names = ", ".join(self.session.name(name) for name in self.session.column_types(schema, source))
        start = self.session.name(column)
        type_filter = self._type_filter(schema, source, next(iter(periods)))
        for version in sorted(set(periods.values())):
            starts = [period.start for period, number in periods.items() if number == version]
            self.session.execute(
                f"insert into {self.name(table)} ({names}, {VERSION}) select {names}, %s "
                f"from {self.session.name(schema, source)} where {type_filter} {start} in ({_marks(starts)})",
                version,
                *starts,
            )

    def note_contents(self, mart: str, schema: str, periods: Mapping[Period, int], column: str) -> None:
        """Write down that a mart takes part in these versions, with how many rows (none counts as well)."""
        counts = dict(
            self.session.rows(
                f"select {self.session.name(column)}, count(*) from {self.session.name(schema, mart)} "
                f"group by {self.session.name(column)}"
            )
        )
        for period, version in periods.items():
            self.session.execute(
                f"insert into {self.name(CONTENTS)} values (%s, %s, %s, %s, %s)",
                period.period_type,
                period.start,
                version,
                mart,
                counts.get(period.start, 0),
            )

    def _type_filter(self, schema: str, source: str, period: Period) -> str:
        """Tables of weeks and months together (cells) are read for one type at a time."""
        has_type = "period_type" in self.session.column_types(schema, source)
        return f"period_type = '{period.period_type}' and" if has_type else ""

    def _fit(self, table: str, schema: str, source: str) -> None:
        """Make `closed.<table>` able to take the rows of `source`; what it holds stays as it is.

        Raises:
            AiUsageError: a column changed to a type that cannot hold the closed figures.
        """
        wanted = self.session.column_types(schema, source)
        if table not in self.session.tables(self.schema):
            self.session.execute(
                f"create table {self.name(table)} as select *, cast(null as integer) as {VERSION} "
                f"from {self.session.name(schema, source)} where false"
            )
            return
        present = self.session.column_types(self.schema, table)
        for column, data_type in wanted.items():
            name = self.session.name(column)
            if column not in present:
                self.session.execute(f"alter table {self.name(table)} add column {name} {data_type}")
            elif present[column] != data_type:
                self._require_same_figures(table, column, present[column], data_type)
                self.session.execute(self.session.engine.change_type(self.name(table), name, data_type))

    def _require_same_figures(self, table: str, column: str, old: str, new: str) -> None:
        name = self.session.name(column)
        try:
            changed = self.session.value(
                f"select count(*) from {self.name(table)} "
                f"where cast(cast({name} as {new}) as {old}) is distinct from {name}"
            )
        except Exception as error:
            raise self._cannot_hold(table, column, new) from error
        if changed:
            raise self._cannot_hold(table, column, new)

    def _cannot_hold(self, table: str, column: str, new: str) -> AiUsageError:
        return AiUsageError(
            f"{table}.{column} is now of type {new}, which cannot hold the figures of closed periods.",
            "Give the changed column a new name.",
        )


def _marks(values: Iterable[object]) -> str:
    return ", ".join("%s" for _ in values)
