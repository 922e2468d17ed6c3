"""The price book: the library's prices flattened, and a new row only where a price is new."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from genai_prices.data_snapshot import DataSnapshot, set_custom_snapshot
from genai_prices.types import (
    ClauseEquals,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    Tier,
    TieredPrices,
    TimeOfDateConstraint,
)
from hypothesis import given
from hypothesis import strategies as st

from ingestion.sources.model_prices import SOURCE
from ingestion.sources.model_prices.book import library_prices, new_rows
from ingestion.sources.model_prices.records import Price
from tests.ingestion.sources.runs import AS_OF, loaded_rows, source_run


def model(prices: ModelPrice | list[ConditionalPrice]) -> ModelInfo:
    return ModelInfo(id="m-1", match=ClauseEquals("m-1"), prices=prices)


@pytest.fixture
def library(request: pytest.FixtureRequest) -> object:
    """The library with one model of the prices given as parameter."""
    provider = Provider(id="acme", name="Acme", api_pattern="acme", models=[model(request.param)])
    set_custom_snapshot(DataSnapshot(providers=[provider], from_auto_update=False))
    yield
    set_custom_snapshot(None)


def flat() -> list[tuple[object, ...]]:
    return [(p.component, p.effective_from, p.tier_start_tokens, str(p.usd_per_mtok)) for p in library_prices()]


TIERED = ModelPrice(
    input_mtok=TieredPrices(base=Decimal("5"), tiers=[Tier(start=200_000, price=Decimal("10"))]),
    output_mtok=Decimal("0.18000000000000002"),
    cache_read_mtok=Decimal("0"),
    web_searches_kcount=Decimal("10"),
)
DATED = [
    ConditionalPrice(prices=ModelPrice(input_mtok=Decimal("3"))),
    ConditionalPrice(StartDateConstraint(dt.date(2026, 9, 1)), prices=ModelPrice(input_mtok=Decimal("2"))),
    ConditionalPrice(TimeOfDateConstraint(dt.time(1), dt.time(4)), prices=ModelPrice(input_mtok=Decimal("1"))),
]


@pytest.mark.parametrize("library", [TIERED], indirect=True)
@pytest.mark.usefixtures("library")
def test_tiers_are_rows_noise_of_floats_is_rounded_and_searches_are_left_out() -> None:
    assert flat() == [
        ("input", None, 0, "5.000000000"),
        ("input", None, 200_000, "10.000000000"),
        ("cached_input", None, 0, "0E-9"),
        ("output", None, 0, "0.180000000"),
    ]


@pytest.mark.parametrize("library", [DATED], indirect=True)
@pytest.mark.usefixtures("library")
def test_dated_prices_carry_their_date_and_prices_by_time_of_day_are_left_out() -> None:
    assert flat() == [
        ("input", None, 0, "3.000000000"),
        ("input", dt.date(2026, 9, 1), 0, "2.000000000"),
    ]


def test_the_installed_library_fills_the_book_once() -> None:
    run = source_run(SOURCE)
    rows = loaded_rows(SOURCE, run)["price_book"]
    assert run.gate.report.rejects == {}
    text = {"input", "cached_input", "output"}
    apart = {f"{kind}_{bucket}" for kind in ("audio", "image") for bucket in text}
    assert {row["component"] for row in rows} == text | {"cache_write"} | apart
    realtime = {row["component"]: row["usd_per_mtok"] for row in rows if row["model"] == "gpt-realtime"}
    assert (realtime["audio_input"], realtime["audio_output"], realtime["output"]) == (32, 64, 16)
    assert {row["loaded_at"] for row in rows} == {AS_OF.replace(tzinfo=None)}
    what = ("provider", "model", "component", "effective_from", "tier_start_tokens")
    assert len({tuple(row[name] for name in what) for row in rows}) == len(rows)
    keys = frozenset(row["price_key"] for row in rows)
    again = dataclasses.replace(source_run(SOURCE), known_keys=lambda _: keys)
    assert loaded_rows(SOURCE, again)["price_book"] == []


def test_the_source_needs_no_settings_and_says_which_release_it_reads() -> None:
    run = source_run(SOURCE)
    assert SOURCE.is_connected(run.settings)
    (finding,) = SOURCE.check(run)
    assert finding.ok
    assert "genai-prices" in finding.message


def price(usd: str, tier: int = 0) -> Price:
    return Price("acme", "m-1", "input", None, tier, Decimal(usd))


@given(st.lists(st.sampled_from(["2", "3", "2.0", "3.5"]), min_size=1, max_size=8))
def test_a_row_is_added_exactly_when_the_price_differs_from_the_newest(history: list[str]) -> None:
    """Also when it returns to an earlier value: the key is known then, the price is not the current one."""
    keys: list[str] = []
    current = None
    for number, usd in enumerate(history):
        rows = new_rows([price(usd), price("9", tier=200_000)], keys, "1.0", AS_OF)
        changed = current is None or Decimal(usd) != current
        assert len(rows) == changed + (number == 0)
        keys += [row.key for row in rows]
        current = Decimal(usd)
    assert len(set(keys)) == len(keys)


def test_keys_are_stable_between_runs() -> None:
    assert new_rows([price("2")], [], "1.0", AS_OF)[0].key == new_rows([price("2.00")], [], "1.1", AS_OF)[0].key
