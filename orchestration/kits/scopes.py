"""The table of scopes in a source's page of docs/connect/, from its streams."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from ingestion.source import SourceDefinition
from orchestration.kits.blocks import filled

PAGES = Path("docs/connect")
WHAT = "scopes"


def files(sources: Iterable[SourceDefinition], project: Path) -> Iterator[tuple[Path, str]]:
    """Each page with its table, by its path in the project, for sources that have streams.

    Raises:
        ValueError: a page has no place for the table.
    """
    for source in sources:
        if source.streams:
            page = PAGES / f"{source.name}.md"
            yield page, filled((project / page).read_text(encoding="utf-8"), page, WHAT, table(source))


def table(source: SourceDefinition) -> list[str]:
    """One line per scope, with what is read by it, in the order of the streams."""
    settings = _with_everything(source.settings())
    read: dict[str, list[str]] = defaultdict(list)
    for stream in source.streams:
        read[_marked(stream.scope_for(settings))].append(stream.used_for or stream.name)
    rows = [f"| {scope} | {', '.join(names)} |" for scope, names in read.items()]
    return ["| scope or permission | for |", "|---|---|", *rows]


def _with_everything(settings: Any) -> Any:
    """Settings in which nothing is left open: scopes are shown for the full reach of a source."""
    for setting in fields(settings):
        if getattr(settings, setting.name) is None:
            setattr(settings, setting.name, "set")
    return settings


def _marked(scope: str) -> str:
    """The scope's name as code, its holder or alternative as text."""
    return re.sub(r"[\w.]+:[\w.]+|[\w.]+\.[\w.]+", lambda match: f"`{match[0]}`", scope)
