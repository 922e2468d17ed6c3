"""What readers of a deployment get, comparable between deployments and engines."""

from __future__ import annotations

from typing import Any

from tests.end_to_end.harness import World, comparable

# When a run happened differs between two runs; everything else must not.
CLOCK_COLUMNS = frozenset({"last_success_at", "run_id", "published_at"})


def published_tables(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Every published table as a reader gets it, but for the columns that tell of the run."""
    columns: dict[str, list[str]] = {}
    for table, column in world.published(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'published' order by table_name, column_name"
    ):
        if column not in CLOCK_COLUMNS:
            columns.setdefault(table, []).append(f'"{column}"')
    return {
        table: comparable(world.published(f'select {", ".join(names)} from published."{table}"'))
        for table, names in columns.items()
    }
