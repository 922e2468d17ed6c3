"""List prices of models, from the data bundled with the package genai-prices. No network, no key.

    genai-prices ─→ price_book (insert-only: a price that changes is a new row with a new `loaded_at`)

Alone: `ai-usage run --source model_prices`. Settings: docs/connect/model_prices.md.
"""

from collections.abc import Iterator
from importlib.metadata import version

from dlt.common.configuration import configspec

from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch, Finding
from ingestion.sources.model_prices import records
from ingestion.sources.model_prices.book import library_prices, new_rows
from runtime.settings import SourceSettings

_LIBRARY = "genai-prices"


@configspec
class ModelPricesSettings(SourceSettings):
    """Section `sources.model_prices`: nothing has to be set."""


def extract(run: SourceRun) -> Iterator[Batch]:
    """The prices that the book does not hold yet."""
    known = run.known_keys(records.PRICE_BOOK)
    rows = new_rows(library_prices(), known, version(_LIBRARY), run.clock.as_of)
    run.progress(f"{len(rows)} new prices")
    yield from run.events(records.PRICE_BOOK, rows)


def check(_: SourceRun) -> Iterator[Finding]:
    """Which release of the library is installed, and whether it can be read."""
    count = sum(1 for _ in library_prices())
    message = f"{count} prices of {_LIBRARY} {version(_LIBRARY)}"
    remedy = f"Install another release: `pip install --upgrade {_LIBRARY}`."
    yield Finding("price_book", count > 0, message, "" if count else remedy)


SOURCE = SourceDefinition(
    name="model_prices",
    description="List prices of models; needs no settings and no network.",
    settings=ModelPricesSettings,
    contracts=records.CONTRACTS,
    is_connected=lambda _: True,
    extract=extract,
    check=check,
)
