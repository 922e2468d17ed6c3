"""A value that no figure needs is left out and counted; the record around it stays."""

from __future__ import annotations

import datetime as dt
import json
from typing import ClassVar

import msgspec
import pyarrow as pa
import pytest

from ingestion.privacy.contract import DayGrain, TableContract, identifier, integer, timestamp
from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import HRIS_ID, Pseudonymiser
from ingestion.privacy.wire import WireRecord

NOW = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)
DAY = NOW.date()


class Grant(WireRecord):
    """A part that is needed, with a field that is not."""

    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"note"})
    size: int
    note: str | None = None


class Holder(WireRecord):
    """A record as a roster has it."""

    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"made_at", "extra"})
    id: str
    made_at: dt.datetime | None = None
    extra: dict[str, int] | None = None
    grants: list[Grant] | None = None


HOLDERS = TableContract(
    name="holders",
    grain=DayGrain(is_snapshot=True),
    columns=(
        identifier("holder_token", HRIS_ID, lambda h: h.id, required=True),
        timestamp("made_at", lambda h: h.made_at, needed=False),
        integer("size", lambda h: sum(g.size for g in h.grants or ()), maximum=100),
        integer("notes", lambda h: len(h.grants or ()), maximum=2, needed=False),
    ),
)


def gate() -> Gate:
    return Gate(Pseudonymiser(bytes(range(32))), tenant="main", latest=NOW + dt.timedelta(days=1))


def counted(found: Gate) -> dict[str, int]:
    return {reason: entry.count for (_, reason), entry in found.report.rejects.items() if entry.is_kept}


def landed(found: Gate, records: list[Holder]) -> pa.Table:
    return found.table(HOLDERS, records, scope="main", day=DAY)


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_a_date_out_of_bounds_of_a_column_that_nothing_needs_costs_no_record(written: str) -> None:
    found = gate()
    holders = found.objects(Holder, "holders", [{"id": "a", "made_at": written}] * 60)
    table = landed(found, holders)
    assert table.num_rows == 60
    assert table["made_at"].null_count == 60
    assert sum(counted(found).values()) == 60
    assert found.report.rejected("holders") == 0
    found.check_limits()  # what weighs nothing cannot stop a load


@pytest.mark.parametrize("as_lines", [True, False])
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"made_at": "yesterday"}, "made_at"),
        ({"extra": {"deep": ["no number"]}}, "extra"),
        ({"grants": [{"size": 1}, {"size": 2, "note": 7}]}, "grants.note"),
    ],
)
def test_an_unreadable_value_that_nothing_needs_costs_no_record(
    wrong: dict[str, object], field: str, as_lines: bool
) -> None:
    found = gate()
    items = [{"id": "a"}, {"id": "b", **wrong}]
    if as_lines:
        lines = b"".join(json.dumps(item).encode() + b"\n" for item in items)
        (holders,) = found.json_lines(Holder, "holders", [lines])
    else:
        holders = found.objects(Holder, "holders", items)
    assert [holder.id for holder in holders] == ["a", "b"]
    assert counted(found) == {f"{field} unreadable, left out": 1}


def test_what_is_needed_is_still_refused() -> None:
    found = gate()
    holders = found.objects(Holder, "holders", [{"id": "a"}, {"id": "b", "grants": [{"size": "many"}]}])
    assert [holder.id for holder in holders] == ["a"]
    assert found.report.rejected("holders") == 1
    table = landed(found, [Holder("a", grants=[Grant(101)]), Holder("b", grants=[Grant(1)] * 3)])
    assert table.num_rows == 1
    assert table["notes"].to_pylist() == [None]


def test_a_value_that_was_left_out_is_counted_without_the_value() -> None:
    found = gate()
    found.objects(Holder, "holders", [{"id": "a", "made_at": "Quillon Vexmoor"}])
    assert "Quillon" not in repr(found.report)


def test_what_is_nested_too_deeply_is_one_reject() -> None:
    found = gate()
    deep = b'{"id": "a", "grants": ' + b"[" * 5_000 + b"]" * 5_000 + b"}\n"
    (holders,) = found.json_lines(Holder, "holders", [b'{"id": "b"}\n' + deep])
    assert [holder.id for holder in holders] == ["b"]
    assert found.report.rejected("holders") == 1


def test_unknown_fields_of_the_last_lines_are_seen() -> None:
    found = gate()
    lines = [{"id": f"h{number}"} for number in range(40)] + [{"id": "rare", "totals_by_app": {"x": 1}}] * 8
    list(found.json_lines(Holder, "holders", [msgspec.json.encode(line) + b"\n" for line in lines]))
    assert dict(found.report.unknown_fields) == {("holders", "totals_by_app"): 8}


def test_unknown_fields_of_a_long_file_are_looked_for_in_all_of_its_parts() -> None:
    found = gate()
    lines = [{"id": "h"} for _ in range(9_000)] + [{"id": "h", "late": 1} for _ in range(1_000)]
    list(found.json_lines(Holder, "holders", [msgspec.json.encode(line) + b"\n" for line in lines]))
    found.objects(Holder, "holders", lines)
    assert dict(found.report.unknown_fields)["holders", "late"] > 100


def test_unknown_fields_of_later_parts_of_a_record_are_seen() -> None:
    found = gate()
    grants = [{"size": 1}] * 10 + [{"size": 1, "by": "somebody"}]
    found.objects(Holder, "holders", [{"id": "a", "grants": grants}])
    assert dict(found.report.unknown_fields) == {("holders", "grants.by"): 1}
