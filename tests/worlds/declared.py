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


def next_night(made: World) -> None:
    """The night after: one new day, restated GitHub days, late messages and late HR news."""
    if made.environment.target == "dev":  # one file holds everything, what readers must not see too
        made.seen.append(seen("first night", made.environment.data_dir))
    write_company_files(made.company, made.company_dir)
    require_published(made.night(days_later=1))


def two_nights(made: World) -> None:
    """Both, one after the other; the tables of the first are tested by the second."""
    require_published(made.night(tested=False))
    next_night(made)


def refreshed(made: World) -> None:
    """Everything is built in full; nothing is published."""
    result = made.build("--full-refresh")
    assert result.ok, result.failures[:5]


# Eight weeks: periods that are final, of both types.
_SIZE = Size(people=60, weeks=8)
WORLDS = {
    "first_night": Declared(one_night, _SIZE),
    "night_2": Declared(next_night, base="first_night"),
    "refreshed": Declared(refreshed, base="night_2"),
    "night_2_on_postgres": Declared(two_nights, _SIZE, target="postgres"),
}
