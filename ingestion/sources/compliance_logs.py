"""Log files of ChatGPT's compliance platform, which carries the events of several products."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from ingestion.paging import cursor_pages
from ingestion.source_types import FetchWindow
from ingestion.streams.bounds import iso_instants
from ingestion.streams.listing import Listing
from ingestion.streams.log_files import LogFiles

WORKSPACE = "/compliance/workspaces/{workspace_id}"
COMPLIANCE = "chatgpt.enterprise.compliance"


def compliance_logs(
    route: str, window: FetchWindow, name: str, kind: type[LogFiles] = LogFiles, **stream: Any
) -> LogFiles:
    """Log files of the event type that the window is named by; the vendor takes `after` as exclusive.

    `kind`: the stream's class; `stream`: its further attributes.
    """
    event_type = window.name.rpartition("/")[2]
    return kind(
        name=name,
        scope=f"{COMPLIANCE}_logs_platform.{event_type.lower()}.read",
        listing=Listing(
            path=f"{route}/logs",
            data_key="data",
            paginator=partial(cursor_pages, "last_end_time", "after", has_more="has_more"),
            params={"event_type": event_type},
            page_size=("limit", 100),
        ),
        file_path=f"{route}/logs/{{id}}",
        bounds=iso_instants("after", "before", before_start=dt.timedelta(microseconds=1)),
        window=window,
        **stream,
    )
