"""How many second figures the masks hide beyond the fewest: `python -m benchmarks.hiding`.

Invents organisations, puts them through the masks' own SQL, compiled by dbt, and through the linear audit, and
compares what is hidden beyond the figures that are hidden for their own sake with HiGHS's optimum, or with what
it has proven in `--seconds` for each component. With `--data-dir` it does the same with the cells of a
deployment, as they were built last. The bound is that of the masks' rules alone; what the audit needs comes on
top.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hiding.fewest import fewest
from benchmarks.hiding.requirements import PRIMARY
from publishing.linear_audit.cells import Cell, cells_of, columns_of
from publishing.linear_audit.hiding import hide_until_clean
from runtime.environment import environment
from tests.publishing.organisations import cells as cells_of_organisation
from tests.publishing.organisations import draw, headcounts
from tests.publishing.suppression_sql import SuppressionSql

K = 5
# Organisations that share one run of the SQL.
_TOGETHER = 50


@dataclass(slots=True)
class Tally:
    """Cells, those that are hidden for their own sake, and those beyond them by each way of choosing."""

    cells: int = 0
    primary: int = 0
    masks: int = 0
    audited: int | None = None
    optimum: int = 0
    bound: float = 0.0
    components: int = 0
    unfinished: int = 0

    def add(self, cells: list[Cell], seconds: float, *, is_audited: bool) -> None:
        """Count these as well."""
        best = fewest(cells, K, seconds)
        primary = sum(cell.hidden_reason in PRIMARY for cell in cells)
        built = sum(cell.is_hidden and cell.hidden_reason != "audit" for cell in cells)
        if is_audited:
            after = hide_until_clean(cells, [], K, {cell.period for cell in cells}).cells
            self.audited = (self.audited or 0) + sum(cell.is_hidden for cell in after) - primary
        self.cells += len(cells)
        self.primary += primary
        self.masks += built - primary
        self.optimum += len(best.forced) + len(best.chosen) - primary
        self.bound += len(best.forced) + best.bound - primary
        self.components += best.components
        self.unfinished += best.unfinished

    def report(self) -> Iterator[str]:
        """Lines for people."""
        yield f"{self.cells} cells, {self.primary} hidden for their own sake ({self.primary / self.cells:.1%})"
        yield f"hidden beyond them: at least {self.bound:.0f}, proven by HiGHS"
        ways = [("HiGHS", self.optimum), ("the masks", self.masks)]
        if self.audited is not None:
            ways.append(("masks and linear audit", self.audited))
        for name, count in ways:
            above = count / max(self.bound, 1) - 1
            yield f"  {name:24} {count:6}  {above:+.1%}  {count / self.cells:.1%} of cells"
        yield f"{self.components} components, {self.unfinished} of them out of time"


def organisations(count: int, seed: int) -> Iterator[list[Cell]]:
    """Cells of invented organisations behind the masks, some organisations at a time."""
    chance = random.Random(seed)
    drawn = [draw(number, chance) for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        sql = SuppressionSql(Path(folder))
        for first in range(0, count, _TOGETHER):
            some = drawn[first : first + _TOGETHER]
            rows = [row for organisation in some for row in cells_of_organisation(organisation)]
            yield sql.masks(rows, [row for organisation in some for row in headcounts(organisation)])


def deployment(folder: Path) -> list[Cell]:
    """Cells of a deployment as its last build left them."""
    env = environment(folder, "dev", create=False)
    with env.session(read_only=True) as session:
        schema = env.schema("restricted")
        columns = columns_of({column.name for column in session.columns(schema, "suppression_masks")})
        return cells_of(session.rows(f"select {columns} from {session.name(schema, 'suppression_masks')}"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hiding", description=__doc__)
    parser.add_argument("--organisations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each component")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--without-audit", action="store_true", help="only what the masks hide")
    chosen = parser.parse_args(arguments)
    tally = Tally()
    if chosen.data_dir is not None:
        tally.add(deployment(chosen.data_dir), chosen.seconds, is_audited=False)
    else:
        for cells in organisations(chosen.organisations, chosen.seed):
            tally.add(cells, chosen.seconds, is_audited=not chosen.without_audit)
    sys.stdout.write("\n".join(tally.report()) + "\n")


if __name__ == "__main__":
    main()
