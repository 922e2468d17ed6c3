"""The usage report as a snapshot of its refresh date, with a past from saved reports."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ingestion.archive import ArchivedAnswer
from ingestion.paging import odata_links
from ingestion.snapshots import saved_rows, snapshots
from ingestion.source import SourceRun
from ingestion.source_types import Batch, Finding
from ingestion.sources.m365_copilot import records
from ingestion.sources.m365_copilot.names import CONCEALED, CONCEALED_REMEDY, live_settings
from ingestion.sources.m365_copilot.report import csv_rows, json_rows
from ingestion.streams.listing import Listing, route
from ingestion.streams.load import Load
from runtime.errors import AccessError, ConfigurationError, SourceError

REPORTS = "Reports.Read.All"
_PERIODS = {"v1": ("D7", "D30", "D90", "D180", "ALL"), "v2": ("D7", "D28", "D90", "D180", "ALL")}
_REPORT = (
    "copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='{report_period}',version='{report_version}')"
)
_JSON = Listing(path=f"/beta/{_REPORT}", data_key="value", paginator=odata_links, restarts=True)


def refuse_wrong_report(settings: Any) -> None:
    """The vendor's versions know different periods; saying so here beats a 400 without a reason.

    Raises:
        ConfigurationError: version, period and format do not fit.
    """
    periods = _PERIODS.get(settings.report_version, ())
    if settings.report_period not in periods or settings.report_format not in ("csv", "json"):
        raise ConfigurationError(
            "[sources.m365_copilot] report_version, report_period and report_format do not fit.",
            f"v1 knows {', '.join(_PERIODS['v1'])}; v2 knows {', '.join(_PERIODS['v2'])}; "
            "the format is csv or json.",
        )


def usage_batches(load: Load) -> Iterator[Batch]:
    """The report as a snapshot of its refresh date. Two answers with one refresh date are the same report."""
    run, settings = load.run, load.settings
    scope = f"{settings.report_period}/{settings.report_version}"
    done: set[dt.date] = set()
    for taken_on, rows in snapshots(
        run,
        records.USAGE_USER_DETAIL,
        live=lambda: _live_report(load),
        saved=_saved_report,
        scope=scope,
        window=records.REPORT_ANSWERS,
    ):
        by_day = _by_refresh_date(run, rows)
        for day in sorted(by_day.keys() - done):
            done.add(day)
            yield from run.replace_day(records.USAGE_USER_DETAIL, day, by_day[day], scope=scope)
        users = [user for members in by_day.values() for user in members]
        hidden = sum(user.is_concealed for user in users)
        if hidden:
            run.progress(f"WARNING: {hidden} of {len(users)} names of {taken_on} are concealed. {CONCEALED}")
        run.window_fetched(
            records.REPORT_ANSWERS, taken_on, len(users), scope=scope, status="ok" if users else "empty"
        )


def _by_refresh_date(run: SourceRun, rows: list[dict[str, Any]]) -> dict[dt.date, list[records.UsageDetail]]:
    """Rows that can be right, each user once a refresh date."""
    table = records.USAGE_USER_DETAIL.name
    found: dict[dt.date, dict[str, records.UsageDetail]] = defaultdict(dict)
    for position, user in enumerate(run.gate.objects(records.UsageDetail, table, rows)):
        fault = user.fault(run.clock.today)
        key = user.user_principal_name.encode("utf-8", "replace")
        if fault:
            run.gate.reject(table, fault, key, position)
        else:
            for name in user.drop_impossible_dates(run.clock.today):
                run.gate.reject(table, f"{name} impossible, left out", key, position, is_kept=True)
            of_day, upn = found[user.report_refresh_date], user.user_principal_name.strip().lower()
            of_day[upn] = of_day[upn].merged_into(user) if upn in of_day else user
    return {day: list(users.values()) for day, users in found.items()}


def _live_report(load: Load) -> list[dict[str, Any]]:
    if load.settings.report_format == "csv":
        return csv_rows(load.client.get_bytes(route(f"/v1.0/{_REPORT}", load.settings)))
    return json_rows(_JSON.rows(load))


def _saved_report(answer: ArchivedAnswer) -> list[dict[str, Any]]:
    if answer.format == "csv":
        return csv_rows(answer.read())
    return json_rows(saved_rows(answer, "value"))


def check_usage(load: Load) -> Iterator[Finding]:
    """Whether the report can be read, and whether it shows names: the switch, and what its rows show."""
    try:
        rows = _live_report(load)
    except AccessError as error:
        yield Finding("usage report", False, error.message, f"Grant the read-only permission `{REPORTS}`.")
        return
    except SourceError as error:
        yield Finding("usage report", False, error.message, error.remedy)
        return
    yield Finding("usage report", True, "readable")
    users = load.run.gate.objects(records.UsageDetail, records.USAGE_USER_DETAIL.name, rows)
    try:
        settings = live_settings(load).get("value")
    except SourceError:
        settings = None  # the settings' own check reports it
    says_so = isinstance(settings, dict) and settings.get("displayConcealedNames") is True
    if says_so or any(user.is_concealed for user in users):
        yield Finding("names in reports", False, CONCEALED, CONCEALED_REMEDY)
    else:
        yield Finding("names in reports", True, "shown")
