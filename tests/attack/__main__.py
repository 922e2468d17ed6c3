"""Attack invented companies: `python -m tests.attack --people 12 60 120 --weeks 8 --seeds 1 2 11`.

For each company: a night, a second night a day later, and a person erased; every version is attacked alone,
laid over the version before, and compared with it. Ends with 1 when anything about one to four people is told.
"""

from __future__ import annotations

import argparse
import base64
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.attack.attack import Attack, by_kind
from tests.attack.judge import Truth, truth_of
from tests.attack.published import Published, read
from tests.attack.versions import laid_over, moved
from tests.end_to_end.erasing import labels
from tests.end_to_end.harness import KEY, World, require_published, world
from tests.orchestration.test_commands import ai_usage


@dataclass(frozen=True)
class Seen:
    """What a reader got at some time, and what was true then."""

    name: str
    published: Published
    truth: Truth


def seen(name: str, data_dir: Path) -> Seen:
    """The newest version of a deployment."""
    return Seen(name, read(data_dir / "published" / "marts.duckdb"), truth_of(data_dir / "warehouse.duckdb"))


def versions(folder: Path, people: int, weeks: int, seed: int) -> list[Seen]:
    """A first night, the next one, and the deployment after a person was erased."""
    with world(folder, people=people, weeks=weeks, seed=seed) as made:
        found: list[Seen] = []
        for later in (0, 1):
            require_published(made.night(days_later=later))
            found.append(seen(f"night {later + 1}", made.environment.data_dir))
        erase(made)
        require_published(made.night(days_later=1))
        found.append(seen("after an erase", made.environment.data_dir))
    return found


def say(line: str) -> None:
    """Tell whoever started it, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def erase(made: World) -> None:
    """Erase the person who used ChatGPT most, as somebody types it."""
    messages = dict(
        made.rows(
            "select person_label, sum(user_messages) from restricted.fct_usage_daily "
            "inner join intermediate.person_keys using (person_key) where tool = 'chatgpt' "
            "group by person_label"
        )
    )
    person = max(
        made.company.employees,
        key=lambda employee: sum(messages.get(label) or 0 for label in labels(made, employee)),
    )
    done = ai_usage(
        *("erase", "--yes", "--quiet"),
        data_dir=made.environment.data_dir,
        stdin=person.all_addresses()[-1] + "\n",
        AI_USAGE_PSEUDONYM_KEY=base64.b64encode(KEY).decode(),
    )
    assert done.returncode == 0, done.stderr


def told(all_seen: Iterable[Seen], totals: bool) -> list[str]:
    """Everything that is told by any version, or by two of them."""
    lines: list[str] = []
    before: Seen | None = None
    for here in all_seen:
        attack = Attack(here.published)
        found = attack.told_counts(here.truth) + (attack.told_totals(here.truth) if totals else [])
        lines += [f"{here.name}: {each}" for each in found]
        say(f"  {here.name}: {len(found)} told {dict(by_kind(found)) or ''}")
        if before is not None:
            both = Attack(laid_over(before.published, here.published)).told_counts(here.truth)
            more = {str(each) for each in both} - {str(each) for each in found}
            apart = moved(before.published, here.published, before.truth, here.truth)
            lines += [f"{before.name} and {here.name}: {each}" for each in [*more, *apart]]
            say(f"  with {before.name}: {len(more)} told together, {len(apart)} differ by 1 to 4 people")
        before = here
    return lines


def main() -> int:
    """Run as asked on the command line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, nargs="+", default=[60])
    asked.add_argument("--weeks", type=int, default=8)
    asked.add_argument("--seeds", type=int, nargs="+", default=[1])
    asked.add_argument("--report", type=Path, help="a file for everything that is told, with the arithmetic")
    asked.add_argument("--no-totals", action="store_true", help="counts of people alone: a third of the time")
    options = asked.parse_args()
    lines: list[str] = []
    for people in options.people:
        for seed in options.seeds:
            say(f"{people} people, {options.weeks} weeks, seed {seed}")
            folder = Path(tempfile.mkdtemp(prefix="attack-"))
            try:
                found = told(versions(folder, people, options.weeks, seed), not options.no_totals)
            finally:
                shutil.rmtree(folder)
            lines += [f"{people} people, seed {seed}, {line}" for line in found]
    if options.report is not None:
        options.report.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
