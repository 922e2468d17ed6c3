"""`ai-usage status`: what is fresh, what is stale, since when, and what to do. Only reads, waits for nobody."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.table import Table

from orchestration.alerts.state import AlertState, load_state
from orchestration.console import console
from orchestration.reach import reach_lines
from orchestration.watch import LostDays, PublishedVersion, ResourceStatus, Watched, watch
from runtime.clock import utc
from runtime.counting import counted
from runtime.environment import Environment

# A nightly run may be late by a day; after two the figures are old news.
OLD_AFTER = dt.timedelta(days=2)
OF_THE_FUTURE = dt.timedelta(hours=6)
_ORIGIN = {"warehouse": "the warehouse", "published": "the published version", "nothing": "nothing"}
_ALWAYS = "the beginning"


@dataclass(frozen=True, slots=True)
class Attention:
    """Something to do."""

    what: str
    since: str
    remedy: str


@dataclass(slots=True)
class Status:
    """All that the command says.

    Attributes:
        read_from: where the rows on sources come from: `warehouse`, `published` or `nothing`.
        warehouse_busy: the warehouse is held by another run, or cannot be reached.
        age: of the published figures.
        attention: what needs somebody; empty when everything is up to date.
    """

    checked_at: dt.datetime
    read_from: str
    warehouse_busy: bool
    published: PublishedVersion | None
    age: dt.timedelta | None
    last_night: dict[str, Any] | None
    resources: list[ResourceStatus] = field(default_factory=list)
    lost: list[LostDays] = field(default_factory=list)
    attention: list[Attention] = field(default_factory=list)

    @property
    def is_fresh(self) -> bool:
        """Whether nothing needs anybody."""
        return not self.attention


def current_status(environment: Environment, now: dt.datetime) -> Status:
    """Read everything, and say what needs somebody."""
    watched, state = watch(environment), load_state(environment.data_dir)
    # A night that built nothing left source_status as it was, but dbt judged what was loaded.
    stale = set((state.last_night or {}).get("stale", ()))
    watched.resources = [
        replace(resource, is_stale=resource.is_stale or resource.name in stale)
        for resource in watched.resources
    ]
    version = watched.published
    status = Status(
        checked_at=now,
        read_from=watched.origin,
        warehouse_busy=watched.busy,
        published=version,
        age=now - utc(version.as_of or version.published_at) if version else None,
        last_night=state.last_night,
        resources=watched.resources,
        lost=watched.lost,
    )
    status.attention = _attention(status, watched, state)
    return status


def _attention(status: Status, watched: Watched, state: AlertState) -> list[Attention]:
    found = []
    if state.was_corrupt:
        found.append(Attention("alerts.json cannot be read.", "unknown", "The next night starts it afresh."))
    if status.published is None and status.last_night is None and not status.resources:
        remedy = "`ai-usage doctor`, then `ai-usage run`."
        if watched.busy:
            remedy = "Wait for the run that holds the warehouse to end, or look whether it can be reached."
        found.append(Attention("No night has ended yet; nothing is published.", _ALWAYS, remedy))
        return found
    found += [
        Attention(entry["what"], f"{entry['since']} (alerted {entry['first_seen']})", entry["remedy"])
        for entry in state.active.values()
    ]
    if status.published is None or status.age is None:
        if "publish:stopped" not in state.open:
            found.append(Attention("Nothing is published yet.", _ALWAYS, "Run `ai-usage run`."))
    elif status.age > OLD_AFTER and "publish:stopped" not in state.open:
        as_of = utc(status.published.as_of or status.published.published_at)
        found.append(
            Attention(
                f"The published figures are {counted(status.age.days, 'day')} old.",
                f"{as_of:%Y-%m-%d}",
                "Look whether the schedule still runs; `ai-usage run` makes up for missed nights.",
            )
        )
    if status.age is not None and status.age < -OF_THE_FUTURE:
        assert status.published is not None
        found.append(
            Attention(
                f"The published figures are of the future, {counted(-status.age.days, 'day')} from now.",
                f"run {status.published.run_id}",
                "Look at this machine's clock. If that run's was wrong: `ai-usage void RUN` with the id that "
                "stands after `last night:` above, then `ai-usage run`.",
            )
        )
    found += _untold(watched, state)
    return found


def _untold(watched: Watched, state: AlertState) -> list[Attention]:
    """Stale and failed sources that no night has told of, as after a run by hand of one part."""
    found = []
    for source in sorted({resource.source for resource in watched.resources}):
        own = [resource for resource in watched.resources if resource.source == source]
        if any(key.startswith((f"source:{source}:", f"source:{source} (")) for key in state.open):
            continue
        stale = [resource for resource in own if resource.is_stale]
        error = watched.errors.get(source)
        if stale or error:
            through = min((resource.data_through for resource in stale if resource.data_through), default=None)
            names = ", ".join(resource.resource for resource in stale)
            found.append(
                Attention(
                    error or f"{source} is stale: {names}.",
                    f"after {through}" if through else _ALWAYS,
                    f"`ai-usage doctor`, then `ai-usage run --source {source}`.",
                )
            )
    return found


def as_dict(status: Status) -> dict[str, Any]:
    """The status for machines."""
    content = asdict(status)
    content["is_fresh"] = status.is_fresh
    content["age_hours"] = round(status.age.total_seconds() / 3600, 1) if status.age is not None else None
    del content["age"]
    return content


def print_status(status: Status, *, as_json: bool = False, quiet: bool = False) -> None:
    """A few lines, a table of sources, and what to do. `quiet` prints only what to do."""
    if as_json:
        sys.stdout.write(json.dumps(as_dict(status), indent=2, default=_text) + "\n")
        return
    out = console()
    if not quiet:
        _print_versions(out, status)
        if status.resources:
            away = _not_connected(status.resources)
            out.print(_table([resource for resource in status.resources if resource.source not in away]))
            if away:
                out.print(f"not connected: {', '.join(away)}", highlight=False)
        for hole in status.lost:
            days = f"{hole.first_day} to {hole.last_day}"
            out.print(f"lost for good: {hole.source}, {days}: {', '.join(hole.resources)}", highlight=False)
    for item in status.attention:
        out.print(f"[red]to do[/] {_plain(item.what)}", highlight=False)
        since = "" if item.since == _ALWAYS else f"since {_plain(item.since)}. "
        out.print(f"      {since}{_plain(item.remedy)}", highlight=False)
    if status.is_fresh and not quiet:
        out.print("[green]Everything is up to date.[/]")


def _print_versions(out: Console, status: Status) -> None:
    if status.published:
        as_of = utc(status.published.as_of or status.published.published_at)
        hours = status.age.total_seconds() / 3600 if status.age else 0
        out.print(
            f"published: run {status.published.run_id}, as of {as_of:%Y-%m-%d %H:%M} UTC "
            f"({counted(round(hours), 'hour')} ago)",
            highlight=False,
        )
        version = status.published
        for line in reach_lines(
            version.newest_week, version.next_week_from, version.newest_month, version.next_month_from
        ):
            out.print(line, highlight=False)
    else:
        out.print("published: nothing yet")
    if status.last_night:
        night = status.last_night
        out.print(
            f"last night: run {night.get('run_id')}, as of {night.get('as_of')}, "
            f"exit code {night.get('exit_code')}",
            highlight=False,
        )
        if night.get("error"):
            out.print(f"  {_plain(str(night['error']))}", highlight=False)
    if status.warehouse_busy:
        out.print("[yellow]The warehouse is busy[/] (a run holds it) or cannot be reached.")
    if status.resources:
        out.print(f"sources, read from {_ORIGIN[status.read_from]}:", highlight=False)
    else:
        out.print("sources: no source has been loaded yet")


def _not_connected(resources: Sequence[ResourceStatus]) -> list[str]:
    """Sources that are not connected and of which nothing is loaded."""
    present = {resource.source for resource in resources if resource.is_connected or resource.row_count != 0}
    return sorted({resource.source for resource in resources} - present)


def _table(resources: Sequence[ResourceStatus]) -> Table:
    table = Table(box=None, pad_edge=False)
    texts = ("source", "resource", "state")
    for heading in (*texts, "last success", "through", "rows", "pending", "missing", "lost", "rejected"):
        table.add_column(heading, justify="left" if heading in texts else "right", overflow="fold")
    for resource in resources:
        if not resource.is_connected:
            state = "disconnected"
        else:
            state = "[red]stale[/]" if resource.is_stale else "fresh"
        table.add_row(
            resource.source,
            resource.resource,
            state,
            f"{resource.last_success_at:%Y-%m-%d}" if resource.last_success_at else "",
            str(resource.data_through or ""),
            "hidden" if resource.row_count is None else f"{resource.row_count:,}",
            str(resource.pending_days or ""),
            str(resource.missing_days or ""),
            str(resource.permanent_gap_days or ""),
            str(resource.rejected_rows or ""),
        )
    return table


def _plain(text: str) -> str:
    """Square brackets are rich's markup."""
    return text.replace("[", r"\[")


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)
