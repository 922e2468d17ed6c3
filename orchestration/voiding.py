"""What `ai-usage void` does and says: one night is undone, and readers with it."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console

from ingestion.source import SourceDefinition
from lifecycle.void import VoidedNight, void_night
from orchestration.lock import run_lock
from publishing.periods import in_words
from publishing.void import Unpublished, unpublish
from runtime.counting import counted
from runtime.environment import Environment
from runtime.errors import AiUsageError


def void(
    environment: Environment,
    sources: Sequence[SourceDefinition],
    run_id: str,
    *,
    yes: bool,
    as_json: bool = False,
) -> None:
    """Say what would be undone; with `yes` undo it. Saying it is no failure: the command ends with 0.

    Raises:
        AiUsageError: there is no warehouse or no such run, or a newer run has to be taken back first.
        BusyError: a run is going on.
    """
    if not environment.is_there:
        raise AiUsageError("There is no warehouse in this data folder.", "Name the right one with --data-dir.")
    names = [source.name for source in sources]
    with run_lock(environment):
        night = void_night(environment, names, run_id, dry_run=not yes)
        today = dt.datetime.now(dt.UTC).date()
        done = unpublish(environment, night.began, night.ended, today) if yes else None
    if as_json:
        sys.stdout.write(json.dumps(_as_dict(night, done), indent=2, default=str) + "\n")
    else:
        _tell(night, done)


def _tell(night: VoidedNight, done: Unpublished | None) -> None:
    out = Console(stderr=True)
    for source, days in night.days.items():
        out.print(f"{source}: {counted(days, 'day')} to fetch again", highlight=False)
    out.print(
        f"{counted(sum(night.rows.values()), 'raw row')} in {counted(len(night.rows), 'table')}",
        highlight=False,
    )
    if done is None:
        out.print("Nothing was changed. Add --yes to undo the night.")
        return
    if done.reopened:
        out.print(f"closed again by the next publish: {in_words(done.reopened)}", highlight=False)
    if done.removed:
        out.print(f"no longer closed: {in_words(done.removed)}", highlight=False)
    if done.readers_see:
        out.print(f"readers see {done.readers_see} again", highlight=False)
    else:
        out.print("readers see what they saw, until the next publish")
    out.print("The night is undone. Run `ai-usage run` now: it fetches these days again and publishes.")


def _as_dict(night: VoidedNight, done: Unpublished | None) -> dict[str, object]:
    told: dict[str, object] = {
        "run_id": night.run_id,
        "days": night.days,
        "rows": night.rows,
        "done": bool(done),
    }
    if done is not None:
        told |= asdict(done) | {
            "reopened": [str(period) for period in done.reopened],
            "removed": [str(period) for period in done.removed],
        }
    return told
