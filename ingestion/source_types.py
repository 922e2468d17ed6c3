"""Small types shared by sources and the pipeline."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from ingestion.privacy.contract import TableContract
from ledger.horizon import Horizon


@dataclass(frozen=True, slots=True)
class Batch:
    """An Arrow table on its way to dlt."""

    contract: TableContract
    table: pa.Table


@dataclass(frozen=True, slots=True)
class FetchWindow:
    """Days that are fetched but are no table: the log files of a day. Recorded like a table's days.

    `tables` are filled from it: their own days say what happened, the window's days what was read.
    """

    name: str
    horizon: Horizon
    tool: str | None = None
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `ai-usage doctor`: what was looked at, whether it is right, and what to do.

    `is_connected` is false for a source that nobody connected, which is not an error and was not looked at.
    """

    subject: str
    ok: bool
    message: str
    remedy: str = ""
    is_connected: bool = True
