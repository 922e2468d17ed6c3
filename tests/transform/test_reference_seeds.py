"""The reference seeds against each other and against the price library."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from genai_prices.data import providers

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "reference"


def rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_price_id_exists_in_the_price_library() -> None:
    known = {(provider.id, model.id) for provider in providers for model in provider.models}
    named = {(row["price_provider"], row["price_model"]) for row in rows("models") if row["price_model"]}
    assert named - known == set()


def test_spellings_of_every_feed_lead_to_one_model() -> None:
    aliases = {row["alias"]: row["model"] for row in rows("model_aliases")}
    assert {aliases[x] for x in ("gpt-5.5", "gpt-5-5", "gpt-5.5-2026-04-23")} == {"gpt-5.5"}
    assert aliases["gpt-5-2-pro"] == "gpt-5.2-pro"
    assert {aliases[x] for x in ("claude sonnet 4.6", "claude-sonnet-4-6", "claude-4.6-sonnet")} == {
        "claude-sonnet-4.6"
    }
    assert {aliases[x] for x in ("auto", "unknown", "default")} == {"unknown"}
    assert {aliases[x] for x in ("gpt-5-6-thinking", "gpt-5.6", "gpt-5-6-instant")} == {"gpt-5.6-sol"}
    assert aliases["gpt-5-3-thinking"] == "gpt-5.3"


def test_a_release_day_in_an_alias_is_the_day_of_its_own_model() -> None:
    """The price library names the days under which it knows a model; another day is another model's."""
    books = {(provider.id, model.id): model for provider in providers for model in provider.models}
    models = {row["model"]: row for row in rows("models")}
    dated = [row for row in rows("model_aliases") if re.search(r"-20\d\d-\d\d-\d\d$", row["alias"])]
    assert dated
    for row in dated:
        model = models[row["model"]]
        known = books[model["price_provider"], model["price_model"]]
        dotted = re.sub(r"^(gpt-\d)-(\d)", r"\1.\2", row["alias"])
        assert known.is_match(row["alias"]) or known.is_match(dotted), row["alias"]


def test_aliases_are_written_as_they_are_compared_and_cover_every_model() -> None:
    aliases = rows("model_aliases")
    assert [row["alias"] for row in aliases if row["alias"] != row["alias"].strip().lower()] == []
    assert {row["model"] for row in rows("models")} == {row["model"] for row in aliases}


def test_small_models_share_no_family_with_the_release_they_belong_to() -> None:
    """The model mix shows what replaced an older model; a small model beside it is neither."""
    family = {row["model"]: row["family"] for row in rows("models")}
    tiers = [row for row in rows("model_tiers") if row["model"] in family]
    small = {family[row["model"]] for row in tiers if row["tier"] == "light"}
    large = {family[row["model"]] for row in tiers if row["tier"] != "light"}
    assert small & large == set()


def test_the_homes_of_tools_say_something_about_every_metric() -> None:
    capabilities = {(row["tool"], row["metric"]) for row in rows("metric_capabilities")}
    metrics = {metric for _, metric in capabilities}
    tools = {row["tool"] for row in rows("tools")}
    assert {(tool, metric) for tool in tools for metric in metrics} == capabilities


def test_what_is_unavailable_says_why_and_has_no_delay() -> None:
    unavailable = [row for row in rows("metric_capabilities") if row["capability"] == "unavailable"]
    assert [row for row in unavailable if not row["reason"] or row["delay_days"]] == []
