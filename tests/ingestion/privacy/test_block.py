"""A block says just what its records say one by one, and refuses what they refuse."""

from __future__ import annotations

import datetime as dt
import json
from typing import ClassVar

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.privacy.block import Block, any_but, any_of, arrow_struct, has_items, is_present, is_value
from ingestion.privacy.contract import EventGrain, TableContract, event_hash, integer, text, timestamp
from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.privacy.wire import WireRecord

NOW = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)


class Inner(WireRecord):
    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"title"})
    kind: str
    tags: list[str] | None = None


class Event(WireRecord):
    id: str
    at: dt.datetime
    inner: Inner
    note: str | None = None


BLOCKS = TableContract(
    name="events",
    grain=EventGrain(key=("tenant", "event_token"), newest="at"),
    columns=(
        event_hash("event_token", lambda b: b["id"]),
        timestamp("at", lambda b: b["at"], required=True),
        text("kind", lambda b: b["inner.kind"]),
        integer("note_chars", lambda b: pc.utf8_length(b["note"]), maximum=9),
    ),
)
RECORDS = TableContract(
    name="events",
    grain=BLOCKS.grain,
    columns=(
        event_hash("event_token", lambda e: e.id),
        timestamp("at", lambda e: e.at, required=True),
        text("kind", lambda e: e.inner.kind),
        integer("note_chars", lambda e: None if e.note is None else len(e.note), maximum=9),
    ),
)


def gate() -> Gate:
    return Gate(Pseudonymiser(bytes(range(32))), tenant="main", latest=NOW + dt.timedelta(days=1))


def event(number: int = 1, **fields: object) -> dict[str, object]:
    return {"id": f"e{number}", "at": "2026-11-18T09:00:00Z", "inner": {"kind": "a"}} | fields


def lines(*events: object) -> bytes:
    return b"".join(e if isinstance(e, bytes) else json.dumps(e).encode() + b"\n" for e in events)


def both_ways(data: bytes) -> tuple[list[dict[str, object]], list[dict[str, object]], Gate, Gate]:
    by_block, by_record = gate(), gate()
    blocks = [
        row
        for block in by_block.json_blocks(Event, "events", [data])
        for row in by_block.table(BLOCKS, block).to_pylist()
    ]
    records = [
        row
        for part in by_record.json_lines(Event, "events", [data])
        for row in by_record.table(RECORDS, part).to_pylist()
    ]
    return blocks, records, by_block, by_record


@pytest.mark.parametrize(
    "odd",
    [
        event(2, at="2026-11-18T09:00:00.123456+02:00"),
        event(2, at="2026-11-18T09:00:00"),
        event(2, at="2026-11-18T09:00:00.123456789Z"),
        event(2, at=1763456400),
        event(2, at="2999-01-01T00:00:00Z"),
        event(2, at="yesterday"),
        event(2, at=None),
        event(2, id=None),
        event(2, id=7),
        event(2, inner=None),
        event(2, inner={}),
        event(2, inner={"kind": "b", "tags": ["x"], "title": "t"}),
        event(2, inner={"kind": "b", "tags": "x"}),
        event(2, note="👩‍💻 hi"),
        event(2, note="more than nine"),
        event(2, note=12),
        event(2, note=10**30),
        b'{"id": "e2"\n',
        b'{"id": "\xff", "at": "2026-11-18T09:00:00Z", "inner": {"kind": "a"}}\n',
        b'{"id": "e2", "id": "e3", "at": "2026-11-18T09:00:00Z", "inner": {"kind": "a"}}\n',
        b'{"id": "\\ud800", "at": "2026-11-18T09:00:00Z", "inner": {"kind": "a"}}\n',
        b"[1]\n",
        b"\n  \n",
    ],
)
def test_an_odd_line_among_good_ones_has_one_outcome(odd: object) -> None:
    blocks, records, by_block, by_record = both_ways(lines(event(1), odd, event(9)))
    assert blocks == records
    assert by_block.report.rejects == by_record.report.rejects
    assert len(blocks) + by_block.report.rejected("events") in (2, 3)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just({"kind": "c"})


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["id", "at", "inner", "note", "x"]), values).map(
            lambda fields: event(2, **fields)
        ),
        max_size=4,
    )
)
def test_any_objects_give_the_same_rows_either_way(events: list[dict[str, object]]) -> None:
    blocks, records, by_block, by_record = both_ways(lines(*events))
    assert blocks == records
    assert by_block.report.accepted == by_record.report.accepted
    assert {key: r.count for key, r in by_block.report.rejects.items()} == {
        key: r.count for key, r in by_record.report.rejects.items()
    }


def test_lines_in_order_never_become_records() -> None:
    block = Block.parse(Event, lines(event(1), event(2, inner={"kind": "b", "tags": ["x"]})))
    assert block["inner.tags"].to_pylist() == [None, ["x"]]
    assert block["note"].to_pylist() == [None, None]
    with pytest.raises(pa.ArrowInvalid, match="lacks kind"):
        Block.parse(Event, lines(event(1, inner={"tags": []})))


def test_a_type_that_blocks_cannot_hold_is_refused_at_declaration() -> None:
    class Odd(msgspec.Struct):
        value: int

    with pytest.raises(TypeError, match="one by one"):
        arrow_struct(Odd)


def test_what_columns_ask_of_lists_and_texts() -> None:
    lists = pa.array([["web", "x"], [], None, ["x"], ["web"]], pa.list_(pa.string()))
    assert any_of(lists, {"web"}).to_pylist() == [True, False, False, False, True]
    assert any_but(lists, {"web"}).to_pylist() == [True, False, False, True, False]
    assert has_items(lists).to_pylist() == [True, False, False, True, True]
    # cut from the middle of a longer list, as a filtered batch is
    assert any_of(lists.slice(3), {"web"}).to_pylist() == [False, True]
    texts = pa.array(["user", "", None])
    assert is_present(texts).to_pylist() == [True, False, False]
    assert is_value(texts, "user").to_pylist() == [True, False, False]
