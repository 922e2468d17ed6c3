"""Rows that are well written and match nothing that is known here: such a price would do nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from genai_prices.data_snapshot import get_snapshot

from ingestion.sources.company.rows import (
    CompanyRow,
    Holiday,
    PriceOverride,
    Rollout,
    SeatContract,
    Target,
    folded_department,
)

# Products that seats are told of, and tools (seeds/reference/tools.csv).
PRODUCTS = frozenset({"chatgpt", "chatgpt_usage_based", "github_copilot", "m365_copilot"})
TOOLS = frozenset({"all", "chatgpt", "codex", "github_copilot", "m365_copilot", "openai_api"})
# Metrics whose targets pages show.
METRICS = frozenset({"active_ratio", "advanced_session_ratio", "licensed_active_ratio"})


def unmatched(rows: Mapping[str, Sequence[CompanyRow]]) -> Iterator[tuple[str, str, str]]:
    """Name of a file, which of its rows match nothing, and what to do. No cell of the file is told."""
    for name, entries in rows.items():
        found = [number for number, row in enumerate(entries, 1) if not _is_known(row)]
        if found:
            yield (
                name,
                f"{_listed(found)} matches nothing that is known here and may do nothing.",
                _remedy(name),
            )


def not_in_roster(
    rows: Mapping[str, Sequence[CompanyRow]], roster_labels: Callable[[str], frozenset[str]]
) -> Iterator[tuple[str, str, str]]:
    """Name of a file, which of its rows name a department or location without anybody in it, and what to do.

    `rows` under today's names of departments. Without a roster nothing can be said.
    """
    for column, named in (("department", _department), ("location", _location)):
        known = {folded_department(label) for label in roster_labels(column)}
        for name, entries in rows.items() if known else ():
            labels = [(number, named(row)) for number, row in enumerate(entries, 1)]
            found = [number for number, label in labels if label and folded_department(label) not in known]
            if found:
                message = f"{_listed(found)} names a {column} that nobody in the newest HR file belongs to."
                yield name, message, f"Write the {column} as the HR file does."


def _department(row: CompanyRow) -> str | None:
    if isinstance(row, Rollout):
        return row.department
    return row.scope_name if isinstance(row, Target) else None


def _location(row: CompanyRow) -> str | None:
    return row.location if isinstance(row, Holiday) else None


def _listed(numbers: Sequence[int]) -> str:
    return "row " + ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")


def _is_known(row: CompanyRow) -> bool:
    if isinstance(row, PriceOverride):
        return (row.provider, row.model) in _priced_models()
    if isinstance(row, SeatContract):
        return row.product in PRODUCTS
    if isinstance(row, Target) and row.metric not in METRICS:
        return False
    if isinstance(row, Rollout | Target):
        return row.tool is None or row.tool in TOOLS
    return True


def _remedy(name: str) -> str:
    if name == "price_overrides":
        return "Write provider and model as the price list does, or a model as its vendor reports it."
    if name == "seat_contracts":
        return f"Write one of the products {', '.join(sorted(PRODUCTS))}."
    metrics = f" and one of the metrics {', '.join(sorted(METRICS))}" if name == "targets" else ""
    return f"Write one of the tools {', '.join(sorted(TOOLS))}{metrics}."


@cache
def _priced_models() -> frozenset[tuple[str, str]]:
    return frozenset(
        (provider.id.lower(), model.id.lower())
        for provider in get_snapshot().providers
        for model in provider.models
    )
