"""A leak of each kind, planted in tables written by hand: an attack that finds none proves nothing."""

from __future__ import annotations

import datetime as dt

from tests.attack.attack import Attack
from tests.attack.published import Published
from tests.attack.tables import (
    MONTH,
    WEEK,
    activation,
    dimension,
    month,
    power,
    published,
    seats,
    segments,
    truth,
    use,
)
from tests.attack.versions import laid_over, moved


def told(tables: Published, **people: int) -> list[tuple[str, int]]:
    """Kinds and counts that are told."""
    return [(each.kind, each.people) for each in Attack(tables).told_counts(truth(**people))]


def test_nothing_is_told_where_the_hidden_are_open() -> None:
    tables = published(
        department_usage_weekly=[
            use("all", headcount=40, active_people=30),
            use("sales", headcount=20),
            use("people", headcount=20),
        ]
    )
    assert told(tables, headcount__sales__=20, active_people__sales__chatgpt=3) == []


def test_those_who_are_not_active_in_one_row() -> None:
    tables = published(department_usage_weekly=[use("sales", headcount=12, active_people=10)])
    assert told(tables, headcount__sales__=12, active_people__sales__chatgpt=10) == [
        ("complement: not active", 2)
    ]


def test_a_count_behind_a_ratio_that_is_shown() -> None:
    tables = published(department_usage_weekly=[use("sales", headcount=20, active_ratio=0.15)])
    assert told(tables, headcount__sales__=20, active_people__sales__chatgpt=3) == [("count: active_people", 3)]


def test_licensed_people_who_are_not_active() -> None:
    tables = published(
        department_usage_weekly=[use("sales", headcount=40, licensed_people=20, licensed_active_ratio=0.85)]
    )
    assert told(tables, licensed_people__sales__chatgpt=20, licensed_active_people__sales__chatgpt=17) == [
        ("complement: licensed and not active", 3)
    ]


def test_a_unit_against_the_company() -> None:
    tables = published(
        department_usage_weekly=[
            use("all", headcount=40, active_people=20),
            use("sales", headcount=20, active_people=18),
            use("people", headcount=20),
        ]
    )
    assert told(tables, active_people__people__chatgpt=2) == [("count: active_people", 2)]


def test_inequalities_that_every_reader_knows() -> None:
    """14 are left for two units; operations has 11 people, all of whom hold a seat of another tool."""
    figures = {"all": 42, "engineering": 17, "other": 11, "operations": None, "sales": None}
    heads = {"all": 60, "engineering": 18, "other": 19, "operations": 11, "sales": 12}
    rows = [use(unit, "all", headcount=heads[unit], licensed_people=held) for unit, held in figures.items()]
    rows.append(use("operations", "m365_copilot", headcount=11, licensed_people=11))
    found = told(published(department_usage_weekly=rows), licensed_people__sales__all=3)
    assert found == [("count: licensed_people", 3)]


def test_stages_of_the_funnel_bound_licensed_people() -> None:
    figures = {"all": 14, "engineering": None, "operations": None, "other": 0, "sales": 0}
    rows = [use(unit, headcount=30, licensed_people=held) for unit, held in figures.items()]
    stage = {"department_key": "engineering", "tool": "chatgpt", "week_start": WEEK, "assigned": 15}
    tables = published(department_usage_weekly=rows, adoption_funnel_weekly=[stage])
    assert told(tables, licensed_people__operations__chatgpt=1) == [("count: licensed_people", 1)]


def test_last_weeks_active_people_less_the_retained_ones() -> None:
    before = use("all", headcount=40, active_people=20, start=WEEK - dt.timedelta(weeks=1))
    row = segments("all", retained=17)
    tables = published(department_usage_weekly=[before], adoption_segments_weekly=[row])
    assert told(tables, transition_lapsed__all__chatgpt=3) == [("count: transition_lapsed", 3)]


def test_users_of_twelve_weeks_who_are_not_active() -> None:
    use_of_week = use("sales", headcount=40, active_people=20)
    row = segments("sales", non_user=17)
    tables = published(department_usage_weekly=[use_of_week], adoption_segments_weekly=[row])
    assert told(tables, recent_users__sales__chatgpt=23, active_people__sales__chatgpt=20) == [
        ("complement: used it in twelve weeks, not in this one", 3)
    ]


def test_regular_users_without_a_seat() -> None:
    stage = {"department_key": "sales", "tool": "chatgpt", "week_start": WEEK, "habitual": 28}
    tables = published(
        adoption_segments_weekly=[segments("sales", power=10, habitual=20)], adoption_funnel_weekly=[stage]
    )
    assert told(tables, regular_users__sales__chatgpt=30, habitual__sales__chatgpt=28) == [
        ("complement: regular user without a seat", 2)
    ]


def test_people_of_a_tool_in_no_named_set() -> None:
    """20 use Claude, 17 of them in the set that is named: 3 are in sets that have no row."""
    sets = {"all": 40, "chatgpt+claude": 17, "other+": 23}
    keys = {"department_key": "all", "month_start": MONTH, "is_suppressed": False, "share": None}
    people = {"single_tool_people": None, "multi_tool_people": None}
    rows = [keys | people | {"tool_set": name, "people": count} for name, count in sets.items()]
    tables = published(
        department_usage_monthly=[month("all", "claude", headcount=60, active_people=20)],
        cross_tool_overlap_monthly=rows,
    )
    shares = {"pooled_tool_people__all__all__month__claude": 3}
    assert told(tables, **shares) == [("count: pooled_tool_people", 3)]


def test_a_job_function_that_is_the_rest_of_its_department() -> None:
    """30 of Sales have used it, 27 of them sellers: 3 planners have."""
    rows = [
        activation("sales", assigned=60, activated=30),
        activation("sales", "job_function", "Seller", assigned=40, activated=27),
        activation("sales", "job_function", "Planner", assigned=20),
    ]
    shares = {"first_use__sales__chatgpt__week__job_function: Planner": 3}
    tables = published(activation_monthly=rows)
    assert told(tables, **shares) == [("count: first_use", 3)]


def test_active_people_of_a_place_that_are_the_rest_of_the_company() -> None:
    """33 of the company are active, 30 of them in Oslo: 3 in Rome are."""
    tables = published(
        department_usage_weekly=[use("all", "all", headcount=60, active_people=33)],
        usage_by_dimension_weekly=[
            dimension("Oslo", headcount=40, active_people=30),
            dimension("Rome", headcount=20),
        ],
    )
    shares = {"active_people__all__all__week__location: Rome": 3}
    assert told(tables, **shares) == [("count: active_people", 3)]


def test_people_of_a_place_that_has_no_row() -> None:
    """40 of 43 people are in Oslo: 3 are elsewhere."""
    tables = published(
        department_usage_weekly=[use("all", "all", headcount=43)],
        usage_by_dimension_weekly=[dimension("Oslo", headcount=40)],
    )
    shares = {"headcount__all__": 43, "headcount__all____week__location: Oslo": 40}
    assert told(tables, **shares) == [("count: headcount", 3)]


def test_people_of_a_place_without_a_seat() -> None:
    """40 people are in Rome, 38 of them hold a seat."""
    tables = published(
        usage_by_dimension_weekly=[dimension("Rome", headcount=40)],
        activation_monthly=[activation("all", "location", "Rome", assigned=38)],
    )
    shares = {"headcount__all____week__location: Rome": 40}
    shares |= {"assigned__all__chatgpt__week__location: Rome": 38}
    assert told(tables, **shares) == [("complement: has no seat of the tool", 2)]


def test_seats_bought_less_seats_not_assigned() -> None:
    tables = published(license_utilization_monthly=[seats("all", "m365_copilot", purchased=5, unassigned=4)])
    people = {"assigned_seats__all__m365_copilot__month__m365_copilot": 1}
    assert told(tables, **people) == [("count: assigned_seats", 1)]


def test_holders_who_are_idle() -> None:
    tables = published(license_utilization_monthly=[seats("sales", seat_holders=19, seats_active=16)])
    people = {"seat_holders__sales__chatgpt__month__chatgpt": 19}
    people |= {"seats_active__sales__chatgpt__month__chatgpt": 16}
    assert told(tables, **people) == [("complement: idle holders", 3)]


def test_holders_from_the_price_of_a_seat() -> None:
    """A seat-day costs 1 elsewhere: 62 in money are 62 days of a month of 31, two holders at least."""
    rows = [
        seats("all", seat_days=186, cost=186, seat_holders=6),
        seats("people", seat_days=124, cost=124),
        seats("sales", cost=62),
        seats("legal", seat_days=0, cost=0, seat_holders=0),
    ]
    people = {"seat_holders__sales__chatgpt__month__chatgpt": 2}
    assert told(published(license_utilization_monthly=rows), **people) == [("count: seat_holders", 2)]


def test_people_of_a_class_from_its_money() -> None:
    """A seat-day costs 1: 3 in money that could be given back are 3 days, of three people at most."""
    classes = dict.fromkeys(("held_by_leaver", "duplicate", "dormant"), 0) | {"used": 1}
    rows = [
        seats("all", seat_days=186, cost=186, seat_holders=12),
        seats("people", seat_days=124, cost=124),
        seats("sales", seat_days=62, cost=62, reassignable_cost=3, **classes),
    ]
    people = {"never_used__sales__chatgpt__month__chatgpt": 3}
    assert told(published(license_utilization_monthly=rows), **people) == [("count: never_used", 3)]


def test_a_person_behind_money_and_money_per_person() -> None:
    row = {
        "department_key": "sales",
        "tool": "codex",
        "cost_basis": "credits",
        "month_start": MONTH,
    }
    tables = published(
        department_usage_monthly=[month("sales", "codex", headcount=30, user_messages=None)],
        department_cost_monthly=[row | {"cost": 30.0, "cost_per_active_person": 10.0, "is_suppressed": True}],
    )
    assert told(tables, active_people__sales__codex__month=3) == [("count: active_people", 3)]


def test_a_month_bounds_its_weeks() -> None:
    """Nobody is active in a week and not in its month."""
    rows = [
        use("all", headcount=40, active_people=12),
        use("sales", headcount=20),
        use("people", headcount=20),
    ]
    months = [month("sales", headcount=20, active_people=9), month("people", headcount=20)]
    tables = published(department_usage_weekly=rows, department_usage_monthly=months)
    # 3 to 9 in sales leave 3 to 11 in people; with at most 4 in people by its month, it is told.
    months[1] = month("people", headcount=20, active_ratio=0.2)
    tables = published(department_usage_weekly=rows, department_usage_monthly=months)
    found = told(tables, active_people__people__chatgpt=3, active_people__people__chatgpt__month=4)
    assert sorted(found) == [("count: active_people", 3), ("count: active_people", 4)]


def test_a_bound_that_needs_somebody_to_have_stayed_who_moved_is_a_guess() -> None:
    """30 less 5 of sales and 7 of it leave 18 of 20 in people: if nobody of sales left it within the month."""
    units = ("sales", "it", "people")
    rows = [use("all", headcount=60, active_people=30), *(use(unit, headcount=20) for unit in units)]
    active = {"sales": 5, "it": 7, "people": 19}
    months = [month(unit, headcount=20, active_people=active[unit]) for unit in units]
    tables = published(department_usage_weekly=rows, department_usage_monthly=months)
    people = {"headcount__people__": 20, "headcount__people____month": 20}
    people |= {"active_people__it__chatgpt": 6, "active_people__people__chatgpt": 18}
    people |= {f"active_people__{unit}__chatgpt__month": count for unit, count in active.items()}
    in_month, in_week = ("complement: not active", 1), ("complement: not active", 2)
    assert sorted(told(tables, active_people__sales__chatgpt=5, **people)) == [in_month, in_week]
    assert told(tables, active_people__sales__chatgpt=6, **people) == [in_month]


def test_tokens_of_days_off() -> None:
    row = {"department_key": "sales", "tool": "chatgpt", "week_start": WEEK, "output_tokens": 1000}
    row |= {"total_tokens": 1000, "working_days": 5, "mean_daily_tokens": 180.0, "is_suppressed": False}
    attack = Attack(published(department_tokens_weekly=[row]))
    found = attack.told_totals(truth(day_off_tokens__sales__chatgpt=[100.0]))
    assert [(each.kind, each.people) for each in found] == [("total: day_off_tokens", 1)]


def test_messages_of_power_users_by_subtraction() -> None:
    messages = {"all": 1000, "sales": 600, "people": 400}
    shares = {"all": 0.5, "sales": 0.6, "people": None}
    tables = published(
        department_usage_monthly=[month(u, headcount=60, user_messages=m) for u, m in messages.items()],
        power_users_monthly=[power(unit, share_of_messages=share) for unit, share in shares.items()],
    )
    people = {"power_messages__people__chatgpt__month": [60.0, 50.0, 30.0]}
    found = Attack(tables).told_totals(truth(**people))
    assert [(each.kind, each.people) for each in found] == [("total: power_messages", 3)]


def test_what_is_kept_is_what_is_not_exposed() -> None:
    rows = [seats("sales", seat_holders=19, seats_active=9, cost=570, exposure_cost=510)]
    people = {"kept_cost__sales__chatgpt__month__chatgpt": [30.0, 30.0]}
    found = Attack(published(license_utilization_monthly=rows)).told_totals(truth(**people))
    assert [(each.kind, each.people) for each in found] == [("total: kept_cost", 2)]


def test_a_feature_that_all_but_a_few_active_people_use() -> None:
    row = {"department_key": "sales", "tool": "chatgpt", "month_start": MONTH, "feature": "search"}
    tables = published(
        department_usage_monthly=[month("sales", headcount=60, active_people=20)],
        feature_usage_monthly=[row | {"people": 18, "share": 0.9, "is_suppressed": False}],
    )
    people = {"active_people__sales__chatgpt__month": 20}
    people |= {"feature_people__sales__chatgpt__month__search": 18}
    assert told(tables, **people) == [("complement: active, without the feature, task or day off", 2)]


def test_a_feature_of_one_unit_against_the_company() -> None:
    row = {"tool": "chatgpt", "month_start": MONTH, "feature": "search", "is_suppressed": True}
    counts = {"all": 20, "sales": 17, "people": None}
    tables = published(
        feature_usage_monthly=[row | {"department_key": unit, "people": n} for unit, n in counts.items()]
    )
    assert told(tables, feature_people__people__chatgpt__month__search=3) == [("count: feature_people", 3)]


def test_a_task_that_only_a_feature_stands_for() -> None:
    """Nothing but search stands for research in ChatGPT, so that its people are those of the task."""
    row = {"department_key": "sales", "month_start": MONTH, "is_suppressed": True}
    tables = published(
        feature_usage_monthly=[row | {"tool": "chatgpt", "feature": "search", "people": None}],
        task_mix_monthly=[row | {"task_category": "research", "people": 3}],
    )
    people = {"feature_people__sales__chatgpt__month__search": 3, "task_people__sales__all__month__research": 3}
    assert sorted(told(tables, **people)) == [("count: feature_people", 3), ("count: task_people", 3)]


def test_people_who_do_not_work_on_days_off() -> None:
    row = {"department_key": "sales", "month_start": MONTH, "is_suppressed": True}
    tables = published(
        department_usage_monthly=[month("sales", "all", headcount=60, active_people=20)],
        usage_rhythm_monthly=[row | {"day_off_people": None, "weekend_ratio": 0.9}],
    )
    people = {"active_people__sales__all__month": 20, "day_off_people__sales__all__month": 18}
    assert told(tables, **people) == [("complement: active, without the feature, task or day off", 2)]


def test_people_who_reach_a_tier_by_cache_reads_alone() -> None:
    """8 + 30 people reach the lower of two tiers, 8 the upper; 6 of these without cache reads."""
    row = {"department_key": "sales", "month_start": MONTH, "is_suppressed": False, "people_with_tokens": 38}
    tables = published(
        token_tiers_monthly=[
            row | {"tier_key": "01", "people": 30, "people_without_cache_reads": 32},
            row | {"tier_key": "02", "people": 8, "people_without_cache_reads": 6},
        ],
    )
    people = {"tier_people_and_higher__sales__all__month__02": 8}
    people |= {"uncached_tier_people_and_higher__sales__all__month__02": 6}
    assert told(tables, **people) == [("complement: reaches a tier by cache reads alone", 2)]


def test_a_tier_that_is_the_rest_of_all() -> None:
    row = {"department_key": "sales", "month_start": MONTH, "is_suppressed": True, "people_with_tokens": 33}
    tables = published(
        token_tiers_monthly=[row | {"tier_key": "01", "people": 30}, row | {"tier_key": "02", "people": None}],
    )
    assert told(tables, tier_people__sales__all__month__02=3) == [("count: tier_people", 3)]


def test_a_difference_of_two_versions() -> None:
    older = published(department_usage_weekly=[use("sales", headcount=30, user_messages=47)])
    newer = published(department_usage_weekly=[use("sales", headcount=30, user_messages=26)])
    before = truth(user_messages__sales__chatgpt=[21.0, 10.0, 16.0])
    after = truth(user_messages__sales__chatgpt=[0.0, 10.0, 16.0])
    assert [(each.column, each.people) for each in moved(older, newer, before, after)] == [("user_messages", 1)]
    many = truth(user_messages__sales__chatgpt=[0.0, 11.0, 17.0, 1.0, 1.0])
    assert moved(older, newer, before, many) == []


def test_an_older_version_shows_what_the_newer_one_hides() -> None:
    older = published(department_usage_weekly=[use("sales", headcount=30, active_people=28)])
    newer = published(department_usage_weekly=[use("sales", headcount=30)])
    assert told(newer, headcount__sales__=30, active_people__sales__chatgpt=28) == []
    both = told(laid_over(older, newer), headcount__sales__=30, active_people__sales__chatgpt=28)
    assert both == [("complement: not active", 2)]


def test_a_relation_that_published_figures_contradict_is_dropped() -> None:
    """Who believes something false finds something false: here no unit is part of this company."""
    starts = [WEEK + dt.timedelta(weeks=week) for week in range(5)]
    rows = [use("all", start=start, headcount=90, active_people=30) for start in starts]
    rows += [use("sales", start=start, headcount=40, active_people=20) for start in starts]
    attack = Attack(published(department_usage_weekly=rows))
    assert "units make the company: active_people" in attack.knowledge.untrue_families()
