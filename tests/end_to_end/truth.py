"""Compares what readers see with the synthetic company's own truth.

The truth knows real departments; readers see reporting units. A unit's figure is the sum over its departments,
because a person has one home department in a period. Hidden figures (NULL) are not compared here; that they
are hidden for a reason is the privacy tests' business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import fmean, pstdev
from typing import Any

from demo.company.truth_adoption import SEGMENTS, TRANSITIONS
from demo.company.truth_dimensions import COUNTS
from metrics.registry import registry
from tests.end_to_end.harness import World

ALL = "All departments"
WEEKLY = {
    "active_people": "active_people",
    "licensed_people": "licensed_people",
    "user_messages": "user_messages",
    "sessions": "sessions",
}
# Measures that the company's truth counts under another name.
IN_TRUTH = {"short_prompts": "short", "long_prompts": "long"}
# People behind ratios of all tools depend on which tools report what; the truth does not count them.
UNCOUNTED = {"session_people", "message_people", "licensed_active_people"}
RATIOS = {
    name: column.ratio
    for name, column in registry()["usage"].ratios.items()
    if column.ratio and column.is_shown and not UNCOUNTED.intersection(column.ratio)
}


@dataclass
class Comparison:
    """How many figures were compared, how many were hidden, and which differ."""

    compared: int = 0
    hidden: int = 0
    differences: list[str] = field(default_factory=list)

    def exact(self, place: str, published: Any, expected: Any) -> None:
        """Counts must be equal, money to the cent."""
        if published is None:
            self.hidden += 1
            return
        self.compared += 1
        if Decimal(str(published)) != Decimal(str(expected or 0)):
            self.differences.append(f"{place}: published {published}, truth {expected}")

    def close(self, place: str, published: float | None, expected: float | None) -> None:
        """Ratios are floating point: equal to nine digits."""
        if published is None:
            self.hidden += 1
            return
        self.compared += 1
        if expected is None or abs(published - expected) > 1e-9 * max(1.0, abs(expected)):
            self.differences.append(f"{place}: published {published}, truth {expected}")

    def near(self, place: str, published: float | None, expected: float, within: float) -> None:
        """A statistic that is published coarsely."""
        if published is None:
            self.hidden += 1
            return
        self.compared += 1
        if abs(published - expected) > within + 1e-9:
            self.differences.append(f"{place}: published {published}, truth {expected}")


def compare_usage(
    world: World, truth: Mapping[str, Any], period: str, *, before: str = "9999", schema: str = "published"
) -> Comparison:
    """`department_usage_<period>` against `department_<period>`: counts exactly, ratios to nine digits.

    Only periods that start before `before` (ISO date) are compared.
    """
    column = {"weekly": "week_start", "monthly": "month_start"}[period]
    names = [*WEEKLY, *RATIOS]
    query = f"""
        select cast({column} as varchar), department_key, tool, headcount, {", ".join(names)}
        from {schema}.department_usage_{period} where department_key <> 'unattributed'
    """
    result = Comparison()
    units = departments_of_units(world, period)
    rows = world.published(query) if schema == "published" else world.rows(query)
    for start, unit, tool, headcount, *values in rows:
        if start >= before:
            continue
        departments = truth[f"department_{period}"].get(start)
        if departments is None:
            result.differences.append(f"{start} {unit}: the truth has no such period")
            continue
        members = [departments[name] for name in units[start, unit] if name in departments]
        expected = _summed(members, tool)
        place = f"{start} {unit} {tool}"
        result.exact(f"{place} headcount", headcount, sum(member["headcount"] for member in members))
        for name, value in zip(names, values, strict=True):
            if name in WEEKLY:
                if value is not None or name in expected:
                    result.exact(f"{place} {name}", value, expected.get(WEEKLY[name]))
            else:
                result.close(f"{place} {name}", value, _expected_ratio(name, expected, headcount))
    return result


def _expected_ratio(name: str, truth: Mapping[str, Any], headcount: int) -> float | None:
    above, below = (IN_TRUTH.get(measure, measure) for measure in RATIOS[name])
    return _ratio(
        truth.get(above, 0 if below == "headcount" else None),
        headcount if below == "headcount" else truth.get(below),
    )


def compare_tokens(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`department_tokens_weekly` against `tokens_weekly`, exactly."""
    buckets = ["input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "unsplit_tokens",
               "total_tokens"]  # fmt: skip
    query = f"""
        select cast(week_start as varchar), department_key, tool, {", ".join(buckets)}
        from published.department_tokens_weekly where tool <> 'all' and department_key <> 'unattributed'
    """
    result = Comparison()
    units = departments_of_units(world, "weekly")
    for start, unit, tool, *values in world.published(query):
        departments = truth["tokens_weekly"].get(start, {})
        members = [departments[name] for name in units[start, unit] if name in departments]
        expected = _summed(members, tool)
        for bucket, value in zip(buckets, values, strict=True):
            if expected or value:
                result.exact(f"{start} {unit} {tool} {bucket}", value, expected.get(bucket, 0))
    return result


def compare_costs(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`department_cost_monthly` against `cost_monthly`, to the cent."""
    query = """
        select cast(month_start as varchar), department_key, tool, cost_basis, cost
        from published.department_cost_monthly where tool <> 'all' and department_key <> 'unattributed'
    """
    result = Comparison()
    units = departments_of_units(world, "monthly")
    for start, unit, tool, basis, cost in world.published(query):
        departments = truth["cost_monthly"].get(start, {})
        amounts = [
            Decimal(departments[name][tool][basis])
            for name in units[start, unit]
            if basis in departments.get(name, {}).get(tool, {})
        ]
        expected = sum(amounts, Decimal(0)).quantize(Decimal("0.01"))
        result.exact(f"{start} {unit} {tool} {basis}", cost, expected)
    return result


def compare_seats(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`license_utilization_monthly` against `seats_monthly`: days and people exactly, money to the cent."""
    query = """
        select
            cast(month_start as varchar), department_key, product,
            seat_days, seat_holders, seats_active, cost
        from published.license_utilization_monthly where department_key <> 'unattributed'
    """
    result = Comparison()
    units = departments_of_units(world, "monthly")
    for start, unit, product, seat_days, holders, active, cost in world.published(query):
        departments = truth["seats_monthly"].get(start, {}).get(product, {})
        members = [departments[name] for name in units[start, unit] if name in departments]
        place = f"{start} {unit} {product}"
        result.exact(f"{place} seat_days", seat_days, sum(member["seat_days"] for member in members))
        result.exact(f"{place} seat_holders", holders, sum(member["seat_holders"] for member in members))
        result.exact(f"{place} seats_active", active, sum(member["seats_active"] for member in members))
        total = sum((Decimal(member["cost"]) for member in members), Decimal(0))
        result.exact(f"{place} cost", cost, total.quantize(Decimal("0.01")))
    return result


def compare_features(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`feature_usage_monthly` against `features_monthly`: counts exactly, shares to nine digits."""
    query = """
        select cast(month_start as varchar), department_key, tool, feature, people, share
        from published.feature_usage_monthly where feature is not null
    """
    result = Comparison()
    units = departments_of_units(world, "monthly")
    for start, unit, tool, feature, people, share in world.published(query):
        departments, used = truth["department_monthly"][start], truth["features_monthly"][start]
        members = [name for name in units[start, unit] if name in departments]
        expected = sum(used.get(name, {}).get(tool, {}).get(feature, 0) for name in members)
        active = sum(departments[name][tool]["active_people"] for name in members)
        place = f"{start} {unit} {tool} {feature}"
        result.exact(f"{place} people", people, expected)
        result.close(f"{place} share", share, _ratio(expected, active))
    return result


def compare_tasks(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`task_mix_monthly` against `tasks_monthly`: counts exactly, shares to nine digits."""
    query = """
        select cast(month_start as varchar), department_key, task_category, people, share
        from published.task_mix_monthly where task_category is not null
    """
    result = Comparison()
    units = departments_of_units(world, "monthly")
    for start, unit, task, people, share in world.published(query):
        departments, done = truth["department_monthly"][start], truth["tasks_monthly"][start]
        members = [name for name in units[start, unit] if name in departments]
        expected = sum(done.get(name, {}).get(task, 0) for name in members)
        active = sum(departments[name]["all"]["active_people"] for name in members)
        result.exact(f"{start} {unit} {task} people", people, expected)
        result.close(f"{start} {unit} {task} share", share, _ratio(expected, active))
    return result


def compare_rhythm(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`usage_rhythm_monthly` against `rhythm_monthly`: counts exactly, statistics to their two decimals."""
    query = """
        select cast(month_start as varchar), department_key, measure, daily_variation, smoothness,
            silent_day_share, longest_silence_days, day_off_people, weekend_ratio
        from published.usage_rhythm_monthly where measure is not null
    """
    result = Comparison()
    units = departments_of_units(world, "monthly")
    for start, unit, measure, variation, smoothness, silent, longest, people, ratio in world.published(query):
        departments, rhythms = truth["department_monthly"][start], truth["rhythm_monthly"][start]
        names = [name for name in units[start, unit] if name in departments]
        members = [rhythms[name] for name in names if name in rhythms]
        days = [sum(amounts) for amounts in zip(*(member[measure] for member in members), strict=True)]
        is_active = [any(found) for found in zip(*(member["active"] for member in members), strict=True)]
        silences = "".join("x" if found else "-" for found in is_active).split("x")
        active = sum(departments[name]["all"]["active_people"] for name in names)
        place, off = f"{start} {unit}", sum(member["day_off_people"] for member in members)
        result.exact(f"{place} day_off_people", people, off)
        result.close(f"{place} weekend_ratio", ratio, _ratio(off, active))
        result.exact(f"{place} longest_silence_days", longest, max(map(len, silences)))
        expected = pstdev(days) / fmean(days) if any(days) else 0.0
        result.near(f"{place} daily_variation", variation, expected, 0.005)
        result.near(f"{place} smoothness", smoothness, 1 / (1 + expected), 0.01)
        result.near(f"{place} silent_day_share", silent, 1 - fmean(is_active), 0.005)
    return result


def compare_tiers(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`token_tiers_monthly` against `tiers_monthly`: counts exactly, shares to nine digits."""
    query = """
        select cast(month_start as varchar), department_key, tier, people, people_without_cache_reads,
            people_with_tokens, share
        from published.token_tiers_monthly where tier is not null
    """
    result = Comparison()
    units = departments_of_units(world, "monthly")
    for start, unit, tier, people, uncached, whole, share in world.published(query):
        tiers = truth["tiers_monthly"][start]
        members = [tiers[name] for name in units[start, unit] if name in tiers]
        expected = sum(member["all"].get(tier, 0) for member in members)
        all_people = sum(sum(member["all"].values()) for member in members)
        place = f"{start} {unit} {tier}"
        result.exact(f"{place} people", people, expected)
        without = sum(member["without_cache_reads"].get(tier, 0) for member in members)
        result.exact(f"{place} people_without_cache_reads", uncached, without)
        result.exact(f"{place} people_with_tokens", whole, all_people)
        result.close(f"{place} share", share, _ratio(expected, all_people))
    return result


def compare_concentration(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`usage_concentration_monthly` of active people against `amounts_monthly`, to the published steps.

    The Gini coefficient is computed from the differences of all pairs here.
    """
    query = """
        select cast(month_start as varchar), department_key, tool, measure, gini_active, top_decile_share_active
        from published.usage_concentration_monthly where measure is not null
    """
    result = Comparison()
    units = departments_of_units(world, "monthly")
    for start, unit, tool, measure, gini, share in world.published(query):
        amounts = [
            amount
            for name in units[start, unit]
            for amount in truth["amounts_monthly"][start].get(name, {}).get(tool, {}).get(measure, ())
        ]
        amounts.sort(reverse=True)
        total, place = sum(amounts), f"{start} {unit} {tool} {measure}"
        if not total:
            assert (gini, share) == (None, None), place
            continue
        differences = sum(one - other for index, one in enumerate(amounts) for other in amounts[index + 1 :])
        result.near(f"{place} gini", gini, differences / (len(amounts) * total), 0.005)
        top = amounts[: -(-len(amounts) // 10)]
        result.near(f"{place} top decile", share, sum(top) / total, 0.025)
    return result


def compare_segments(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`adoption_segments_weekly` against `segments_weekly`, exactly."""
    names = [*SEGMENTS, *TRANSITIONS]
    query = f"""
        select cast(week_start as varchar), department_key, tool, {", ".join(names)}
        from published.adoption_segments_weekly
    """
    result = Comparison()
    units = departments_of_units(world, "weekly")
    for start, unit, tool, *values in world.published(query):
        departments = truth["segments_weekly"].get(start, {}).get(tool, {})
        members = [departments[name] for name in units[start, unit] if name in departments]
        for name, value in zip(names, values, strict=True):
            expected = [member[name] for member in members]
            known = None if None in expected else sum(expected)
            result.exact(f"{start} {unit} {tool} {name}", value, known)
    return result


def compare_activation(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`activation_monthly`: departments against the funnel of the month's last week, values by their sum."""
    query = """
        select
            cast(last_week as varchar), department_key, tool, dimension, assigned, activated,
            never_activated
        from published.activation_monthly where dimension is not null
    """
    result = Comparison()
    units = departments_of_units(world, "weekly")
    rows = world.published(query)
    whole = {(week, unit, tool): figures for week, unit, tool, kind, *figures in rows if kind == "department"}
    parts: dict[tuple[str, ...], list[list[int | None]]] = defaultdict(list)
    for week, unit, tool, kind, *figures in rows:
        if kind != "department":
            parts[week, unit, tool, kind].append(figures)
        elif tool != "all":
            departments = truth["funnel_weekly"].get(week, {}).get(tool, {})
            members = [departments[name] for name in units[week, unit] if name in departments]
            for stage, value in zip(("assigned", "first_use"), figures, strict=False):
                result.exact(f"{week} {unit} {tool} {stage}", value, sum(member[stage] for member in members))
    for (week, unit, tool, kind), members in parts.items():
        for name, total, *values in zip(
            ("assigned", "activated", "never"), whole[week, unit, tool], *members, strict=True
        ):
            if None not in values:
                result.exact(f"{week} {unit} {tool} {kind} {name}", sum(values), total)
    return result


def compare_dimensions(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`usage_by_dimension_weekly` against `dimensions_weekly`, exactly; bands of tenure by their sum.

    Values of few people have no row.
    """
    query = """
        select cast(week_start as varchar), department_key, dimension, dimension_value, headcount, active_people
        from published.usage_by_dimension_weekly where dimension is not null
    """
    result = Comparison()
    units = departments_of_units(world, "weekly")
    bands: dict[str, list[list[int | None]]] = defaultdict(list)
    for week, unit, dimension, value, *figures in world.published(query):
        departments = truth["dimensions_weekly"][week]
        if dimension == "tenure_band":
            bands[week].append(figures)
            continue
        members = [departments[name][dimension] for name in units[week, unit] if name in departments]
        for name, figure in zip(COUNTS, figures, strict=True):
            expected = sum(member[value][name] for member in members if value in member)
            result.exact(f"{week} {unit} {dimension} {value} {name}", figure, expected)
    for week, of_bands in bands.items():
        company = truth["department_weekly"][week][ALL]
        expected_counts = (company["headcount"], company["all"]["active_people"])
        for name, expected, *figures in zip(COUNTS, expected_counts, *of_bands, strict=True):
            if len(figures) == 4 and None not in figures:
                result.exact(f"{week} tenure_band {name}", sum(figures), expected)
    return result


def compare_tool_sets(world: World, truth: Mapping[str, Any]) -> Comparison:
    """`cross_tool_overlap_monthly` against `tool_sets_monthly`: pooled sets are all that have no row."""
    query = """
        select
            cast(month_start as varchar), department_key, tool_set,
            people, single_tool_people, multi_tool_people
        from published.cross_tool_overlap_monthly where people is not null or single_tool_people is not null
    """
    result = Comparison()
    units = departments_of_units(world, "monthly")
    rows = world.published(query)
    named: dict[str, set[str]] = defaultdict(set)
    for start, _, tool_set, *_ in rows:
        named[start].add(tool_set)
    for start, unit, tool_set, people, single, multi in rows:
        departments = truth["tool_sets_monthly"].get(start, {})
        sets: dict[str, int] = defaultdict(int)
        for name in units[start, unit]:
            for each, count in departments.get(name, {}).items():
                sets[each] += count
        of_several = sum(count for each, count in sets.items() if "+" in each)
        place = f"{start} {unit} {tool_set}"
        if tool_set == "all":
            result.exact(f"{place} people", people, sum(sets.values()))
            result.exact(f"{place} single_tool_people", single, sum(sets.values()) - of_several)
            result.exact(f"{place} multi_tool_people", multi, of_several)
        elif tool_set in ("other", "other+"):
            is_several = "+" in tool_set
            pooled = (n for each, n in sets.items() if ("+" in each) == is_several and each not in named[start])
            result.exact(place, people, sum(pooled))
        else:
            result.exact(place, people, sets[tool_set])
    return result


def departments_of_units(world: World, period: str) -> dict[tuple[str, str], list[str]]:
    """Names of the departments of each (period start, unit), the company included."""
    kind = {"weekly": "week", "monthly": "month"}[period]
    query = f"""
        select cast(units.period_start as varchar), units.unit_key, departments.department_name
        from restricted.dim_reporting_units as units
        inner join restricted.dim_departments as departments using (department_key)
        where units.period_type = '{kind}'
    """
    members: dict[tuple[str, str], list[str]] = defaultdict(list)
    for start, unit, department in world.rows(query):
        members[start, unit].append(department)
    return _WithCompany(members)


class _WithCompany(dict[tuple[str, str], list[str]]):
    """The company row is the truth's own `All departments`, not a sum."""

    def __missing__(self, key: tuple[str, str]) -> list[str]:
        return {"all": [ALL], "unallocated": ["Unallocated"]}.get(key[1], [])


def _summed(members: list[Mapping[str, Any]], tool: str) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for name, value in _figures(members, tool):
        if value is not None:
            total[name] = total.get(name, 0) + (Decimal(value) if isinstance(value, str) else value)
    return total


def _figures(members: list[Mapping[str, Any]], tool: str) -> Iterator[tuple[str, Any]]:
    for member in members:
        yield from member.get(tool, {}).items()


def _ratio(numerator: float | None, denominator: float | None) -> float | None:
    return None if numerator is None or not denominator else numerator / denominator
