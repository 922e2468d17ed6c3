"""`python -m orchestration.kits` writes what follows from kits, contracts and metrics; `--check` only compares.

`--counts` prints how many files and lines each source takes (`orchestration.kits.counts`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingestion.kit import kit_of
from ingestion.sources.registry import SOURCES
from metrics.registry import registry
from metrics.rules import areas, rules
from metrics.wording import languages, sentences
from orchestration.kits import guide, names, ports, scopes, seeds, staging
from orchestration.kits.counts import counts, table
from orchestration.metrics import documents, macros, readers, tables
from orchestration.metrics import rules as action_rules
from orchestration.metrics import sentences as action_sentences
from orchestration.metrics.published import published
from orchestration.project import PROJECT_DIR


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file of the project and its text."""
    kits = {source.name: kit_of(source.name) for source in SOURCES}
    yield from staging.files(SOURCES, kits)
    yield from seeds.files(kits)
    yield from ports.files(SOURCES, kits)
    yield from names.files(kits)
    yield from scopes.files(SOURCES, PROJECT_DIR)
    yield from guide.files(SOURCES, PROJECT_DIR)
    yield from macros.files(registry())
    yield from documents.files(registry(), rules(), PROJECT_DIR)
    yield from action_rules.files(rules(), sentences().rules)
    yield from action_sentences.files(areas(), {language: sentences(language) for language in languages()})
    yield from tables.files(published(), PROJECT_DIR)
    yield from readers.files(published(), PROJECT_DIR)


def main(arguments: Sequence[str], project: Path = PROJECT_DIR) -> int:
    """The exit code: 1 where `--check` found a file that is not what kits and contracts say."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.kits", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where a file would change")
    parser.add_argument("--counts", action="store_true", help="print what each source takes; write nothing")
    chosen = parser.parse_args(arguments)
    generated = frozenset(path for path, _ in files())
    if chosen.counts:
        # A page is written by hand around its generated tables.
        unwritten = frozenset(path for path in generated if path.suffix != ".md")
        sys.stdout.write(table(counts((source.name for source in SOURCES), unwritten, project)))
        return 0
    only_checks = chosen.check
    changed = []
    for path, text in files():
        place = project / path
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            changed.append(path)
            if not only_checks:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8")
    orphans = list(staging.orphans(project, generated))
    for path in orphans:
        sys.stdout.write(f"{path} follows from no contract any more: delete it.\n")
    for path in changed:
        sys.stdout.write(f"{path} {'is not what its source says' if only_checks else 'written'}\n")
    if changed and only_checks:
        sys.stdout.write("Run `python -m orchestration.kits`.\n")
    return 1 if (changed or orphans) and only_checks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
