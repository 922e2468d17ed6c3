"""Loading into a lake: files of every load stay, records stand apart, and a lake belongs to one deployment."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.identity import Link, link_contract
from ingestion.lake import LOAD_ID, Lake, lake_of
from ingestion.pipeline import run_source
from ingestion.privacy.contract import EventGrain, TableContract, text
from ingestion.privacy.pseudonym import ENTRA_OBJECT, PERSON_EMAIL
from ingestion.source import SourceRun
from ingestion.source_types import Batch
from ingestion.stored import StoredRows
from runtime.environment import Environment, environment
from runtime.errors import DestinationError
from tests.ingestion.test_pipeline import D1, D2, D3, DAYS, context, definition, load, statuses, vendor

LINKS = link_contract(ENTRA_OBJECT, PERSON_EMAIL, "directory")
PRICES = TableContract("prices", EventGrain(("key",), insert_only=True), (text("key", lambda r: r),))
DATASET = "raw_fake"


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return environment(tmp_path / "data", "spark")


def lake(env: Environment) -> Lake:
    found = lake_of(env)
    assert found is not None
    return found


def test_every_load_stays_with_its_markers_and_says_when_it_is_complete(env: Environment) -> None:
    load(env, vendor({D1: [("a", 1)], D2: [("a", 2), ("b", 2)], D3: [("a", 3)]}))
    load(env, vendor({D2: [("b", 5)], D3: []}))
    rows = lake(env).rows(DATASET, DAYS, ["day", "who", "n", "is_day_marker", LOAD_ID]).to_pylist()
    loads = sorted(lake(env).loads(DATASET))
    assert len(loads) == 2
    by_load = [
        sorted((row["day"], row["who"], row["n"]) for row in rows if row[LOAD_ID] == one and row["who"])
        for one in loads
    ]
    assert by_load == [[(D1, "a", 1), (D2, "a", 2), (D2, "b", 2), (D3, "a", 3)], [(D2, "b", 5)]]
    emptied = [row for row in rows if row[LOAD_ID] == loads[1] and row["day"] == D3]
    assert [row["is_day_marker"] for row in emptied] == [True]
    assert statuses(env) == {D1: "ok", D2: "ok", D3: "empty"}, "records are where they are on every target"


def test_rows_of_a_load_that_is_not_complete_do_not_count(env: Environment) -> None:
    load(env, vendor({D1: [("a", 1)]}))
    (done,) = lake(env).loads(DATASET)
    marks = Path(str(env.lake_url)) / DATASET / "_dlt_loads"
    shutil.rmtree(marks)
    assert lake(env).rows(DATASET, DAYS, ["who"]).num_rows == 0
    assert done not in lake(env).loads(DATASET)


def test_what_is_stored_is_found_again(env: Environment) -> None:
    """Keys of an insert-only table, and observations that are newer than a loaded one."""

    def day(number: int) -> dt.date:
        return dt.date(2026, 10, number)

    def extract(run: SourceRun) -> Iterator[Batch]:
        yield from run.events(PRICES, ["gpt", "mini"])
        yield from run.events(LINKS, [Link("o1", "maya.lind@asterlane.example", day(20))])

    assert run_source(definition(extract), context(env)).status == "ok"
    stored = StoredRows(env.pipeline(DATASET, DATASET), lake(env))
    assert stored.keys(PRICES) == {"gpt", "mini"}
    grain = LINKS.grain
    assert isinstance(grain, EventGrain)
    assert list(stored.newer(LINKS, grain, day(5)).values()) == [day(20)]
    assert stored.newer(LINKS, grain, day(20)) == {}
    nothing = TableContract("not_loaded", EventGrain(("key",), insert_only=True), PRICES.columns)
    assert stored.keys(nothing) == frozenset()


def test_a_lake_belongs_to_one_deployment(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The salt and the numbers of people stand in the records: another folder would count everybody anew."""
    load(env, vendor({D1: [("a", 1)]}))
    monkeypatch.setenv("AI_USAGE_LAKE", str(env.data_dir / "lake"))
    stranger = environment(env.data_dir.parent / "other", "spark")
    with pytest.raises(DestinationError, match="the lake of another deployment"):
        load(stranger, vendor({D1: [("a", 1)]}))
    monkeypatch.setenv("AI_USAGE_LAKE", str(env.data_dir.parent / "elsewhere"))
    with pytest.raises(DestinationError, match="leads to an empty lake"):
        load(env, vendor({D1: [("a", 1)]}))
    monkeypatch.delenv("AI_USAGE_LAKE")
    assert load(env, vendor({D1: [("a", 1)]})).status == "ok"
