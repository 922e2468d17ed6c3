"""Tiny marts made by SQL, published once and made anew: a publish to kill that costs no load and no build."""

from __future__ import annotations

from tests.publishing.closed_world import NEXT_WEEK, STATEMENTS, WEEK
from tests.publishing.conftest import MARTS
from tests.publishing.deployment import Deployment as Toy
from tests.recovery.rig import Deployment, Workshop, require_well

_ANEW = (
    f"update marts.department_usage_weekly set sessions = 70 where week_start = date '{NEXT_WEEK}'",
    "update marts.source_status set source = 'github_copilot'",
    f"update restricted.closable_periods set is_closable = true where period_start = date '{WEEK}'",
)


def built_anew(workshop: Workshop, target: str) -> Deployment:
    """A deployment whose readers have a version, and whose next one differs and closes a week."""
    made = workshop.empty(target)
    toy = Toy(made.environment, made.variables)
    toy.run(*MARTS, *STATEMENTS)
    toy.run("update restricted.closable_periods set is_closable = false")
    require_well(workshop.publish(made))
    toy.run(*_ANEW)
    return made
