"""What `ai-usage reopen` does and says: whom a correction of closed periods concerns, then the reopening."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Collection, Sequence

from rich.console import Console
from rich.table import Table

from orchestration.dbt import BUILD, run_nodes, suppression_k
from orchestration.lake import prepare_lake
from orchestration.night import ExitCode, run_lock
from publishing.closed import ClosedStore
from publishing.closing import rebuilt_periods
from publishing.periods import Period, parse_period
from publishing.reopen import Reopening, closed_since, closed_though_incomplete, examine, reopen
from runtime.environment import Environment
from runtime.errors import AiUsageError


def reopen_periods(
    environment: Environment,
    texts: Sequence[str],
    since: dt.date | None,
    *,
    yes: bool,
    dry_run: bool,
    as_json: bool = False,
    incomplete: bool = False,
) -> ExitCode:
    """Tell whom a correction would concern; with `yes` reopen for the next publish.

    What a night leaves as it was closed is built first, for its figures of now. With `incomplete` also every
    period that closed as complete though it was read in part; those whose correction would speak of a few
    people are told and left as they are.

    Without `yes` it only tells, as `void` does, which is no failure.

    Raises:
        ReopenRefusedError: a correction concerns at least one and fewer than k people.
        ConfigurationError: a text is no period.
        AiUsageError: a period is not closed, or can no longer be corrected; there is no warehouse; it cannot be
            built.
        BusyError: a run is going on.
    """
    k = suppression_k()
    periods = {parse_period(text): None for text in texts}
    if not environment.is_there:
        raise AiUsageError("There is no warehouse in this data folder.", "Name the right one with --data-dir.")
    with run_lock(environment):
        if since is not None:
            periods |= dict.fromkeys(closed_since(environment, since))
        _build(environment, None if incomplete else periods)
        read_in_part = closed_though_incomplete(environment) if incomplete else []
        found = examine(environment, list(periods | dict.fromkeys(read_in_part)))
        _tell(found, k, as_json=as_json)
        asked = [
            reopening
            for reopening in found
            if reopening.period in periods or reopening.concerned.may_be_published(k)
        ]
        if yes and not dry_run and asked:
            reopen(environment, asked, k=k)
    if as_json:
        return ExitCode.OK
    console = Console(stderr=True)
    if dry_run:
        console.print("Nothing was changed (--dry-run).")
    elif not yes:
        console.print("Nothing was changed. Add --yes to reopen.")
    elif not asked:
        console.print("There is nothing to reopen.")
    else:
        console.print("Reopened. The next `ai-usage publish` or `ai-usage run` closes the new figures.")
    return ExitCode.OK


def _build(environment: Environment, periods: Collection[Period] | None) -> None:
    """Build these closed periods, or all, unless the last build did: nights leave them as they were closed.

    Raises:
        AiUsageError: dbt cannot.
    """
    with environment.session() as session:
        closed = set(ClosedStore(session, environment).periods())
        built = rebuilt_periods(session, environment)
    missing = set() if built is None else (closed if periods is None else closed & set(periods)) - built.keys()
    if not missing:
        return
    first = min(period.start for period in missing)
    console = Console(stderr=True)
    with console.status(f"Building the figures of now from {first} on.") as status:
        prepare_lake(environment)
        nodes = run_nodes([*BUILD], environment, rebuilt_from=first)
        for node in nodes:
            status.update(f"Building the figures of now from {first} on: {node.place}")
    if not nodes.result.ok:
        raise AiUsageError(
            f"The periods cannot be built. {' '.join(nodes.result.failures[:2])}".strip(),
            "Nothing was reopened. See logs/dbt.log.",
        )


def _tell(found: Sequence[Reopening], k: int, *, as_json: bool) -> None:
    """A line a period. Counts that would be refused are not told: they would speak of a few people."""
    if as_json:
        sys.stdout.write(json.dumps([_as_dict(reopening, k) for reopening in found], indent=2) + "\n")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("period", "version", "closed", "people concerned", "new", "changed", "gone"):
        table.add_column(heading)
    for reopening in found:
        concerned = reopening.concerned
        if concerned.may_be_published(k):
            counts = [concerned.people, concerned.added, concerned.changed, concerned.gone]
            shown = [f"{count:,}" for count in counts]
        else:
            shown = [f"fewer than {k} in a unit", "", "", ""]
        closed = reopening.closed
        table.add_row(str(reopening.period), str(closed.version), f"{closed.closed_at:%Y-%m-%d}", *shown)
    Console().print(table)


def _as_dict(reopening: Reopening, k: int) -> dict[str, object]:
    concerned, allowed = reopening.concerned, reopening.concerned.may_be_published(k)
    return {
        "period": str(reopening.period),
        "version": reopening.closed.version,
        "may_be_reopened": allowed,
        "people": concerned.people if allowed else None,
        "added": concerned.added if allowed else None,
        "changed": concerned.changed if allowed else None,
        "gone": concerned.gone if allowed else None,
    }
