"""Which rows of a lake count: what a merge would have left of all loads, as one query over their files.

The query is the view that models read as the raw table, so that they are the same on every engine. It follows
from the contract alone. Rows of incomplete loads count nowhere.

A condition on the day reaches the files: it is part of what versions are told apart by, so Spark pushes it
below the window, down to the statistics of each file. An event never changes its day.
"""

from __future__ import annotations

from ingestion.lake import LOAD_ID
from ingestion.privacy.contract import DAY_MARKER, CurrentGrain, DayGrain, EventGrain, TableContract


def current_rows(contract: TableContract, files: str, loads: str) -> str:
    """The rows that count.

    files: quoted name of the table of every load's rows
    loads: query that gives `load_id` of the complete loads
    """
    columns = ", ".join(_quoted(name) for name in contract.schema().names if name != DAY_MARKER)
    complete = f"select * from {files} where {LOAD_ID} in ({loads})"
    grain = contract.grain
    if isinstance(grain, EventGrain):
        versions = (
            f"select *, row_number() over ({_versions(grain)}) as version_rank from ({complete}) as loaded"
        )
        return f"select {columns} from ({versions}) as versions where version_rank = 1"
    whole = _replaced_whole(grain)
    newest = f"select *, max({LOAD_ID}) over (partition by {whole}) as newest_load from ({complete}) as loaded"
    return (
        f"select {columns} from ({newest}) as loads "
        f"where {LOAD_ID} = newest_load and not coalesce({DAY_MARKER}, false)"
    )


def _replaced_whole(grain: DayGrain | CurrentGrain) -> str:
    """What a load replaces as a whole, also when nothing but its marker has come."""
    return "tenant, scope, day" if isinstance(grain, DayGrain) else "tenant"


def _versions(grain: EventGrain) -> str:
    """The versions of an event, the one that counts first."""
    key = [*grain.key, *([grain.day] if grain.day else [])]
    if grain.insert_only:
        order = [f"{LOAD_ID} asc"]
    else:
        newest = [f"{_quoted(grain.newest)} desc"] if grain.newest else []
        order = [*newest, f"{LOAD_ID} desc"] if grain.keeps_newest else [f"{LOAD_ID} desc", *newest]
    return f"partition by {', '.join(_quoted(name) for name in key)} order by {', '.join(order)}"


def _quoted(name: str) -> str:
    return f"`{name}`"
