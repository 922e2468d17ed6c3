"""Whether the tenant conceals names in reports: then usage cannot be joined to people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ingestion.archive import ArchivedAnswer
from ingestion.doctor import probe
from ingestion.snapshots import snapshots
from ingestion.source_types import Batch, Finding
from ingestion.sources.m365_copilot import records
from ingestion.streams.load import Load
from runtime.errors import AccessError, AnswerError

SETTINGS = "ReportSettings.Read.All"
CONCEALED = "Report names are concealed: usage cannot be joined to people and stays unattributed."
CONCEALED_REMEDY = (
    "Microsoft 365 admin center → Settings → Org settings → Services → Reports: clear `Display concealed user, "
    "group, and site names in all reports`."
)
_PATH = "/v1.0/admin/reportSettings"


def settings_batches(load: Load) -> Iterator[Batch]:
    """Whether names are concealed. The permission is its own; without it the report's rows still tell."""
    run = load.run

    def saved(answer: ArchivedAnswer) -> list[Any]:
        try:
            content = msgspec.json.decode(answer.read())
        except msgspec.DecodeError:
            raise AnswerError(f"Archive file {answer.path.name} is not JSON.", "Save it again.") from None
        return content if isinstance(content, list) else [content]

    try:
        for day, answers in snapshots(
            run, records.REPORT_SETTINGS, live=lambda: [live_settings(load)], saved=saved
        ):
            rows = [answer.get("value", answer) if isinstance(answer, dict) else answer for answer in answers]
            read = run.gate.objects(records.ReportSettings, records.REPORT_SETTINGS.name, rows[-1:])
            found = [one for one in read if one.display_concealed_names is not None]
            if not found:
                run.progress("whether names are concealed was not answered; the report's rows tell")
                continue
            if day == run.clock.today and any(one.display_concealed_names for one in found):
                run.progress(f"WARNING: {CONCEALED}")
            yield from run.replace_day(records.REPORT_SETTINGS, day, found)
    except AccessError:
        run.progress(f"whether names are concealed is not readable (permission {SETTINGS})")


def live_settings(load: Load) -> dict[str, Any]:
    """The tenant's settings of reports; empty where they are not answered."""
    return load.client.get_json(_PATH) or {}


def check_settings(load: Load) -> Iterator[Finding]:
    """Whether they can be read."""
    yield probe(load.client, _PATH, None, "report settings", SETTINGS)
