"""What one vendor takes: files and lines that somebody writes, and lines of shared code that name it.

    .venv/bin/python -m orchestration.kits --counts

What follows from kits and contracts counts for nobody, and examples of unit tests (YAML) are no code. Lines are
all lines: code, texts, comments, tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Where a vendor's own files lie: as `{name}.py`, in a folder `{name}`, or with the name in the file's.
_OWN = (
    *("ingestion/sources", "models/vendors", "demo/vendors", "macros/identity"),
    *("tests/vendors", "tests/ingestion/sources", "docs/connect"),
)
_SHARED = (
    "ingestion",
    "models",
    "macros",
    "demo",
    "orchestration",
    "ledger",
    "lifecycle",
    "metrics",
    "publishing",
    "runtime",
)
_WRITTEN = frozenset({".py", ".sql", ".yml", ".md"})
_CODE = frozenset({".py", ".sql"})


@dataclass(frozen=True, slots=True)
class Counts:
    """What one source takes.

    Attributes:
        files, lines: written by hand for this source alone, its demo and tests included.
        tests: how many of the lines are tests.
        shared: lines by file of code elsewhere in the product that name the source.
    """

    source: str
    files: int
    lines: int
    tests: int
    shared: dict[Path, int]


def counts(names: Iterable[str], generated: frozenset[Path], project: Path) -> Iterator[Counts]:
    """Of each source by name; `generated`: files that nobody writes, relative to the project."""
    names = tuple(names)
    texts = {
        path.relative_to(project): path.read_text(encoding="utf-8")
        for top in {*_OWN, *_SHARED}
        for path in (project / top).rglob("*")
        if path.suffix in _WRITTEN and path.relative_to(project) not in generated
    }
    owners = {path: _owner(path, names) for path in texts}
    for name in names:
        own = [path for path, owner in owners.items() if owner == name]
        # As a value or a module: `cursor` is a word as well.
        word = re.compile(rf"""(["']){re.escape(name)}\1|sources\.{re.escape(name)}\b""")
        shared = {
            path: sum(bool(word.search(line)) for line in text.splitlines())
            for path, text in texts.items()
            if owners[path] is None and path.suffix in _CODE
        }
        yield Counts(
            name,
            len(own),
            sum(_lines(texts[path]) for path in own),
            sum(_lines(texts[path]) for path in own if path.parts[0] == "tests"),
            {path: found for path, found in sorted(shared.items()) if found},
        )


def table(found: Iterable[Counts]) -> str:
    """The counts as a table of text."""
    rows = [("source", "files", "lines", "of them tests", "shared lines")]
    rows += [
        (each.source, str(each.files), f"{each.lines:,}", f"{each.tests:,}", str(sum(each.shared.values())))
        for each in found
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        + "\n"
        for row in rows
    )


def _owner(path: Path, names: tuple[str, ...]) -> str | None:
    """The source whose own file it is; of several names that fit, the longest."""
    if not any(path.is_relative_to(folder) for folder in _OWN):
        return None
    parts = [path.stem, *path.parts[:-1]]
    fitting = [
        name
        for name in names
        if name in parts or path.stem == f"{name}_account" or path.stem.startswith(f"test_{name}")
    ]
    return max(fitting, key=len, default=None)


def _lines(text: str) -> int:
    return len(text.splitlines())
