"""Options that several commands share, and what is said of a wrong value before anything begins."""

from __future__ import annotations

import datetime as dt
import difflib
import importlib.metadata
from pathlib import Path
from typing import Annotated

import typer

from runtime.targets import TARGETS


def existing(path: Path | None) -> Path | None:
    """A file or folder that has to be there."""
    if path is not None and not path.exists():
        raise typer.BadParameter(f"there is no {path}.{_nearest(path)}")
    return path


def all_existing(paths: list[Path] | None) -> list[Path] | None:
    """The same of each of several."""
    for path in paths or ():
        existing(path)
    return paths


def folder(path: Path | None) -> Path | None:
    """A folder that may be made; a file in its place is a mistake."""
    if path is not None and path.exists() and not path.is_dir():
        raise typer.BadParameter(f"{path} is a file and no folder.")
    return path


def existing_folder(path: Path | None) -> Path | None:
    """A folder that an earlier run has made."""
    return folder(existing(path))


def day(text: str) -> dt.datetime:
    """A day as it is written in options: 2026-10-01."""
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        raise typer.BadParameter(f"{text} is not understood; write a day such as 2026-10-01.") from None


def known_target(name: str | None) -> str | None:
    """A target of profiles.yml."""
    if name is not None and name not in TARGETS:
        near = difflib.get_close_matches(name, TARGETS, n=1)
        asked = f" Did you mean {near[0]}?" if near else ""
        raise typer.BadParameter(f"there is no target {name}.{asked} Known: {', '.join(TARGETS)}.")
    return name


def known(name: str, names: list[str], what: str) -> None:
    """Refuse a name that is none of `names`, with the nearest that is."""
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        asked = f" Did you mean {near[0]}?" if near else ""
        raise typer.BadParameter(f"there is no {what} {name}.{asked} Known: {', '.join(names)}.")


def print_version(asked: bool) -> None:
    """The version of this installation, and nothing else."""
    if asked:
        typer.echo(f"ai-usage {importlib.metadata.version('ai-usage-analytics')}")
        raise typer.Exit


def _nearest(path: Path) -> str:
    """The neighbour with the most similar name."""
    if not path.parent.is_dir():
        return ""
    near = difflib.get_close_matches(path.name, [other.name for other in path.parent.iterdir()], n=1)
    return f" Did you mean {path.parent / near[0]}?" if near else ""


_DATA_DIR = "Folder for everything that a run writes (default: AI_USAGE_DATA_DIR or .data)."
DataDir = Annotated[Path | None, typer.Option(help=_DATA_DIR, metavar="FOLDER", callback=folder)]
MadeDataDir = Annotated[Path | None, typer.Option(help=_DATA_DIR, metavar="FOLDER", callback=existing_folder)]
Target = Annotated[
    str | None,
    typer.Option(
        help="Warehouse: dev (one DuckDB file), postgres or spark (default: AI_USAGE_TARGET or dev).",
        metavar="NAME",
        callback=known_target,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only what went wrong.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")]
Accept = Annotated[
    list[str] | None,
    typer.Option(
        help="Accept a change that was refused: source.resource[.field], or with `run` the name of a source "
        "that was disconnected. May be repeated.",
        metavar="NAME",
    ),
]
Since = Annotated[
    dt.datetime | None,
    typer.Option(parser=day, metavar="DAY", help="Fetch again from this day on, YYYY-MM-DD."),
]
Until = Annotated[
    dt.datetime | None, typer.Option(parser=day, metavar="DAY", help="Fetch up to this day, YYYY-MM-DD.")
]
