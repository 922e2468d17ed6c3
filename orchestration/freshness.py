"""Whether each raw table is behind, as `dbt source freshness` says: on the data's own time.

What counts as behind is defined once: how far a table was read and when that was due, by the record of
what the pipeline fetched (`macros/freshness/`), and how late is too late by the var `stale_after_days`, which
`source_status` reads as well.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.errors import AiUsageError

if TYPE_CHECKING:
    from runtime.environment import Environment

FILE = "sources.json"  # dbt's own name, in its target folder
_FRESH, _STALE = "pass", frozenset({"warn", "error"})


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """One raw table.

    Attributes:
        is_stale: None when dbt could not tell; its log says why.
        due_at: when what was read last was due, in the reporting zone.
        behind: how long that is ago; negative while the vendor may still restate it.
    """

    source: str
    table: str
    is_stale: bool | None
    due_at: dt.datetime | None = None
    behind: dt.timedelta | None = None

    @property
    def name(self) -> str:
        """As `source_status` writes it, in one word."""
        return f"{self.source}.{self.table}"


def stale_names(freshness: Iterable[SourceFreshness]) -> list[str]:
    """The tables that are behind."""
    return sorted(one.name for one in freshness if one.is_stale)


def read_freshness(target_dir: Path) -> list[SourceFreshness]:
    """What the newest `dbt source freshness` found; nothing when it did not get that far."""
    path = target_dir / FILE
    if not path.exists():
        return []
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    return sorted((_one(result) for result in results), key=lambda one: one.name)


def _one(result: dict[str, Any]) -> SourceFreshness:
    source, table = result["unique_id"].split(".")[-2:]
    if result["status"] != _FRESH and result["status"] not in _STALE:
        return SourceFreshness(source, table, is_stale=None)
    return SourceFreshness(
        source,
        table,
        is_stale=result["status"] in _STALE,
        due_at=dt.datetime.fromisoformat(result["max_loaded_at"]).replace(tzinfo=None),
        behind=dt.timedelta(seconds=result["max_loaded_at_time_ago_in_s"]),
    )


def newest_run_at(environment: Environment) -> dt.datetime:
    """The logical now of the newest run, aware: the moment at which `source_status` judges.

    Raises:
        AiUsageError: nothing was ever loaded here.
    """
    from ledger.runs import newest_as_of

    with environment.session(read_only=True) as session:
        newest = newest_as_of(session, environment)
    if newest is None:
        raise AiUsageError("Nothing was ever loaded here.", "Run `ai-usage run` first.")
    return newest
