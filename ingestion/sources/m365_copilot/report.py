"""The usage report in its three forms (v1 CSV, v2 CSV, beta JSON) brought to one set of field names.

The spelling of the v2 columns is not confirmed by the vendor, and raw files have been seen with doubled
headers: they are matched without regard to case and spacing, and the first of two equal ones counts.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable
from typing import Any

from ingestion.sources.m365_copilot.records import UsageDetail
from runtime.errors import AnswerError

_FIELDS = frozenset(UsageDetail.__struct_fields__) | UsageDetail.KNOWN_AND_DROPPED
_REQUIRED = (
    "Report Refresh Date",
    "User Principal Name",
    "Last Activity Date",
    "Copilot Chat Last Activity Date",
    "Microsoft Teams Copilot Last Activity Date",
    "Word Copilot Last Activity Date",
    "Excel Copilot Last Activity Date",
    "PowerPoint Copilot Last Activity Date",
    "Outlook Copilot Last Activity Date",
    "OneNote Copilot Last Activity Date",
    "Loop Copilot Last Activity Date",
    "Report Period",
)
# Two chat surfaces and the Microsoft 365 app have dates that no table holds apart: they count for the whole.
_UNUSED = ("copilot_chat_work", "copilot_chat_web", "microsoft_365_copilot")
_WORD = re.compile(r"[^a-z0-9]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?")
_THOUSANDS = re.compile(r"\d{1,3}(?:[,.'’\u00a0\u202f ]\d{3})+")
_NO_DIGIT = re.compile(r"\D")
_COUNTS = frozenset(
    name for name in UsageDetail.__struct_fields__ if name.startswith(("prompts_", "active_usage_days"))
)


def csv_rows(data: bytes) -> list[dict[str, Any]]:
    """Rows of the CSV form under the names of :class:`UsageDetail`; unknown headers in the same form.

    Raises:
        AnswerError: neither UTF-8 nor UTF-16, not CSV, or without a column of version 1.
    """
    text = _decoded(data)
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise AnswerError("m365_copilot: the usage report is not CSV.", "It may have been cut off.") from None
    header = [_csv_name(name) for name in lines[0]] if lines else []
    missing = [name for name in _REQUIRED if _csv_name(name) not in header]
    if missing:
        raise AnswerError(
            f"m365_copilot: the usage report has no column {', '.join(missing)}.",
            "Save it with English headers as the vendor answers it; an export of the admin center is another "
            "table (docs/connect/m365_copilot.md).",
        )
    first = {name: position for position, name in reversed(list(enumerate(header)))}
    return [_csv_row(first, cells) for cells in lines[1:] if any(cell.strip() for cell in cells)]


def json_rows(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the beta JSON form; what stands in the list of periods is lifted to the row."""
    return [_json_row(row) for row in rows]


def _csv_row(first: dict[str, int], cells: list[str]) -> dict[str, Any]:
    """A row that is shorter than the header was cut: it is emptied here, and the gate counts it as a reject."""
    if len(cells) <= max(first.values()):
        return {}
    row = {name: _plain_value(name, cells[position].strip() or None) for name, position in first.items()}
    return _with_every_date(row)


def _json_row(row: dict[str, Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for key, value in row.items():
        if key == "copilotActivityUserDetailsByPeriod":
            for period in value if isinstance(value, list) else ():
                named.update(_json_fields(period))
        else:
            named.update(_json_fields({key: value}))
    return _with_every_date(named)


def _json_fields(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        return {}
    named = {}
    for key, value in row.items():
        name = _json_name(key)
        named[name] = _plain_value(name, None if value == "" else value)
    period = named.get("report_period")
    if period is not None:
        named["report_period"] = str(period)
    return named


def _with_every_date(row: dict[str, Any]) -> dict[str, Any]:
    """The row without the dates of surfaces that have no column; the newest of them is activity as well."""
    others = [value for name, value in row.items() if name in _SKIPPED and _is_day(value)]
    kept = {name: value for name, value in row.items() if name not in _SKIPPED}
    last = kept.get("last_activity_date")
    if others and (last is None or (_is_day(last) and last < max(others))):
        kept["last_activity_date"] = max(others)
    return kept


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and _DAY.fullmatch(value) is not None


def _decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 as spreadsheets save it."""
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise AnswerError("m365_copilot: the usage report is not UTF-8.", "Save it unchanged.") from None


def _plain_value(name: str, value: Any) -> Any:
    """A date without its midnight, a count without its thousands separators; anything else as it stands."""
    if not isinstance(value, str):
        return value
    if name.endswith("_date"):
        midnight = _MIDNIGHT.fullmatch(value.strip())
        return midnight.group(1) if midnight else value
    if name in _COUNTS and _THOUSANDS.fullmatch(value.strip()):
        return _NO_DIGIT.sub("", value)
    return value


def _csv_name(header: str) -> str:
    name = _WORD.sub("_", header.casefold()).strip("_")
    return name or "unnamed"


def _json_name(key: str) -> str:
    """`powerPointCopilotLastActivityDate` → `powerpoint_copilot_last_activity_date`."""
    found = _BY_COMPACT.get(_WORD.sub("", key.casefold()))
    return found or key


_SKIPPED = frozenset(f"{name}_last_activity_date" for name in _UNUSED)
_BY_COMPACT = {name.replace("_", ""): name for name in (*_FIELDS, *_SKIPPED)}
