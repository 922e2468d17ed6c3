"""What a run tells a person in the end: an outcome, findings. No value of any record is ever printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from orchestration.console import console
from orchestration.freshness import stale_names
from orchestration.reach import reach_lines
from publishing.periods import BUILT_AGAIN, Newest, in_words
from runtime.counting import counted

if TYPE_CHECKING:
    from dashboards.builder import Site
    from ingestion.source_types import Finding
    from orchestration.backup.archive import Manifest
    from orchestration.backup.restore import Restored
    from orchestration.result import NightResult


def print_night(result: NightResult, *, quiet: bool = False) -> None:
    """The outcome: a line a source, what dbt did, where the published file lies."""
    out = console()
    if not quiet and result.sources:
        table = Table(box=None, pad_edge=False)
        for heading in ("source", "state", "rows", "rejected", "seconds"):
            table.add_column(heading, justify="left" if heading in ("source", "state") else "right")
        for source in result.sources:
            table.add_row(
                source.name,
                source.status.replace("_", " "),
                f"{source.total_rows:,}",
                f"{source.rejected:,}",
                f"{source.seconds:.1f}",
            )
        out.print(table)
    for source in result.sources:
        if source.error:
            error = source.error.removeprefix(f"{source.source}: ")
            out.print(f"[red]{source.name}:[/] {error}", highlight=False)
        if source.new_fields and not quiet:
            out.print(_new_fields_line(source.name, source.new_fields), highlight=False)
    stale = stale_names(result.freshness)
    if stale:
        out.print(f"[yellow]stale:[/] {', '.join(stale)}", highlight=False)
    if result.dbt and not quiet:
        counts = ", ".join(f"{count} {status}" for status, count in sorted(result.dbt.statuses.items()))
        out.print(f"dbt: {counts}", highlight=False)
    if result.dbt and not result.dbt.ok:
        for failure in result.dbt.failures[:10]:
            out.print(f"[red]dbt:[/] {failure}", highlight=False)
    if result.error:
        out.print(f"[red]Not published:[/] {result.error}", highlight=False)
    if result.publication and not quiet:
        published = result.publication
        out.print(
            f"published: {counted(len(published.tables), 'table')}, {counted(published.rows, 'row')} "
            f"→ {published.location}",
            highlight=False,
            soft_wrap=True,
        )
        for reason, periods in published.built_again.items():
            out.print(f"built again, {BUILT_AGAIN[reason]}: {in_words(periods)}", highlight=False)
        if published.closed:
            out.print(f"closed, now with figures: {in_words(published.closed)}", highlight=False)
        week, month = published.newest.get("week", Newest()), published.newest.get("month", Newest())
        for line in reach_lines(week.start, week.next_from, month.start, month.next_from):
            out.print(line, highlight=False)
    if result.site and not quiet:
        out.print(f"site: {result.site}", highlight=False, soft_wrap=True)
    if result.site_error:
        out.print(f"[red]No new site:[/] {result.site_error} Readers keep the last one.", highlight=False)
    if result.publication and result.publication.kept:
        out.print(
            f"[yellow]Not corrected:[/] {in_words(result.publication.kept)}: in some department or tool "
            "the correction would concern too few people; what was closed before stays published.",
            highlight=False,
        )


def _new_fields_line(source: str, fields: Sequence[str]) -> str:
    """The fields a source sent for the first time; later nights leave them to `ops.unknown_fields`."""
    named = ", ".join(fields[:8])
    more = f" and {len(fields) - 8} more" if len(fields) > 8 else ""
    return f"{source}: new fields, not stored: {named}{more} (reported once; ops.unknown_fields lists all)"


def as_dict(result: NightResult) -> dict[str, Any]:
    """The outcome for machines."""
    return {
        "run_id": result.run_id,
        "exit_code": int(result.exit_code),
        "sources": [
            {
                "source": source.source,
                **({"account": source.tenant} if source.name != source.source else {}),
                "status": source.status,
                "rows": source.rows,
                "rejected": source.rejected,
                "seconds": round(source.seconds, 2),
                "error": source.error,
            }
            for source in result.sources
        ],
        "failed_checks": [
            {
                "check": check.check,
                "source": check.source,
                "resource": check.resource,
                "field": check.field,
                "message": check.message,
            }
            for check in result.failed_checks
        ],
        "stale": stale_names(result.freshness),
        "dbt": result.dbt.statuses if result.dbt else None,
        "failures": result.dbt.failures if result.dbt else [],
        "closed": [str(period) for period in result.publication.closed] if result.publication else [],
        "built_again": {
            reason: [str(period) for period in periods]
            for reason, periods in (result.publication.built_again if result.publication else {}).items()
        },
        "kept": [str(period) for period in result.publication.kept] if result.publication else [],
        "published": result.publication.location if result.publication else None,
        "error": result.error,
        "site": str(result.site) if result.site else None,
        "site_error": result.site_error,
        "seconds": {stage: round(seconds, 2) for stage, seconds in result.seconds.items()},
    }


def print_site(site: Site, *, quiet: bool, as_json: bool) -> None:
    """The page to open, and what was built."""
    if as_json:
        told = {
            "site": str(site.index),
            "pages": site.pages,
            "bytes": site.size,
            "seconds": round(site.seconds, 2),
        }
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    elif not quiet:
        out = console()
        size = f"{site.size / 1e6:.1f} MB"
        out.print(
            f"site: {counted(site.pages, 'page')}, {size} → {site.index}", highlight=False, soft_wrap=True
        )


def print_saved(manifest: Manifest, folder: Path, *, quiet: bool, as_json: bool) -> None:
    """What `backup` saved."""
    if as_json:
        sys.stdout.write(json.dumps({"saved": str(folder)} | _counts(manifest), indent=2) + "\n")
    elif not quiet:
        out = console()
        out.print(f"saved {_sized(manifest)} in {folder}", highlight=False, soft_wrap=True)
        out.print("The pseudonymisation key is not in it: keep that apart.", highlight=False)


def print_restored(restored: Restored, folder: Path, *, quiet: bool, as_json: bool) -> None:
    """What `restore` put back, and what it did not because somebody was erased."""
    manifest, left_out = restored.manifest, sum(restored.erased_again.values())
    if as_json:
        outcome = {"restored": str(folder)} | _counts(manifest) | {"rows_of_erased_people": left_out}
        sys.stdout.write(json.dumps(outcome, indent=2) + "\n")
    elif not quiet:
        out = console()
        out.print(f"restored {_sized(manifest)} from {folder}", highlight=False, soft_wrap=True)
        out.print(
            f"Rows of erased people left out: {left_out:,}. Erase again who was erased after "
            f"{manifest.created_at}, unless this data folder, --erased-from or a newer backup beside says so.",
            highlight=False,
            soft_wrap=True,
        )
        out.print("Now `ai-usage run`: it builds and publishes everything else.", highlight=False)


def _sized(manifest: Manifest) -> str:
    return f"{counted(len(manifest.tables), 'table')}, {counted(manifest.rows, 'row')}"


def _counts(manifest: Manifest) -> dict[str, object]:
    return {
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "created_at": manifest.created_at,
        "product_version": manifest.product_version,
    }


def print_findings(findings: list[tuple[str, Finding]], *, as_json: bool = False) -> None:
    """What `doctor` found, a line each, the remedy under what is wrong, a count at the end."""
    if as_json:
        rows = [
            {
                "area": area,
                "subject": f.subject,
                "ok": f.ok,
                "state": _state(f),
                "message": f.message,
                "remedy": f.remedy,
            }
            for area, f in findings
        ]
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return
    out = console()
    for area, finding in findings:
        state = _state(finding)
        out.print(f"[{_COLOURS[state]}]{state:<14}[/]{escape(_told(area, finding))}", highlight=False)
        if finding.remedy and not finding.ok:
            out.print(f"{'':<14}{escape(finding.remedy)}", highlight=False)
    out.print(_counted([_state(finding) for _, finding in findings]), highlight=False)


_COLOURS = {"ok": "green", "to fix": "red", "not connected": "dim"}


def _state(finding: Finding) -> str:
    if not finding.ok:
        return "to fix"
    return "ok" if finding.is_connected else "not connected"


def _told(area: str, finding: Finding) -> str:
    """The line of a finding; area and subject are not repeated where the message names them."""
    message = finding.message.removeprefix(f"{area}: ")
    if finding.subject.lower() in message.lower() or not finding.is_connected:
        return f"{area}: {message}"
    return f"{area}: {finding.subject}: {message}"


def _counted(states: list[str]) -> str:
    checks = [state for state in states if state != "not connected"]
    to_fix = checks.count("to fix")
    text = f"{counted(len(checks), 'check')}: {len(checks) - to_fix} ok, {to_fix} to fix"
    absent = len(states) - len(checks)
    return (
        f"{text}; {absent} {'source is' if absent == 1 else 'sources are'} not connected."
        if absent
        else f"{text}."
    )
