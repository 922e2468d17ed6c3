"""What is shown again at the end, with a told() that is written down instead of asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.groups import EVERY_UNIT, HiddenGroup
from publishing.linear_audit.sparing import Told, spared
from tests.publishing.test_linear_audit import WEEK, count

FINDING = HiddenCellFinding(WEEK, "active_people", "bounded", "legal", "activity", "chatgpt")
CELLS = [count("legal", 3, "few_contributors"), count("people", 9), count("sales", 20), count("all", 32)]


def group(unit: str, name: str = "activity") -> HiddenGroup:
    """Of the week and tool of the cells."""
    return HiddenGroup(WEEK, name, unit, "chatgpt")


def unless(*enough: HiddenGroup) -> Told:
    """The finding is told unless one of these is hidden."""

    def told(groups: Collection[HiddenGroup], about: Collection[HiddenCellFinding]) -> set[HiddenCellFinding]:
        return set(about) if set(enough).isdisjoint(groups) else set()

    return told


def test_the_company_is_shown_again_before_a_unit() -> None:
    groups = {group("legal"), group("people"), group("all")}
    told = unless(group("people"), group("all"))
    assert spared(CELLS, groups, {FINDING}, told) == {group("legal"), group("people")}


def test_of_two_units_the_larger_one_is_shown_again() -> None:
    told = unless(group("people"), group("sales"))
    assert spared(CELLS, {group("people"), group("sales")}, {FINDING}, told) == {group("people")}


def test_what_is_needed_stays_hidden() -> None:
    assert spared(CELLS, {group("all")}, {FINDING}, unless(group("all"))) == {group("all")}


def test_a_group_of_every_unit_is_taken_apart() -> None:
    told = unless(group("people"))
    assert spared(CELLS, {group(EVERY_UNIT)}, {FINDING}, told) == {group("people")}


def test_licences_of_a_unit_are_not_tried_again() -> None:
    # Readers need them less, and each question costs time.
    licences = [replace(cell, mask_group="licensed") for cell in CELLS]
    groups = {group("people", "licensed"), group("all", "licensed")}
    assert spared(licences, groups, {FINDING}, unless()) == groups
    assert spared(licences, groups, {FINDING}, lambda *_: set()) == {group("people", "licensed")}
