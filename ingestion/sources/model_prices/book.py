"""The bundled data of genai-prices, flattened; and which of its prices the book does not hold yet.

A price's key is `<what>-<version>-<price>`: a hash of provider, model, component, effective date and tier; the
number of times that this price changed between loads; and a hash of the price. The key so carries the order of
versions: a price that returns to an earlier value is a new version, not an old row met again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from decimal import Decimal

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, StartDateConstraint, TieredPrices

from ingestion.sources.model_prices.records import Price, PriceRow

_COMPONENTS = {
    "input_mtok": "input",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "output_mtok": "output",
    "input_audio_mtok": "audio_input",
    "cache_audio_read_mtok": "audio_cached_input",
    "output_audio_mtok": "audio_output",
    "input_image_mtok": "image_input",
    "cache_image_read_mtok": "image_cached_input",
    "output_image_mtok": "image_output",
}
_NINE_PLACES = Decimal("1e-9")


def library_prices() -> Iterator[Price]:
    """Every token price of the library. Prices by time of day, by request and by hour or page are left out."""
    for provider in get_snapshot().providers:
        for model in provider.models:
            for effective_from, prices in _dated_prices(model):
                yield from _flattened(provider.id, model.id, effective_from, prices)


def new_rows(
    prices: Iterable[Price], known_keys: Iterable[str], version: str, loaded_at: dt.datetime
) -> list[PriceRow]:
    """The prices that differ from the newest version in the book, or are not in it at all."""
    newest: dict[str, tuple[int, str]] = {}
    for key in known_keys:
        what, version_number, value = key.split("-")
        newest[what] = max(newest.get(what, (0, "")), (int(version_number), value))
    rows = []
    for price in prices:
        what, value = _hash(*price[:-1]), _hash(price.usd_per_mtok.normalize())
        number, current = newest.get(what, (0, ""))
        if value != current:
            key = f"{what}-{number + 1:04d}-{value}"
            rows.append(PriceRow(key, price, version, loaded_at))
            newest[what] = (number + 1, value)
    return rows


def _dated_prices(model: ModelInfo) -> Iterator[tuple[dt.date | None, ModelPrice]]:
    if isinstance(model.prices, ModelPrice):
        yield None, model.prices
        return
    for conditional in model.prices:
        if conditional.constraint is None:
            yield None, conditional.prices
        elif isinstance(conditional.constraint, StartDateConstraint):
            yield conditional.constraint.start_date, conditional.prices


def _flattened(
    provider: str, model: str, effective_from: dt.date | None, prices: ModelPrice
) -> Iterator[Price]:
    for field, component in _COMPONENTS.items():
        value: Decimal | TieredPrices | None = getattr(prices, field, None)
        if isinstance(value, TieredPrices):
            yield Price(provider, model, component, effective_from, 0, _exact(value.base))
            for tier in value.tiers:
                yield Price(provider, model, component, effective_from, tier.start, _exact(tier.price))
        elif value is not None:
            yield Price(provider, model, component, effective_from, 0, _exact(value))


def _exact(price: Decimal) -> Decimal:
    """Some prices of the library carry the noise of a float (0.18000000000000002); the book has nine places."""
    return price.quantize(_NINE_PLACES)


def _hash(*parts: object) -> str:
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
