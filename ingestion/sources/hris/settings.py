"""Settings of the HRIS, and what they mean for reading a file."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any, Optional

from dlt.common.configuration import configspec
from dlt.common.typing import TSecretStrValue

from ingestion.privacy.canonical import canonical_email
from ingestion.privacy.gate import RefusalText
from ingestion.sources.hris import bamboohr
from ingestion.sources.hris.csv_files import HISTORY, SNAPSHOT, FileKind
from ingestion.sources.hris.statuses import STATUSES, status_map
from ingestion.sources.hris.values import Reading
from ingestion.tabular import TableFormat
from runtime.errors import ConfigurationError
from runtime.settings import SourceSettings

_FORMAT_FIELDS = ("encoding", "delimiter", "skip_rows", "sheet")
_DELIMITERS = {"tab": "\t", "\\t": "\t"}


@configspec
class HrisSettings(SourceSettings):
    """Section `sources.hris`.

    Attributes:
        kind: `csv` or `bamboohr`.
        snapshot_location, history_location: paths or http(s) URLs of the exports (csv).
        base_url: `https://<company>.bamboohr.com` (bamboohr).
        api_key: BambooHR's key; for csv a bearer token for the URLs, if they need one.
        column_mapping, history_column_mapping: logical column → header of the export, where they differ.
        bamboohr_fields: logical column → field of BambooHR's `employee` dataset, where they differ.
        status_map: the company's words for a status → active, on_leave, terminated, other.
        date_formats: strptime formats beside ISO dates, e.g. `%d.%m.%Y`.
        empty_dates: what stands where there is no date, beside empty cells and dates of zeros.
        end_dates_inclusive: an end date is the last day (default) or the first day after it.
        encoding: code page of the files, e.g. `cp1252`; without it they are UTF-8 or UTF-16.
        delimiter: one character or `tab`; without it the one of the header line.
        skip_rows: lines above the header line.
        sheet: name or number of the workbook's sheet; without it the first.
        history_file: the same four for the history, where it differs: `{encoding = "utf-8", sheet = "2"}`.
        primary_column: header of the column that says which of a person's jobs counts.
        shared_mailboxes: addresses that are nobody's, such as `noemail@…`.
        max_shrink_ratio: a file with a larger share of people missing than this is refused.
        max_unknown_status_ratio: a file with a larger share of unknown status words than this is refused.
        max_file_age_days: a file that is older is not taken for today's state.
    """

    kind: str = "csv"
    snapshot_location: str | None = None
    history_location: str | None = None
    base_url: str | None = None
    api_key: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    column_mapping: dict[str, str] | None = None
    history_column_mapping: dict[str, str] | None = None
    bamboohr_fields: dict[str, str] | None = None
    status_map: dict[str, str] | None = None
    date_formats: list[str] | None = None
    empty_dates: list[str] | None = None
    end_dates_inclusive: bool = True
    encoding: str | None = None
    delimiter: str | None = None
    skip_rows: int = 0
    sheet: str | None = None
    history_file: dict[str, str] | None = None
    primary_column: str | None = None
    shared_mailboxes: list[str] | None = None
    max_shrink_ratio: float = 0.3
    max_unknown_status_ratio: float = 0.05
    max_file_age_days: int = 7


def check_settings(settings: HrisSettings) -> None:
    """Raise when settings contradict themselves.

    Raises:
        ConfigurationError: names the setting and what may stand there.
    """
    if settings.kind not in ("csv", "bamboohr"):
        raise _wrong("kind is unknown", "Use `csv` or `bamboohr`.")
    for name, allowed in (
        ("column_mapping", SNAPSHOT.columns),
        ("history_column_mapping", HISTORY.columns),
        ("bamboohr_fields", (*bamboohr.FIELDS, "alternate_emails", "cost_center")),
        ("history_file", _FORMAT_FIELDS),
    ):
        unknown = sorted(set(getattr(settings, name) or {}) - set(allowed))
        if unknown:
            raise _wrong(f"{name} has no column {', '.join(unknown)}", f"Use {', '.join(allowed)}.")
    if not set((settings.status_map or {}).values()) <= set(STATUSES):
        raise _wrong("status_map maps to an unknown status", f"Use {', '.join(STATUSES)}.")
    if not all("%" in format_ for format_ in settings.date_formats or ()):
        raise _wrong("date_formats holds what is not a strptime format", 'Write formats such as "%d.%m.%Y".')
    for name in ("max_shrink_ratio", "max_unknown_status_ratio"):
        if not 0 <= getattr(settings, name) <= 1:
            raise _wrong(f"{name} is no share", "Use a number from 0 to 1.")
    if settings.max_file_age_days < 0:
        raise _wrong("max_file_age_days is negative", "Use a number of days such as 7.")
    if not all(map(canonical_email, settings.shared_mailboxes or ())):
        raise _wrong(
            "shared_mailboxes holds what is no address", "Write addresses such as noemail@example.com."
        )
    for kind, location in ((SNAPSHOT, settings.snapshot_location), (HISTORY, settings.history_location)):
        mapping = column_mapping(settings, kind)
        if location and (without := sorted(name for name in kind.required if mapping.get(name) == "")):
            raise _wrong(
                f"{kind.mapping_setting} says that the {kind.role} has no {', '.join(without)}",
                "Name the header of the column: it has to be there, though cells of work_email may be empty.",
            )
        _check_format(table_format(settings, kind))


def table_format(settings: HrisSettings, kind: FileKind) -> TableFormat:
    """How the file of this kind is written, as far as settings say it.

    Raises:
        ConfigurationError: `skip_rows` of the history is no number.
    """
    written: dict[str, Any] = {name: getattr(settings, name) for name in _FORMAT_FIELDS}
    if kind is HISTORY:
        written |= settings.history_file or {}
    if not str(written["skip_rows"]).isdecimal():
        raise _wrong("skip_rows is no number of lines", "Use a whole number such as 2.")
    delimiter = written["delimiter"]
    return TableFormat(
        encoding=written["encoding"],
        delimiter=_DELIMITERS.get(delimiter, delimiter) if delimiter else None,
        skip_rows=int(written["skip_rows"]),
        sheet=str(written["sheet"]) if written["sheet"] else None,
    )


def column_mapping(settings: HrisSettings, kind: FileKind) -> dict[str, str]:
    """The history's own mapping, or what the snapshot's says of the columns that both have."""
    if kind is SNAPSHOT or settings.history_column_mapping is None:
        shared = settings.column_mapping or {}
        return {name: header for name, header in shared.items() if name in kind.columns}
    return settings.history_column_mapping


def reading_of(settings: HrisSettings) -> Reading:
    """How values are read; each file gets one of its own, since it counts what it saw."""
    return Reading(
        date_formats=settings.date_formats or (),
        end_dates_inclusive=settings.end_dates_inclusive,
        status_map=status_map(settings.status_map),
        # BambooHR's status words are kinds of employment (Full-Time, Contractor); leaving is what is named.
        unknown_status="active" if settings.kind == "bamboohr" else "other",
        empty_dates=frozenset(settings.empty_dates or ()),
    )


def of_file(settings: HrisSettings, kind: FileKind) -> RefusalText:
    """What a file is told that could not be read: its columns, and the settings that may be missing."""
    return RefusalText(
        what=f"rows of the {kind.role} could not be read (table {{table}})",
        remedy="Nothing of this load was written. Correct the export, or say how it is written: date_formats, "
        "empty_dates, primary_column (two lines of one person), column_mapping; see docs/connect/hris.md.",
        columns=_headers(column_mapping(settings, kind)),
        date_hint="set date_formats",
    )


def _headers(mapping: Mapping[str, str]) -> dict[str, str]:
    """Field of a record → header of the file, for those that have another name there."""
    renamed = {name: header for name, header in mapping.items() if header}
    return renamed | {"terminated_from": renamed.get("termination_date", "termination_date")}


def _check_format(format_: TableFormat) -> None:
    if format_.delimiter is not None and len(format_.delimiter) != 1:
        raise _wrong("delimiter is no single character", "Use one such as `;`, or `tab`.")
    try:
        codecs.lookup(format_.encoding or "utf-8")
    except LookupError:
        raise _wrong("encoding is unknown", "Use a name such as cp1252 or utf-8.") from None


def _wrong(what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(f"[sources.hris] {what}.", remedy)
