"""Rules of `recommended_actions` and limits that a company may change, as `metrics/rules.yml` states them.

What the rules say is in `metrics/sentences/` (:mod:`metrics.wording`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

RULES = Path(__file__).parent / "rules.yml"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Definition(_Entry):
    """A limit of a metric's definition, with what it limits."""

    default: int | float
    note: str


class Limit(_Entry):
    """A limit of a rule: its name in `thresholds.csv`, and the value where the company's file says nothing."""

    name: str
    default: int | float


class Rule(_Entry):
    """A rule of `recommended_actions`; the CTE of its name in `models/actions/` finds the cases.

    version: goes up when the rule finds something else
    area, page: where its actions are shown; the page has the area's name unless it says otherwise
    cause: actions of one cause and department are told as one; by default the rule has a cause of its own
    audience: `leaders` or `data_team`
    importance: place among the rules, 1 first; each place once
    fires_when: the definition, for docs/metrics.md
    metric, unit: what the evidence measures
    threshold, second_threshold, minimum: limits; the minimum is of people, messages or money
    medium_from, high_from: how many times the threshold must be reached for that severity; none if not given
    """

    version: int
    area: str
    page: str | None = None
    cause: str | None = None
    audience: str
    importance: int
    fires_when: str
    metric: str
    unit: str
    threshold: Limit
    second_threshold: Limit | None = None
    minimum: Limit | None = None
    medium_from: int | float | None = None
    high_from: int | float | None = None

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits that the rule has, in their order."""
        return tuple(limit for limit in (self.threshold, self.second_threshold, self.minimum) if limit)


class Rules(_Entry):
    """Limits of definitions and rules, by name."""

    definitions: dict[str, Definition]
    rules: dict[str, Rule]

    def limits(self) -> Iterator[tuple[str, int | float, str]]:
        """Name, default and note of everything that `thresholds.csv` may set."""
        for name, definition in self.definitions.items():
            yield name, definition.default, definition.note
        for rule_id, rule in self.rules.items():
            for limit in rule.limits:
                yield limit.name, limit.default, f"rule {rule_id}"


def causes() -> frozenset[str]:
    """What an action can be about: the first part of its id."""
    return frozenset(rule.cause or rule_id for rule_id, rule in rules().rules.items())


def areas() -> dict[str, str]:
    """The area of each rule."""
    return {rule_id: rule.area for rule_id, rule in rules().rules.items()}


@functools.cache
def rules(path: Path = RULES) -> Rules:
    """All rules and limits.

    Raises:
        ValueError: an entry that is not as described here; a limit's name or an importance used twice.
    """
    found = Rules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    for what, used in (
        ("limit", [name for name, _, _ in found.limits()]),
        ("importance", [str(rule.importance) for rule in found.rules.values()]),
    ):
        if twice := sorted({name for name in used if used.count(name) > 1}):
            raise ValueError(f"{path.name}: {what} used twice: {', '.join(twice)}")
    return found
