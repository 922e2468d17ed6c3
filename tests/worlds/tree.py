"""The hash of everything that a built deployment depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NOT_THE_PRODUCT = frozenset({"tests", "docs", "benchmarks", "deploy", "examples", "Makefile", "Dockerfile"})
# What .gitignore keeps out: a deployment of somebody's own, and what tools leave.
_NOT_TRACKED = frozenset(
    {
        "data",
        "company",
        "readers",
        "manifest",
        "ai-usage.env",
        "pseudonym.key",
        "target",
        "logs",
        "dbt_packages",
    }
)
# The site's definitions stand in docs/metrics.md.
_HOW_WORLDS_ARE_MADE = (
    "docs/metrics.md",
    "tests/data_tests.py",
    "tests/end_to_end/harness.py",
    "tests/postgres.py",
    *("tests/worlds/" + name for name in ("declared.py", "kept.py", "store.py")),
)
_MADE_BY_TOOLS = ("__pycache__", ".egg-info")


@cache
def tree_hash() -> str:
    """Of the names and bytes of the product's files, the lock, and the code that makes worlds.

    A new folder counts as product until it is named above: better a world too many than an old one.
    """
    digest = hashlib.sha256()
    for path in sorted(_files()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    return digest.hexdigest()[:16]


def _files() -> Iterator[Path]:
    for entry in ROOT.iterdir():
        if entry.name.startswith(".") or entry.name in _NOT_THE_PRODUCT | _NOT_TRACKED or entry.suffix == ".md":
            continue
        if entry.is_file():
            yield entry
        elif not entry.name.endswith(_MADE_BY_TOOLS):
            yield from (path for path in entry.rglob("*") if path.is_file() and not _is_made(path))
    yield from (ROOT / name for name in _HOW_WORLDS_ARE_MADE)


def _is_made(path: Path) -> bool:
    return any(part.endswith(_MADE_BY_TOOLS) for part in path.parts)
