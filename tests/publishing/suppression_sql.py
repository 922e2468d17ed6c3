"""Runs the suppression models' own SQL over cells that a test makes up, without a dbt build for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.dbt import run_dbt
from publishing.linear_audit.cells import Cell, cells_of, columns_of
from publishing.linear_audit.groups import HiddenGroup
from runtime.environment import Environment

MODELS = ("suppression_cells", "suppression_first_round", "suppression_masks")
_CELL_COLUMNS = [
    *(
        "period_type",
        "period_start",
        "unit_key",
        "tool",
        "measure",
        "item",
        "kind",
        "is_additive",
        "part_group",
    ),
    *("is_part_total", "tie_group", "mask_group", "value", "contributors", "largest", "second_largest"),
]


class SuppressionSql:
    """The compiled models in a DuckDB file of the name that they were compiled for."""

    def __init__(self, folder: Path) -> None:
        environment = Environment(folder, "dev")
        result = run_dbt(["compile", "--select", *MODELS], environment)
        assert result.ok, result.failures
        compiled = {path.stem: path for path in folder.rglob("suppression_*.sql") if "compiled" in path.parts}
        self._queries = {model: compiled[model].read_text(encoding="utf-8") for model in MODELS}
        self.connection = duckdb.connect(str(environment.warehouse))
        for schema in ("restricted", "intermediate", "staging"):
            self.connection.execute(f"create schema if not exists {schema}")

    def masks(
        self,
        rows: list[tuple[object, ...]],
        headcounts: Iterable[tuple[str, dt.date, str, int]] = (),
        hidden_groups: Iterable[HiddenGroup] = (),
    ) -> list[Cell]:
        """Every cell with the reason that hides it, as the models decide."""
        self._table("restricted.unit_cells", _CELL_COLUMNS, rows)
        self._table(
            "intermediate.int_task_map",
            ["tool", "feature", "task_category"],
            [("assistant", "search", "research"), ("editor", "", "coding")],
        )
        self._table(
            "intermediate.int_unit_headcounts",
            ["period_type", "period_start", "unit_key", "headcount"],
            list(headcounts) or [("week", dt.date(1999, 1, 4), "nobody", 0)],
        )
        self._table(
            "staging.stg_closed__hidden_groups",
            ["period_type", "period_start", "mask_group", "unit_key", "tool"],
            [(g.period.period_type, g.period.start, g.name, g.unit_key, g.tool) for g in hidden_groups]
            or [("week", dt.date(1999, 1, 4), "nothing", "*", "*")],
        )
        for model, query in self._queries.items():
            self.connection.execute(f"create or replace table restricted.{model} as {query}")
        masks = self.connection.execute("select * from restricted.suppression_masks limit 0")
        columns = columns_of({str(column[0]) for column in masks.description})
        return cells_of(
            self.connection.execute(f"select {columns} from restricted.suppression_masks").fetchall()
        )

    def _table(self, name: str, columns: list[str], rows: list[tuple[object, ...]]) -> None:
        frame = pd.DataFrame(rows, columns=columns)
        casts = {
            "period_start": "date",
            "is_additive": "boolean",
            "is_part_total": "boolean",
            "part_group": "varchar",
            **dict.fromkeys(("value", "largest", "second_largest"), "decimal(28, 9)"),
            "contributors": "bigint",
        }
        selected = ", ".join(f"cast({c} as {casts[c]}) as {c}" if c in casts else c for c in columns)
        self.connection.register("frame", frame)
        self.connection.execute(f"create or replace table {name} as select {selected} from frame")
        self.connection.unregister("frame")
