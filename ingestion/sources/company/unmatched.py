"""Rows that are well written and match nothing that is known here: such a price would do nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from genai_prices.data_snapshot import get_snapshot

from ingestion.sources.company.rows import CompanyRow, PriceOverride, Rollout, SeatContract, Target

# Products that seats are told of, and tools (seeds/reference/tools.csv).
PRODUCTS = frozenset({"chatgpt", "chatgpt_usage_based", "github_copilot", "m365_copilot"})
TOOLS = frozenset({"all", "chatgpt", "codex", "github_copilot", "m365_copilot", "openai_api"})


def unmatched(rows: Mapping[str, Sequence[CompanyRow]]) -> Iterator[tuple[str, str, str]]:
    """Name of a file, which of its rows match nothing, and what to do. No cell of the file is told."""
    for name, entries in rows.items():
        found = [number for number, row in enumerate(entries, 1) if not _is_known(row)]
        if found:
            shown = ", ".join(map(str, found[:10])) + (" …" if len(found) > 10 else "")
            yield name, f"row {shown} matches nothing that is known here and may do nothing.", _remedy(name)


def _is_known(row: CompanyRow) -> bool:
    if isinstance(row, PriceOverride):
        return (row.provider, row.model) in _priced_models()
    if isinstance(row, SeatContract):
        return row.product in PRODUCTS
    if isinstance(row, Rollout | Target):
        return row.tool is None or row.tool in TOOLS
    return True


def _remedy(name: str) -> str:
    if name == "price_overrides":
        return "Write provider and model as the price list does, or a model as its vendor reports it."
    if name == "seat_contracts":
        return f"Write one of the products {', '.join(sorted(PRODUCTS))}."
    return f"Write one of the tools {', '.join(sorted(TOOLS))}."


@cache
def _priced_models() -> frozenset[tuple[str, str]]:
    return frozenset(
        (provider.id.lower(), model.id.lower())
        for provider in get_snapshot().providers
        for model in provider.models
    )
