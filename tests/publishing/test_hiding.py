"""What the search for more to hide keeps, with an audit that is written down instead of asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import pytest

from publishing.linear_audit import hiding
from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.groups import HiddenGroup
from tests.publishing.test_linear_audit import WEEK

Turn = Callable[[HiddenCellFinding], Iterable[HiddenGroup]]


def group(unit: str) -> HiddenGroup:
    return HiddenGroup(WEEK, "messages", unit, "chatgpt")


def finding(unit: str) -> HiddenCellFinding:
    return HiddenCellFinding(WEEK, "user_messages", "bounded", unit, "messages", "chatgpt")


SALES, LEGAL, PEOPLE = finding("sales"), finding("legal"), finding("people")
A, B, C = group("a"), group("b"), group("c")
# The group that helps each of them.
ENOUGH = {SALES: A, LEGAL: B, PEOPLE: C}
# What is tried for each. In the second turn, Legal is helped by what is tried for People, in vain, and dropped.
TURNS: list[dict[HiddenCellFinding, set[HiddenGroup]]] = [
    {SALES: {A}, LEGAL: {A}, PEOPLE: set()},
    {SALES: {A}, LEGAL: {A}, PEOPLE: {B}},
    {SALES: {A}, LEGAL: {B}, PEOPLE: {C}},
]


class WrittenAudit:
    """Tells of each finding unless its group is hidden."""

    def __init__(self, *_: object) -> None:
        pass

    def ask(self, _: object) -> set[HiddenCellFinding]:
        return set(ENOUGH)

    def ask_again(
        self, more: Collection[HiddenGroup], about: Collection[HiddenCellFinding]
    ) -> set[HiddenCellFinding]:
        return {one for one in about if ENOUGH[one] not in more}


class Places:
    """Groups in place of the cells that they hide."""

    def __init__(self, *_: object) -> None:
        pass

    def marks(self, groups: Collection[HiddenGroup]) -> Collection[HiddenGroup]:
        return frozenset(groups)


def test_a_finding_that_was_helped_by_what_is_dropped_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finding for which nothing new was tried counted as settled by what was tried for another one in vain:
    one person's messages were published as a difference."""
    monkeypatch.setattr(hiding, "Audit", WrittenAudit)
    monkeypatch.setattr(hiding, "GroupPlaces", Places)
    monkeypatch.setattr(hiding, "turns_of", lambda *_: [turn.__getitem__ for turn in TURNS])
    monkeypatch.setattr(hiding, "spared", lambda _, groups, *__: groups)
    found = hiding.hide_until_clean([], [], 5, {WEEK})
    assert found.told_before == set()
    assert WrittenAudit().ask_again(found.groups, found.findings) == set()
    assert found.groups == {A, B, C}
