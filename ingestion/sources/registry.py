"""Every source, in the order in which a night loads them: people first, then tools."""

from __future__ import annotations

from ingestion.source import SourceDefinition
from ingestion.sources.chatgpt import SOURCE as CHATGPT

SOURCES: tuple[SourceDefinition, ...] = (CHATGPT,)


def by_name(name: str) -> SourceDefinition:
    """The source of that name.

    Raises:
        KeyError: there is none.
    """
    return {source.name: source for source in SOURCES}[name]
