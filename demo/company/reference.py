"""Reference data that the truth shares with the models: tiers, spellings, products and prices.

Read as plain CSV from the seeds, and prices straight from the price library: no SQL, no pipeline code.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from genai_prices import data_snapshot

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "reference"
_LIBRARY_FIELDS = {
    "input": "input_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "output": "output_mtok",
    "audio_input": "input_audio_mtok",
    "audio_cached_input": "cache_audio_read_mtok",
    "audio_output": "output_audio_mtok",
    "image_input": "input_image_mtok",
    "image_cached_input": "cache_image_read_mtok",
    "image_output": "output_image_mtok",
}


@dataclass(frozen=True, slots=True)
class TierSpan:
    """The tier of a model in a half-open interval of days."""

    tier: str
    rank: int
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class Reference:
    """Spellings, tiers and product → tool, all keyed in lower case."""

    aliases: dict[str, str] = field(default_factory=dict)
    tiers: dict[str, list[TierSpan]] = field(default_factory=dict)
    products: dict[str, dict[str, str]] = field(default_factory=dict)
    """Source → product as the vendor writes it → tool; ``*`` stands for any other."""
    tasks: dict[str, dict[str, str]] = field(default_factory=dict)
    """Tool → feature → category of tasks; the empty feature stands for all use of the tool."""

    @classmethod
    def load(cls, folder: Path = SEEDS) -> Reference:
        """From the seed files. Errors: FileNotFoundError, KeyError for a missing column."""
        tiers: dict[str, list[TierSpan]] = defaultdict(list)
        for row in _rows(folder / "model_tiers.csv"):
            start, end = date.fromisoformat(row["valid_from"]), date.fromisoformat(row["valid_to"])
            tiers[row["model"].lower()].append(TierSpan(row["tier"], int(row["tier_rank"]), start, end))
        aliases = {r["alias"].lower(): r["model"].lower() for r in _rows(folder / "model_aliases.csv")}
        products: dict[str, dict[str, str]] = defaultdict(dict)
        for row in _rows(folder / "product_tools.csv"):
            products[row["source"]][row["product"].lower()] = row["tool"]
        tasks: dict[str, dict[str, str]] = defaultdict(dict)
        for row in _rows(folder / "task_map.csv"):
            tasks[row["tool"]][row["feature"]] = row["task_category"]
        return cls(aliases, dict(tiers), dict(products), dict(tasks))

    def model(self, spelling: str | None) -> str | None:
        """The canonical name of a model; None when the vendor gives none or says it does not know."""
        if not spelling:
            return None
        name = self.aliases.get(spelling.lower(), spelling.lower())
        return None if name == "unknown" else name

    def tier(self, model: str | None, day: date) -> TierSpan | None:
        """The tier of a canonical model on the day; None when no seed knows it."""
        spans = self.tiers.get(model or "", [])
        return next((s for s in spans if s.valid_from <= day < s.valid_to), None)

    def tool(self, source: str, product: str | None) -> str:
        """The tool of a product; without one that fits, the tool that has the source's name."""
        tools = self.products.get(source, {})
        return tools.get((product or "").lower(), tools.get("*", source))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def library_price(provider: str, model: str, component: str, day: date) -> Decimal | None:
    """USD per million tokens in the price library, base tier; None when it has no such price.

    Errors: StopIteration for a provider that the library does not know.
    """
    found = _provider(provider).find_model(model)
    if found is None:
        return None
    price = getattr(_prices_on(found.prices, day), _LIBRARY_FIELDS[component], None)
    base = getattr(price, "base", price)
    return None if base is None else Decimal(base)


def _provider(name: str) -> Any:
    providers = data_snapshot.get_snapshot().providers
    return next(provider for provider in providers if provider.id == name)


def _prices_on(prices: Any, day: date) -> Any:
    """The last of several dated prices that has begun; a single price holds always."""
    if not isinstance(prices, list):
        return prices
    moment = datetime.combine(day, time(), UTC)
    active = [p.prices for p in prices if p.constraint is None or p.constraint.active(moment)]
    return active[-1]
