"""Rows of a period whose figures may still change: they say that it is there, and tell nothing about people.

Two versions of such a period, side by side, differ by what single people did between them: 40 active people
yesterday and 42 today are a count of two. So its rows hold keys, names and state, and NULL in every other
column, whatever that column is: a new mart or a model of the company's own is covered without being named here.
Which rows there are does not depend on people either. They are the company's rows of the mart in any period,
built or closed, for each tool that `tool_periods` knows by then.
"""

from __future__ import annotations

from collections.abc import Collection

from publishing.closed import RESTRICTED
from publishing.periods import PERIOD_COLUMNS, Period, period_column
from runtime.environment import Environment
from runtime.warehouse import WarehouseSession

_TOOL_PERIODS = "tool_periods"
_STATES = ("period_state", "sources_missing")
# A tool may be complete while another holds the period open; whoever asks for complete periods gets figures.
_FALSE = ("is_complete_week", "is_complete_month", "is_suppressed")
_UNIT, _COMPANY = "department_key", "all"
_KEYS = (_UNIT, "department_name", "tool", "product")


def add_open_rows(
    session: WarehouseSession, environment: Environment, schema: str, mart: str, periods: Collection[Period]
) -> None:
    """Add to a mart in `schema` its rows of these periods; none where the states of tools were not built."""
    types = session.column_types(schema, mart)
    start = period_column(session.columns(schema, mart))
    restricted = environment.schema(RESTRICTED)
    starts = [period.start for period in periods if start and period.period_type == PERIOD_COLUMNS[start]]
    if start is None or not starts or _TOOL_PERIODS not in session.tables(restricted):
        return
    states = {column.name for column in session.columns(restricted, _TOOL_PERIODS)}
    keys = [key for key in _KEYS if key in types]
    shown = {key: f"keys.{session.name(key)}" for key in keys}
    shown[start] = "periods.period_start"
    shown |= {name: f"periods.{name}" for name in _STATES if name in types and name in states}
    shown |= {name: "false" for name in _FALSE if name in types}
    figures = ", ".join(f"cast({text} as {types[name]})" for name, text in shown.items())
    columns = ", ".join(session.name(name) for name in shown)
    distinct = ", ".join(session.name(key) for key in keys) or "1 as company"
    company = f"where {session.name(_UNIT)} = '{_COMPANY}'" if _UNIT in types else ""
    tool = "keys.tool" if "tool" in types else f"'{_COMPANY}'"
    marks = ", ".join("%s" for _ in starts)
    marts = session.name(environment.schema("marts"), mart)
    session.execute(
        f"insert into {session.name(schema, mart)} ({columns}) select {figures} "
        f"from (select {distinct} from {marts} {company} "
        f"union select {distinct} from {session.name(schema, mart)} {company}) as keys "
        f"inner join {session.name(restricted, _TOOL_PERIODS)} as periods on periods.tool = {tool} "
        f"where periods.period_type = '{PERIOD_COLUMNS[start]}' and periods.period_start in ({marks})",
        *starts,
    )
