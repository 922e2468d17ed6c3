"""Renames and merges of departments: which name a department is known by today, whatever it was called then."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingestion.sources.company.rows import (
    CompanyRow,
    DepartmentName,
    Event,
    Rollout,
    Target,
    folded_department,
)


@dataclass(frozen=True, slots=True)
class RenamedSpan:
    """What a department's people count as, from the first stay that began on a day to those before another."""

    old_name: str
    new_name: str
    begins_from: dt.date | None
    begins_before: dt.date | None


def renamed_spans(rows: Iterable[DepartmentName], today: dt.date) -> list[RenamedSpan]:
    """One span an old name and rename that has happened by today, with the name that it has come to at last.

    A stay that began before the rename is of the department that was renamed; one that began later, or on the
    day, is of another department that took over the name. Without a day the old name is always the new one.
    """
    renames = _by_old_name(row for row in rows if row.renamed_on is None or row.renamed_on <= today)
    spans = []
    for entries in renames.values():
        begins_from = None
        for row in entries:
            spans.append(RenamedSpan(row.old_name, _last_name(row, renames), begins_from, row.renamed_on))
            begins_from = row.renamed_on
    return spans


def with_new_names(
    rows: Mapping[str, Sequence[CompanyRow]], spans: Sequence[RenamedSpan]
) -> dict[str, list[CompanyRow]]:
    """The company's rows; targets, rollouts and events under the names that their departments have now."""
    names = names_today(spans)
    return {name: [_renamed(row, names) for row in entries] for name, entries in rows.items()}


def names_today(spans: Sequence[RenamedSpan]) -> dict[str, str]:
    """Old name, folded → the name that the department has now."""
    return {folded_department(span.old_name): span.new_name for span in spans}


def _by_old_name(rows: Iterable[DepartmentName]) -> dict[str, list[DepartmentName]]:
    """The renames of each name in order, the one without a day last."""
    found: dict[str, list[DepartmentName]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.renamed_on or dt.date.max):
        found[row.old_key].append(row)
    return found


def _last_name(row: DepartmentName, renames: Mapping[str, Sequence[DepartmentName]]) -> str:
    """The new name, or what that was renamed to later. Days ascend; of rows without one each counts once."""
    seen = {row}
    while following := _following(row, renames, seen):
        seen.add(following)
        row = following
    return row.new_name


def _following(
    row: DepartmentName, renames: Mapping[str, Sequence[DepartmentName]], seen: set[DepartmentName]
) -> DepartmentName | None:
    for later in renames.get(folded_department(row.new_name), ()):
        is_later = later.renamed_on is None or row.renamed_on is None or later.renamed_on > row.renamed_on
        if is_later and later not in seen:
            return later
    return None


def _renamed(row: CompanyRow, names: Mapping[str, str]) -> CompanyRow:
    if isinstance(row, Rollout) and (name := names.get(folded_department(row.department))):
        return row.model_copy(update={"department": name})
    if isinstance(row, Event) and (name := names.get(folded_department(row.department or ""))):
        return row.model_copy(update={"department": name})
    if isinstance(row, Target) and row.scope_name and (name := names.get(folded_department(row.scope_name))):
        return row.model_copy(update={"scope_name": name})
    return row
