"""The truth behind figures: who contributes what, from the private warehouse. The attacker never sees it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.attack.knowledge import Quantity, Relation
from tests.attack.licences import BUCKETS
from tests.attack.people import POOLS
from tests.attack.published import COMPANY
from tests.attack.usage import DENOMINATORS, FUNNEL, PEOPLE, SUMS

Shares = Mapping[Any, float]
_EXPOSED = frozenset({"held_by_leaver", "on_leave", "duplicate", "never_used", "dormant", "under_used"})
_REASSIGNABLE = frozenset({"held_by_leaver", "duplicate", "never_used", "dormant"})
# Who people are, in the order in which it is read here.
DIMENSIONS = ("location", "is_manager", "tenure_band", "job_function")
_USE = (*PEOPLE[1:], *SUMS, *BUCKETS, "credits")


@dataclass(frozen=True)
class Truth:
    """Who contributes how much to each figure: by person key, or by account for accounts without a person."""

    shares: Mapping[Quantity, Shares]

    def people(self, quantity: Quantity) -> set[Any]:
        """Everybody who contributes to a figure."""
        return {person for person, share in self.shares.get(quantity, {}).items() if share}

    def has_moved(self, relation: Relation) -> bool:
        """Whether a relation between weeks and months of a unit is false: people changed units meanwhile."""
        periods = {(quantity.period, quantity.start) for quantity in relation.terms}
        if len(periods) < 2 or not relation.terms.keys() <= self.shares.keys():
            return False
        value = sum(weight * self._figure(quantity) for quantity, weight in relation.terms.items())
        slack = 1e-6 * max(1.0, abs(value))
        return not relation.lower - slack <= value <= relation.upper + slack

    def _figure(self, quantity: Quantity) -> float:
        is_count = quantity.name in PEOPLE
        return float(len(self.people(quantity))) if is_count else sum(self.shares[quantity].values())


def truth_of(database: Path) -> Truth:
    """The truth behind everything that a deployment publishes, from the facts about people in its warehouse."""
    return Truth(dict(_Reader(database).shares))


class _Reader:
    def __init__(self, database: Path) -> None:
        self.shares: dict[Quantity, dict[Any, float]] = defaultdict(lambda: defaultdict(float))
        self._homes: dict[tuple[str, dt.date, int], str] = {}
        with duckdb.connect(str(database), read_only=True) as connection:
            self._connection = connection
            self._units = {
                (period, start, department): unit
                for period, start, department, unit in self._rows(
                    "select period_type, period_start, department_key, unit_key "
                    "from restricted.dim_reporting_units"
                )
            }
            self._read_people()
            self._read_use()
            self._read_seats()
            self._read_stages()
            self._read_segments()
            self._read_sets()
            self._read_activations()
            self._read_dimensions()
            self._read_power_users()
            self._read_days()
            self._read_costs()
            self._read_models()
            self._read_accounts()
            self._read_features()
            self._read_tasks()
            self._read_days_off()
            self._read_tiers()

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._connection.execute(query).fetchall()
        return found

    def _unit(self, period: str, start: dt.date, department: str) -> str:
        return str(self._units.get((period, start, department), "nowhere"))

    def _add(self, quantity: Quantity, person: Any, share: Any) -> None:
        if share:
            self.shares[quantity][person] += float(share)
            self.shares[quantity.at(unit=COMPANY)][person] += 0.0 if quantity.unit == COMPANY else float(share)

    def _read_people(self) -> None:
        for period, start, person, department in self._rows(
            "select period_type, period_start, person_key, department_key from intermediate.int_person_periods"
        ):
            unit = self._unit(period, start, department)
            self._homes[period, start, person] = unit
            self._add(Quantity("headcount", period, start, unit), person, 1)

    def _read_use(self) -> None:
        # Published denominators count a few people of other tools as well, these here do not.
        exact = {
            name: f"case when tool = 'all' then max(case when tool <> 'all' then {name} end) "
            f"over (partition by period_type, period_start, person_key) else {name} end"
            for name in DENOMINATORS
        }
        columns = ", ".join(exact.get(name, name) for name in _USE)
        for period, start, person, tool, *shares in self._rows(
            f"select period_type, period_start, person_key, tool, {columns} from restricted.person_tool_periods"
        ):
            here = Quantity("", period, start, self._homes[period, start, person], tool)
            for name, share in zip(_USE, shares, strict=True):
                self._add(here.at(name=name), person, share)
                if name in BUCKETS:
                    self._add(here.at(name="total_tokens"), person, share)

    def _read_seats(self) -> None:
        classes: dict[tuple[dt.date, int, str], str] = {}
        for month, person, product, tool, department, days, seat_class in self._rows(
            "select month_start, person_key, product, tool, department_key, active_days, seat_class "
            "from restricted.fct_seat_holders_monthly"
        ):
            classes[month, person, product] = seat_class
            here = Quantity("", "month", month, self._unit("month", month, department), tool, product)
            self._add(here.at(name="seat_holders"), person, 1)
            self._add(here.at(name="seats_active"), person, 1 if days else 0)
            self._add(here.at(name=seat_class), person, 1)
        for month, person, account, product, tool, department, days, cost in self._rows(
            "select month_start, person_key, account_key, product, tool, department_key, seat_days, seat_cost "
            "from restricted.seat_cost_months"
        ):
            if person is None:
                here = Quantity("", "month", month, "unattributed", tool, product)
                for name, share in (("seat_accounts", 1), ("seat_days", days), ("seat_cost", cost)):
                    self.shares[here.at(name=name)][account] += float(share or 0)
                continue
            here = Quantity("", "month", month, self._unit("month", month, department), tool, product)
            seat_class = classes[month, person, product]
            self._add(here.at(name="seat_days"), person, days)
            self._add(here.at(name="seat_cost"), person, cost)
            exposed = seat_class in _EXPOSED
            self._add(here.at(name="exposure_cost" if exposed else "kept_cost"), person, cost)
            if exposed:
                again = seat_class in _REASSIGNABLE
                self._add(here.at(name="reassignable_cost" if again else "other_exposure_cost"), person, cost)
        for month, person, account, product, tool in self._rows(
            "select date_trunc('month', seat_date), person_key, account_key, product, tool "
            "from restricted.fct_seats_daily as seats where seat_date = (select max(seat_date) "
            "from restricted.fct_seats_daily as others where others.product = seats.product "
            "and date_trunc('month', others.seat_date) = date_trunc('month', seats.seat_date))"
        ):
            month = month if type(month) is dt.date else month.date()
            here = Quantity("assigned_seats", "month", month, COMPANY, tool, product)
            self.shares[here][("person", person) if person is not None else ("account", account)] += 1.0

    def _read_stages(self) -> None:
        stages = FUNNEL[1:]
        for week, person, tool, department, *reached in self._rows(
            f"select week_start, person_key, tool, department_key, {', '.join(stages)} "
            "from restricted.fct_adoption_stages_weekly"
        ):
            here = Quantity("assigned", "week", week, self._unit("week", week, department), tool)
            self._add(here, person, 1)
            for name, has in zip(stages, reached, strict=True):
                self._add(here.at(name=name), person, 1 if has else 0)

    def _read_segments(self) -> None:
        users: dict[tuple[dt.date, str], set[int]] = defaultdict(set)
        for week, person, tool, department, segment, transition in self._rows(
            "select week_start, person_key, tool, department_key, segment, transition "
            "from restricted.fct_adoption_segments_weekly"
        ):
            users[week, tool].add(person)
            here = Quantity("recent_users", "week", week, self._unit("week", week, department), tool)
            self._add(here, person, 1)
            self._add(here.at(name=f"segment_{segment}"), person, 1)
            self._add(here.at(name="regular_users"), person, segment in ("power", "habitual"))
            if transition is not None:
                if transition != "lapsed":  # which are published with those who left
                    self._add(here.at(name=f"transition_{transition}"), person, 1)
                self._add(here.at(name="active_of_two_weeks"), person, 1)
                self._add(here.at(name="active_before"), person, transition in ("retained", "lapsed"))
        for (week, tool), known in users.items():
            active = Quantity("active_people", "week", week, COMPANY, tool)
            then = self.shares[active.at(start=week - dt.timedelta(weeks=1))]
            for person in then.keys() - self.shares[active].keys():
                self.shares[active.at(name="transition_lapsed")][person] = 1.0
            for (period, start, person), unit in self._homes.items():
                if (period, start) == ("week", week) and person not in known:
                    self._add(Quantity("segment_non_user", "week", week, unit, tool), person, 1)

    def _read_sets(self) -> None:
        for month, person, tool, unit, tools_used, named_set in self._rows(
            "select month_start, person_key, tool, unit_key, sets.tools_used, named_set "
            "from restricted.fct_tool_sets_monthly as sets "
            "inner join restricted.tool_set_months as names using (month_start, tool_set)"
        ):
            here = Quantity("tool_set_people", "month", month, unit or "nowhere", COMPANY, named_set)
            kind = "single_tool_people" if tools_used == 1 else "multi_tool_people"
            for quantity in (here, here.at(name=kind, item="")):
                self.shares[quantity][person] = self.shares[quantity.at(unit=COMPANY)][person] = 1.0
            if named_set in POOLS:
                self._add(here.at(name="pooled_tool_people", item=tool), person, 1)

    def _read_activations(self) -> None:
        for week, person, tool, department, activated, never, *who in self._rows(
            "select week_start, person_key, tool, department_key, is_activated, is_never_activated, "
            "coalesce(location, 'unknown'), case is_manager when true then 'manager' "
            "when false then 'no manager' else 'unknown' end, "
            "coalesce(tenure_band, 'unknown'), coalesce(job_function, 'unknown') "
            "from restricted.fct_activations_monthly"
        ):
            names = ["assigned", "first_use" if activated else "never_activated" if never else "waiting"]
            home = Quantity("", "week", week, self._unit("week", week, department), tool)
            items = zip(DIMENSIONS, who, strict=True)
            for name in names:
                self._add(home.at(name=name), person, 0 if name in ("assigned", "first_use") else 1)
            for dimension, value in items:
                group = home if dimension == "job_function" else home.at(unit=COMPANY)
                for name in names:
                    self.shares[group.at(name=name, item=f"{dimension}: {value}")][person] = 1.0

    def _read_dimensions(self) -> None:
        for week, person, *who in self._rows(
            "select weeks.period_start, weeks.person_key, "
            "coalesce(location, 'unknown'), case is_manager when true then 'manager' "
            "when false then 'no manager' else 'unknown' end, "
            "coalesce(tenure_band, 'unknown'), coalesce(job_function, 'unknown') "
            "from intermediate.int_person_periods as weeks "
            "inner join restricted.dim_people as people on people.person_key = weeks.person_key "
            "and people.valid_from < weeks.period_start + interval 7 day where weeks.period_type = 'week' "
            "qualify row_number() over (partition by weeks.period_start, weeks.person_key "
            "order by people.valid_from desc) = 1"
        ):
            home = Quantity("headcount", "week", week, self._homes["week", week, person])
            for dimension, value in zip(DIMENSIONS, who, strict=True):
                head = home if dimension == "job_function" else home.at(unit=COMPANY)
                active = head.at(name="active_people", tool=COMPANY)
                for quantity in (head, active):
                    if self.shares.get(quantity, {}).get(person):
                        self.shares[quantity.at(item=f"{dimension}: {value}")][person] = 1.0

    def _read_power_users(self) -> None:
        power: set[tuple[dt.date, int, str]] = set()
        for week, person, tool in self._rows(
            "select power.week_start, power.person_key, power.tool "
            "from restricted.fct_power_users_weekly as power "
            "inner join restricted.tool_periods as weeks on weeks.period_type = 'week' "
            "and weeks.period_start = power.week_start and weeks.tool = power.tool "
            "where power.is_power_user and weeks.period_state <> 'running'"
        ):
            power.add(((week + dt.timedelta(days=3)).replace(day=1), person, tool))
        for quantity in [q for q in self.shares if q.name == "active_people" and q.period == "month"]:
            for person in list(self.shares[quantity]):
                share = self.shares[quantity.at(name="user_messages")].get(person, 0.0)
                if (quantity.start, person, quantity.tool) in power:
                    self.shares[quantity.at(name="power_users")][person] = 1.0
                    self.shares[quantity.at(name="power_messages")][person] = share
                else:
                    self.shares[quantity.at(name="other_messages")][person] = share

    def _read_days(self) -> None:
        for week, working, person, tool, tokens in self._rows(
            "select dates.week_start, dates.is_working_day, usage.person_key, usage.tool, "
            "sum(usage.total_tokens) from restricted.fct_usage_daily as usage "
            "inner join restricted.dim_dates as dates on dates.date_day = usage.activity_date "
            "where usage.token_basis = 'reported' group by all"
        ):
            unit = self._homes.get(("week", week, person))
            if unit is not None:
                name = "working_day_tokens" if working else "day_off_tokens"
                for named in (tool, COMPANY):
                    self._add(Quantity(name, "week", week, unit, named), person, tokens)

    def _read_costs(self) -> None:
        for month, person, tool, basis, department, cost, without, tokens in self._rows(
            "select date_trunc('month', usage_date), person_key, tool, cost_basis, department_key, "
            "coalesce(sum(cost), 0), coalesce(sum(unpriced_tokens), 0), coalesce(sum(total_tokens), 0) "
            "from restricted.fct_costs_daily where person_key is not null group by all"
        ):
            month = month if type(month) is dt.date else month.date()
            unit = self._unit("month", month, department)
            for named in (tool, COMPANY):
                here = Quantity("cost", "month", month, unit, named, basis)
                self._add(here, person, cost)
                if basis == "metered_list":
                    self._add(here.at(name="unpriced_tokens"), person, without)
                    self._add(here.at(name="priced_tokens"), person, tokens - without)

    def _read_models(self) -> None:
        for week, person, tool, family, use in self._rows(
            "select week_start, person_key, tool, model_family, model_use from restricted.person_model_weeks"
        ):
            unit = self._homes.get(("week", week, person))
            if unit is not None:
                for item in (family, COMPANY):
                    self._add(Quantity("model_use", "week", week, unit, tool, item), person, use)

    def _read_features(self) -> None:
        for month, person, tool, feature in self._rows(
            "select month_start, person_key, tool, feature from restricted.person_feature_months"
        ):
            unit = self._homes["month", month, person]
            self._add(Quantity("feature_people", "month", month, unit, tool, feature), person, 1)

    def _read_tasks(self) -> None:
        for month, person, task in self._rows(
            "select month_start, person_key, task_category from restricted.person_task_months"
        ):
            unit = self._homes["month", month, person]
            self._add(Quantity("task_people", "month", month, unit, COMPANY, task), person, 1)

    def _read_days_off(self) -> None:
        for month, person in self._rows(
            "select month_start, person_key from restricted.person_days_off where has_day_off"
        ):
            unit = self._homes["month", month, person]
            self._add(Quantity("day_off_people", "month", month, unit, COMPANY), person, 1)

    def _read_tiers(self) -> None:
        keys = [key for (key,) in self._rows("select tier_key from intermediate.int_token_tiers")]
        for month, person, tier, uncached in self._rows(
            "select month_start, person_key, tier_key, uncached_tier_key from restricted.person_token_months"
        ):
            here = Quantity("token_people", "month", month, self._homes["month", month, person], COMPANY)
            self._add(here, person, 1)
            for name, reached in (("tier_people", tier), ("uncached_tier_people", uncached)):
                self._add(here.at(name=name, item=reached), person, 1)
                for key in keys:
                    if key <= reached:
                        self._add(here.at(name=f"{name}_and_higher", item=key), person, 1)

    def _read_accounts(self) -> None:
        for period, start, account, tool in self._rows(
            "select period_type, period_start, account_key, tool from restricted.account_tool_periods "
            "where accounts > 0"
        ):
            self.shares[Quantity("accounts", period, start, "unattributed", tool)][account] = 1.0
