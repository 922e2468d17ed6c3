"""What is wrong after a night, as problems that a person can act on. Each has a section in docs/runbook.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orchestration.freshness import stale_names
from orchestration.result import NightResult
from orchestration.watch import LostDays, ResourceStatus, Watched
from runtime.clock import utc
from runtime.errors import AiUsageError
from runtime.failures import told
from runtime.scrub import scrub

if TYPE_CHECKING:
    from ingestion.pipeline import SourceResult

# Fewer refused records than this are looked at in source_status, not at night.
REJECTS_WORTH_AN_ALERT = 20
REJECTED_SHARE_WORTH_AN_ALERT = 0.01
_FEWEST_REJECTS = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        key: the same for the same problem on the next night.
        what: one sentence; scrubbed.
        since: from when on, as far as it is known.
        readers: what readers see meanwhile.
        remedy: what to do.
        section: heading in docs/runbook.md.
        is_lasting: it cannot be repaired, so it is reported once and never as recovered.
    """

    key: str
    what: str
    since: str
    readers: str
    remedy: str
    section: str
    is_lasting: bool = False


@dataclass(slots=True)
class Examined:
    """The problems of a night, and which kinds of problem could be looked for at all.

    What was not looked at (a source that did not run, a warehouse that could not be opened) is neither new nor
    recovered.
    """

    problems: dict[str, Problem] = field(default_factory=dict)
    areas: set[str] = field(default_factory=set)

    def add(self, area: str, *problems: Problem) -> None:
        """Record that `area` (a key's beginning) was looked at, and what was found there."""
        self.areas.add(area)
        for problem in problems:
            self.problems[problem.key] = problem

    def covers(self, key: str) -> bool:
        """Whether a problem with this key would have been found."""
        return any(key == area or key.startswith(f"{area}:") for area in self.areas)


def examine_night(
    result: NightResult, watched: Watched, now: dt.datetime, crash: BaseException | None = None
) -> Examined:
    """Every problem after a night."""
    examined = Examined()
    night = f"the night of {now:%Y-%m-%d %H:%M} UTC"
    examined.add("night:crashed", *([_crashed(crash, night, watched)] if crash else []))
    for source in result.sources:
        failed = source.status == "failed"
        text = scrub(source.error or "")
        examined.add(f"source:{source.source}:failed")  # told before it had several accounts
        examined.add(
            f"source:{source.name}:failed",
            *([_failed(source, text, watched, night)] if failed else []),
        )
        if not failed:
            share = source.rejected / max(1, source.rejected + source.total_rows)
            many = source.rejected > REJECTS_WORTH_AN_ALERT or share > REJECTED_SHARE_WORTH_AN_ALERT
            worth = many and source.rejected >= _FEWEST_REJECTS
            examined.add(
                f"rejects:{source.name}",
                *([_rejected(source.name, source.rejected, night)] if worth else []),
            )
    if result.dbt is not None:
        examined.add("build", *([] if result.dbt.ok else [_build(result, night, watched)]))
    if result.refused_by == "checks" or (result.dbt is not None and result.dbt.ok):
        for area, problem in _refusals(result, night, watched):
            examined.add(area, *([problem] if problem else []))
    examined.add("publish:stopped", *([] if result.publication else [_nothing_published(night, watched)]))
    if result.publication is not None:
        examined.add("site:failed", *([_no_site(result.site_error, night)] if result.site_error else []))
    if watched.origin == "warehouse":
        _from_status(examined, watched, result)
    return examined


def _from_status(examined: Examined, watched: Watched, result: NightResult) -> None:
    """What only the tables know: staleness, lost days, concealed names."""
    # Models that were not built tonight tell of an earlier night. Days lost are recorded outside them, and dbt
    # judged freshness before it built.
    examined.add("gap", *_lost(watched.lost))
    is_built = result.dbt is not None and result.dbt.ok
    failed = {source.source for source in result.failed_sources}
    by_source: dict[str, list[ResourceStatus]] = {}
    for resource in watched.resources:
        by_source.setdefault(resource.source, []).append(resource)
    behind = set(stale_names(result.freshness))
    judged = {one.source for one in result.freshness if one.is_stale is not None}
    for source, resources in by_source.items():
        if source in failed:
            continue  # told as failed; whether it is stale as well is looked at when it loads again
        stale = [
            resource for resource in resources if (resource.is_stale if is_built else resource.name in behind)
        ]
        if is_built or source in judged:
            examined.add(f"source:{source}:stale", *([_stale(source, stale)] if stale else []))
        if not is_built:
            continue
        concealed = [resource for resource in resources if resource.names_concealed]
        examined.add(f"concealed:{source}", *([_concealed(source, concealed)] if concealed else []))


def _crashed(crash: BaseException, night: str, watched: Watched) -> Problem:
    if isinstance(crash, AiUsageError):
        text, remedy = crash.message, crash.remedy
    else:
        text, remedy = told(crash), ""
    return Problem(
        key="night:crashed",
        what=f"The night ended before its end: {scrub(text)}",
        since=night,
        readers=readers_see(watched),
        remedy=scrub(remedy) or "Read the journal of that run, remove the cause, and run `ai-usage run`.",
        section="The night crashed",
    )


def _failed(loaded: SourceResult, error: str, watched: Watched, night: str) -> Problem:
    source, name = loaded.source, loaded.name
    own = [resource for resource in watched.resources if resource.source == source]
    succeeded = max((utc(r.last_success_at) for r in own if r.last_success_at), default=None)
    since = f"{night}; loaded last on {succeeded:%Y-%m-%d}" if succeeded else f"{night}; never loaded before"
    through = max((r.data_through for r in own if r.data_through), default=None)
    readers = f"{source} through {through}, marked stale" if through else f"nothing of {source}"
    return Problem(
        key=f"source:{name}:failed",
        what=f"{name} could not be loaded: {error.removeprefix(f'{source}: ')}",
        since=since,
        readers=f"{readers}; the other sources are not held up.",
        remedy=f"`ai-usage doctor` names the setting or permission; then `ai-usage run --source {source}`.",
        section="A source failed",
    )


def _stale(source: str, resources: list[ResourceStatus]) -> Problem:
    through = min((r.data_through for r in resources if r.data_through), default=None)
    return Problem(
        key=f"source:{source}:stale",
        what=f"{source} loads, but is behind: {', '.join(r.resource for r in resources)}.",
        since=f"after {through}" if through else "the beginning",
        readers=f"figures of {source} through {through}; later days are not zero but missing."
        if through
        else f"no figures of these parts of {source}.",
        remedy="`ai-usage status` shows pending days; look whether the vendor's own console is behind as well.",
        section="A source is stale",
    )


def _lost(holes: list[LostDays]) -> Iterator[Problem]:
    """One problem a hole: it keeps its first day while it grows, so that it is reported once."""
    starts: dict[tuple[str, dt.date], list[LostDays]] = {}
    for hole in holes:
        starts.setdefault((hole.source, hole.first_day), []).append(hole)
    for (source, first), members in starts.items():
        last = max(hole.last_day for hole in members)
        resources = sorted({name for hole in members for name in hole.resources})
        days = (last - first).days + 1
        yield Problem(
            key=f"gap:{source}:{first}",
            what=f"{days} day{'s' if days > 1 else ''} of {source} can no longer be fetched: "
            f"{first} to {last} ({', '.join(resources)}).",
            since=str(first),
            readers="these days as missing, for ever: `permanent_gap_days` in source_status counts them.",
            remedy="Nothing brings them back but saved answers in the archive folder. Find out why no night "
            "loaded them.",
            section="Days are lost for good",
            is_lasting=True,
        )


def _concealed(source: str, resources: list[ResourceStatus]) -> Problem:
    return Problem(
        key=f"concealed:{source}",
        what=f"{source} hides the names in {', '.join(r.resource for r in resources)}.",
        since="its newest report",
        readers=f"use of {source} as Unattributed; no one is counted as a new person.",
        remedy=f"Switch the concealing off at the vendor (docs/connect/{source}.md).",
        section="Names are concealed",
    )


def _rejected(source: str, count: int, night: str) -> Problem:
    return Problem(
        key=f"rejects:{source}",
        what=f"{count} records of {source} broke their contract and were left out.",
        since=night,
        readers=f"figures of {source} without these records.",
        remedy="Look at ops.rejected_records for the reason; the vendor may have changed a field.",
        section="Records are refused",
    )


def _build(result: NightResult, night: str, watched: Watched) -> Problem:
    assert result.dbt is not None
    counts = ", ".join(
        f"{count} {status}"
        for status, count in sorted(result.dbt.statuses.items())
        if status in ("error", "fail")
    )
    texts = "; ".join(scrub(text) for text in result.dbt.failures[:3])
    return Problem(
        key="build:failed",
        what=f"Building or testing the tables failed ({counts or 'dbt ended with an error'}). {texts}".strip(),
        since=night,
        readers=readers_see(watched),
        remedy="Read logs/dbt.log in the data folder for the model or test; then `ai-usage publish`.",
        section="Build or tests failed",
    )


def _refusals(result: NightResult, night: str, watched: Watched) -> Iterator[tuple[str, Problem | None]]:
    """Why what was built was not published; each kind is looked at only when the night got that far."""
    kinds = {
        "checks": ("The checks before publishing refused", "Checks failed"),
        "audit": ("The privacy audit refused", "The audit refused"),
        "publish": ("Switching readers failed", "Nothing is published"),
    }
    for kind, (said, section) in kinds.items():
        if result.refused_by != kind:
            yield f"refused:{kind}", None
            continue
        yield (
            f"refused:{kind}",
            Problem(
                key=f"refused:{kind}",
                what=f"{said}: {scrub(result.error or '')}",
                since=night,
                readers=readers_see(watched),
                remedy=f"Follow the runbook; nothing is lost meanwhile. Run {result.run_id}.",
                section=section,
            ),
        )
        return  # what comes after a refusal was not looked at


def _nothing_published(night: str, watched: Watched) -> Problem:
    version = watched.published
    since = f"{utc(version.as_of or version.published_at):%Y-%m-%d}" if version else "the beginning"
    return Problem(
        key="publish:stopped",
        what=f"Nothing was published; nothing has been since {since}.",
        since=since if version else night,
        readers=readers_see(watched),
        remedy="Remove the cause named above; the next good night publishes everything.",
        section="Nothing is published",
    )


def _no_site(error: str, night: str) -> Problem:
    return Problem(
        key="site:failed",
        what=f"The tables were published, but the site could not be built: {scrub(error)}",
        since=night,
        readers="tonight's tables, and the site of an earlier night.",
        remedy="Remove the cause named above; then `ai-usage site`.",
        section="The site was not built",
    )


def readers_see(watched: Watched) -> str:
    """Which version readers have in front of them."""
    version = watched.published
    if version is None:
        return "nothing yet; no version was ever published."
    as_of = utc(version.as_of or version.published_at)
    return f"the version as of {as_of:%Y-%m-%d %H:%M} UTC (run {version.run_id})."
