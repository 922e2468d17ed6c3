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
from pathlib import Path

from tests.attack.attack import by_kind
from tests.attack.readers import Seen, seen, told_by, told_by_two
from tests.end_to_end.erasing import labels
from tests.end_to_end.harness import KEY, World, require_published, world
from tests.orchestration.test_commands import ai_usage


def versions(folder: Path, people: int, weeks: int, seed: int) -> list[Seen]:
    """A first night, the next one, and the deployment after a person was erased."""
    # The truth about closed periods too, which a night leaves as they were closed.
    everything = {"AI_USAGE_REBUILT_FROM": "2000-01-01"}
    with world(folder, people=people, weeks=weeks, seed=seed, variables=everything) as made:
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
        timeout=900,
        AI_USAGE_PSEUDONYM_KEY=base64.b64encode(KEY).decode(),
    )
    assert done.returncode == 0, done.stderr


def told(all_seen: Iterable[Seen], totals: bool) -> list[str]:
    """Everything that is told by any version, or by two of them."""
    lines: list[str] = []
    before: Seen | None = None
    for here in all_seen:
        found = told_by(here, totals)
        lines += [f"{here.name}: {each}" for each in found]
        say(f"  {here.name}: {len(found)} told {dict(by_kind(found)) or ''}")
        if before is not None:
            more = told_by_two(before, here, found)
            lines += [f"{before.name} and {here.name}: {each}" for each in more]
            say(f"  with {before.name}: {len(more)} more")
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
