"""Random organisations against the suppression models' own SQL: nothing hidden may be told.

`AI_USAGE_AUDIT_ORGANISATIONS` says how many are tried (default 25), `AI_USAGE_AUDIT_SEED` which.
"""

from __future__ import annotations

import os
import random
import sys
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from publishing.linear_audit.audit import audit
from publishing.linear_audit.cells import Cell
from publishing.linear_audit.groups import HiddenGroup
from publishing.linear_audit.hiding import Hiding, hide_until_clean
from publishing.periods import Period
from tests.publishing.by_hand import ByHand
from tests.publishing.organisations import Organisation, cells, draw, headcounts
from tests.publishing.suppression_sql import SuppressionSql

K = 5
HOW_MANY = int(os.environ.get("AI_USAGE_AUDIT_ORGANISATIONS", "25"))
SEED = int(os.environ.get("AI_USAGE_AUDIT_SEED", "7"))


@dataclass(frozen=True, slots=True)
class Night:
    """What the models made, what the audit had hidden of it, and what was published after the second build."""

    built: list[Cell]
    hiding: Hiding
    published: list[Cell]


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> SuppressionSql:
    """The models, compiled once."""
    return SuppressionSql(Path(tmp_path_factory.mktemp("suppression")))


@pytest.fixture(scope="module")
def organisations() -> list[Organisation]:
    """As many as asked for; the seed makes them the same again."""
    chance = random.Random(SEED)
    return [draw(number, chance) for number in range(HOW_MANY)]


@pytest.fixture(scope="module")
def night(sql: SuppressionSql, organisations: list[Organisation]) -> Night:
    """The first night: what the audit found in the first build is hidden by the second."""
    built = _masked(sql, organisations)
    hiding = hide_until_clean(built, [], K, _periods(built))
    return Night(built, hiding, _masked(sql, organisations, hiding.groups))


def test_nothing_hidden_is_told(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    hidden = [cell for cell in night.published if cell.is_hidden]
    _say(
        capsys,
        f"linear audit: seed {SEED}, {HOW_MANY} organisations, {len(night.published)} cells, "
        f"{len(hidden)} hidden ({len(hidden) / len(night.published):.1%}), "
        f"{sum(cell.is_sensitive(K) for cell in hidden)} of them for themselves, "
        f"{sum(cell.hidden_reason == 'audit' for cell in hidden)} by the audit",
    )
    assert len(hidden) > HOW_MANY
    assert night.hiding.told_before == set()
    assert audit(night.published, [], K, lambda _: True) == set()


def test_the_second_build_hides_what_the_audit_asked_for(night: Night) -> None:
    # The models have the last word: cell for cell they come to what the audit found clean.
    assert set(night.published) == set(night.hiding.cells)
    assert night.hiding.groups, "no organisation that needs a second build: draw others"


def test_no_hidden_figure_solves_the_published_equations(night: Night) -> None:
    # Written apart from the audit: linear algebra on the sums of a period, no bounds and no solver.
    assert [cell for cell in _solved(night.published) if cell.is_sensitive(K)] == []


def test_the_audit_sees_what_the_models_alone_would_tell(night: Night) -> None:
    # The same algebra on the first build: whatever it solves, the audit must have found.
    told = {(cell.period, cell.measure) for cell in _solved(night.built) if cell.is_sensitive(K)}
    assert told <= {(finding.period, finding.measure) for finding in night.hiding.findings}


def test_no_count_can_be_worked_out(night: Night, organisations: list[Organisation]) -> None:
    # Apart from the audit as well: what sizes tell, step by step and in whole numbers.
    assert _by_hand(night.published, organisations).told() == set()


def test_the_audit_sees_what_can_be_worked_out(night: Night, organisations: list[Organisation]) -> None:
    told = _by_hand(night.built, organisations).told()
    assert told, "no organisation whose masks tell a count: draw others"
    assert {key[:2] for key in told} <= {(found.period, found.unit_key) for found in night.hiding.findings}


def test_a_person_more_or_less_tells_nothing(
    sql: SuppressionSql,
    organisations: list[Organisation],
    night: Night,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Half of them: two more builds and two more searches cost as much as all other tests together.
    chance = random.Random(SEED + 1)
    some = organisations[: (len(organisations) + 1) // 2]
    later = [organisation.with_one_more_or_less(chance) for organisation in some]
    periods = {row[:2] for organisation in some for row in headcounts(organisation)}
    published = [cell for cell in night.published if (cell.period.period_type, cell.period.start) in periods]
    second = _masked(sql, later, night.hiding.groups)
    hiding = hide_until_clean(second, [published], K, _periods(second))
    third = _masked(sql, later, night.hiding.groups | hiding.groups)
    concerned = {(finding.period.start.year, finding.period.start.month) for finding in hiding.findings}
    _say(
        capsys,
        f"linear audit, one person more or less: second build for {len(concerned)} of {len(some)} "
        f"organisations, {len(hiding.groups)} groups hidden, "
        f"{len(hiding.told_before)} figures told by what was published before",
    )
    assert set(third) == set(hiding.cells)
    assert audit(third, [published], K, lambda _: True) == hiding.told_before


def _by_hand(of: Sequence[Cell], organisations: Sequence[Organisation]) -> ByHand:
    return ByHand(of, [row for organisation in organisations for row in headcounts(organisation)], K)


def _say(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")


def _periods(of: Sequence[Cell]) -> set[Period]:
    return {cell.period for cell in of}


def _masked(
    sql: SuppressionSql, organisations: Sequence[Organisation], groups: Collection[HiddenGroup] = ()
) -> list[Cell]:
    rows = [row for organisation in organisations for row in cells(organisation)]
    heads = [row for organisation in organisations for row in headcounts(organisation)]
    return sql.masks(rows, heads, groups)


def _solved(of: Sequence[Cell]) -> list[Cell]:
    """Hidden cells that the sums of their period determine: those without a share in the null space."""
    by_period: dict[Period, list[Cell]] = defaultdict(list)
    for cell in of:
        by_period[cell.period].append(cell)
    determined: list[Cell] = []
    for group in by_period.values():
        hidden = [cell for cell in group if cell.is_hidden]
        place = {cell.key: number for number, cell in enumerate(hidden)}
        equations = _equations(group)
        matrix = np.zeros((len(equations), len(hidden)))
        for line, (total, members) in enumerate(equations):
            for cell, factor in ((total, -1.0), *((member, 1.0) for member in members)):
                if cell.key in place:
                    matrix[line, place[cell.key]] += factor
        if not hidden:
            continue
        _, sizes, directions = np.linalg.svd(matrix, full_matrices=True)
        rank = int((sizes > 1e-9).sum())
        freedom = np.abs(directions[rank:]).max(axis=0, initial=0.0)
        determined += [cell for cell, free in zip(hidden, freedom, strict=True) if free < 1e-9]
    return determined


def _equations(group: list[Cell]) -> list[tuple[Cell, list[Cell]]]:
    """Company = units, all tools = tools, whole = parts, spelled out measure by measure."""
    at = {cell.key[1:]: cell for cell in group}
    found = []
    for unit, tool, measure, item in at:
        total = at[unit, tool, measure, item]
        if unit == "all":
            found.append(
                (total, [c for k, c in at.items() if k[0] != "all" and k[1:] == (tool, measure, item)])
            )
        if tool == "all" and not measure.endswith("_people"):
            found.append(
                (total, [c for k, c in at.items() if k[1] != "all" and (k[0], *k[2:]) == (unit, measure, item)])
            )
        if measure == "measured_messages":
            found.append(
                (total, [c for k, c in at.items() if k[:2] == (unit, tool) and k[2].endswith("_prompts")])
            )
        if measure == "model_use" and item == "all":
            parts = [c for k, c in at.items() if k[:3] == (unit, tool, "model_use") and k[3] != "all"]
            found.append((total, parts))
    return found
