"""Which periods are published from the closed store, and which ones close tonight."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from ingestion.config import Environment
from ingestion.warehouse import WarehouseSession
from publishing.closed import CELLS, MASKS, RESTRICTED, ClosedPeriod, ClosedStore
from publishing.periods import PERIOD_COLUMNS, Period, PeriodType, period_column
from publishing.person_states import PersonStates

_CLOSABLE = "closable_periods"


@dataclass(slots=True)
class ClosingPlan:
    """What tonight's version takes from where.

    Attributes:
        held: for each mart with periods, the closed periods that it is published from, with their versions.
        left_out: for each mart, closed periods that it has no rows for and may not show rebuilt ones of.
        closing: periods that close tonight, with their new versions.
        joining: for each mart that is newer than a closed period, the periods it joins, with their versions.
        kept: reopened periods that stay as they are, because the correction concerns fewer than k people.
    """

    held: dict[str, dict[Period, int]] = field(default_factory=dict)
    left_out: dict[str, set[Period]] = field(default_factory=dict)
    closing: dict[Period, int] = field(default_factory=dict)
    joining: dict[str, dict[Period, int]] = field(default_factory=dict)
    kept: set[Period] = field(default_factory=set)

    @property
    def from_the_store(self) -> dict[Period, int]:
        """Periods that readers see as they were closed, with their versions."""
        return {period: version for of_mart in self.held.values() for period, version in of_mart.items()}


def plan(
    session: WarehouseSession, environment: Environment, marts_schema: str, marts: list[str], k: int
) -> ClosingPlan:
    """Decide for every mart and period; only reads."""
    store, states = ClosedStore(session, environment), PersonStates(session, environment)
    closed, columns = store.periods(), mart_periods(session, marts_schema, marts)
    contents = store.contents() if closed else {}
    decided = ClosingPlan()
    built = built_periods(session, marts_schema, columns)
    closable = sorted(_closable(session, environment) & built)
    with states.at_hand([period for period in closable if period in closed and closed[period].is_reopened]):
        for period in closable:
            before = closed.get(period)
            if before is None:
                decided.closing[period] = 1
            elif before.is_reopened:
                if _may_differ(states, before, k):
                    decided.closing[period] = before.version + 1
                else:
                    decided.kept.add(period)
    unchanged: dict[Period, bool] = {}
    for mart, column in columns.items():
        of_type = {
            period: entry.version
            for period, entry in closed.items()
            if period.period_type == PERIOD_COLUMNS[column] and period not in decided.closing
        }
        known = contents.get(mart, set())
        decided.held[mart] = {period: version for period, version in of_type.items() if period in known}
        for period in of_type.keys() - known:
            # A mart that came with a newer release. Its figures beside the closed ones of other marts are a
            # second version of the period, so they may differ by nobody or by many.
            if period not in unchanged:
                with states.at_hand([period]):
                    unchanged[period] = _may_differ(states, closed[period], k)
            if unchanged[period]:
                decided.joining.setdefault(mart, {})[period] = of_type[period]
            else:
                decided.left_out.setdefault(mart, set()).add(period)
    return decided


def close(
    session: WarehouseSession,
    environment: Environment,
    assembled: str,
    marts: list[str],
    decided: ClosingPlan,
    run_id: str,
) -> None:
    """Append what closes tonight, from what was assembled and audited: everything or nothing."""
    if not decided.closing and not decided.joining:
        return
    store, states = ClosedStore(session, environment), PersonStates(session, environment)
    columns = mart_periods(session, assembled, marts)
    with states.at_hand(decided.closing), session.transaction():
        for mart, column in columns.items():
            periods = _of_type(decided.closing, PERIOD_COLUMNS[column]) | decided.joining.get(mart, {})
            if periods:
                store.append(mart, assembled, mart, periods, column)
                store.note_contents(mart, assembled, periods, column)
        for period_type in PERIOD_COLUMNS.values():
            if periods := _of_type(decided.closing, period_type):
                store.append(CELLS, environment.schema(RESTRICTED), MASKS, periods, "period_start")
        closed_at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        for period, version in decided.closing.items():
            people = states.keep(period, version)
            entry = ClosedPeriod(period, version, False, people, closed_at, states.salt_check())
            store.add_period(entry, run_id, "closed")


def mart_periods(session: WarehouseSession, schema: str, marts: list[str]) -> dict[str, str]:
    """The marts that have periods, with the column that gives them."""
    found = {mart: period_column(session.columns(schema, mart)) for mart in marts}
    return {mart: column for mart, column in found.items() if column is not None}


def _may_differ(states: PersonStates, closed: ClosedPeriod, k: int) -> bool:
    """Whether figures of now may stand beside, or after, those of a closed period."""
    concerned = states.concerned(closed)
    return concerned is not None and concerned.may_be_published(k)


def _closable(session: WarehouseSession, environment: Environment) -> set[Period]:
    schema = environment.schema(RESTRICTED)
    if _CLOSABLE not in session.tables(schema):
        return set()
    rows = session.rows(
        f"select period_type, period_start from {session.name(schema, _CLOSABLE)} where is_closable"
    )
    return {Period(period_type, start) for period_type, start in rows}


def built_periods(session: WarehouseSession, schema: str, columns: dict[str, str]) -> set[Period]:
    """Periods of which the models give any row: one whose raw data is gone has nothing to close again."""
    return {
        Period(PERIOD_COLUMNS[column], start)
        for mart, column in columns.items()
        for (start,) in session.rows(
            f"select distinct {session.name(column)} from {session.name(schema, mart)}"
        )
        if start is not None
    }


def _of_type(periods: dict[Period, int], period_type: PeriodType) -> dict[Period, int]:
    return {period: version for period, version in periods.items() if period.period_type == period_type}
