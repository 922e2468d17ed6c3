"""Tables that are made of other published tables: asked once more of the rows that readers are about to see.

The models make them of the marts, which a rebuild changes. Closed periods are published as they were closed, so
a figure that only a rebuild knows, set beside the closed one, could speak of a single person. Here the same
query reads the assembled tables instead, and knows nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runtime.errors import AiUsageError
from runtime.warehouse import WarehouseSession

# Made of published tables alone, in the order in which they are made: a later one may read an earlier one.
# Whoever publishes brings their queries, compiled by dbt for this engine. Their models have the tag `derived`.
DERIVED_TABLES = (
    *("events", "target_progress_weekly", "benchmarks_monthly", "usage_alarms_weekly", "recommended_actions"),
    *("cost_forecast_monthly", "monthly_review", "equity_monthly", "hidden_figure_bounds"),
    *("unlicensed_demand_monthly", "seat_plan_monthly"),
)
Queries = Callable[[], Mapping[str, str]]


def make_again(
    session: WarehouseSession, marts: str, assembled: str, tables: list[str], queries: Queries
) -> None:
    """Replace the rows of derived tables in schema `assembled` by what their queries give there.

    tables: what is assembled; a table that no release has built yet is none of them

    Raises:
        AiUsageError: a query is missing.
    """
    wanted = [table for table in DERIVED_TABLES if table in tables]
    found = queries() if wanted else {}
    for table in wanted:
        if table not in found:
            raise AiUsageError(f"The query of {table} is missing.", "Run `ai-usage run`.")
        query = reading(found[table], marts, assembled)
        target = session.name(assembled, table)
        columns = ", ".join(session.name(column.name) for column in session.columns(assembled, table))
        session.execute(f"delete from {target}")
        session.execute(f"insert into {target} ({columns}) select {columns} from ({query}) as restated")


def reading(query: str, marts: str, assembled: str) -> str:
    """A query that dbt compiled over schema `marts`, over schema `assembled` instead; dbt quotes every name."""
    return query.replace(f'."{marts}".', f'."{assembled}".')
