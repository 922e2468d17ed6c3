"""A new HR file beside the last load: who would join, leave and move, and what cannot be meant.

Counts alone are told, and none below 5. Departments are named, as `ai-usage doctor` does.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingestion.privacy.pseudonym import HRIS_ID
from ingestion.source import SourceRun
from ingestion.source_types import Finding
from ingestion.sources.hris.records import EMPLOYEES, Employee
from ingestion.sources.hris.roster import LEAST_TOLD, share, some
from ingestion.sources.hris.shared_addresses import is_employed
from ingestion.tabular import harmless_label

# Half of a company does not leave in a night; of a department that was renamed, a few may have left or moved.
_MOST_IDS, _NEARLY_ALL = 0.5, 0.8
_CHANGED_IDS = (
    "Compare the ids with those of the last file: spreadsheets remove leading zeros from cells that are not "
    "text. Correct the export before the next run, which would count everybody as having left. If the HR "
    "system gave everybody a new id, run it all the same: people are recognised by their addresses."
)


@dataclass(frozen=True, slots=True)
class Compared:
    """What doctor says of a file beside the last load: lines of its block, and findings of their own."""

    lines: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def stored_people(run: SourceRun) -> dict[str, str | None]:
    """Department by token of those who were employed, by the newest HR file that is loaded."""
    columns = ("employee_token", "department", "status", "terminated_from")
    return {
        token: department
        for token, department, status, end in run.last_snapshot(EMPLOYEES, columns)
        if status != "terminated" and (end is None or end > run.clock.today)
    }


def compared_with(
    run: SourceRun, before: Mapping[str, str | None], employees: Sequence[Employee], today: dt.date
) -> Compared:
    """What tonight's load would change; nothing where nothing was loaded."""
    if not before:
        return Compared()
    tokens = run.gate.pseudonymiser.tokens(HRIS_ID, [employee.employee_id for employee in employees])
    by_token = {token: e for token, e in zip(tokens, employees, strict=True) if token}
    after = {token: harmless_label(e.department) for token, e in by_token.items() if is_employed(e, today)}
    moves = Counter((before[token], new) for token, new in after.items() if token in before)
    moved = sum(count for (old, new), count in moves.items() if old != new)
    joined, left = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    lines = (
        f"against the last load: {some(joined)} joined, {some(left)} left, {some(moved)} changed department",
    )
    if is_renumbered(before, by_token):
        gone = share(len(before.keys() - by_token.keys()), len(before))
        message = (
            f"of {len(before)} people of the last load {gone} are missing, and many ids are new: the ids "
            "themselves seem to have changed."
        )
        return Compared(lines, (Finding("employee ids", False, message, _CHANGED_IDS),))
    return Compared((*lines, *_renames(moves)))


def is_renumbered(before: Iterable[str], now: Iterable[str]) -> bool:
    """Whether most ids of the last load are gone, and others came in their place."""
    old, new = set(before), set(now)
    gone, come = len(old - new), len(new - old)
    return gone > _MOST_IDS * len(old) and come > _MOST_IDS * gone


def _renames(moves: Mapping[tuple[str | None, str | None], int]) -> Iterator[str]:
    """Departments of which nearly everybody moved to the same other one: they may have been renamed."""
    targets: dict[str, Counter[str]] = defaultdict(Counter)
    for (old, new), count in moves.items():
        if old and new:
            targets[old][new] += count
    for old, counts in sorted(targets.items()):
        new, most = counts.most_common(1)[0]
        if new != old and most >= LEAST_TOLD and most >= _NEARLY_ALL * counts.total():
            yield (
                f"look at this: nearly everybody of {old} is now in {new}. If {old} was renamed or merged, "
                "department_names.csv needs a line with both names before the next run "
                "(docs/connect/company.md). Closed weeks and months keep the old name."
            )
