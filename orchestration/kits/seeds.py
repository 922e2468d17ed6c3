"""Seeds and names from the kits of all sources."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ingestion.kit import Capability, Kit
from metrics.registry import ratios
from orchestration.kits import owners

SEEDS = Path("seeds/reference")
NAMES = Path("macros/actions/tool_names.sql")
_ANY_OTHER = "*"
_OWNER_COLUMNS = ("tool", "measure", "position", "source", "resource")


def files(kits: Mapping[str, Kit]) -> Iterator[tuple[Path, str]]:
    """Each generated file, by its path in the project, and its text. `kits`: by source.

    Raises:
        ValueError: see :func:`orchestration.kits.owners.refuse_unknown`.
    """
    owners.refuse_unknown(kits)
    yield SEEDS / "tools.csv", as_csv(_tools(kits))
    yield SEEDS / "product_tools.csv", as_csv(_products(kits))
    yield SEEDS / "data_collected.csv", as_csv(_collected(kits))
    yield SEEDS / "metric_capabilities.csv", as_csv(_capabilities(kits))
    yield SEEDS / "measure_owners.csv", as_csv(owners.rows(kits), _OWNER_COLUMNS)
    yield NAMES, _names(kits)


Row = dict[str, object]


def _tools(kits: Mapping[str, Kit]) -> Iterator[Row]:
    for source, kit in kits.items():
        for name, tool in kit.tools.items():
            yield {
                "tool": name,
                "home": source,
                "vendor": tool.vendor,
                "tool_class": tool.tool_class,
                "display_name": tool.display_name,
                "is_approved": tool.is_approved,
            }


def _products(kits: Mapping[str, Kit]) -> Iterator[Row]:
    for source, kit in kits.items():
        named = [(product, tool) for tool, products in kit.products.items() for product in products]
        for product, tool in sorted(named, key=lambda entry: entry[0] == _ANY_OTHER):
            yield {"source": source, "product": product, "tool": tool}


def _collected(kits: Mapping[str, Kit]) -> Iterator[Row]:
    for source, kit in kits.items():
        for table, collected in kit.collected.items():
            yield {
                "source": source,
                "resource": table,
                "what": collected.what,
                "purpose": collected.purpose,
                "never_collected": collected.never_collected,
                "readers": collected.readers,
                "retention_layer": collected.retention_layer,
                "is_personal_data": collected.is_personal_data,
            }


def _capabilities(kits: Mapping[str, Kit]) -> Iterator[Row]:
    for source, kit in kits.items():
        for tool, capabilities in kit.capabilities.items():
            for capability in capabilities:
                for metric in _with_followers(capability.metrics, capabilities):
                    yield {
                        "source": source,
                        "tool": tool,
                        "metric": metric,
                        "capability": capability.kind,
                        "reason": capability.because,
                        "delay_days": capability.delay_days,
                    }


def _with_followers(metrics: Iterable[str], stated: Iterable[Capability]) -> Iterator[str]:
    """Metrics, each before the ratios that follow it and of which the kit states nothing."""
    named = {metric for capability in stated for metric in capability.metrics}
    for metric in metrics:
        yield metric
        yield from (name for name, ratio in ratios().items() if ratio.follows == metric and name not in named)


def as_csv(rows: Iterable[Row], columns: Sequence[str] = ()) -> str:
    """The rows as a seed has them; `columns` of a table that may have no row."""
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns or list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in listed)
    return text.getvalue()


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else value


def _names(kits: Mapping[str, Kit]) -> str:
    names = {name: tool.display_name for kit in kits.values() for name, tool in kit.tools.items()}
    listed = "".join(
        f"        '{name}': '{shown}',\n" for name, shown in (names | {"all": "all tools"}).items()
    )
    return (
        "{#- How sentences name tools, from their kits: a mart reads no seed. -#}\n"
        "{% macro tool_names() -%}\n    {{ return({\n" + listed + "    }) }}\n{%- endmacro %}\n"
    )
