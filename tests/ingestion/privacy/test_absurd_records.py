"""A record that cannot be read is one refused record, whatever its parser raises; the ones around it land."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.privacy.canonical import canonical_email
from ingestion.privacy.contract import (
    CurrentGrain,
    TableContract,
    boolean,
    date,
    decimal,
    email,
    event_hash,
    identifier,
    integer,
    text,
    timestamp,
)
from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import HRIS_ID, Pseudonymiser
from ingestion.vendor_json import loads
from tests.ingestion.privacy import test_block, test_gate

DEEP = "[" * 5_000 + "]" * 5_000
ODD_TIMES = (
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-13-45T99:99:99Z",
    "",
)
GOOD = {"id": "good", "at": "2026-11-18T09:00:00Z"}
EVERYTHING = TableContract(
    "events",
    CurrentGrain(),
    (
        event_hash("event_token", lambda r: r.get("id"), required=False),
        identifier("who_token", HRIS_ID, lambda r: r.get("who")),
        email("mail_token", lambda r: r.get("mail")),
        timestamp("at", lambda r: r.get("at")),
        date("day", lambda r: r.get("day")),
        integer("count", lambda r: r.get("count")),
        decimal("cost", lambda r: r.get("cost")),
        boolean("flag", lambda r: r.get("flag")),
        text("label", lambda r: r.get("label")),
    ),
)


def outcome(gate: Gate, rows: int) -> int:
    return rows + gate.report.rejected("events")


@pytest.mark.parametrize("at", ODD_TIMES)
@pytest.mark.parametrize("as_block", [True, False])
def test_a_time_outside_of_every_calendar_is_one_reject(at: str, as_block: bool) -> None:
    """One such row ended the load of its source, every night until the vendor forgot the day."""
    blocks, records, by_block, by_record = test_block.both_ways(
        test_block.lines(test_block.event(1), test_block.event(2, at=at), test_block.event(3))
    )
    rows, gate = (blocks, by_block) if as_block else (records, by_record)
    assert len(rows) == 2
    assert gate.report.rejected("events") == 1


@pytest.mark.parametrize("at", ODD_TIMES)
def test_so_it_is_in_an_answer_that_was_decoded_already(at: str) -> None:
    gate = test_gate.gate()
    records = gate.objects(test_gate.Event, "events", [GOOD, GOOD | {"id": "bad", "at": at}])
    assert outcome(gate, gate.table(test_gate.EVENTS, records).num_rows) == 2
    assert gate.report.rejected("events") == 1


@pytest.mark.parametrize("nested", [DEEP, '{"a":' * 5_000 + "1" + "}" * 5_000])
def test_a_deeply_nested_field_that_nobody_declared_is_dropped(nested: str) -> None:
    line = json.dumps(GOOD)[:-1].encode() + b', "extra": ' + nested.encode() + b"}\n"
    gate = test_gate.gate()
    assert outcome(gate, test_gate.read(gate, line, test_gate.line(id="other")).num_rows) == 2
    blocks = test_gate.gate()
    odd = json.dumps(test_block.event(2))[:-1].encode() + b', "extra": ' + nested.encode() + b"}\n"
    rows = [
        row
        for block in blocks.json_blocks(
            test_block.Event, "events", [odd + test_block.lines(test_block.event(1))]
        )
        for row in blocks.table(test_block.BLOCKS, block).to_pylist()
    ]
    assert outcome(blocks, len(rows)) == 2


@pytest.mark.parametrize(
    "first", ["null", " null", "\nnull", "\ufeffnull", "[]", "[null]", "7", '"x"', "null null"]
)
def test_a_line_that_is_no_object_is_one_reject_wherever_it_stands(first: str) -> None:
    """Arrow's reader died of a file that began with `null`, and the night with it: nothing was recorded."""
    script = (
        "import sys; from tests.ingestion.privacy import test_block as t; "
        "b, r, g, _ = t.both_ways(sys.argv[1].encode() + b'\\n' + t.lines(t.event(1), t.event(2))); "
        "assert b == r and len(b) == 2 and g.report.rejected('events') == 1, (b, g.report)"
    )
    if first == "null":  # in a process of its own: a crash cannot be caught
        subprocess.run([sys.executable, "-c", script, first], check=True, capture_output=True)
    blocks, records, gate, _ = test_block.both_ways(
        f"{first}\n".encode() + test_block.lines(test_block.event(1), test_block.event(2))
    )
    assert blocks == records
    assert (len(blocks), gate.report.rejected("events")) == (2, 1)


@pytest.mark.parametrize("piece", [65_536, 64 * 1024 * 1024])
def test_a_line_too_long_for_a_record_is_one_reject(piece: int) -> None:
    """It ended the load of its source."""
    data = test_gate.line(id="a") + b'{"id": "' + b"x" * (20 * 1024 * 1024) + b'"}\n' + test_gate.line(id="b")
    gate = test_gate.gate()
    chunks = [data[at : at + piece] for at in range(0, len(data), piece)]
    assert test_gate.read(gate, *chunks).num_rows == 2
    assert gate.report.rejected("events") == 1


def test_names_that_may_be_data_are_counted_and_not_kept() -> None:
    """Where a vendor keys an object by people, their names stood in ops.unknown_fields."""
    gate = test_gate.gate()
    odd = {"Zorvayne Brundek": 1, "u20261128": 1, "z@asterlane.example": 1, "\u00e9mile": 1, "newField": 1}
    test_gate.read(gate, test_gate.line(**odd))
    assert gate.report.unknown_fields == {("events", "<irregular name>"): 4, ("events", "newField"): 1}


def test_a_mark_of_the_encoding_before_the_first_line_costs_no_record() -> None:
    blocks, records, gate, _ = test_block.both_ways(b"\xef\xbb\xbf" + test_block.lines(test_block.event(1)))
    assert blocks == records
    assert (len(blocks), gate.report.rejected("events")) == (1, 0)


def test_half_a_character_in_an_id_has_a_token() -> None:
    gate = test_gate.gate()
    records = gate.objects(test_gate.Event, "events", [GOOD, GOOD | {"id": "\ud800", "who": "\udfff"}])
    assert gate.table(test_gate.EVENTS, records).num_rows == 2


def test_one_absurd_record_leaves_its_page_readable() -> None:
    body = f'{{"value": [{{"id": "a", "x": {DEEP}}}, {{"id": "b", "n": {"9" * 5_000}}}, {{"id": "]}}\\""}}]}}'
    assert [row["id"] for row in loads(body)["value"]] == ["a", "b", ']}"']
    assert loads(body)["value"][1]["n"] > 2**63


@pytest.mark.parametrize(
    "text",
    [
        *('{"a": 1, "a": 2}', "[1e999, -1e999]", '"\\ud800"', "[Infinity]", "-0.0", "0.1", "1E5"),
        *(str(2**64), str(-(2**63) - 1), "1" * 400, "9007199254740993.0", "\ufeff[]", " [1] ", '"\u00e9"'),
    ],
)
def test_json_is_read_as_pythons_own_reader_reads_it(text: str) -> None:
    data = text.encode()
    assert repr(loads(data)) == repr(json.loads(data))


# JSON as a vendor could send it, and what Python's own decoder makes of it.
words = st.text(st.characters(), max_size=12) | st.sampled_from(["\ud800", "\x00", "a@b", "xn--a.xn--b@xn--"])
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | words
    | st.sampled_from([*ODD_TIMES, 10**40, -(10**40)])
    | st.datetimes(timezones=st.timezones() | st.just(dt.timezone(dt.timedelta(hours=14))) | st.none())
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(["id", "who", "mail", "at", "day", "count", "cost", "flag", "label", "x"])
rows = st.lists(st.dictionaries(fields, anything, max_size=5), max_size=4)


@given(rows)
def test_any_values_of_any_reader_are_rows_or_rejects(records: list[dict[str, object]]) -> None:
    """Here even the reader of a column gives whatever it likes."""
    gate = Gate(Pseudonymiser(bytes(32)), tenant="main", latest=test_gate.NOW)
    assert outcome(gate, gate.table(EVERYTHING, records).num_rows) == len(records)


@given(rows)
def test_any_decoded_objects_are_rows_or_rejects(objects: list[dict[str, object]]) -> None:
    gate = test_gate.gate()
    records = gate.objects(test_gate.Event, "events", objects)
    gate.table(test_gate.EVENTS, records)
    assert len(records) + sum(r.count for r in gate.report.rejects.values()) >= len(objects)


@given(st.lists(st.binary(max_size=60) | st.sampled_from([b"null", b"{}", b"[]", b'{"id":"a"}']), max_size=5))
def test_any_lines_are_survived_as_a_block(lines: list[bytes]) -> None:
    test_block.both_ways(b"\n".join(lines))


@given(words | st.text(max_size=400))
def test_any_text_is_an_address_or_none(written: str) -> None:
    canonical_email(written)
    Pseudonymiser(bytes(32)).email_token(written)
