"""Codex in ChatGPT Enterprise: analytics by user and day, and the compliance log.

    analytics (30 days a request)                           → user_days, user_day_clients, user_day_models
    log files (list → signed link → checksum → JSON Lines)  → log_events
    both                                                    → identity_links (id → address)

Alone: `ai-usage run --source codex`. Settings: docs/connect/codex.md.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Optional

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from ingestion.http import VendorClient, vendor_client
from ingestion.paging import cursor_pages
from ingestion.source_types import Batch, Finding
from ingestion.sources.codex import records
from ingestion.sources.compliance_logs import WORKSPACE, compliance_logs
from ingestion.streams.bounds import unix_seconds
from ingestion.streams.bucketed_usage import BucketedUsage
from ingestion.streams.listing import Listing
from ingestion.streams.load import Load
from ingestion.streams.log_files import LogFiles
from ingestion.streams.source import StreamReader, stream_source
from ingestion.streams.stream import Links, Table
from runtime.errors import ConfigurationError
from runtime.settings import SourceSettings


@configspec
class CodexSettings(SourceSettings):
    """Section `sources.codex`.

    Attributes:
        api_key: admin key with the scopes of docs/connect/codex.md.
        workspace_id: the workspace whose use of Codex is read.
        analytics, logs: False leaves one of the two feeds out.
        first_day: the first day that analytics are asked for. How far back they reach is documented nowhere.
        input_has_cached, output_has_reasoning: whether the log's `input_tokens` contain the cached ones, and
            `output_tokens` those of reasoning, as in OpenAI's other APIs. The log's documentation does not say.
    """

    base_url: str = "https://api.chatgpt.com/v1"
    api_key: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    workspace_id: str | None = None
    analytics: bool = True
    logs: bool = True
    first_day: str | None = None
    input_has_cached: bool = True
    output_has_reasoning: bool = True

    account_ids: ClassVar[tuple[str, ...]] = ("workspace_id",)


def _client(settings: CodexSettings) -> VendorClient:
    return vendor_client("codex", settings.base_url, auth=BearerTokenAuth(settings.api_key))


def _first_day(settings: CodexSettings) -> dt.date:
    try:
        return dt.date.fromisoformat(settings.first_day) if settings.first_day else dt.date.min
    except ValueError:
        raise ConfigurationError("sources.codex.first_day is not a day.", "Write 2026-09-01.") from None


@dataclass(frozen=True, kw_only=True)
class _Log(LogFiles):
    """Settings say how the log counts tokens."""

    def batches(self, load: Load) -> Iterator[Batch]:
        """See :meth:`LogFiles.batches`."""
        counted = load.settings.input_has_cached, load.settings.output_has_reasoning
        tables = (Table(records.LOG_EVENTS, partial(records.messages, *counted)),)
        yield from LogFiles.batches(replace(self, tables=tables), load)


_STREAMS = (
    BucketedUsage(
        name="analytics",
        scope="codex.enterprise.analytics.read",
        used_for="turns, tokens, credits and lines of code by user and day",
        wanted=lambda settings: bool(settings.analytics),
        unwanted=Finding("analytics", True, "analytics is false: no credits, no lines of code."),
        listing=Listing(
            path="/analytics/codex/workspaces/{workspace_id}/usage",
            data_key="data",
            paginator=partial(cursor_pages, "next_page", "page", has_more="has_more"),
            page_size=("limit", 1000),
        ),
        bounds=unix_seconds("start_time", "end_time"),
        first_day=_first_day,
        record=records.UserDay,
        clean=lambda answer: records.one_row_each(answer.records),
        tables=(
            Table(records.USER_DAYS),
            Table(records.USER_DAY_CLIENTS, records.client_days),
            Table(records.USER_DAY_MODELS, records.model_days),
        ),
        start_key="start_time",
        rows_key=None,
        longest_range=30,
        links=(Links(records.DAY_LINKS, lambda answer: records.day_addresses(answer.rows)),),
    ),
    compliance_logs(
        WORKSPACE,
        records.LOG_FILES,
        "log",
        _Log,
        used_for="prompts and answers: sessions, lengths, models, tokens",
        wanted=lambda settings: bool(settings.logs),
        unwanted=Finding("log", True, "logs is false: no sessions, no lengths of prompts."),
        record=records.LogEvent,
        tables=(Table(records.LOG_EVENTS),),
        links=(Links(records.EVENT_LINKS, lambda answer: records.event_addresses(answer.rows)),),
    ),
)

SOURCE = stream_source(
    name="codex",
    description="Codex in ChatGPT Enterprise: use by person and day; prompts and answers of the log.",
    settings=CodexSettings,
    contracts=records.CONTRACTS,
    windows=records.WINDOWS,
    is_connected=lambda settings: bool(settings.api_key and settings.workspace_id),
    reader=StreamReader(streams=_STREAMS, client=_client),
)
