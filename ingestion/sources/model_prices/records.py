"""Row contract of the price book: a price of one model and component, as the library stated it when loaded."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from ingestion.privacy.contract import EventGrain, TableContract, date, decimal, integer, text, timestamp
from ledger.horizon import Horizon


class Price(NamedTuple):
    """A price in US dollars per million tokens.

    Attributes:
        component: input, cached_input, cache_write or output of text, and the same of audio and images
            (`audio_input`); the buckets do not overlap.
        effective_from: first day of use it holds for; None = always.
        tier_start_tokens: a request with more input tokens than this pays this price for all of its tokens;
            0 = base. Tiers belong to the base price of the same `effective_from`.
    """

    provider: str
    model: str
    component: str
    effective_from: dt.date | None
    tier_start_tokens: int
    usd_per_mtok: Decimal


class PriceRow(NamedTuple):
    """A price on its way to the book."""

    key: str
    price: Price
    library_version: str
    loaded_at: dt.datetime


PRICE_BOOK = TableContract(
    name="price_book",
    description="One row per price of a model and component, as the price library stated it at loaded_at.",
    grain=EventGrain(key=("price_key",), insert_only=True),
    staged_by_hand=True,
    horizon=Horizon(first_load=0, lookback=0, finality=0),
    columns=(
        text("price_key", lambda r: r.key, required=True),
        text("provider", lambda r: r.price.provider, required=True),
        text("model", lambda r: r.price.model, required=True),
        text("component", lambda r: r.price.component, required=True),
        date("effective_from", lambda r: r.price.effective_from),
        integer("tier_start_tokens", lambda r: r.price.tier_start_tokens, required=True),
        decimal("usd_per_mtok", lambda r: r.price.usd_per_mtok, required=True, minimum=0),
        text("library_version", lambda r: r.library_version, required=True),
        timestamp("loaded_at", lambda r: r.loaded_at, required=True),
    ),
)

CONTRACTS = (PRICE_BOOK,)
