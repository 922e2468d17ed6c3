"""Whatever a vendor puts into a record, every source makes rows or counted rejects of it and tells no value."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.privacy.contract import DayGrain, TableContract
from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.privacy.wire import field_types, record_type
from ingestion.sources.chatgpt import records as chatgpt
from ingestion.sources.github_copilot import records as github
from ingestion.sources.hris import records as hris
from ingestion.sources.m365_copilot import records as m365
from ingestion.sources.m365_copilot.report import csv_rows, json_rows
from tests.ingestion.sources.runs import KEY, TODAY
from tests.ingestion.sources.test_m365_copilot import V1

CANARY = "Quillon Vexmoor"
DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]
ODD = st.sampled_from(
    [
        None,
        True,
        -1,
        2**63,
        10**400,
        float("nan"),
        float("inf"),
        1e300,
        "",
        CANARY,
        "\ud800" + CANARY,
        "<![CDATA[" + CANARY,
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "0000-00-00",
        "2026-02-30",
        "NaN",
        "1e999999",
        "9" * 5000,
        [],
        [CANARY],
        {},
        {CANARY: CANARY},
        DEEP,
    ]
)


def same(records: list[Any]) -> Iterable[Any]:
    return records


def m365_days(records: list[Any]) -> list[Any]:
    return [
        record
        for record in records
        if not record.fault(TODAY) and record.drop_impossible_dates(TODAY) is not None
    ]


CASES: list[tuple[type, TableContract, Callable[[list[Any]], Iterable[Any]]]] = [
    (chatgpt.CostEvent, chatgpt.COSTS_USAGE, same),
    (chatgpt.CostEvent, chatgpt.COSTS_BILLING, lambda events: list(chatgpt.billing_rows(events))),
    (chatgpt.RosterUser, chatgpt.USERS, chatgpt.each_once),
    (chatgpt.SeatUser, chatgpt.SEATS, chatgpt.each_once),
    (github.UserDay, github.USER_DAYS, same),
    (github.UserDay, github.USER_DAY_FEATURES, lambda users: list(github.feature_rows(users))),
    (github.UserDay, github.USER_DAY_MODELS, lambda users: list(github.model_rows(users))),
    (github.BillingItem, github.BILLING_ITEMS, same),
    (github.Seat, github.SEATS, github.one_seat_a_user),
    (m365.UsageDetail, m365.USAGE_USER_DETAIL, m365_days),
    (
        m365.DirectoryUser,
        m365.USERS,
        lambda users: m365.holders(users, {m365.COPILOT_SKU_ID: m365.CopilotSku()}),
    ),
    (
        m365.SubscribedSku,
        m365.SUBSCRIBED_SKUS,
        lambda skus: [m365.SkuRow(sku, bool(sku.copilot_plans and sku.as_copilot.in_force)) for sku in skus],
    ),
    (m365.ReportSettings, m365.REPORT_SETTINGS, same),
    (hris.Employee, hris.EMPLOYEES, lambda found: hris.one_row_each(gate(), found)),
    (hris.Employee, hris.EMPLOYEE_EMAILS, lambda found: list(hris.addresses(gate(), found))),
    (hris.HistorySpan, hris.EMPLOYEE_HISTORY, lambda found: hris.sound_spans(gate(), found)),
    (m365.Interaction, m365.INTERACTIONS, lambda found: [m365.InteractionRow("o", one) for one in found]),
]


def objects(wire: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of a record's fields, each with an odd value or an object of its own kind."""
    fields = {}
    for name, kind in field_types(wire).items():
        inner = record_type(kind)
        value = ODD
        if inner is not None:
            value = st.one_of(ODD, objects(inner), st.lists(objects(inner), max_size=2))
        elif "int" in str(kind):
            value = st.one_of(ODD, st.integers(0, 9))
        elif "date" in str(kind):
            value = st.one_of(ODD, st.just("2026-11-18"), st.just("2026-11-18T10:00:00Z"))
        fields[name] = value
    return st.fixed_dictionaries({}, optional=fields)


def gate() -> Gate:
    latest = dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)
    return Gate(Pseudonymiser(KEY), tenant="main", latest=latest)


@pytest.mark.parametrize(
    ("wire", "contract", "rows"), CASES, ids=[f"{w.__name__}-{c.name}" for w, c, _ in CASES]
)
@given(data=st.data())
@settings(max_examples=25)
def test_any_record_is_rows_or_rejects(
    wire: type, contract: TableContract, rows: Callable[[list[Any]], Iterable[Any]], data: Any
) -> None:
    items = data.draw(st.lists(objects(wire), min_size=1, max_size=4))
    found = gate()
    read = found.objects(wire, contract.name, items)
    assert len(read) + found.report.rejected(contract.name) == len(items)
    of_day = {"scope": "main", "day": TODAY} if isinstance(contract.grain, DayGrain) else {}
    found.table(contract, list(rows(read)), **of_day)
    assert CANARY not in repr(found.report)


@given(data=st.data())
@settings(max_examples=25)
def test_any_line_of_messages_is_a_row_or_a_reject(data: Any) -> None:
    items = data.draw(st.lists(objects(chatgpt.MessageEvent), min_size=1, max_size=4))
    lines = b"".join(json.dumps(item).encode() + b"\n" for item in items)
    found = gate()
    table = chatgpt.CONVERSATION_MESSAGES
    for block in found.json_blocks(chatgpt.MessageEvent, table.name, [lines]):
        found.table(table, block)
        chatgpt.account_addresses(block)
    assert CANARY not in repr(found.report)


@given(rows=st.lists(st.dictionaries(st.text(max_size=12), ODD, max_size=4), max_size=3))
def test_any_json_report_is_read(rows: list[dict[str, Any]]) -> None:
    found = gate()
    found.objects(m365.UsageDetail, m365.USAGE_USER_DETAIL.name, json_rows(rows))
    assert CANARY not in repr(found.report)


@given(
    cells=st.lists(st.text(alphabet=st.characters(exclude_characters='",\r\n\x00'), max_size=12), max_size=14)
)
def test_any_csv_row_is_a_row_or_a_reject(cells: list[str]) -> None:
    text = f"{V1}\n{','.join(cells)}\n"
    found = gate()
    read = found.objects(
        m365.UsageDetail, m365.USAGE_USER_DETAIL.name, csv_rows(text.encode("utf-8", "replace"))
    )
    assert len(m365_days(read)) <= 1
