"""One batch may hold a key more than once: only its newest row lands."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.privacy.contract import EventGrain
from ingestion.privacy.gate import _newest_by_key

_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", None]),
        st.integers(min_value=0, max_value=2),
        st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 9)),
    )
)


@given(rows=_ROWS)
@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("us")])
def test_each_key_keeps_its_newest_row_and_the_order_stays(
    rows: list[tuple[str | None, int, dt.date]], kind: pa.DataType
) -> None:
    newest: dict[tuple[str | None, int], int] = {}
    for position, (name, number, day) in enumerate(rows):
        before = newest.get((name, number))
        if before is None or day > rows[before][2]:
            newest[name, number] = position
    grain = EventGrain(key=("tenant", "name", "number"), newest="seen")
    kept = _newest_by_key(grain, _table(rows, kind))
    assert kept["position"].to_pylist() == sorted(newest.values())


def test_without_an_age_the_first_row_of_a_key_stays() -> None:
    days = [dt.date(2026, 1, 1), dt.date(2026, 1, 2), dt.date(2026, 1, 3)]
    rows = [("a", 0, days[0]), ("b", 0, days[1]), ("a", 0, days[2])]
    kept = _newest_by_key(EventGrain(key=("tenant", "name")), _table(rows, pa.date32()))
    assert kept["position"].to_pylist() == [0, 1]


def _table(rows: list[tuple[str | None, int, dt.date]], kind: pa.DataType) -> pa.Table:
    return pa.table(
        {
            "tenant": pa.array(["main"] * len(rows), pa.string()),
            "name": pa.array([row[0] for row in rows], pa.string()),
            "number": pa.array([row[1] for row in rows], pa.int64()),
            "seen": pa.array([row[2] for row in rows], pa.date32()).cast(kind),
            "position": pa.array(range(len(rows)), pa.int64()),
        }
    )
