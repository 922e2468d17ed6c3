"""Every deployment that tests start from: its company, its nights, its engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from demo.company.files import write_company_files
from tests.attack.readers import seen
from tests.end_to_end.harness import World, require_published
from tests.worlds.kept import Size

ROLES = {
    "AI_USAGE_BI_ROLE": "bi_readers",
    "AI_USAGE_PIPELINE_ROLE": "pipeline_engineers",
    "AI_USAGE_RESTRICTED_ROLE": "privacy_officers",
}
LATE_LOGINS = "github_logins.csv"


@dataclass(frozen=True)
class Declared:
    """How a world comes to be.

    Attributes:
        live: the nights, from an empty deployment or from that of `base`.
        size: of its company; None: that of `base`.
    """

    live: Callable[[World], None]
    size: Size | None = None
    base: str | None = None
    target: str = "dev"


def one_night(made: World) -> None:
    """The company's own night."""
    require_published(made.night())


def built_again(made: World) -> None:
    """Everything is built once more: closed periods stay as they are."""
    result = made.build()
    assert result.ok, result.failures[:5]


def first_of_two(made: World) -> None:
    """A night before the company has listed its last login. Its tables are tested by the second one."""
    logins = made.company_dir / LATE_LOGINS
    listed = logins.read_text(encoding="utf-8").splitlines(keepends=True)
    logins.write_text("".join(listed[:-1]), encoding="utf-8")
    require_published(made.night(tested=False))


def second_of_two(made: World) -> None:
    """The next night: one new day, restated GitHub days, late messages, late HR news, and the late login."""
    if made.environment.target == "dev":  # one file holds everything, what readers must not see too
        made.seen.append(seen("first night", made.environment.data_dir))
    write_company_files(made.company, made.company_dir)
    require_published(made.night(days_later=1))


def two_nights(made: World) -> None:
    """Both, one after the other."""
    first_of_two(made)
    second_of_two(made)


WORLDS = {
    # Eight weeks: periods that are final, of both types.
    "first_night": Declared(one_night, Size(people=60, weeks=8)),
    "built_again": Declared(built_again, base="first_night"),
    "night_1": Declared(first_of_two, Size(people=60, weeks=4)),
    "night_2": Declared(second_of_two, base="night_1"),
    "night_2_on_postgres": Declared(two_nights, Size(people=60, weeks=4), target="postgres"),
}
