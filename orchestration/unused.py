"""Sources that nobody ever connected: a night neither builds their models nor tests them.

What such a source hands to the ports is nothing, so no table of others differs. `dbt build` by hand
builds every model. What it saves: docs/decisions/0049-what-a-night-leaves-out.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingestion.kit import Kit, every_kit
from ledger.ledger import Ledger
from runtime.environment import Environment

# Read by dbt (`macros/ports/used_sources.sql`).
VARIABLE = "AI_USAGE_UNUSED_SOURCES"
# Models that every tool shares read what these conceal, beside the ports.
_READ_BESIDE_PORTS = frozenset({"m365_copilot"})


def unused_sources(environment: Environment) -> list[str]:
    """Sources of tools that no run ever found connected, in order of name; none before the first run."""
    connected = Ledger(environment).connected_sources()
    return sorted(_of_tools(every_kit()) - connected) if connected else []


def without(sources: Iterable[str]) -> list[str]:
    """dbt's arguments that leave out the models of these sources, and their tests."""
    folders = [f"path:models/{layer}/{source}" for source in sources for layer in ("staging", "vendors")]
    return ["--exclude", *folders] if folders else []


def _of_tools(kits: Mapping[str, Kit]) -> set[str]:
    """Sources whose data comes to shared models through ports alone."""
    return {name for name, kit in kits.items() if kit.capabilities} - _READ_BESIDE_PORTS
