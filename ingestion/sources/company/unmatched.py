"""Rows that are well written and match nothing that is known here: such a price would do nothing.

Places are lines of the file, counted as an editor counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from genai_prices.data_snapshot import get_snapshot

from ingestion.kit import every_kit
from ingestion.sources.company.department_names import RenamedSpan, names_today
from ingestion.sources.company.files import Folder
from ingestion.sources.company.rows import (
    ActionPlan,
    CompanyRow,
    DepartmentName,
    Event,
    Holiday,
    MeasureOwner,
    PriceOverride,
    Rollout,
    SeatContract,
    Target,
    TaskOfUse,
    folded_department,
)
from metrics.rules import causes

# Metrics whose targets pages show.
METRICS = frozenset({"active_ratio", "advanced_session_ratio", "licensed_active_ratio"})
_SHOWN_LINES = 10

Told = tuple[str, str, str]  # name of a file, what is wrong on which of its lines, and what to do


def unmatched(folder: Folder) -> Iterator[Told]:
    """Rows that match nothing. No cell of the file is told."""
    for name, rows in folder.rows.items():
        if found := _lines(folder, name, (not _is_known(row) for row in rows)):
            message = _told(
                found,
                "matches nothing that is known here and may do nothing.",
                "match nothing that is known here and may do nothing.",
            )
            yield name, message, _remedy(name)


def not_in_roster(
    folder: Folder,
    rows: Mapping[str, Sequence[CompanyRow]],
    roster_labels: Callable[[str], frozenset[str]],
) -> Iterator[Told]:
    """Rows that name a department or location without anybody in it.

    `rows` under today's names of departments. Without a roster nothing can be said.
    """
    for column, named in (("department", _department), ("location", _location)):
        known = {folded_department(label) for label in roster_labels(column)}
        for name, entries in rows.items() if known else ():
            labels = [named(row) for row in entries]
            found = _lines(
                folder, name, (bool(label) and folded_department(label or "") not in known for label in labels)
            )
            if found:
                what = f"a {column} that nobody in the newest HR file belongs to."
                message = _told(found, f"names {what}", f"name {what}")
                yield name, message, f"Write the {column} as the HR file does."


def never_in_roster(folder: Folder, departments: frozenset[str]) -> Iterator[Told]:
    """Renames of a department that no HR file has ever had: they rename nobody.

    A name that another line gives is not asked for: a department may be renamed twice between two loads.
    """
    renames = [row for row in folder.rows["department_names"] if isinstance(row, DepartmentName)]
    known = {*map(folded_department, departments), *(folded_department(row.new_name) for row in renames)}
    found = _lines(folder, "department_names", (row.old_key not in known for row in renames))
    if departments and found:
        message = _told(
            found,
            "has an old_name that is in no HR file loaded so far, so it renames nobody.",
            "have an old_name that is in no HR file loaded so far, so they rename nobody.",
        )
        yield "department_names", message, "Write the old name as the HR file wrote it, or remove the line."


def without_own_unit(
    folder: Folder,
    rows: Mapping[str, Sequence[CompanyRow]],
    sizes: Mapping[str, int],
    spans: Sequence[RenamedSpan],
    least: int,
) -> Iterator[Told]:
    """Targets, rollouts and events of departments that are too small to be shown under their own name.

    Args:
        rows: under today's names of departments.
        sizes: employed people by department in the newest HR file.
        least: people whom a department needs for a row of its own.
    """
    pooled = _pooled(sizes, spans, least)
    for name, entries in rows.items():
        labels = [None if _is_companys(row) else _department(row) for row in entries]
        are_pooled = [bool(label) and folded_department(label or "") in pooled for label in labels]
        named = sorted(
            {label for label, is_pooled in zip(labels, are_pooled, strict=True) if label and is_pooled}
        )
        if found := _lines(folder, name, are_pooled):
            are, its = ("are", "their") if len(named) > 1 else ("is", "its")
            yield (
                name,
                f"{_listed(found)}: {', '.join(named)} {are} counted in Other departments, as every department "
                f"of fewer than {least} people is and, where these are too few together, the next larger one. "
                f"No page shows {its} {name}.",
                "Name a larger department or the whole company, or remove the line.",
            )


def _is_companys(row: CompanyRow) -> bool:
    return isinstance(row, Target) and row.scope_type == "company"


def _pooled(sizes: Mapping[str, int], spans: Sequence[RenamedSpan], least: int) -> frozenset[str]:
    """Departments, folded, that are counted in `Other departments`, as `dim_reporting_units` decides it.

    Those below the minimum are; if they are too few together, so is the smallest of the others.
    """
    names = names_today(spans)
    folded: Counter[str] = Counter()
    for label, people in sizes.items():
        folded[folded_department(names.get(folded_department(label), label))] += people
    small = {name for name, people in folded.items() if people < least}
    large = sorted((people, name) for name, people in folded.items() if people >= least)
    if small and large and sum(folded[name] for name in small) < least:
        small.add(large[0][1])
    return frozenset(small)


def _department(row: CompanyRow) -> str | None:
    if isinstance(row, Rollout | Event):
        return row.department
    return row.scope_name if isinstance(row, Target) else None


def _location(row: CompanyRow) -> str | None:
    return row.location if isinstance(row, Holiday) else None


def _lines(folder: Folder, name: str, are_found: Iterable[bool]) -> list[int]:
    """Lines of the file whose rows are found."""
    return [line for line, is_found in zip(folder.lines[name], are_found, strict=True) if is_found]


def _told(lines: Sequence[int], one: str, several: str) -> str:
    return f"{_listed(lines)} {one if len(lines) == 1 else several}"


def _listed(lines: Sequence[int]) -> str:
    """`line 3`, `3 lines: 3, 4, 9`: how many, and which."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    more = " …" if len(lines) > _SHOWN_LINES else ""
    return f"{len(lines)} lines ({', '.join(map(str, lines[:_SHOWN_LINES]))}{more})"


def _is_known(row: CompanyRow) -> bool:
    if isinstance(row, PriceOverride):
        return (row.provider, row.model) in _priced_models()
    if isinstance(row, SeatContract):
        return row.product in _products()
    if isinstance(row, MeasureOwner):
        kit = every_kit().get(row.source)
        return kit is not None and row.measure in kit.measures(row.tool)
    if isinstance(row, ActionPlan):
        return row.action.partition("/")[0] in causes()
    if isinstance(row, Target) and row.metric not in METRICS:
        return False
    if isinstance(row, Rollout | Target | Event | TaskOfUse):
        return row.tool is None or row.tool in _tools()
    return True


def _remedy(name: str) -> str:
    if name == "price_overrides":
        return "Write provider and model as the price list does, or a model as its vendor reports it."
    if name == "seat_contracts":
        return f"Write one of the products {', '.join(sorted(_products()))}."
    if name == "measure_owners":
        return "Write a source whose page says that it gives this measure of the tool."
    if name == "actions":
        return "Write the `action_id` of an action as published.recommended_actions gives it."
    metrics = f" and one of the metrics {', '.join(sorted(METRICS))}" if name == "targets" else ""
    return f"Write one of the tools {', '.join(sorted(_tools()))}{metrics}."


def _products() -> set[str]:
    return {product for kit in every_kit().values() for product in kit.seat_products}


def _tools() -> set[str]:
    return {"all", *(tool for kit in every_kit().values() for tool in kit.tools)}


@cache
def _priced_models() -> frozenset[tuple[str, str]]:
    return frozenset(
        (provider.id.lower(), model.id.lower())
        for provider in get_snapshot().providers
        for model in provider.models
    )
