"""`ai-usage reopen`: let the next publish correct closed periods, when enough people stand behind it."""

from __future__ import annotations

import datetime as dt
import getpass
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.actions import LifecycleAction
from ledger.ledger import Ledger
from publishing.assembly import MARTS, marts_tables
from publishing.closed import VERSION, ClosedPeriod, ClosedStore
from publishing.closing import built_periods, mart_periods
from publishing.comparisons import KEYS
from publishing.periods import PERIOD_COLUMNS, Period
from publishing.person_states import Concerned, PersonStates
from runtime.clock import sortable_id
from runtime.environment import Environment
from runtime.errors import AiUsageError
from runtime.warehouse import WarehouseSession


class ReopenRefusedError(AiUsageError):
    """The difference between two versions would speak of a few people."""


@dataclass(frozen=True, slots=True)
class Reopening:
    """A closed period that may be corrected: its version, and whom the correction would concern by now."""

    closed: ClosedPeriod
    concerned: Concerned

    @property
    def period(self) -> Period:
        """The period."""
        return self.closed.period


def closed_since(environment: Environment, day: dt.date) -> list[Period]:
    """Every closed period that ends after a day, for a correction of all of them."""
    with environment.session() as session:
        return sorted(period for period in ClosedStore(session, environment).periods() if period.end > day)


def closed_though_incomplete(environment: Environment) -> list[Period]:
    """Closed periods that readers see as complete, and that the last build says were read only in part."""
    found: set[Period] = set()
    with environment.session() as session:
        store = ClosedStore(session, environment)
        closed = {period: entry for period, entry in store.periods().items() if not entry.is_reopened}
        schema = environment.schema(MARTS)
        marts = mart_periods(session, schema, marts_tables(session, environment)) if closed else {}
        for mart, column in marts.items():
            kind = PERIOD_COLUMNS[column]
            flag = session.name(f"is_complete_{kind}")
            built = {entry.name for entry in session.columns(schema, mart)}
            kept = {entry.name for entry in session.columns(store.schema, mart)}
            if "period_state" not in built or f"is_complete_{kind}" not in kept:
                continue
            same = "".join(
                f" and then_.{session.name(key)} = now.{session.name(key)}"
                for key in KEYS
                if key in built & kept
            )
            start = session.name(column)
            rows = session.rows(
                f"select distinct then_.{start}, then_.{VERSION} from {store.name(mart)} as then_ "
                f"inner join {session.name(schema, mart)} as now on then_.{start} = now.{start}{same} "
                f"where then_.{flag} and now.period_state = 'partly_observed'"
            )
            for day, version in rows:
                period = Period(kind, day)
                if period in closed and closed[period].version == version:
                    found.add(period)
    return sorted(found)


def examine(environment: Environment, periods: Sequence[Period]) -> list[Reopening]:
    """Whom corrections of these periods would concern, by the last build. Changes nothing.

    Raises:
        AiUsageError: a period is not closed, is reopened already, or has no rows to be corrected with.
    """
    with environment.session() as session:
        closed = ClosedStore(session, environment).periods()
        schema = environment.schema(MARTS)
        columns = mart_periods(session, schema, marts_tables(session, environment))
        built = built_periods(session, environment, schema, columns)
        with PersonStates(session, environment).at_hand(periods):
            return [_examine(session, environment, period, closed, built) for period in periods]


def reopen(environment: Environment, found: Sequence[Reopening], *, k: int) -> None:
    """Mark the periods for the next publish, which closes each as its next version. The caller holds the lock.

    What was asked for is written to `ops.lifecycle_actions` before anything else happens, and when it ended.

    Raises:
        ReopenRefusedError: a correction concerns at least one and fewer than k people; none is reopened.
    """
    refused = [reopening.period for reopening in found if not reopening.concerned.may_be_published(k)]
    ops = Ledger(environment)
    action = _action(found, "refused" if refused else "allowed")
    ops.record_action(action)
    if refused:
        listed = ", ".join(str(period) for period in refused[:10])
        raise ReopenRefusedError(
            f"A correction of {listed} would concern fewer than {k} people of a unit or tool: "
            "who compares the two versions would learn about them.",
            "Nothing was reopened. Leave the period as it is until more corrections have come together.",
        )
    with environment.session() as session:
        store = ClosedStore(session, environment)
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        with session.transaction():
            for reopening in found:
                store.add_period(replace(reopening.closed, closed_at=now), None, "reopened")
    ops.record_action(replace(action, finished_at=dt.datetime.now(dt.UTC)))


def _examine(
    session: WarehouseSession,
    environment: Environment,
    period: Period,
    closed: dict[Period, ClosedPeriod],
    built: set[Period],
) -> Reopening:
    if period not in closed:
        raise AiUsageError(
            f"{period} is not closed.", "Its figures follow the data with every publish; nothing is to be done."
        )
    if closed[period].is_reopened:
        raise AiUsageError(f"{period} is reopened already.", "The next `ai-usage publish` closes it again.")
    if period not in built:
        raise AiUsageError(
            f"The warehouse no longer holds what the figures of {period} were made of.",
            "A period can be corrected while its raw data is kept; its published figures stay as they are.",
        )
    concerned = PersonStates(session, environment).concerned(closed[period])
    if concerned is None:
        raise AiUsageError(
            f"The salt was drawn anew since {period} closed, so nobody in it can be found again.",
            "Whom a correction would concern cannot be told; the published figures stay as they are.",
        )
    return Reopening(closed[period], concerned)


def _action(found: Sequence[Reopening], outcome: str) -> LifecycleAction:
    """The audit row: which versions a correction was asked for, whom it concerned, and what came of it."""
    now = dt.datetime.now(dt.UTC)
    asked = [
        {
            "period": str(reopening.period),
            "version": reopening.closed.version,
            "people_added": reopening.concerned.added,
            "people_changed": reopening.concerned.changed,
            "people_gone": reopening.concerned.gone,
        }
        for reopening in found
    ]
    return LifecycleAction(
        sortable_id(now),
        "reopen",
        now,
        finished_at=now if outcome == "refused" else None,
        requested_by=getpass.getuser(),
        detail=json.dumps({"outcome": outcome, "periods": asked}),
    )
