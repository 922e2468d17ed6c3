"""Records of erased people land nowhere, under none of their identifiers, and count as nothing else."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.privacy.contract import (
    CurrentGrain,
    DayGrain,
    EventGrain,
    TableContract,
    date,
    email,
    event_hash,
    identifier,
    integer,
    text,
)
from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import CHATGPT_USER, CONVERSATION, HRIS_ID, PERSON_EMAIL, Pseudonymiser
from ingestion.privacy.tombstones import Tombstones
from ledger.tombstone import Tombstone
from runtime.errors import ContractError

NOW = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)
DAY = NOW.date()
PSEUDONYMISER = Pseudonymiser(bytes(range(32)))
MAYA, NOAH = "maya.lind@asterlane.example", "noah.brandt@asterlane.example"


class Row(NamedTuple):
    """A record of any grain."""

    id: str = "e1"
    user: str | None = None
    mail: str | None = None
    thread: str | None = None
    manager: str | None = None
    day: dt.date = DAY
    size: int = 1


COLUMNS = (
    identifier("user_token", CHATGPT_USER, lambda r: r.user),
    email("mail_token", lambda r: r.mail),
    identifier("thread_token", CONVERSATION, lambda r: r.thread),
    identifier("manager_token", HRIS_ID, lambda r: r.manager, of_somebody_else=True),
    integer("size", lambda r: r.size),
)
EVENTS = TableContract(
    "events",
    EventGrain(key=("tenant", "event_token"), day="day"),
    (event_hash("event_token", lambda r: r.id), date("day", lambda r: r.day), *COLUMNS),
)
DAYS = TableContract("days", DayGrain(), COLUMNS)
CURRENT = TableContract("current", CurrentGrain(), (text("label", lambda r: r.id), *COLUMNS))


def mail(address: str) -> str:
    return PSEUDONYMISER.email_token(address)


def user(account: str) -> str:
    return PSEUDONYMISER.token(CHATGPT_USER, account)


def gate(*tombstones: Tombstone) -> Gate:
    return Gate(PSEUDONYMISER, tenant="main", latest=NOW, tombstones=Tombstones(tombstones))


@pytest.mark.parametrize("contract", [EVENTS, DAYS, CURRENT], ids=lambda contract: contract.name)
def test_every_grain_drops_an_erased_person(contract: TableContract) -> None:
    watched = gate(Tombstone(PERSON_EMAIL, mail(MAYA)))
    rows = [Row("e1", "u1", f"Maya <{MAYA.upper()}>"), Row("e2", "u2", NOAH)]
    table = watched.table(contract, rows, scope="main", day=DAY)
    assert table.column("mail_token").to_pylist() == [mail(NOAH)]
    assert watched.report.erased == {contract.name: 1}
    assert watched.report.accepted == {contract.name: 1}
    assert not watched.report.rejects


def test_a_manager_who_was_erased_becomes_null_and_the_report_stays() -> None:
    boss = PSEUDONYMISER.token(HRIS_ID, "4711")
    watched = gate(Tombstone(HRIS_ID, boss))
    table = watched.table(CURRENT, [Row(user="u1", manager="4711"), Row("e2", user="u2", manager="12")])
    assert table.column("user_token").to_pylist() == [user("u1"), user("u2")]
    assert table.column("manager_token").to_pylist() == [None, PSEUDONYMISER.token(HRIS_ID, "12")]
    assert watched.report.erased.total() == 0


def test_a_new_identifier_beside_an_erased_one_is_learnt_at_once_and_for_the_next_source() -> None:
    watched = gate(Tombstone(PERSON_EMAIL, mail(MAYA)))
    # the row of the new account alone comes before the row that tells whose it is
    rows = [Row("e1", "new"), Row("e2", "new", MAYA), Row("e3", "u2", NOAH)]
    assert watched.table(EVENTS, rows).column("user_token").to_pylist() == [user("u2")]
    assert watched.tombstones.take_learned() == [Tombstone(CHATGPT_USER, user("new"))]
    assert watched.tombstones.take_learned() == []
    another = Gate(PSEUDONYMISER, tenant="main", latest=NOW, tombstones=watched.tombstones)
    assert another.table(EVENTS, [Row("e9", "new")]).num_rows == 0


def test_an_address_that_changed_hands_is_dropped_on_the_erased_persons_days_only() -> None:
    passed_on = Tombstone(PERSON_EMAIL, mail(MAYA), valid_to=DAY)
    rows = [
        Row("e1", mail=MAYA, day=DAY - dt.timedelta(days=1)),
        Row("e2", "heir", MAYA, day=DAY),
    ]
    watched = gate(passed_on)
    assert watched.table(EVENTS, rows).column("user_token").to_pylist() == [user("heir")]
    assert watched.tombstones.take_learned() == []
    # current state has no day: whoever it shows holds the address now
    assert gate(passed_on).table(CURRENT, [Row(mail=MAYA)]).num_rows == 1


def test_answers_without_an_author_go_with_the_conversation() -> None:
    thread = PSEUDONYMISER.token(CONVERSATION, "c1")
    rows = [
        Row("e1", thread="c1"),
        Row("e2", "u2", NOAH, thread="c1"),
        Row("e3", mail=MAYA, thread="c2"),
        Row("e4", thread="c2"),
        Row("e5", thread="c3"),
    ]
    watched = gate(Tombstone(CONVERSATION, thread), Tombstone(PERSON_EMAIL, mail(MAYA)))
    table = watched.table(EVENTS, rows)
    assert table.column("event_token").to_pylist() == PSEUDONYMISER.event_hashes(["e2", "e5"])


def test_erased_records_never_fail_a_load() -> None:
    """A table whose only readable records are erased ones has not broken its contract."""
    watched = gate(Tombstone(PERSON_EMAIL, mail(MAYA)))
    broken = Row("e2", "u2", NOAH, size=-1)
    assert watched.table(EVENTS, [Row("e1", mail=MAYA, size=-1), broken]).num_rows == 0
    assert watched.report.rejected("events") == 1
    watched.check_limits()
    unmarked = gate()
    unmarked.table(EVENTS, [broken])
    with pytest.raises(ContractError):
        unmarked.check_limits()


PEOPLE = st.integers(0, 5)
ROWS = st.lists(
    st.tuples(PEOPLE, st.booleans(), st.booleans(), st.one_of(st.none(), PEOPLE), st.integers(-1, 3)),
    max_size=30,
)


@given(rows=ROWS, erased=st.sets(PEOPLE), batch=st.integers(1, 7))
def test_whatever_comes_nothing_of_the_erased_lands_and_everybody_else_does(
    rows: list[tuple[int, bool, bool, int | None, int]], erased: set[int], batch: int
) -> None:
    """People with an address and an account; rows carry either or both, and a manager."""
    records = [
        Row(
            f"e{number}",
            f"u{person}" if has_user or not has_mail else None,
            f"p{person}@asterlane.example" if has_mail else None,
            manager=None if manager is None else f"h{manager}",
            size=size,
        )
        for number, (person, has_user, has_mail, manager, size) in enumerate(rows)
    ]
    known = [Tombstone(PERSON_EMAIL, mail(f"p{person}@asterlane.example")) for person in erased]
    known += [Tombstone(CHATGPT_USER, user(f"u{person}")) for person in erased]
    known += [Tombstone(HRIS_ID, PSEUDONYMISER.token(HRIS_ID, f"h{person}")) for person in erased]
    watched = gate(*known)
    landed = [
        row
        for start in range(0, len(records), batch)
        for row in watched.table(EVENTS, records[start : start + batch]).to_pylist()
    ]
    gone = {tombstone.token for tombstone in known}
    assert not gone & {value for row in landed for value in row.values() if isinstance(value, str)}
    expected = [f"e{number}" for number, row in enumerate(rows) if row[0] not in erased and row[4] >= 0]
    assert [row["event_token"] for row in landed] == PSEUDONYMISER.event_hashes(expected)
    assert watched.report.erased["events"] == sum(row[0] in erased for row in rows)
    assert watched.report.rejected("events") == sum(row[0] not in erased and row[4] < 0 for row in rows)
