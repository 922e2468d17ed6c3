"""What the demo's last lines say: the most important recommended actions, as the Overview shows them."""

from __future__ import annotations

from pathlib import Path

import duckdb

_MOST_IMPORTANT = 3


def findings(database: Path) -> list[str]:
    """Titles of the first recommended actions of a published file; none when no rule fired."""
    query = f"select title from published.recommended_actions order by priority limit {_MOST_IMPORTANT}"
    with duckdb.connect(str(database), read_only=True) as connection:
        return [title for (title,) in connection.execute(query).fetchall()]
