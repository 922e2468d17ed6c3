"""Which periods are published from the closed store, and which ones close tonight."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from publishing.closed import CELLS, MASKS, REBUILT, REBUILT_SCHEMA, RESTRICTED, ClosedPeriod, ClosedStore
from publishing.derived import DERIVED_TABLES
from publishing.periods import PERIOD_COLUMNS, Newest, Period, PeriodType, period_column
from publishing.person_states import PersonStates
from runtime.environment import Environment
from runtime.warehouse import WarehouseSession

_CLOSABLE = "closable_periods"


@dataclass(frozen=True, slots=True)
class PeriodState:
    """What the models say of a period.

    Attributes:
        is_closable: its figures may be shown; `is_final` as well, unless a dead source is waited for no more.
        closes_from: the first day on which it can close when every source is read in time.
        waits_for: sources that hold it open, as text.
    """

    is_closable: bool
    is_final: bool
    closes_from: dt.date
    waits_for: str | None


@dataclass(slots=True)
class ClosingPlan:
    """What tonight's version takes from where.

    Attributes:
        held: for each mart with periods, the closed periods that it is published from, with their versions.
        left_out: for each mart, closed periods that it has no rows for and may not show rebuilt ones of.
        closing: periods that close tonight, with their new versions.
        joining: for each mart that is newer than a closed period, the periods it joins, with their versions.
        kept: periods that stay as they are, because some figures of the correction concern fewer than k people.
        early: of those that close, the ones that close without a source that has been dead for too long.
        open: periods whose figures may still change, so that none of them is shown, with their states.
    """

    held: dict[str, dict[Period, int]] = field(default_factory=dict)
    left_out: dict[str, set[Period]] = field(default_factory=dict)
    closing: dict[Period, int] = field(default_factory=dict)
    joining: dict[str, dict[Period, int]] = field(default_factory=dict)
    kept: set[Period] = field(default_factory=set)
    early: set[Period] = field(default_factory=set)
    open: dict[Period, PeriodState] = field(default_factory=dict)

    @property
    def from_the_store(self) -> dict[Period, int]:
        """Periods that readers see as they were closed, with their versions."""
        return {period: version for of_mart in self.held.values() for period, version in of_mart.items()}

    def newly_shown(self, mart: str, column: str) -> set[Period]:
        """Periods of a mart whose figures come from tonight's build."""
        return {*_of_type(self.closing, PERIOD_COLUMNS[column]), *self.joining.get(mart, {})}

    def newest(self, period_type: PeriodType) -> Newest:
        """The newest period of a type that readers see figures of, and when the next one can follow."""
        shown = {**self.closing, **self.from_the_store}
        start = max((period.start for period in shown if period.period_type == period_type), default=None)
        later = [
            (period.start, state.closes_from)
            for period, state in self.open.items()
            if period.period_type == period_type and (start is None or period.start > start)
        ]
        return Newest(start, min(later)[1] if later else None)


def plan(
    session: WarehouseSession, environment: Environment, marts_schema: str, marts: list[str], k: int
) -> ClosingPlan:
    """Decide for every mart and period; only reads."""
    store, states = ClosedStore(session, environment), PersonStates(session, environment)
    closed, columns = store.periods(), mart_periods(session, marts_schema, marts)
    contents = store.contents() if closed else {}
    decided = ClosingPlan()
    known = known_periods(session, environment)
    built = built_periods(session, environment, marts_schema, columns)
    closable = sorted({period for period, state in known.items() if state.is_closable} & built)
    again = [period for period in closable if period in closed and _closes_again(closed[period], known[period])]
    with states.at_hand(again):
        for period in closable:
            before = closed.get(period)
            if before is None:
                decided.closing[period] = 1
            elif period in again:
                if _may_differ(states, before, k):
                    decided.closing[period] = before.version + 1
                else:
                    decided.kept.add(period)
    decided.early = {period for period in decided.closing if not known[period].is_final}
    decided.open = {
        period: state
        for period, state in known.items()
        if period not in closed and period not in decided.closing
    }
    unchanged: dict[Period, bool] = {}
    for mart, column in columns.items():
        of_type = {
            period: entry.version
            for period, entry in closed.items()
            if period.period_type == PERIOD_COLUMNS[column] and period not in decided.closing
        }
        taking_part = contents.get(mart, set())
        decided.held[mart] = {period: version for period, version in of_type.items() if period in taking_part}
        for period in of_type.keys() - taking_part:
            # A mart that came with a newer release. Its figures beside the closed ones of other marts are a
            # second version of the period, so they may differ by nobody or by many.
            if period not in built:
                decided.left_out.setdefault(mart, set()).add(period)
                continue
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
            if period in decided.early:
                store.add_period(entry, run_id, "early")


def mart_periods(session: WarehouseSession, schema: str, marts: list[str]) -> dict[str, str]:
    """The marts that have periods, with the column that gives them.

    What is made of other published tables has none of its own: it follows from periods as they were closed.
    """
    columns = session.columns_by_table(schema)
    own = [mart for mart in marts if mart not in DERIVED_TABLES]
    found = {mart: period_column(columns.get(mart, [])) for mart in own}
    return {mart: column for mart, column in found.items() if column is not None}


def _may_differ(states: PersonStates, closed: ClosedPeriod, k: int) -> bool:
    """Whether figures of now may stand beside, or after, those of a closed period."""
    concerned = states.concerned(closed)
    return concerned is not None and concerned.may_be_published(k)


def _closes_again(before: ClosedPeriod, now: PeriodState) -> bool:
    """A correction was asked for, or a source that was missing at closing has come back."""
    return before.is_reopened or (before.is_early and now.is_final)


def known_periods(session: WarehouseSession, environment: Environment) -> dict[Period, PeriodState]:
    """Every period that the models know, closed or not; empty before the first build."""
    schema = environment.schema(RESTRICTED)
    if _CLOSABLE not in session.tables(schema):
        return {}
    rows = session.rows(
        "select period_type, period_start, is_closable, is_final, closes_from, waits_for "
        f"from {session.name(schema, _CLOSABLE)}"
    )
    return {Period(period_type, start): PeriodState(*state) for period_type, start, *state in rows}


def built_periods(
    session: WarehouseSession, environment: Environment, schema: str, columns: dict[str, str]
) -> set[Period]:
    """Periods that the last build built, and of which the models give any row.

    One whose raw data is gone has nothing to close again. A mart of the company's own may give rows of a period
    that the other marts left as it was closed.
    """
    given = {
        Period(PERIOD_COLUMNS[column], start)
        for mart, column in columns.items()
        for (start,) in session.rows(
            f"select distinct {session.name(column)} from {session.name(schema, mart)}"
        )
        if start is not None
    }
    rebuilt = rebuilt_periods(session, environment)
    return given if rebuilt is None else given & rebuilt.keys()


def rebuilt_periods(session: WarehouseSession, environment: Environment) -> dict[Period, str] | None:
    """Periods that the last build built, and why; None where it built all, as releases up to 0.1 did."""
    schema = environment.schema(REBUILT_SCHEMA)
    if REBUILT not in session.tables(schema):
        return None
    rows = session.rows(f"select period_type, period_start, reason from {session.name(schema, REBUILT)}")
    return {Period(period_type, start): reason for period_type, start, reason in rows}


def _of_type(periods: dict[Period, int], period_type: PeriodType) -> dict[Period, int]:
    return {period: version for period, version in periods.items() if period.period_type == period_type}
