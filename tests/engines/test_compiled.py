"""Every model of every target: it compiled, its engine's grammar takes it, and it calls what the engine has."""

from __future__ import annotations

import re

import pytest
from sqlglot import parse

from tests.engines.conftest import Compiled
from tests.engines.functions import EVERYWHERE, OWN, called
from tests.engines.replay import Model
from tests.engines.targets import TARGETS

# Types of contracted columns, each in the vendor's reference of column types.
TYPES: dict[str, str] = {
    "snowflake": r"string|bigint|double|boolean|date|integer|timestamp|decimal\(\d+,\d+\)",
    "bigquery": r"string|bigint|float64|boolean|date|integer|timestamp|decimal\(\d+,\d+\)",
    "redshift": r"string|bigint|double precision|boolean|date|integer|timestamp|decimal\(\d+,\d+\)",
    "trino": r"string|bigint|double|boolean|date|integer|timestamp|decimal\(\d+,\d+\)",
    "clickhouse": r"string|bigint|double|boolean|date|integer|timestamp|decimal\(\d+,\d+\)",
    "databricks": r"string|bigint|double|boolean|date|integer|timestamp|decimal\(\d+,\d+\)",
}
every_target = pytest.mark.parametrize("target", TARGETS)


def scripts(model: Model) -> list[str]:
    return [model[branch] for branch in ("full", "increment", "statement") if model[branch]]


@every_target
def test_its_grammar_takes_every_model_full_and_incremental(target: str, compiled: Compiled) -> None:
    models = compiled[target]
    assert len(models) > 150
    for model in models.values():
        for script in scripts(model):
            assert parse(script, read=TARGETS[target].dialect), model["table"]


@every_target
def test_models_call_nothing_that_the_engine_does_not_have(target: str, compiled: Compiled) -> None:
    found = {
        name: model["table"]
        for model in compiled[target].values()
        for script in scripts(model)
        for name in called(script, TARGETS[target].dialect) - set(compiled[target])
    }
    known = EVERYWHERE | OWN[target]
    assert {name: table for name, table in found.items() if name not in known} == {}
    assert OWN[target] - found.keys() == set(), "listed, but nobody calls it"


@every_target
def test_incremental_models_have_two_branches(target: str, compiled: Compiled) -> None:
    by_day = [model for model in compiled[target].values() if model["strategy"] == "replace_days"]
    assert by_day
    if target == "clickhouse":  # which knows no such strategy: every run makes them anew
        assert all(model["full"] == model["increment"] and not model["statement"] for model in by_day)
    else:
        assert all(model["full"] != model["increment"] and model["statement"] for model in by_day)


@every_target
def test_contracts_name_types_of_the_engine(target: str, compiled: Compiled) -> None:
    declared = {
        (model["table"], column): kind
        for model in compiled[target].values()
        for column, kind in model["types"].items()
    }
    assert len(declared) > 100
    assert {at: kind for at, kind in declared.items() if not re.fullmatch(TYPES[target], kind)} == {}
