"""What need not stay hidden: groups that one finding asked for and that another one made needless."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from publishing.linear_audit.cells import ALL_TOOLS, COMPANY, Cell
from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.groups import EVERY_TOOL, EVERY_UNIT, HiddenGroup, Hides
from publishing.linear_audit.knowledge import is_needed_most, need
from publishing.linear_audit.months import overlapping
from publishing.periods import Period

Told = Callable[[Collection[HiddenGroup], Collection[HiddenCellFinding]], set[HiddenCellFinding]]


def spared(
    cells: Sequence[Cell], groups: Collection[HiddenGroup], findings: Collection[HiddenCellFinding], told: Told
) -> set[HiddenGroup]:
    """The groups without those that can be shown again: of the company, and of what readers need most.

    What they need most comes first. Months are tried apart from weeks, and in each round one group of a period:
    what shows that one has to stay stands in its period or in those around it.

    told: of these findings, those that are still told when these groups are hidden; none for all of them
    """
    hiding = set(_apart(cells, groups))
    kept = hiding | {group for group in groups if group.unit_key != EVERY_UNIT and group.tool != EVERY_TOOL}
    for period_type in ("month", "week"):
        needed = (g for g in kept & hiding if g.unit_key == COMPANY or is_needed_most(g.name))
        waiting = _by_need(cells, (group for group in needed if group.period.period_type == period_type))
        while waiting:
            tried = {queue.pop() for queue in waiting}
            waiting = [queue for queue in waiting if queue]
            near = _near(group.period for group in tried)
            about = {finding for finding in findings if finding.period in near}
            still = told(kept - tried, about)
            around = _near(finding.period for finding in still)
            shown = {group for group in tried if group.period not in around}
            if still and shown and told(kept - shown, still):
                shown = set()
            kept -= shown
    return kept


def _near(periods: Iterable[Period]) -> set[Period]:
    found = set(periods)
    return found | overlapping(found)


def _apart(cells: Iterable[Cell], groups: Collection[HiddenGroup]) -> Iterator[HiddenGroup]:
    """Each unit and tool by itself, as far as there is something to hide."""
    hides = Hides(groups)
    for cell in cells:
        if not cell.is_hidden:
            for name in hides.names_of(cell):
                yield HiddenGroup(cell.period, name, cell.unit_key, cell.tool)


def _by_need(cells: Iterable[Cell], groups: Iterable[HiddenGroup]) -> list[list[HiddenGroup]]:
    """By period; what readers need most comes last."""
    queues: dict[Period, list[HiddenGroup]] = defaultdict(list)
    for group in groups:
        queues[group.period].append(group)
    people: dict[tuple[Period, str], int] = defaultdict(int)
    for cell in cells:
        if cell.period in queues:
            people[cell.period, cell.unit_key] = max(people[cell.period, cell.unit_key], cell.contributors)

    def rank(group: HiddenGroup) -> tuple[bool, bool, int, int, HiddenGroup]:
        size = people[group.period, group.unit_key]
        return group.unit_key == COMPANY, group.tool == ALL_TOOLS, need(group.name), size, group

    return [sorted(queue, key=rank) for queue in queues.values()]
