"""Comparisons of open rows with closed periods: against the figure that was published, not a rebuilt one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from publishing.closed import VERSION, ClosedStore
from publishing.periods import PERIOD_COLUMNS, Period
from runtime.warehouse import WarehouseSession

_AGO, _CHANGE = "_14_weeks_ago", "_change"
# What tells the rows of a mart apart within a period.
KEYS = ("department_key", "tool", "product", "cost_basis", "model_family", "dimension", "dimension_value")
# A change against the period just before, rather than 14 weeks ago.
_AGAINST_PREVIOUS = frozenset({("power_users_monthly", "power_users")})


def compare_with_closed(
    session: WarehouseSession,
    store: ClosedStore,
    schema: str,
    mart: str,
    column: str,
    held: Mapping[Period, int],
) -> None:
    """Put the closed figures into `<metric>_14_weeks_ago` and `<metric>_change` of a mart's other rows.

    A comparison that the models left empty stays empty: the unit was not the same then, or a figure hidden.
    """
    names = [entry.name for entry in session.columns(schema, mart)]
    closed_names = {entry.name for entry in session.columns(store.schema, mart)}
    metrics = [name for name in names if name in closed_names]
    over_14_weeks = [name for name in metrics if f"{name}{_AGO}" in names]
    over_one = [name for name in metrics if (mart, name) in _AGAINST_PREVIOUS and f"{name}{_CHANGE}" in names]
    if not over_14_weeks and not over_one:
        return
    starts = session.rows(f"select distinct {session.name(column)} from {session.name(schema, mart)}")
    open_periods = {Period(PERIOD_COLUMNS[column], start) for (start,) in starts} - held.keys()
    keys = [name for name in KEYS if name in names and name in closed_names]
    for period in sorted(open_periods):
        earlier = period.fourteen_weeks_before
        if earlier in held:
            for metric in over_14_weeks:
                figure = _closed_figure(session, store, mart, column, metric, keys)
                parameters = (earlier.start, held[earlier], period.start)
                _update(session, schema, mart, column, f"{metric}{_AGO}", figure, parameters)
                if f"{metric}{_CHANGE}" in names:
                    ago = session.name(f"{metric}{_AGO}")
                    change = f"{session.name(metric)} - {ago}"
                    _update(session, schema, mart, column, f"{metric}{_CHANGE}", change, (period.start,))
        if period.previous in held:
            for metric in over_one:
                figure = _closed_figure(session, store, mart, column, metric, keys)
                parameters = (period.previous.start, held[period.previous], period.start)
                change = f"{session.name(metric)} - {figure}"
                _update(session, schema, mart, column, f"{metric}{_CHANGE}", change, parameters)


def _closed_figure(
    session: WarehouseSession, store: ClosedStore, mart: str, column: str, metric: str, keys: Iterable[str]
) -> str:
    """The metric of the same row in a closed version; parameters: first day, version."""
    same = "".join(f" and then_.{session.name(key)} = now.{session.name(key)}" for key in keys)
    return (
        f"(select max(then_.{session.name(metric)}) from {store.name(mart)} as then_ "
        f"where then_.{session.name(column)} = %s and then_.{VERSION} = %s{same})"
    )


def _update(
    session: WarehouseSession,
    schema: str,
    mart: str,
    column: str,
    target: str,
    expression: str,
    parameters: tuple[object, ...],
) -> None:
    """Set a column of one period's rows where the models compare; the last parameter is its first day."""
    name = session.name(target)
    session.execute(
        f"update {session.name(schema, mart)} as now set {name} = {expression} "
        f"where {session.name(column)} = %s and {name} is not null",
        *parameters,
    )
