"""What a reader got at some time, and what was true then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.attack.attack import Attack, Told
from tests.attack.judge import Truth, truth_of
from tests.attack.published import Published, read
from tests.attack.versions import Moved, laid_over, moved


@dataclass(frozen=True)
class Seen:
    """One version of the published tables, with the truth behind it."""

    name: str
    published: Published
    truth: Truth


def seen(name: str, data_dir: Path) -> Seen:
    """The newest version of a deployment."""
    return Seen(name, read(data_dir / "published" / "marts.duckdb"), truth_of(data_dir / "warehouse.duckdb"))


def told_by(here: Seen, totals: bool = True) -> list[Told]:
    """What one version tells."""
    attack = Attack(here.published)
    return attack.told_counts(here.truth) + (attack.told_totals(here.truth) if totals else [])


def told_by_two(before: Seen, after: Seen, alone: Sequence[Told] = ()) -> list[Told | Moved]:
    """What two versions tell side by side and the newer one does not tell alone."""
    known = {(each.kind, each.what) for each in alone}
    together = laid_over(before.published, after.published)
    shows_more = together != after.published
    both = Attack(together).told_counts(after.truth) if shows_more else []
    further = [each for each in both if (each.kind, each.what) not in known]
    return [*further, *moved(before.published, after.published, before.truth, after.truth)]
