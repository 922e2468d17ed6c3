"""`ai-usage`: the one command. Each subcommand is a thin shell around functions that a scheduler calls too.

What a subcommand needs it imports itself: help must come at once (tests/orchestration/test_start.py), and a
second run be busy at once.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from demo.size import PEOPLE, SEED, WEEKS
from lifecycle.kinds import Kind
from orchestration import report
from orchestration.cli_options import (
    Accept,
    AsJson,
    DataDir,
    DryRun,
    MadeDataDir,
    Quiet,
    Since,
    Target,
    Until,
    all_existing,
    day,
    existing,
    existing_folder,
    folder,
    known,
    known_target,
    print_version,
)
from orchestration.console import console
from orchestration.first_steps import read_environment_file
from orchestration.places import DEMO_DIR
from orchestration.progress import live_progress
from orchestration.result import ExitCode, NightResult
from runtime.clock import RunClock
from runtime.errors import AiUsageError, BusyError
from runtime.failures import described, frames
from runtime.library_logs import quiet_process

if TYPE_CHECKING:
    from ingestion.privacy.pseudonym import Pseudonymiser
    from ingestion.source import SourceDefinition
    from runtime.environment import Environment

_CODES = (
    "Exit codes: 0 done, 1 error, 2 wrong option, 3 a source failed and the rest was published, 4 the build "
    "failed, 5 not published, 6 another run is at work, 7 something needs to be done (status, doctor, erase), "
    "8 published without a new site."
)
app = typer.Typer(
    name="ai-usage",
    help="AI-usage analytics: load vendor data through the privacy gate, build the tables, publish them.",
    epilog=_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"max_content_width": 100},
    rich_markup_mode=None,  # square brackets in a help text are square brackets
)


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Only what stands before a command."""


@app.command()
def init(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", callback=folder, help="The deployment's folder; created if missing."),
    ] = Path(),
) -> None:
    """Create a key and settings files to edit.

    Files that exist are left as they are.
    """
    from orchestration.first_steps import write_settings

    out = console()
    for written in write_settings(folder.absolute()):
        out.print(f"{'written' if written.is_new else 'left as it is'}: {written.path}", highlight=False)
    out.print("Keep a copy of the key in a secret store: without it history cannot be continued.")
    out.print("Next: edit the settings. Start every command in this folder:")
    program = shlex.quote(str(Path(sys.argv[0]).absolute()))
    out.print(f"cd {shlex.quote(str(folder.absolute()))} && {program} doctor", highlight=False, soft_wrap=True)


@app.command()
def key(
    file: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            envvar="AI_USAGE_PSEUDONYM_KEY_FILE",
            help="New file for the key; it must not exist.",
        ),
    ] = Path("pseudonym.key"),
) -> None:
    """Make the pseudonymisation key in a private file.

    It is not printed.
    """
    from orchestration.first_steps import make_key

    make_key(file.absolute())
    out = console()
    out.print(
        f"A new key is in {file.absolute()}; name the file in AI_USAGE_PSEUDONYM_KEY_FILE.", highlight=False
    )
    out.print("Keep a copy in a secret store before the first night: without it history cannot be continued.")


@app.command(epilog="Ends with 3 to 6 or 8: see `ai-usage --help`.")
def run(
    source: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Load only this source. May be repeated.")
    ] = None,
    since: Since = None,
    until: Until = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Rebuild incremental tables from raw.")
    ] = False,
    accept: Accept = None,
    data_dir: DataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Load, build, test and publish: what runs every night."""
    clock = RunClock(dt.datetime.now(dt.UTC), since.date() if since else None, until.date() if until else None)
    key = _key()
    env = _environment(data_dir, target)
    _refuse_when_busy(env)
    pseudonymiser = _pseudonymiser(key)
    chosen = _chosen_sources(source)
    from ingestion.sources.registry import SOURCES
    from orchestration.night import run_night

    with live_progress(quiet=quiet or as_json) as progress:
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


@app.command(epilog="Ends with 4 to 6 or 8: see `ai-usage --help`.")
def publish(
    accept: Accept = None,
    data_dir: DataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Build and publish what is loaded, without loading."""
    env = _environment(data_dir, target)
    _refuse_when_busy(env)
    from orchestration.night import Night, build_and_publish

    with (
        live_progress(quiet=quiet or as_json) as progress,
        Night(env, writes_raw=bool(accept), progress=progress) as night,
    ):
        result = build_and_publish(night, accepted=accept or ())
    _finish(result, quiet=quiet, as_json=as_json)


@app.command()
def site(
    show: Annotated[
        bool, typer.Option("--open", help="Open the pages in a browser; builds them only where there are none.")
    ] = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve them on this machine alone (127.0.0.1) until Ctrl-C.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="PORT", help="Where to serve.")] = 8000,
    data_dir: MadeDataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Build the dashboards from the published tables, or look at them."""
    from orchestration.site import build_site, site_page

    env = _environment(data_dir, target, create=False)
    if not (show or serve) or site_page(env) is None:
        _refuse_when_busy(env)
        from orchestration.lock import run_lock

        with run_lock(env, writes_raw=False):
            built = build_site(env)
        report.print_site(built, quiet=quiet, as_json=as_json)
    if show or serve:
        from orchestration.look import look_at

        look_at(env.site, serve=serve, port=port, opens=show)


@app.command(epilog="Ends with 7 when something needs to be done.")
def status(
    data_dir: MadeDataDir = None, target: Target = None, quiet: Quiet = False, as_json: AsJson = False
) -> None:
    """Say what is fresh, what is stale, and what to do."""
    from orchestration.status import current_status, print_status

    found = current_status(_environment(data_dir, target, create=False), dt.datetime.now(dt.UTC))
    print_status(found, as_json=as_json, quiet=quiet)
    if not found.is_fresh:
        raise typer.Exit(ExitCode.FINDINGS)


@app.command(epilog="Ends with 7 when something needs fixing. A source that is not connected is not an error.")
def doctor(
    data_dir: DataDir = None,
    target: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Any target of profiles.yml (default: dev).", callback=known_target),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check key, settings, warehouse and each vendor's access. Writes nothing."""
    from ingestion.sources.registry import SOURCES
    from orchestration.doctor import examine

    env = _environment(data_dir, target, create=False)
    findings = list(examine(env, SOURCES, RunClock(dt.datetime.now(dt.UTC))))
    report.print_findings(findings, as_json=as_json)
    if any(not finding.ok for _, finding in findings):
        raise typer.Exit(ExitCode.FINDINGS)


@app.command()
def backup(
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder for the backup; it must not exist.")],
    key_copy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the key to this new private file, outside the backup."),
    ] = None,
    data_dir: MadeDataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Save what cannot be made again, without the key.

    Raw and operations tables, key tables and closed periods.
    """
    from orchestration.backup.save import back_up, copy_key

    env = _environment(data_dir, target, create=False)
    with live_progress(quiet=quiet or as_json) as progress:
        manifest = back_up(env, to.absolute(), lambda message: progress("backup", message))
    if key_copy is not None:
        copy_key(env, key_copy, to)
    report.print_saved(manifest, to, quiet=quiet, as_json=as_json)


@app.command()
def restore(
    backup: Annotated[
        Path,
        typer.Option(
            "--from", metavar="FOLDER", callback=existing_folder, help="Folder that `ai-usage backup` made."
        ),
    ],
    erased_from: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            callback=all_existing,
            help="Data folder or newer backup that says who was erased since. May be repeated.",
        ),
    ] = None,
    data_dir: DataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into an empty deployment.

    Without erased people. `ai-usage run` builds the rest.
    """
    from ingestion.sources.registry import SOURCES
    from orchestration.backup.restore import restore as put_back

    pseudonymiser = _pseudonymiser(_key())
    env = _environment(data_dir, target)
    with live_progress(quiet=quiet or as_json) as progress:
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
        typer.Option(
            metavar="PERIOD",
            help="Closed period to correct: week:2026-10-12 or month:2026-09-01. May be repeated.",
        ),
    ] = None,
    all_since: Annotated[
        dt.datetime | None,
        typer.Option(parser=day, metavar="DAY", help="Every closed period that ends after this day."),
    ] = None,
    incomplete: Annotated[
        bool,
        typer.Option("--incomplete", help="Every period that closed as complete though it was read in part."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Reopen; without it nothing is changed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many people that concerns.")] = False,
    data_dir: MadeDataDir = None,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Let the next publish correct closed periods.

    Says first how many people that concerns.
    """
    from orchestration.reopening import reopen_periods

    if not period and all_since is None and not incomplete:
        raise typer.BadParameter("Name a --period, --all-since a day, or --incomplete.")
    env = _environment(data_dir, target, create=False)
    since = all_since.date() if all_since else None
    outcome = reopen_periods(
        env, period or [], since, yes=yes, dry_run=dry_run, as_json=as_json, incomplete=incomplete
    )
    raise typer.Exit(outcome)


@app.command()
def void(
    run_id: Annotated[
        str,
        typer.Argument(
            metavar="RUN", help="Id of the newest run: `ai-usage status` prints it after `last night:`."
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Undo it; without it nothing is changed.")] = False,
    data_dir: MadeDataDir = None,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Undo the newest night, after a wrong clock or file.

    The next run loads its days again.
    """
    from ingestion.sources.registry import SOURCES
    from orchestration.voiding import void as take_back

    env = _environment(data_dir, target, create=False)
    take_back(env, SOURCES, run_id, yes=yes, as_json=as_json)


@app.command(epilog="Ends with 7 when nothing is held of the person.")
def erase(
    kind: Annotated[Kind, typer.Option(help="What kind of identifier it is.")] = Kind.EMAIL,
    from_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            callback=existing,
            help="File with the identifier (default: standard input, or a prompt that does not show it).",
        ),
    ] = None,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    even_if_unknown: Annotated[
        bool, typer.Option("--even-if-unknown", help="Mark as erased what nothing is held of.")
    ] = False,
    data_dir: MadeDataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person from every layer, for good.

    A source that sends them again does not bring them back.
    """
    from ingestion.sources.registry import SOURCES
    from orchestration.erasing import erase_person, read_identifier

    pseudonymiser = _pseudonymiser(_key())
    identifier = read_identifier(from_file)
    outcome = erase_person(
        _environment(data_dir, target, create=False),
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
    dry_run: DryRun = False,
    data_dir: MadeDataDir = None,
    target: Target = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Delete rows that are older than [retention] allows."""
    from ingestion.sources.registry import SOURCES
    from orchestration.retaining import enforce_retention

    env = _environment(data_dir, target, create=False)
    enforce_retention(env, SOURCES, dt.datetime.now(dt.UTC), dry_run=dry_run, quiet=quiet, as_json=as_json)


@app.command()
def demo(
    people: Annotated[
        int, typer.Option(min=12, metavar="NUMBER", help="People of the company, 12 or more.")
    ] = PEOPLE,
    weeks: Annotated[int, typer.Option(min=2, metavar="NUMBER", help="Weeks of history, 2 or more.")] = WEEKS,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="The same seed gives the same company.")] = SEED,
    data_dir: Annotated[
        Path, typer.Option(metavar="FOLDER", callback=folder, help="Folder for everything the demo writes.")
    ] = DEMO_DIR,
    quiet: Quiet = False,
) -> None:
    """See it all work on an invented company.

    A server on this machine plays its vendors.
    """
    from orchestration.demo import DemoOptions, run_demo
    from orchestration.project import require_project

    require_project()
    outcome = run_demo(DemoOptions(people, weeks, seed, data_dir.absolute()), quiet=quiet)
    raise typer.Exit(outcome)


@app.command(name="new-source")
def new_source(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Lower-case letters, digits and underscores: acme_chat.")
    ],
) -> None:
    """Create the files of a new vendor in the checkout.

    They are a small vendor that works, which you change into yours. Nothing is overwritten.
    """
    from orchestration.kits.new_source import create, next_steps
    from orchestration.project import require_project

    require_project()
    out = console()
    for path in create(name):
        out.print(f"written: {path}", highlight=False, soft_wrap=True)
    out.print(next_steps(name), highlight=False, markup=False, soft_wrap=True)


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


def _environment(data_dir: Path | None, target: str | None, *, create: bool = True) -> Environment:
    from runtime.environment import environment

    return environment(data_dir, target, create=create)


def _refuse_when_busy(env: Environment) -> None:
    from orchestration.lock import refuse_when_busy

    refuse_when_busy(env)


def _key() -> bytes:
    """Read apart from its use, so that a missing key is told before anything is written or imported for it."""
    from ingestion.privacy.pseudonym import load_key

    return load_key()


def _pseudonymiser(key: bytes) -> Pseudonymiser:
    from ingestion.privacy.pseudonym import Pseudonymiser
    from ingestion.privacy.settings import email_rules

    return Pseudonymiser(key, email_rules())


def _chosen_sources(names: list[str] | None) -> Sequence[SourceDefinition]:
    from ingestion.sources.registry import SOURCES

    if not names:
        return SOURCES
    by_name = {source.name: source for source in SOURCES}
    for name in names:
        known(name, list(by_name), "source")
    return [by_name[name] for name in names]


def _finish(result: NightResult, *, quiet: bool, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(report.as_dict(result), indent=2) + "\n")
    else:
        report.print_night(result, quiet=quiet)
    if result.exit_code is not ExitCode.OK:
        raise typer.Exit(result.exit_code)


if __name__ == "__main__":
    main()
