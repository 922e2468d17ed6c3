"""The attack as a whole: learn from published files, bound everything, and let the judge say what is told."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.attack.features import learn_days_off, learn_features, learn_tasks, learn_tiers
from tests.attack.judge import Truth
from tests.attack.knowledge import Knowledge
from tests.attack.licences import learn_costs, learn_models, learn_power_users, learn_seats, learn_tokens
from tests.attack.people import NOT_LISTED, learn_activation, learn_dimensions, learn_sets
from tests.attack.program import ROUNDING, Program
from tests.attack.published import Published
from tests.attack.targets import COUNTS, SOMEBODY, Target, counts, further, totals
from tests.attack.usage import learn_usage

K = 5
# A total is told when it is known this closely, measured by the largest share in it.
CLOSE = 0.15


@dataclass(frozen=True)
class Told:
    """Something about one to four people that follows from published files."""

    kind: str
    what: str
    people: int
    lower: float
    upper: float
    proof: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"[{self.kind}] {self.what}: {self.people} people; told {self.lower:g}..{self.upper:g}"]
        return "\n".join([*lines, *(f"      {line}" for line in self.proof)])


def learn(published: Published) -> Knowledge:
    """All that a reader knows."""
    knowledge = Knowledge()
    learn_usage(published, knowledge)
    learn_sets(published, knowledge)
    learn_activation(published, knowledge)
    learn_dimensions(published, knowledge)
    learn_seats(published, knowledge)
    learn_power_users(published, knowledge)
    learn_tokens(published, knowledge)
    learn_costs(published, knowledge)
    learn_models(published, knowledge)
    learn_features(published, knowledge)
    learn_tasks(published, knowledge)
    learn_days_off(published, knowledge)
    learn_tiers(published, knowledge)
    return knowledge


class Attack:
    """One reader's attempt on one version of the published tables."""

    def __init__(self, published: Published) -> None:
        self.knowledge = learn(published)
        self.program = Program(self.knowledge, COUNTS, SOMEBODY)

    def told_counts(self, truth: Truth, also_nested: bool = False) -> list[Told]:
        """Counts of one to four people that are known exactly, or known to be one to four.

        A bound that needs somebody to have stayed in a unit who moved is a guess, though it may be right: what
        the reader put together is not so.
        """
        truth = self._with_rests(truth)
        found = self._told_counts(self.program, truth, also_nested)
        if not found:
            return found
        settled = [relation for relation in self.knowledge.relations if not truth.has_moved(relation)]
        program = Program(dataclasses.replace(self.knowledge, relations=settled), COUNTS, SOMEBODY)
        sure = {(each.kind, each.what): each for each in self._told_counts(program, truth, also_nested)}
        return [sure[each.kind, each.what] for each in found if (each.kind, each.what) in sure]

    def _with_rests(self, truth: Truth) -> Truth:
        """The truth with people whose value of a dimension has no row: all others of the group."""
        shares = dict(truth.shares)
        for relation in self.knowledge.relations:
            for rest in relation.terms:
                if (rest.item or "").endswith(NOT_LISTED) and len(relation.terms) > 2:
                    of_parts = [truth.people(part) for part in relation.terms if part.item and part != rest]
                    whole = truth.people(rest.at(item=""))
                    shares[rest] = dict.fromkeys(whole.difference(*of_parts), 1.0)
        return Truth(shares)

    def _told_counts(self, program: Program, truth: Truth, also_nested: bool) -> list[Told]:
        found: list[Told] = []
        targets: Iterable[Target] = further(self.knowledge) if also_nested else counts(self.knowledge)
        for target in targets:
            people = _people(target, truth)
            if people is None or not 1 <= people < K:
                continue
            least, greatest = program.found_range(target.terms)
            if least < ROUNDING or greatest > K - ROUNDING:  # it may be nobody, or enough people
                continue
            upper = program.upper(target.terms)
            if not people <= upper < K:
                continue
            lower = program.lower(target.terms)
            if 1 <= lower <= people:
                found.append(_told(program, target, people, lower, upper))
        return found

    def told_totals(self, truth: Truth) -> list[Told]:
        """Totals of one to four people, or of people one of whom has most, that are known closely."""
        found: list[Told] = []
        for target in totals(self.knowledge):
            shares = sorted((s for s in truth.shares.get(target.whole, {}).values() if s > 0), reverse=True)
            if not shares or not _is_protected(shares):
                continue
            total, width = sum(shares), CLOSE * shares[0]
            slack = 1e-6 * max(1.0, total) + 0.02
            least, greatest = self.program.found_range(target.terms)
            if greatest > total + width + slack or greatest - least > width + slack:
                continue
            upper = self.program.upper(target.terms)
            if not total - slack <= upper <= total + width + slack:
                continue
            lower = self.program.lower(target.terms)
            if lower <= total + slack and upper - lower <= width + slack:
                found.append(_told(self.program, target, len(shares), lower, upper))
        return found


def _told(program: Program, target: Target, people: int, lower: float, upper: float) -> Told:
    what = str(target.whole) + (f" less {target.without}" if target.without is not None else "")
    return Told(target.kind, what, people, lower, upper, tuple(program.proof(target.terms)))


def _people(target: Target, truth: Truth) -> int | None:
    whole = truth.people(target.whole)
    if target.without is None:
        return len(whole)
    without = truth.people(target.without)
    return len(whole) - len(without) if without <= whole else None


def _is_protected(shares: Sequence[float]) -> bool:
    """Few people, or one or two of them make up most of it."""
    total = sum(shares)
    others = total - shares[0] - (shares[1] if len(shares) > 1 else 0.0)
    if len(shares) < K or shares[0] > total / 2:
        return True
    return sum(shares[:2]) > 0.75 * total or others < CLOSE * shares[0]


def by_kind(told: Iterable[Told]) -> Counter[str]:
    """How many of each kind."""
    return Counter(each.kind for each in told)
