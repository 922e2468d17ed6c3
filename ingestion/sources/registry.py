"""Every source, in the order in which a night loads them: people and prices first, then tools."""

from __future__ import annotations

from ingestion.source import SourceDefinition
from ingestion.sources.anthropic import SOURCE as ANTHROPIC
from ingestion.sources.api_gateway import SOURCE as API_GATEWAY
from ingestion.sources.chatgpt import SOURCE as CHATGPT
from ingestion.sources.codex import SOURCE as CODEX
from ingestion.sources.company import SOURCE as COMPANY
from ingestion.sources.cursor import SOURCE as CURSOR
from ingestion.sources.gemini import SOURCE as GEMINI
from ingestion.sources.github_copilot import SOURCE as GITHUB_COPILOT
from ingestion.sources.hris import SOURCE as HRIS
from ingestion.sources.m365_copilot import SOURCE as M365_COPILOT
from ingestion.sources.model_prices import SOURCE as MODEL_PRICES
from ingestion.sources.openai_api import SOURCE as OPENAI_API
from ingestion.sources.otel import SOURCE as OTEL

SOURCES: tuple[SourceDefinition, ...] = (
    COMPANY,
    HRIS,
    MODEL_PRICES,
    ANTHROPIC,
    CHATGPT,
    CODEX,
    CURSOR,
    GEMINI,
    GITHUB_COPILOT,
    M365_COPILOT,
    OPENAI_API,
    OTEL,
    API_GATEWAY,
)
