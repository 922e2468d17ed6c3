"""What is hidden for a finding, from little to everything that can tell of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial

from publishing.linear_audit.cells import ALL_TOOLS, COMPANY, UNATTRIBUTED, Cell
from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.groups import EVERY_TOOL, EVERY_UNIT, HiddenGroup
from publishing.linear_audit.knowledge import AT_MOST, AT_MOST_DAILY, WHOLES, need
from publishing.linear_audit.months import overlapping
from publishing.periods import Period

Turn = Callable[[HiddenCellFinding], Iterable[HiddenGroup]]


class Tools(Enum):
    """In which tools a group is hidden: that of the finding, with the next one of its line, or all."""

    OWN, LINE, EVERY = range(3)


class Kinds(Enum):
    """Which kinds of figures: that of the finding, with those that are related to it, or all.

    A rest is hidden with its whole or with its part. LEAST takes the one of the two that readers need least.
    """

    LEAST, OWN, RELATED, EVERY = range(4)


@dataclass(frozen=True, slots=True)
class _Step:
    """How much is hidden.

    others: how many other units beside the one of the finding, smallest first; None for all of them
    skipped: how many of the smallest are left out
    has_company: the company as well
    is_around: in the weeks and months around as well
    """

    others: int | None = 0
    tools: Tools = Tools.OWN
    kinds: Kinds = Kinds.OWN
    is_around: bool = False
    skipped: int = 0
    has_company: bool = False


_STEPS = (
    _Step(0, kinds=Kinds.LEAST),
    *(_Step(1, kinds=Kinds.LEAST, skipped=number) for number in range(4)),
    _Step(0),
    *(_Step(1, skipped=number) for number in range(4)),
    _Step(0, Tools.LINE),
    *(_Step(1, Tools.LINE, skipped=number) for number in range(3)),
    *(_Step(1, kinds=Kinds.RELATED, skipped=number) for number in range(3)),
    _Step(2),
    _Step(2, skipped=1),
    *(_Step(1, is_around=True, skipped=number) for number in range(3)),
    _Step(4),
    _Step(None),
    _Step(0, has_company=True),
    _Step(4, Tools.LINE, Kinds.RELATED),
    _Step(1, Tools.LINE, Kinds.RELATED, is_around=True),
    *(
        step
        for has_company in (False, True)
        for step in (
            _Step(None, Tools.LINE, Kinds.RELATED, has_company=has_company),
            _Step(1, Tools.LINE, Kinds.EVERY, has_company=has_company),
            _Step(None, Tools.EVERY, Kinds.RELATED, has_company=has_company),
            _Step(None, Tools.EVERY, Kinds.RELATED, is_around=True, has_company=has_company),
            _Step(1, Tools.EVERY, Kinds.EVERY, has_company=has_company),
            _Step(1, Tools.EVERY, Kinds.EVERY, is_around=True, has_company=has_company),
            _Step(None, Tools.EVERY, Kinds.EVERY, has_company=has_company),
            _Step(None, Tools.EVERY, Kinds.EVERY, is_around=True, has_company=has_company),
        )
    ),
)


def turns_of(
    cells: Sequence[Cell], findings: Iterable[HiddenCellFinding], open_periods: set[Period]
) -> list[Turn]:
    """One after the other, for cells as they were built; only open periods can be hidden."""
    lines = _Lines.of(cells, findings)
    return [partial(_groups, step, lines, open_periods) for step in _STEPS]


def _groups(
    step: _Step, lines: _Lines, open_periods: set[Period], finding: HiddenCellFinding
) -> Iterator[HiddenGroup]:
    around = ({finding.period} | overlapping({finding.period})) & open_periods
    within = {finding.period} & open_periods
    for period in around if step.is_around else within or around:
        for name in lines.names_of(finding, period, step.kinds):
            for tool in lines.tools_of(finding, period, name, step.tools):
                for unit in lines.units_of(finding, period, name, tool, step):
                    yield HiddenGroup(period, name, unit, tool)


@dataclass(frozen=True, slots=True)
class _Lines:
    """What stands beside a figure.

    Attributes:
        least: of the findings about the same figure the one whose kind of figures readers need least.
        names: kinds of figures of a period.
        related: of a kind of figures, those that are at most these, or parts of the same whole.
        units: of a period, kind of figures and tool, units that show some, those with the fewest people first;
            the company comes last, since hiding it takes the most from readers.
        tools: of a period, kind of figures and unit, the tools that show some, likewise.
    """

    least: Collection[HiddenCellFinding]
    names: Mapping[Period, set[str]]
    related: Mapping[str, set[str]]
    units: Mapping[tuple[Period, str, str], list[str]]
    tools: Mapping[tuple[Period, str, str], list[str]]

    @classmethod
    def of(cls, cells: Sequence[Cell], findings: Iterable[HiddenCellFinding]) -> _Lines:
        names: dict[Period, set[str]] = defaultdict(set)
        units: dict[tuple[Period, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        tools: dict[tuple[Period, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for cell in cells:
            names[cell.period].add(cell.mask_group)
            if not cell.is_hidden:
                for name in {cell.mask_group, *cell.hidden_with}:
                    in_line = units[cell.period, name, cell.tool]
                    if cell.unit_key != UNATTRIBUTED:
                        in_line[cell.unit_key] = max(in_line[cell.unit_key], cell.contributors)
                        every = units[cell.period, name, EVERY_TOOL]
                        every[cell.unit_key] = max(every[cell.unit_key], cell.contributors)
                    of_unit = tools[cell.period, name, cell.unit_key]
                    of_unit[cell.tool] = max(of_unit[cell.tool], cell.contributors)
        return cls(
            _least(findings),
            names,
            _related(cells),
            {key: _by_people(line, COMPANY) for key, line in units.items()},
            {key: _by_people(line, ALL_TOOLS) for key, line in tools.items()},
        )

    def names_of(self, finding: HiddenCellFinding, period: Period, kinds: Kinds) -> list[str]:
        """That of the finding first."""
        own = finding.hidden_with
        if kinds == Kinds.LEAST and finding not in self.least:
            return []
        more = {
            Kinds.LEAST: set[str](),
            Kinds.OWN: set[str](),
            Kinds.RELATED: self.related[own] & self.names[period],
            Kinds.EVERY: self.names[period],
        }[kinds]
        return [own, *sorted(more - {own})]

    def tools_of(self, finding: HiddenCellFinding, period: Period, name: str, tools: Tools) -> list[str]:
        """The one of the finding, and what else is asked for: the sum before a second tool."""
        if tools == Tools.EVERY:
            return [EVERY_TOOL]
        if tools == Tools.OWN:
            return [finding.tool]
        line = self.tools.get((period, name, finding.unit_key), [])
        others = [tool for tool in line if tool != finding.tool]
        return [finding.tool, *(others[-1:] if finding.tool != ALL_TOOLS else others[:1])]

    def units_of(
        self, finding: HiddenCellFinding, period: Period, name: str, tool: str, step: _Step
    ) -> list[str]:
        """The one of the finding and those of its line that the step asks for; none where it has no others."""
        if step.others is None and step.has_company:
            return [EVERY_UNIT]
        line = self.units.get((period, name, tool), [])
        units = [unit for unit in line if unit not in (finding.unit_key, COMPANY)]
        last = None if step.others is None else step.skipped + step.others
        chosen = units[step.skipped : last]
        if step.others and not chosen:
            return []
        return [finding.unit_key, *chosen, *([COMPANY] if step.has_company else [])]


def _least(findings: Iterable[HiddenCellFinding]) -> set[HiddenCellFinding]:
    of_figures: dict[tuple[object, ...], HiddenCellFinding] = {}
    for found in sorted(findings, key=lambda finding: need(finding.hidden_with), reverse=True):
        of_figures[found.period, found.unit_key, found.tool, found.measure, found.reason] = found
    return set(of_figures.values())


def _by_people(people: Mapping[str, int], last: str) -> list[str]:
    return sorted(people, key=lambda key: (key == last, people[key], key))


def _related(cells: Iterable[Cell]) -> dict[str, set[str]]:
    """Kinds of figures by what holds between their measures, in both directions."""
    groups: dict[str, set[str]] = defaultdict(set)
    parts: dict[str, set[str]] = defaultdict(set)
    for cell in cells:
        groups[cell.measure].add(cell.mask_group)
        if cell.part_group is not None:
            parts[cell.part_group].add(cell.mask_group)
    found: dict[str, set[str]] = defaultdict(set)
    pairs = [
        groups[measure] | groups[other]
        for table in (AT_MOST, AT_MOST_DAILY, WHOLES)
        for measure, others in table.items()
        for other in others
    ]
    for together in (*pairs, *parts.values()):
        for name in together:
            found[name] |= together - {name}
    return found
