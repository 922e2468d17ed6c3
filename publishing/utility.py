"""How much of the weekly figures is hidden: `python -m publishing.utility --data-dir .data/demo`.

A cell is one figure of one unit (the company included), tool (`all` included) and week in
`department_usage_weekly`, `department_tokens_weekly` or `prompt_length_weekly` that the tool gives in that
week. A count of nobody is shown as 0 and is a cell. A ratio whose denominator is nobody's is none.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from metrics.registry import registry
from runtime.environment import Environment, environment
from runtime.warehouse import WarehouseSession

_TOKENS = ("input_tokens", "cached_input_tokens", "output_tokens", "unsplit_tokens", "total_tokens", "credits")


def _figures() -> dict[str, dict[str, str | None]]:
    """By table: published column → measure of its denominator; None for a count."""
    usage = registry()["usage"]
    counts: dict[str, str | None] = dict.fromkeys(usage.published_as("department_usage_weekly"))
    shown = {name: column for name, column in usage.ratios.items() if column.is_shown}
    of_totals = {
        name: column.ratio[1]
        for name, column in shown.items()
        if column.ratio and usage.measures[column.ratio[0]].kind == "total"
    }
    return {
        "department_usage_weekly": counts | of_totals,
        "prompt_length_weekly": {"measured_messages": None, "medium_ratio": "measured_messages"},
        "department_tokens_weekly": dict.fromkeys(_TOKENS),
    }


@dataclass(frozen=True, slots=True)
class Utility:
    """How many cells a published figure has, and how many of them are hidden."""

    table: str
    figure: str
    is_count: bool
    cells: int
    hidden: int

    @property
    def share(self) -> float:
        """Hidden cells among all; 0 without any."""
        return self.hidden / self.cells if self.cells else 0.0


def measure(session: WarehouseSession, env: Environment) -> list[Utility]:
    """Every weekly figure, counted in the finished marts."""
    return [
        Utility(table, figure, denominator is None, *_count(session, env, table, figure, denominator))
        for table, figures in _figures().items()
        for figure, denominator in figures.items()
    ]


def report(figures: list[Utility]) -> Iterator[str]:
    """Lines for people: each figure, then counts, ratios and all together."""
    for entry in figures:
        yield f"{entry.table:26} {entry.figure:28} {entry.cells:6} cells {entry.share:6.1%} hidden"
    for name, chosen in (
        *((f"all of {table}", [entry for entry in figures if entry.table == table]) for table in _figures()),
        ("counts", [entry for entry in figures if entry.is_count]),
        ("ratios", [entry for entry in figures if not entry.is_count]),
        ("all weekly figures", figures),
    ):
        cells = sum(entry.cells for entry in chosen)
        hidden = sum(entry.hidden for entry in chosen)
        yield f"{name:55} {cells:6} cells {hidden / max(cells, 1):6.1%} hidden"


def _count(
    session: WarehouseSession, env: Environment, table: str, figure: str, denominator: str | None
) -> tuple[int, int]:
    mart, column = session.name(env.schema("marts"), table), session.name(figure)
    cells = session.name(env.schema("restricted"), "suppression_cells")
    masks = session.name(env.schema("restricted"), "suppression_masks")
    exists = (
        ""
        if denominator is None
        else (
            f" and exists (select 1 from {cells} as cells where cells.period_type = 'week' "
            f"and cells.measure = '{denominator}' and cells.period_start = mart.week_start "
            "and cells.unit_key = mart.department_key and cells.tool = mart.tool)"
        )
    )
    [(count, hidden)] = session.rows(
        f"with given as (select tool, week_start from {mart} where {column} is not null "
        f"union select masks.tool, masks.period_start from {masks} as masks where masks.period_type = 'week' "
        f"and masks.hidden_reason = 'audit' "
        f"and masks.tool in (select tool from {mart} where {column} is not null)) "
        f"select count(*), count(*) - count(mart.{column}) from {mart} as mart inner join given "
        "on given.tool = mart.tool and given.week_start = mart.week_start "
        f"where mart.department_key <> 'unattributed'{exists}"
    )
    return count, hidden


def main() -> None:
    """Print the report of one deployment."""
    parser = argparse.ArgumentParser(description="How much of the weekly figures is hidden.")
    parser.add_argument("--data-dir", type=Path, default=Path(".data"))
    parser.add_argument("--target", default="dev")
    arguments = parser.parse_args()
    env = environment(arguments.data_dir, arguments.target, create=False)
    with env.session(read_only=True) as session:
        sys.stdout.write("\n".join(report(measure(session, env))) + "\n")


if __name__ == "__main__":
    main()
