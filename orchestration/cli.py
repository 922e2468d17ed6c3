"""`ai-usage`: the one command. Each subcommand is a thin shell around functions that a scheduler calls too.

What a subcommand needs it imports itself: `status` must answer at once, and a second run be busy at once.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingestion.clock import RunClock
from ingestion.config import email_rules, environment
from ingestion.errors import AiUsageError, BusyError
from ingestion.failures import described, frames
from ingestion.privacy.logs import quiet_process
from ingestion.privacy.pseudonym import Pseudonymiser, load_key
from lifecycle.kinds import Kind
from orchestration import report
from orchestration.console import console
from orchestration.first_steps import read_environment_file
from orchestration.lock import refuse_when_busy
from orchestration.result import ExitCode, NightResult

if TYPE_CHECKING:
    from ingestion.source import SourceDefinition

app = typer.Typer(
    name="ai-usage",
    help="AI-usage analytics: loads vendor data through the privacy gate, builds the marts, publishes them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

DataDir = Annotated[
    Path | None, typer.Option(help="Folder for everything a run writes (default: .data or AI_USAGE_DATA_DIR).")
]
Target = Annotated[str | None, typer.Option(help="Warehouse target of profiles.yml (default: dev).")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only what went wrong.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")]
Accept = Annotated[
    list[str] | None,
    typer.Option(
        help="Take a change that was refused as meant: source.resource[.field], or with `run` the name of a "
        "source that was disconnected (may be repeated)."
    ),
]


@app.command()
def init(
    folder: Annotated[
        Path, typer.Argument(help="Folder of the deployment; made where it is missing.")
    ] = Path(),
) -> None:
    """Make a pseudonymisation key and settings files to edit. Files that exist are left as they are."""
    from orchestration.first_steps import write_settings

    out = console()
    for written in write_settings(folder.absolute()):
        out.print(f"{'written' if written.is_new else 'left as it is'}: {written.path}", highlight=False)
    out.print("Keep a copy of the key in a secret store: without it history cannot be continued.")
    out.print("Next: edit the settings, then run `ai-usage doctor` in this folder.")


@app.command()
def key(
    file: Annotated[
        Path,
        typer.Option(envvar="AI_USAGE_PSEUDONYM_KEY_FILE", help="New file for the key; it must not exist."),
    ] = Path("pseudonym.key"),
) -> None:
    """Make the pseudonymisation key in a new file that only you can read. It is not printed."""
    from orchestration.first_steps import make_key

    make_key(file.absolute())
    out = console()
    out.print(
        f"A new key is in {file.absolute()}; name the file in AI_USAGE_PSEUDONYM_KEY_FILE.", highlight=False
    )
    out.print("Keep a copy in a secret store before the first night: without it history cannot be continued.")


@app.command()
def run(
    source: Annotated[list[str] | None, typer.Option(help="Load only this source (may be repeated).")] = None,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Fetch from this day on again.")
    ] = None,
    until: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Fetch up to this day.")
    ] = None,
    full_refresh: Annotated[bool, typer.Option(help="Rebuild incremental models from raw.")] = False,
    accept: Accept = None,
    data_dir: DataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """The nightly run: load every connected source, build and test, publish."""
    clock = RunClock(dt.datetime.now(dt.UTC), since.date() if since else None, until.date() if until else None)
    pseudonymiser = Pseudonymiser(load_key(), email_rules())
    env = environment(data_dir, target)
    refuse_when_busy(env)
    chosen = _chosen_sources(source)
    from ingestion.sources.registry import SOURCES
    from orchestration.night import run_night

    with report.live_progress(quiet=quiet or as_json) as progress:
        result = run_night(
            env,
            pseudonymiser,
            clock,
            chosen,
            every_source=SOURCES,
            full_refresh=full_refresh,
            accepted=accept or (),
            progress=progress,
        )
    _finish(result, quiet=quiet, as_json=as_json)


@app.command()
def publish(
    accept: Accept = None,
    data_dir: DataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Check and build what is loaded, test, audit, and switch readers to the result."""
    env = environment(data_dir, target)
    refuse_when_busy(env)
    from orchestration.night import Night, build_and_publish

    with (
        report.live_progress(quiet=quiet or as_json) as progress,
        Night(env, writes_raw=bool(accept), progress=progress) as night,
    ):
        result = build_and_publish(night, accepted=accept or ())
    _finish(result, quiet=quiet, as_json=as_json)


@app.command()
def site(
    data_dir: DataDir = None, target: Target = None, quiet: Quiet = False, as_json: AsJson = False
) -> None:
    """Build the dashboards from what is published, as every night does."""
    env = environment(data_dir, target, create=False)
    refuse_when_busy(env)
    from orchestration.lock import run_lock
    from orchestration.site import build_site

    with run_lock(env, writes_raw=False):
        built = build_site(env)
    report.print_site(built, quiet=quiet, as_json=as_json)


@app.command()
def status(
    data_dir: DataDir = None, target: Target = None, quiet: Quiet = False, as_json: AsJson = False
) -> None:
    """What is fresh, what is stale, since when, and what to do. Ends with 7 when something is to do."""
    from orchestration.status import current_status, print_status

    found = current_status(environment(data_dir, target, create=False), dt.datetime.now(dt.UTC))
    print_status(found, as_json=as_json, quiet=quiet)
    if not found.is_fresh:
        raise typer.Exit(ExitCode.FINDINGS)


@app.command()
def doctor(data_dir: DataDir = None, target: Target = None, as_json: AsJson = False) -> None:
    """Check key, destination and each vendor's credentials and scopes. Writes nothing."""
    from ingestion.sources.registry import SOURCES
    from orchestration.doctor import examine

    env = environment(data_dir, target, create=False)
    findings = list(examine(env, SOURCES, RunClock(dt.datetime.now(dt.UTC))))
    report.print_findings(findings, as_json=as_json)
    if any(not finding.ok for _, finding in findings):
        raise typer.Exit(ExitCode.FINDINGS)


@app.command()
def backup(
    to: Annotated[Path, typer.Option(help="New folder for the backup; it must not exist.")],
    key_copy: Annotated[
        Path | None,
        typer.Option(help="Also write the key to this new private file, which may not lie in the backup."),
    ] = None,
    data_dir: DataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Save what cannot be made again: raw and operations tables, key tables, closed periods; not the key."""
    from orchestration.backup.save import back_up, copy_key

    env = environment(data_dir, target, create=False)
    with report.live_progress(quiet=quiet or as_json) as progress:
        manifest = back_up(env, to.absolute(), lambda message: progress("backup", message))
    if key_copy is not None:
        copy_key(env, key_copy, to)
    report.print_saved(manifest, to, quiet=quiet, as_json=as_json)


@app.command()
def restore(
    backup: Annotated[Path, typer.Option("--from", help="Folder that `ai-usage backup` made.")],
    erased_from: Annotated[
        list[Path] | None,
        typer.Option(help="Data folder or newer backup that says who was erased since (may be repeated)."),
    ] = None,
    data_dir: DataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup back onto an empty deployment, without erased people; `ai-usage run` builds the rest."""
    from ingestion.sources.registry import SOURCES
    from orchestration.backup.restore import restore as put_back

    pseudonymiser = Pseudonymiser(load_key(), email_rules())
    env = environment(data_dir, target)
    with report.live_progress(quiet=quiet or as_json) as progress:
        restored = put_back(
            env,
            backup.absolute(),
            pseudonymiser,
            {source.name: source.contracts for source in SOURCES},
            erased_from=[folder.absolute() for folder in erased_from or ()],
            progress=lambda message: progress("restore", message),
        )
    report.print_restored(restored, backup, quiet=quiet, as_json=as_json)


@app.command()
def reopen(
    period: Annotated[
        list[str] | None,
        typer.Option(help="Closed period to correct: week:2026-10-12 or month:2026-09-01 (may be repeated)."),
    ] = None,
    all_since: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Every closed period that ends after this day."),
    ] = None,
    incomplete: Annotated[
        bool,
        typer.Option("--incomplete", help="Every period that closed as complete though it was read in part."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Reopen; without it the command only tells.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell whom it would concern.")] = False,
    data_dir: DataDir = None,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Let the next publish correct closed periods; says first how many people the correction concerns."""
    from orchestration.reopening import reopen_periods

    if not period and all_since is None and not incomplete:
        raise typer.BadParameter("Name a --period, --all-since a day, or --incomplete.")
    env = environment(data_dir, target, create=False)
    since = all_since.date() if all_since else None
    outcome = reopen_periods(
        env, period or [], since, yes=yes, dry_run=dry_run, as_json=as_json, incomplete=incomplete
    )
    raise typer.Exit(outcome)


@app.command()
def void(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="Id of the newest run, as `status` names it.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Take it back; without it the command only tells.")
    ] = False,
    data_dir: DataDir = None,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Take the newest night back, after a wrong clock or a wrong file: the next run loads its days again."""
    from ingestion.sources.registry import SOURCES
    from orchestration.voiding import void as take_back

    env = environment(data_dir, target, create=False)
    raise typer.Exit(take_back(env, SOURCES, run_id, yes=yes, as_json=as_json))


@app.command()
def erase(
    kind: Annotated[Kind, typer.Option(help="What kind of identifier it is.")] = Kind.EMAIL,
    from_file: Annotated[
        Path | None, typer.Option(help="File with the identifier (default: standard input or a hidden prompt).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    even_if_unknown: Annotated[
        bool, typer.Option("--even-if-unknown", help="Mark as erased what nothing is held of.")
    ] = False,
    data_dir: DataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person from every layer and keep whoever sends them again from bringing them back."""
    from ingestion.sources.registry import SOURCES
    from orchestration.erasing import erase_person, read_identifier

    pseudonymiser = Pseudonymiser(load_key(), email_rules())
    identifier = read_identifier(from_file)
    outcome = erase_person(
        environment(data_dir, target, create=False),
        pseudonymiser,
        SOURCES,
        kind,
        identifier,
        yes=yes,
        dry_run=dry_run,
        even_if_unknown=even_if_unknown,
        as_json=as_json,
        quiet=quiet,
    )
    raise typer.Exit(outcome)


@app.command()
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    data_dir: DataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Delete rows that are older than promised ([retention] raw_days, person_days)."""
    from ingestion.sources.registry import SOURCES
    from orchestration.retaining import enforce_retention

    env = environment(data_dir, target, create=False)
    enforce_retention(env, SOURCES, dt.datetime.now(dt.UTC), dry_run=dry_run, quiet=quiet, as_json=as_json)


@app.command()
def demo(
    people: Annotated[int, typer.Option(min=12, help="People of the synthetic company.")] = 600,
    weeks: Annotated[int, typer.Option(min=2, help="Weeks of history.")] = 26,
    seed: Annotated[int, typer.Option(help="The same seed gives the same company.")] = 7,
    data_dir: Annotated[Path, typer.Option(help="Folder for everything the demo writes.")] = Path(".data/demo"),
    quiet: Quiet = False,
) -> None:
    """See it all work: a local server plays the vendors of a synthetic company."""
    from orchestration.demo import DemoOptions, run_demo
    from orchestration.project import require_project

    require_project()
    outcome = run_demo(DemoOptions(people, weeks, seed, data_dir.absolute()), quiet=quiet)
    raise typer.Exit(outcome)


def main() -> None:
    """Entry point. Errors are told in one line with their remedy; unexpected ones go to the log, scrubbed."""
    quiet_process()
    os.umask(0o077)  # whatever a library writes is for this account alone
    out = console(stderr=True)
    try:
        read_environment_file(Path.cwd())
        app()
    except BusyError as error:
        out.print(f"[yellow]Busy:[/] {error}", highlight=False)
        sys.exit(ExitCode.BUSY)
    except AiUsageError as error:
        out.print(f"[red]Error:[/] {error.message}", highlight=False)
        if error.remedy:
            out.print(f"  {error.remedy}", highlight=False)
        sys.exit(ExitCode.ERROR)
    except Exception as error:  # the last sink: a traceback could carry a value
        out.print(f"[red]Unexpected:[/] {described(error)}", highlight=False)
        out.print("\n".join(frames(error)), highlight=False, markup=False)
        sys.exit(ExitCode.ERROR)


def _chosen_sources(names: list[str] | None) -> Sequence[SourceDefinition]:
    from ingestion.sources.registry import SOURCES

    if not names:
        return SOURCES
    known = {source.name: source for source in SOURCES}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise typer.BadParameter(f"Unknown source `{unknown[0]}`; known: {', '.join(known)}.")
    return [known[name] for name in names]


def _finish(result: NightResult, *, quiet: bool, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(report.as_dict(result), indent=2) + "\n")
    else:
        report.print_night(result, quiet=quiet)
    if result.exit_code is not ExitCode.OK:
        raise typer.Exit(result.exit_code)


if __name__ == "__main__":
    main()
