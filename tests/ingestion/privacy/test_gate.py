"""Bad records are counted and dropped, good ones around them stay, and nothing undeclared passes."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import ClassVar

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.privacy.contract import (
    CurrentGrain,
    DayGrain,
    EventGrain,
    TableContract,
    date,
    decimal,
    email,
    event_hash,
    identifier,
    integer,
    text,
    timestamp,
)
from ingestion.privacy.gate import Gate, RejectLimit
from ingestion.privacy.pseudonym import HRIS_ID, Pseudonymiser
from ingestion.privacy.wire import unknown_fields
from runtime.errors import ContractError

KEY = bytes(range(32))
NOW = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)
CANARY = "Quillon Vexmoor-Ødegård"


class Inner(msgspec.Struct):
    size: int | None = None


class Event(msgspec.Struct):
    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"title"})
    id: str | None = None
    who: str | None = None
    mail: str | None = None
    at: dt.datetime | None = None
    count: int | None = None
    cost: Decimal | None = None
    label: str | None = None
    inner: Inner | None = None


EVENTS = TableContract(
    name="events",
    grain=EventGrain(key=("tenant", "event_token"), day="day", newest="at"),
    columns=(
        event_hash("event_token", lambda e: e.id),
        identifier("who_token", HRIS_ID, lambda e: e.who),
        email("mail_token", lambda e: e.mail),
        timestamp("at", lambda e: e.at, required=True),
        date("day", lambda e: e.at.date() if e.at else None),
        integer("count", lambda e: e.count),
        decimal("cost", lambda e: e.cost),
        text("label", lambda e: e.label),
    ),
)


def gate(limit: RejectLimit | None = None) -> Gate:
    return Gate(Pseudonymiser(KEY), tenant="main", latest=NOW + dt.timedelta(days=1), reject_limit=limit)


def line(**fields: object) -> bytes:
    return json.dumps({"id": "e1", "at": "2026-11-18T09:00:00Z"} | fields).encode() + b"\n"


def read(gate_: Gate, *lines: bytes) -> pa.Table:
    records = [record for part in gate_.json_lines(Event, "events", lines) for record in part]
    return gate_.table(EVENTS, records)


def test_identifiers_land_as_tokens_and_times_as_naive_utc() -> None:
    table = read(gate(), line(who="01002", mail="Maya@Asterlane.Example", at="2026-11-18T09:00:00+02:00"))
    row = table.to_pylist()[0]
    pseudonymiser = Pseudonymiser(KEY)
    assert row["who_token"] == pseudonymiser.token(HRIS_ID, "01002")
    assert row["mail_token"] == pseudonymiser.email_token("maya@asterlane.example")
    assert row["at"] == dt.datetime(2026, 11, 18, 7)
    assert "maya" not in str(row).lower()


def test_one_bad_line_is_counted_and_the_lines_around_it_stay() -> None:
    g = gate()
    table = read(g, line(id="a"), b"{broken\n", line(id="b"), line(id="c"))
    assert table.num_rows == 3
    assert g.report.rejects[("events", "not valid JSON")].count == 1
    g.check_limits()


def test_a_reject_keeps_a_hash_and_an_offset_and_no_value() -> None:
    g = gate()
    bad = line(count=CANARY)
    read(g, line(id="a"), bad)
    ((table, reason), reject) = next(iter(g.report.rejects.items()))
    assert (table, reason) == ("events", "expected int | null at $.count")
    assert reject.sample_offset == len(line(id="a"))
    assert CANARY not in repr(g.report)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": None}, "missing event_token"),
        ({"id": ""}, "missing event_token"),
        ({"at": None}, "missing at"),
        ({"at": "2999-01-01T00:00:00Z"}, "at in the future"),
        ({"at": "1970-01-20T00:00:00Z"}, "at below its range"),
        ({"count": -1}, "count below its range"),
        ({"count": 10**20}, "count above its range"),
        ({"count": {"a": 1}}, "expected int | null at $.count"),
    ],
)
def test_each_broken_value_has_its_reason(fields: dict[str, object], reason: str) -> None:
    g = gate()
    table = read(g, line(id="good"), line(**fields))
    assert table.num_rows == 1
    assert [key[1] for key in g.report.rejects] == [reason]


def test_numbers_in_other_spellings_are_exact() -> None:
    table = read(gate(), line(id="a", count="12", cost="0.1"), line(id="b", count=12.0, cost=0.1))
    rows = table.to_pylist()
    assert [row["count"] for row in rows] == [12, 12]
    assert [row["cost"] for row in rows] == [Decimal("0.1"), Decimal("0.1")]


def test_the_newest_row_of_a_key_wins_in_any_order() -> None:
    older, newer = line(count=1), line(count=2, at="2026-11-18T10:00:00Z")
    for lines in ((older, newer), (newer, older)):
        assert read(gate(), *lines)["count"].to_pylist() == [2]


def test_unknown_fields_are_reported_by_name_and_never_land() -> None:
    g = gate()
    table = read(g, line(display_name=CANARY, inner={"size": 1, "nick": CANARY}, title=CANARY))
    assert set(g.report.unknown_fields) == {("events", "display_name"), ("events", "inner.nick")}
    assert CANARY not in str(table.to_pylist())
    assert "display_name" not in table.column_names


def test_keys_below_an_unknown_object_are_not_looked_at() -> None:
    assert list(unknown_fields(Event, {"new": {CANARY: 1}})) == ["new"]
    assert list(unknown_fields(Event, {CANARY: 1, "a@b.example": 2})) == ["<irregular name>"] * 2


def test_control_characters_and_long_labels_do_not_land() -> None:
    assert read(gate(), line(label="a\x00b\x1f" + "x" * 500))["label"].to_pylist() == ["ab" + "x" * 118]


def test_too_many_rejects_stop_the_load() -> None:
    g = gate()
    read(g, *(line(id=str(n)) for n in range(100)), *(line(count=-1) for _ in range(21)))
    with pytest.raises(ContractError, match="21 of 121 records for table events"):
        g.check_limits()


def test_a_table_of_rejects_alone_stops_the_load() -> None:
    g = gate()
    read(g, line(count=-1))
    with pytest.raises(ContractError):
        g.check_limits()


def test_few_rejects_in_a_small_file_do_not_stop_it() -> None:
    g = gate()
    read(g, line(id="a"), line(id="b"), line(count=-1))
    g.check_limits()


def test_lines_split_over_chunks_are_whole() -> None:
    data = b"".join(line(id=str(n)) for n in range(50))
    for size in (1, 7, 64):
        g = gate()
        chunks = [data[start : start + size] for start in range(0, len(data), size)]
        assert sum(len(part) for part in g.json_lines(Event, "events", chunks)) == 50


def test_a_last_line_cut_in_half_is_refused_at_every_byte() -> None:
    whole, last = line(id="a"), line(id="b").rstrip(b"\n")
    for cut in range(1, len(last)):
        g = gate()
        assert sum(len(part) for part in g.json_lines(Event, "events", [whole + last[:cut]])) == 1
        assert sum(reject.count for reject in g.report.rejects.values()) == 1


def test_day_grain_needs_its_day_and_makes_a_marker() -> None:
    contract = TableContract("days", DayGrain(), (integer("n", lambda r: r),))
    g = gate()
    with pytest.raises(ValueError, match="scope and day"):
        g.table(contract, [1])
    marker = g.day_marker(contract, scope="s", day=dt.date(2026, 11, 1)).to_pylist()
    assert marker == [
        {"tenant": "main", "scope": "s", "day": dt.date(2026, 11, 1), "n": None, "is_day_marker": True}
    ]
    assert g.table(contract, [1], scope="s", day=dt.date(2026, 11, 1))["is_day_marker"].to_pylist() == [None]


def test_columns_that_would_collapse_are_refused_at_declaration() -> None:
    with pytest.raises(ValueError, match="collapse"):
        TableContract("t", CurrentGrain(), (text("userEmail", str), text("user_email", str)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["id", "who", "mail", "at", "count", "cost", "label", "x"]), json_values)
)
def test_any_object_is_a_row_or_a_counted_reject(fields: dict[str, object]) -> None:
    g = gate()
    table = read(g, json.dumps(fields).encode() + b"\n")
    rejected = sum(reject.count for reject in g.report.rejects.values())
    assert table.num_rows + rejected == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data: bytes) -> None:
    g = gate()
    for part in g.json_lines(Event, "events", [data]):
        g.table(EVENTS, part)
