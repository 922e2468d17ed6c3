"""`ai-usage demo`: the real night against a synthetic company whose vendors a local server plays.

Everything in clear (the company's files, saved vendor answers) lives in a temporary folder that is gone when
the demo ends, as it would live at the vendors and in HR. What stays in the data folder is what a real run
leaves.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import functools
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from demo.company.departments import department_sizes
from ingestion.privacy.pseudonym import Pseudonymiser, parse_key
from orchestration import report
from orchestration.findings import findings
from orchestration.night import NightResult
from orchestration.places import HISTORY
from orchestration.progress import live_progress
from runtime.environment import environment
from runtime.errors import AiUsageError, ConfigurationError


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Size and seed of the synthetic company, and where the run writes."""

    people: int
    weeks: int
    seed: int
    data_dir: Path

    def same_company(self) -> dict[str, int]:
        """What must not change between two runs into one folder."""
        return {"people": self.people, "weeks": self.weeks, "seed": self.seed}


def run_demo(options: DemoOptions, *, quiet: bool = False) -> int:
    """Make the company, play its vendors, run the night, and tell what came out.

    Returns the night's exit code. A second run into the same folder loads only what is new.

    Raises:
        ConfigurationError: the folder holds another company's demo.
    """
    console = Console()
    env = environment(options.data_dir)
    _claim_folder(options)
    if not quiet:
        console.print(
            f"A synthetic company of {options.people:,} people, {options.weeks} weeks (seed {options.seed}); "
            "a local server plays its vendors.",
            highlight=False,
        )
    started = time.monotonic()
    with live_progress(quiet=quiet) as progress, _vendors(options) as vendors, _truth(options) as truth:
        progress("company", "generating people and events, reading the models for Dagster")
        # Here, because tests and other commands use this module's vendors and need no Dagster; and it takes
        # about as long as the vendors do to open.
        from orchestration.defs.deployment import Deployment
        from orchestration.defs.in_process import read_job, run_job

        deployment = Deployment(
            environment=lambda: env,
            pseudonymiser=lambda: Pseudonymiser(_demo_key(options.data_dir)),
            now=lambda: vendors().as_of,
            progress=progress,
        )
        job = read_job(deployment)
        progress("vendors", "writing the archive of saved answers, opening ports")
        settings = vendors().settings
        preparing = time.monotonic() - started
        with environment_variables(settings):
            result = run_job(job, deployment, options.data_dir / HISTORY)
        truth()
    result.seconds = {"preparing": preparing, **result.seconds}
    report.print_night(result, quiet=quiet)
    if result.publication is not None and not quiet:
        _print_summary(console, options, result)
    return int(result.exit_code)


@dataclass(frozen=True, slots=True)
class _Vendors:
    """The vendors that answer: environment variables that lead to them, and what time it is there."""

    settings: dict[str, str]
    as_of: dt.datetime


@contextlib.contextmanager
def _vendors(options: DemoOptions) -> Iterator[Callable[[], _Vendors]]:
    """The vendor server in a process of its own, so that it answers on one core while we work on the other.

    Gives a function that waits until the vendors answer. The server ends when its input closes, and the folder
    with what is in clear goes with it.
    """
    with tempfile.TemporaryDirectory(prefix="ai-usage-demo-") as name:
        company_dir, archive_dir = Path(name) / "company", Path(name) / "archive"
        command = [*_module("demo.server", options)]
        command += ["--archive-dir", str(archive_dir), "--company-dir", str(company_dir)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            answers = process.stdout

            @functools.cache
            def vendors() -> _Vendors:
                line = answers.readline()
                if not line:
                    raise AiUsageError("The local vendor server ended early.", "See its message above.")
                told = json.loads(line)
                settings = vendor_settings(told["configuration"], company_dir, archive_dir)
                return _Vendors(settings, dt.datetime.fromisoformat(told["as_of"]))

            try:
                yield vendors
            finally:
                process.stdin.close()


@contextlib.contextmanager
def _truth(options: DemoOptions) -> Iterator[Callable[[], None]]:
    """Compute the true figures beside the night; gives a function that waits until they are written."""
    command = [*_module("demo.truth", options), str(options.data_dir / "truth.json")]
    with subprocess.Popen(command) as process:

        def wait() -> None:
            if process.wait():
                raise AiUsageError("The demo's true figures were not computed.", "See the message above.")

        try:
            yield wait
        finally:
            process.kill()  # nothing, where it has ended


def _module(name: str, options: DemoOptions) -> Iterator[str]:
    """A command that runs a module of the demo for this company."""
    yield from (sys.executable, "-m", name)
    for option, value in options.same_company().items():
        yield from (f"--{option}", str(value))


def vendor_settings(
    configuration: Mapping[str, Mapping[str, object]], company_dir: Path, archive_dir: Path
) -> dict[str, str]:
    """Environment variables that point every source at the server, the company's files and the archive."""
    settings = {"AI_USAGE_COMPANY_DIR": str(company_dir)}
    for source, values in configuration.items():
        settings |= {f"SOURCES__{source}__{key}".upper(): str(value) for key, value in values.items()}
        settings[f"SOURCES__{source}__ARCHIVE_DIR".upper()] = str(archive_dir)
    return settings


@contextlib.contextmanager
def environment_variables(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for a while, as a deployment sets them for good."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _claim_folder(options: DemoOptions) -> None:
    """One folder holds one company: two would be added up."""
    path = options.data_dir / "demo.json"
    wanted = options.same_company()
    if path.exists() and json.loads(path.read_text(encoding="utf-8")) != wanted:
        raise ConfigurationError(
            "This folder holds the demo of another company (people, weeks or seed differ).",
            "Choose another --data-dir, or remove the folder.",
        )
    path.write_text(json.dumps(wanted), encoding="utf-8")


def _demo_key(data_dir: Path) -> bytes:
    """A throw-away key, drawn once per demo folder."""
    path = data_dir / "demo.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(base64.b64encode(secrets.token_bytes(32)).decode(), encoding="ascii")
    return parse_key(path.read_text(encoding="ascii"), "the demo's key file")


def _print_summary(console: Console, options: DemoOptions, result: NightResult) -> None:
    assert result.publication is not None
    database = result.publication.database
    assert database is not None  # the demo writes to DuckDB
    rows = sum(source.total_rows for source in result.sources)
    seconds = result.seconds["load"]
    console.print()
    departments = len(department_sizes(options.people))
    console.print(
        f"{options.people:,} people, {departments} departments, {options.weeks} weeks; "
        f"{rows:,} rows loaded in {seconds:.0f} s ({rows / max(seconds, 0.001):,.0f} rows a second)",
        highlight=False,
    )
    for stage, took in result.seconds.items():
        console.print(f"  {stage:<18}{took:7.1f} s", highlight=False)
    to_do = findings(database)
    console.print("What to do next:" if to_do else "What to do next: no rule asks for anything at the moment.")
    for sentence in to_do:
        console.print(f"  • {sentence}", highlight=False, soft_wrap=True)
    console.print(f"Published: {database}", highlight=False, soft_wrap=True)
    console.print(
        f'  duckdb -readonly {database} "select * from published.department_usage_weekly limit 5"',
        highlight=False,
        soft_wrap=True,
    )
    if result.site is not None:
        console.print(f"Look at it: {result.site}", highlight=False, soft_wrap=True)
