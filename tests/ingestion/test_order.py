"""Rows land in an order that tells nothing of the order in which they came."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

import pyarrow as pa
import pytest

from ingestion.order import in_own_order, row_order
from ingestion.privacy.contract import CurrentGrain, TableContract, identifier, text
from ingestion.privacy.pseudonym import HRIS_ID
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch
from ingestion.sources.registry import SOURCES
from runtime.environment import Environment
from tests.ingestion import test_pipeline as rig

PEOPLE = TableContract(
    "state",
    CurrentGrain(),
    (text("name", lambda r: r[1]), identifier("who_token", HRIS_ID, lambda r: r[0])),
)
CONTRACTS = [
    pytest.param(contract, id=f"{source.name}.{contract.name}")
    for source in SOURCES
    for contract in {contract.name: contract for contract in source.contracts}.values()
]
LETTERS = ("a", "b", "c", None)


def some_rows(schema: pa.Schema, count: int) -> pa.Table:
    """Rows with few distinct values, so that most columns are needed to tell two apart."""
    drawn = random.Random(1)

    def value(type_: pa.DataType) -> object:
        if pa.types.is_string(type_):
            return drawn.choice(LETTERS)
        if pa.types.is_boolean(type_):
            return drawn.choice((True, False, None))
        if pa.types.is_date(type_):
            return dt.date(2026, 11, drawn.randint(1, 3))
        if pa.types.is_timestamp(type_):
            return dt.datetime(2026, 11, drawn.randint(1, 3))
        return drawn.choice((1, 2, 3, None))

    rows = [{field.name: value(field.type) for field in schema} for _ in range(count)]
    return pa.Table.from_pylist(rows, schema=schema)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_raw_table_has_an_order_of_its_own(contract: TableContract) -> None:
    table = some_rows(contract.schema(), 60)
    shuffled = table.take(pa.array(random.Random(2).sample(range(60), 60)))
    assert in_own_order(contract, table).drop(_marker(contract)) == in_own_order(contract, shuffled).drop(
        _marker(contract)
    )


@pytest.mark.parametrize("contract", CONTRACTS)
def test_tokens_come_before_everything_that_a_list_could_be_sorted_by(contract: TableContract) -> None:
    order = row_order(contract)
    first = next(name for name in order if name != contract.day_column)
    tokens = [c.name for c in contract.columns if c.treatment.value in ("identifier", "event")]
    assert not tokens or first == tokens[0]


@rig.both_engines
def test_the_stored_order_is_that_of_the_tokens(env: Environment) -> None:
    """The order of the HRIS beside tokens named every employee to whoever held the staff list as well."""
    people = [(f"{number:05}", f"n{number % 7}") for number in range(50)]

    def extract(run: SourceRun) -> Iterator[Batch]:
        yield from run.replace_current(PEOPLE, people)

    definition = SourceDefinition("fake", rig.FakeSettings, (PEOPLE,), lambda _: True, extract, lambda _: ())
    rig.run_source(definition, rig.context(env))
    place = "rowid" if env.engine.name == "duckdb" else "ctid"
    stored = [row[0] for row in rig.rows(env, f"select who_token from raw_fake.state order by {place}")]
    assert len(stored) == len(people)
    assert stored == sorted(stored)


def _marker(contract: TableContract) -> list[str]:
    return [name for name in contract.schema().names if name == "is_day_marker"]
