"""What a roster says as a whole: counts that the run and `ai-usage doctor` tell, and limits that refuse it.

Counts alone are told, and never one below 5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.privacy.contract import TableContract
from ingestion.source import SourceRun
from ingestion.sources.hris.records import Employee
from ingestion.sources.hris.values import Seen
from runtime.counting import counted
from runtime.errors import SourceError

LEAST_TOLD = 5
_FEW, _MANY = 0.05, 0.1


@dataclass(frozen=True, slots=True)
class Managers:
    """How many people have a manager, and whose manager stands in the roster."""

    named: int
    found: int


def managers_of(employees: Sequence[Employee]) -> Managers:
    """Manager ids compared with the roster's own ids."""
    ids = {employee.employee_id for employee in employees}
    named = [employee.manager_employee_id for employee in employees if employee.manager_employee_id]
    return Managers(len(named), sum(manager in ids for manager in named))


def some(count: int) -> str:
    """A count as it may be told."""
    return str(count) if count >= LEAST_TOLD or not count else f"fewer than {LEAST_TOLD}"


def share(count: int, of: int) -> str:
    """A count as it may be told beside the number it is part of: neither it nor the rest is told below 5."""
    if count in (0, of):
        return "none" if not count else "all"
    if of - count < LEAST_TOLD:
        return f"all but fewer than {LEAST_TOLD}"
    return some(count)


def refuse_unknown_statuses(seen: Seen, limit: float) -> None:
    """Refuse a file in which too many status words are unknown: each would count as employed for ever.

    Raises:
        SourceError: with counts; the words are not told.
    """
    if seen.unknown_statuses > 1 and seen.unknown_statuses > limit * seen.status_words:
        raise SourceError(
            f"hris: {some(seen.unknown_statuses)} of {seen.status_words} rows have a status word that is not "
            f"known: more than {limit:.0%}. Nothing was replaced.",
            'Add the words to status_map, such as 0 = "terminated", or raise max_unknown_status_ratio.',
        )


def refuse_shrunk(run: SourceRun, contract: TableContract, day: dt.date, rows: int) -> None:
    """Refuse a load that lost too many rows against the last one: a cut export must not empty departments.

    `rows` is what is left after refusals, so that a file whose rows cannot be read has shrunk as well.

    Raises:
        SourceError: with both counts; nothing is replaced.
    """
    before = [(r.day, r.rows) for r in run.fetched if r.resource == contract.name and r.day <= day]
    loaded = run.loaded.last_rows(contract.name, run.tenant, "main", day)
    last = max(before + ([loaded] if loaded else []), default=None)
    limit: float = run.settings.max_shrink_ratio
    if last is not None and rows < last[1] * (1 - limit):
        raise SourceError(
            f"hris: {contract.name} of {day} has {counted(rows, 'row')}, {contract.name} of {last[0]} "
            f"had {last[1]}: more than {limit:.0%} fewer. {_refused(run, contract)}Nothing was replaced.",
            "Check the export; if it is right, run once with SOURCES__HRIS__MAX_SHRINK_RATIO=1.",
        )


def _refused(run: SourceRun, contract: TableContract) -> str:
    """Why rows are missing, where it is that they could not be read."""
    if not (refused := run.gate.report.rejected(contract.name)):
        return ""
    reason = run.gate.refusal_text.reason(run.gate.report.main_reason(contract.name))
    return f"Rows that could not be read: {some(refused)}, most often: {reason}. "


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in a roster that cannot be meant as it is written, in `count` of `of` rows."""

    count: int
    of: int
    message: str
    remedy: str

    @property
    def is_wrong(self) -> bool:
        """Whether it is too frequent for a few people whose data are in between."""
        return self.count > max(1, _FEW * self.of)

    def __str__(self) -> str:
        return f"{some(self.count)} {self.message} {self.remedy}"


def contradictions(seen: Seen) -> dict[str, int]:
    """What `ops.rejected_records` keeps of rows that stayed, by reason."""
    return {
        "status word not known": seen.unknown_statuses,
        "active with an end date in the past": seen.active_after_end,
        "end date before the hire date, left out": seen.ends_before_hire,
    }


def oddities(seen: Seen, employees: Sequence[Employee]) -> list[Oddity]:
    """What stands in the roster and cannot be meant, each with a remedy."""
    managers = managers_of(employees)
    found = [
        Oddity(
            seen.unknown_statuses,
            seen.status_words,
            "rows have a status word that is not known; these people count as employed until their end date.",
            "Add the words to status_map.",
        ),
        Oddity(
            seen.active_after_end,
            seen.rows,
            "rows are active by status and have an end date in the past; these people count as having left.",
            "Correct status or end date in the HR system.",
        ),
        Oddity(
            seen.ends_before_hire,
            seen.rows,
            "end dates lie before the hire date and were taken for no end.",
            "Empty the end date of people who came back.",
        ),
        Oddity(
            seen.hired_far_ahead,
            seen.rows,
            "hire dates lie more than a year ahead; these people do not count yet.",
            "Export years with four digits (%Y in date_formats, not %y).",
        ),
    ]
    if seen.without_department > max(1, _MANY * seen.rows):
        message = f"of {seen.rows} rows have no department."
        remedy = "Export it in every row; merged cells of a spreadsheet leave it in the first one alone."
        found.append(Oddity(seen.without_department, seen.rows, message, remedy))
    missing = managers.named - managers.found
    if missing > max(1, _MANY * managers.named):
        message = f"of {managers.named} manager ids match no employee id."
        remedy = "Map manager_employee_id to the column with the manager's employee id."
        found.append(Oddity(missing, managers.named, message, remedy))
    return [oddity for oddity in found if oddity.count]
