"""`ai-usage erase`: asks for the identifier, says what would go, erases after a yes."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console

from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceDefinition
from lifecycle.erase import Eraser, Erasure
from lifecycle.kinds import Kind
from orchestration.lock import run_lock
from orchestration.night import ExitCode
from publishing.places import published_place
from runtime.counting import counted
from runtime.environment import Environment
from runtime.errors import ConfigurationError

_UNKNOWN = (
    "Nothing is held under this identifier. With --even-if-unknown it is marked as erased all the same, so "
    "that a vendor that sends it later sends it in vain."
)


def erase_person(
    environment: Environment,
    pseudonymiser: Pseudonymiser,
    sources: Sequence[SourceDefinition],
    kind: Kind,
    identifier: str,
    *,
    yes: bool,
    dry_run: bool,
    even_if_unknown: bool,
    as_json: bool,
    quiet: bool,
) -> ExitCode:
    """Plan, ask, erase. The identifier is never printed.

    Raises:
        BusyError: a run holds the lock; nothing was changed.
        KeyChangedError: the warehouse belongs to another key.
    """
    console = Console(stderr=True, quiet=quiet or as_json)
    contracts = {source.name: source.contracts for source in sources}
    with run_lock(environment):
        eraser = Eraser(environment, pseudonymiser, contracts, lambda text: console.print(f"{text} …"))
        outcome = eraser.plan(kind, identifier)
        _print_plan(console, outcome)
        wanted = outcome.state == "planned" or (outcome.state == "unknown" and even_if_unknown)
        if wanted and not dry_run:
            if not yes and not _confirmed():
                console.print("Nothing was changed.")
                return ExitCode.OK
            # Beside the next version, an older one could tell what the person was part of. First, so that an
            # erasure that breaks off leaves none.
            published_place(environment).remove_older()
            outcome = eraser.erase(kind, identifier, outcome)
            console.print(
                f"Erased: {counted(outcome.total_rows, 'row')}. Published figures do not change; "
                "periods that close later are without the person."
            )
    if as_json:
        sys.stdout.write(json.dumps(asdict(outcome), indent=2) + "\n")
    return ExitCode.FINDINGS if outcome.state == "unknown" else ExitCode.OK


def read_identifier(from_file: Path | None) -> str:
    """The identifier from a file, from standard input, or from a hidden prompt. Never from an argument.

    Raises:
        ConfigurationError: not exactly one line.
    """
    if from_file is not None:
        text = from_file.read_text(encoding="utf-8")
    elif sys.stdin.isatty():
        text = str(typer.prompt("Identifier (not shown)", hide_input=True, err=True))
    else:
        text = sys.stdin.read()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) != 1:
        raise ConfigurationError(
            f"One identifier is expected, and {len(lines)} lines were given.", "Erase one person at a time."
        )
    return lines[0]


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise ConfigurationError(
            "The identifier came on standard input, so nobody can be asked.",
            "Look with --dry-run, then add --yes.",
        )
    return typer.confirm("Erase this person for good?", err=True)


def _print_plan(console: Console, plan: Erasure) -> None:
    if plan.state == "unknown":
        console.print(_UNKNOWN)
        return
    if plan.state == "nothing_left":
        console.print("This person is erased already: the mark stands, and no rows are left.")
        return
    total = sum(plan.identifiers.values())
    console.print(f"{total} identifiers and conversations of one person: " + _listed(plan.identifiers))
    console.print(f"{counted(plan.total_rows, 'row')} in {counted(len(plan.rows), 'table')}:")
    for table, rows in sorted(plan.rows.items()):
        console.print(f"  {table}  {rows}", highlight=False)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {namespace}" for namespace, count in sorted(counts.items()))
