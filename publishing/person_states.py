"""What each person contributed to a unit and tool in a period, as a hash.

Whom a correction concerns is counted with these, for each unit and tool apart. Thirty people of Sales whose
data came late do not hide two of Engineering: Engineering's figures would differ by the two.

Only what the person did, held, cost and where the person worked goes in; ranks and shares, which change with
what others do, do not. Otherwise one person's late data would look like everybody's.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass

from publishing.closed import PERSON_STATES, SHARES, ClosedPeriod, ClosedStore
from publishing.cluster_copies import between, copied_rows
from publishing.periods import Period
from runtime.environment import Environment
from runtime.warehouse import WarehouseSession

_HOMES, _UNITS = "int_person_periods", "dim_reporting_units"
_OF_VERSION = "period_type = %s and period_start = %s and version = %s"
# What belongs to no tool, such as being employed.
_NO_TOOL = "''"


@dataclass(frozen=True, slots=True)
class Contribution:
    """A person-level table: `measures` summed over `keys`, of the rows whose `day` lies in the period.

    beside: where not empty, a state of its own beside that of the tool, under `<tool>/<beside>`. States that an
        earlier release kept have none, and then it is not compared.
    """

    schema: str
    table: str
    day: str
    keys: tuple[str, ...]
    measures: tuple[str, ...]
    beside: str = ""


_USE = (
    *("active_days", "seat_days", "user_messages", "session_messages", "measured_messages", "prompt_chars"),
    *(
        "short_prompts",
        "medium_prompts",
        "long_prompts",
        "sessions",
        "known_model_sessions",
        "advanced_sessions",
    ),
    *("suggestions_shown", "suggestions_accepted", "input_tokens", "cached_input_tokens", "cache_write_tokens"),
    *("output_tokens", "reasoning_tokens", "unsplit_tokens", "credits"),
)


def contributions(period: Period) -> tuple[Contribution, ...]:
    """The person-level tables behind the marts of such a period."""
    common = (
        Contribution("intermediate", "int_person_periods", "period_start", ("department_key",), ()),
        Contribution("restricted", "person_use_periods", "period_start", ("tool",), _USE),
    )
    if period.period_type == "week":
        return (
            *common,
            Contribution(
                *("restricted", "person_model_weeks", "week_start"),
                keys=("tool", "measure", "model_family", "tier"),
                measures=("model_use",),
            ),
            Contribution(
                *("restricted", "fct_power_users_weekly", "week_start"),
                keys=("tool", "messages_28d", "distinct_features_28d", "distinct_tools_28d"),
                measures=(),
            ),
            Contribution(
                *("restricted", "person_use_weeks", "week_start"),
                keys=("tool",),
                measures=("is_holder", "active_weeks", "active_of_12", "active_of_4"),
            ),
        )
    return (
        *common,
        Contribution(
            *("restricted", "fct_seat_holders_monthly", "month_start"),
            keys=("product", "department_key", "seat_class"),
            measures=("active_days",),
        ),
        Contribution(
            *("restricted", "fct_costs_daily", "usage_date"),
            keys=("tool", "department_key", "cost_basis", "currency"),
            measures=("cost", "credits", "unpriced_tokens", "total_tokens"),
        ),
        Contribution(
            *("restricted", "seat_cost_months", "month_start"),
            keys=("product", "department_key"),
            measures=("seat_days", "seat_cost"),
        ),
        Contribution(
            *("restricted", "person_feature_months", "month_start"),
            keys=("tool", "feature"),
            measures=(),
            beside="features",
        ),
        Contribution(
            *("restricted", "person_task_months", "month_start"),
            keys=("task_category",),
            measures=(),
            beside="tasks",
        ),
        Contribution(
            *("restricted", "person_days_off", "month_start"),
            keys=("has_day_off",),
            measures=(),
            beside="days off",
        ),
        Contribution(
            *("restricted", "person_token_months", "month_start"),
            keys=("tier_key", "uncached_tier_key"),
            measures=(),
            beside="tiers of tokens",
        ),
    )


@dataclass(frozen=True, slots=True)
class Concerned:
    """How many people stand behind the difference of two states of a period.

    smallest: the fewest who stand behind the difference of any unit's figures of a tool; 0 when that is not
        known, or nothing differs
    """

    added: int
    changed: int
    gone: int
    smallest: int

    @property
    def people(self) -> int:
        """All of them."""
        return self.added + self.changed + self.gone

    def may_be_published(self, k: int) -> bool:
        """Nobody, or at least k in whatever differs: the difference of versions is otherwise a few people."""
        return self.people == 0 or self.smallest >= k


class PersonStates:
    """States of people as the warehouse holds them now, and as they were at closing."""

    def __init__(self, session: WarehouseSession, environment: Environment) -> None:
        self._session = session
        self._environment = environment
        self._store = ClosedStore(session, environment)

    def at_hand(self, periods: Collection[Period]) -> AbstractContextManager[None]:
        """Around whatever asks about these periods: brings the rows where a cluster holds them."""
        days: dict[tuple[str, str, str], list[dt.date]] = {}
        for period in sorted(periods, key=lambda period: (period.start, period.end)):
            for one in contributions(period):
                known = days.setdefault((one.schema, one.table, one.day), [period.start, period.end])
                known[-1] = max(known[-1], period.end)
            starts = days.setdefault(("restricted", _UNITS, "period_start"), [period.start, period.end])
            starts[-1] = max(starts[-1], period.end)
        return copied_rows(
            self._session,
            self._environment,
            [(schema, table, between(day, span)) for (schema, table, day), span in days.items()],
        )

    def keep(self, period: Period, version: int) -> int:
        """Append everybody's states for a version, and how many people each unit and tool has; returns the
        number of people.

        The counts name nobody and outlive an erasure, by which states go.
        """
        shares, parameters = self._shares(period)
        of_version = (period.period_type, period.start, version)
        self._session.execute(
            f"insert into {self._store.name(PERSON_STATES)} "
            "(period_type, period_start, version, person_key, unit_key, tool, state_hash) "
            f"select %s, %s, %s, person_key, unit_key, tool, state_hash from ({shares}) as shares",
            *(*of_version, *parameters),
        )
        self._session.execute(
            f"insert into {self._store.name(SHARES)} select period_type, period_start, version, unit_key, "
            f"tool, count(*) from {self._store.name(PERSON_STATES)} where {_OF_VERSION} "
            "group by period_type, period_start, version, unit_key, tool",
            *of_version,
        )
        return self._kept(period, version)

    def salt_check(self) -> str | None:
        """A hash of the deployment's salt, by which people are numbered; None before it is drawn."""
        ops = self._environment.raw_schema("ops")
        if "person_key_salt" not in self._session.tables(ops):
            return None
        check: str | None = self._session.value(
            f"select max(md5(salt)) from {self._session.name(ops, 'person_key_salt')}"
        )
        return check

    def concerned(self, closed: ClosedPeriod) -> Concerned | None:
        """Whom the difference between a closed period and the warehouse of now concerns.

        None when nobody can be found again, because the salt was drawn anew since. An erasure takes the
        person's state along; the number of people kept at closing tells that somebody is gone.
        """
        if closed.salt_check != self.salt_check():
            return None
        erased = closed.people - self._kept(closed.period, closed.version)
        counts = self._counts(closed)
        if not counts:
            return self._concerned_at_all(closed, erased)
        shares, parameters = self._shares(closed.period)
        rows = self._session.rows(
            f"with now as ({shares}), then_ as (select person_key, unit_key, tool, state_hash from "
            f"{self._store.name(PERSON_STATES)} where {_OF_VERSION}), "
            "differing as (select coalesce(now.person_key, then_.person_key) as person_key, "
            "coalesce(now.unit_key, then_.unit_key) as unit_key, coalesce(now.tool, then_.tool) as tool "
            "from now full outer join then_ on now.person_key = then_.person_key "
            "and now.unit_key = then_.unit_key and now.tool = then_.tool "
            "where now.state_hash is distinct from then_.state_hash "
            "and (now.tool is null or position('/' in now.tool) = 0 "
            "or exists (select 1 from then_ as kept where position('/' in kept.tool) > 0))) "
            "select person_key, unit_key, tool, person_key in (select person_key from then_), "
            "person_key in (select person_key from now) from differing",
            *(*parameters, *_of_version(closed)),
        )
        behind = Counter((unit, tool) for _, unit, tool, _, _ in rows)
        for cell, (at_closing, kept) in counts.items():
            if at_closing > kept:
                behind[cell] += at_closing - kept
        people = {key: (was_there, is_there) for key, _, _, was_there, is_there in rows}
        states = Counter(people.values())
        return Concerned(
            added=states[False, True],
            changed=states[True, True],
            gone=states[True, False] + erased,
            smallest=min(behind.values(), default=0),
        )

    def _concerned_at_all(self, closed: ClosedPeriod, erased: int) -> Concerned:
        """The same for a version of an earlier release, which kept one state a person: units are not known."""
        parts, parameters = self._parts(closed.period, with_states_beside=False)
        row = self._session.rows(
            "with now as (select person_key, md5(string_agg(part, ';' order by part)) as state_hash "
            f"from ({parts}) as parts group by person_key), then_ as (select person_key, state_hash from "
            f"{self._store.name(PERSON_STATES)} where {_OF_VERSION}) "
            "select "
            "coalesce(sum(case when then_.person_key is null then 1 else 0 end), 0), "
            "coalesce(sum(case when now.state_hash <> then_.state_hash then 1 else 0 end), 0), "
            "coalesce(sum(case when now.person_key is null then 1 else 0 end), 0) "
            "from now full outer join then_ on now.person_key = then_.person_key",
            *(*parameters, *_of_version(closed)),
        )[0]
        added, changed, gone = (int(count) for count in row)
        return Concerned(added, changed, gone + erased, smallest=0)

    def _counts(self, closed: ClosedPeriod) -> dict[tuple[str, str], tuple[int, int]]:
        """For each unit and tool: people at closing, and of how many the states are still there."""
        of_version = _of_version(closed)
        at_closing = self._session.rows(
            f"select unit_key, tool, people from {self._store.name(SHARES)} where {_OF_VERSION}", *of_version
        )
        kept = {
            (unit, tool): int(people)
            for unit, tool, people in self._session.rows(
                f"select unit_key, tool, count(*) from {self._store.name(PERSON_STATES)} where {_OF_VERSION} "
                "group by unit_key, tool",
                *of_version,
            )
        }
        return {(unit, tool): (int(people), kept.get((unit, tool), 0)) for unit, tool, people in at_closing}

    def _kept(self, period: Period, version: int) -> int:
        """How many people's states a version still has."""
        return int(
            self._session.value(
                f"select count(distinct person_key) from {self._store.name(PERSON_STATES)} where {_OF_VERSION}",
                *(period.period_type, period.start, version),
            )
        )

    def _shares(self, period: Period) -> tuple[str, list[object]]:
        """One row per person, unit and tool with the hash of its contributions.

        A contribution without a department of its own belongs to the person's home department; departments are
        brought to the units that readers see.
        """
        parts, parameters = self._parts(period)
        homes = "select cast(null as integer) as person_key, cast(null as varchar) as department_key"
        units = "select cast(null as varchar) as department_key, cast(null as varchar) as unit_key"
        schema, known = self._environment.schema("intermediate"), (period.period_type, period.start)
        values: list[object] = [*parameters]
        if self._session.columns(schema, _HOMES):
            homes = (
                f"select person_key, department_key from {self._session.name(schema, _HOMES)} "
                "where period_type = %s and period_start = %s"
            )
            values += known
        schema = self._environment.schema("restricted")
        if self._session.columns(schema, _UNITS):
            units = (
                f"select department_key, unit_key from {self._session.name(schema, _UNITS)} "
                "where period_type = %s and period_start = %s"
            )
            values += known
        return (
            "select parts.person_key, coalesce(units.unit_key, '') as unit_key, parts.tool, "
            "md5(string_agg(parts.part, ';' order by parts.part)) as state_hash "
            f"from ({parts}) as parts left join ({homes}) as homes on parts.person_key = homes.person_key "
            f"left join ({units}) as units "
            "on coalesce(parts.department_key, homes.department_key) = units.department_key "
            "group by parts.person_key, coalesce(units.unit_key, ''), parts.tool"
        ), values

    def _parts(self, period: Period, with_states_beside: bool = True) -> tuple[str, list[object]]:
        """One row per person and contribution, as text; tables that do not exist contribute nothing."""
        parts: list[str] = []
        parameters: list[object] = []
        for contribution in contributions(period):
            if contribution.beside and not with_states_beside:
                continue
            schema = self._environment.schema(contribution.schema)
            present = {column.name for column in self._session.columns(schema, contribution.table)}
            if "person_key" in present:
                parts.append(_select(self._session, schema, contribution, present, period))
                parameters += [period.start, period.end]
        if not parts:
            text = "cast(null as varchar)"
            parts = [
                f"select cast(null as integer) as person_key, {text} as department_key, {text} as tool, "
                f"{text} as part where false"
            ]
        return " union all ".join(parts), parameters


def _of_version(closed: ClosedPeriod) -> tuple[str, dt.date, int]:
    """Parameters of `_OF_VERSION`."""
    return closed.period.period_type, closed.period.start, closed.version


def _select(
    session: WarehouseSession, schema: str, contribution: Contribution, present: set[str], period: Period
) -> str:
    """A person's contributions of one table, a row each, as text; parameters: first day, first day after."""
    keys = [name for name in contribution.keys if name in present]
    measures = [name for name in contribution.measures if name in present]
    texts = [f"'{contribution.table}'"]
    texts += [f"coalesce(cast({name} as varchar), '')" for name in keys]
    texts += [f"coalesce(cast(sum({name}) as varchar), '')" for name in measures]
    part = " || '|' || ".join(texts)
    of_type = f"period_type = '{period.period_type}' and" if "period_type" in present else ""
    department = "department_key" if "department_key" in keys else "cast(null as varchar)"
    tool = next((name for name in ("tool", "product") if name in keys), None)
    of_tool = f"coalesce({tool}, {_NO_TOOL})" if tool else _NO_TOOL
    if contribution.beside:
        of_tool += f" || '/{contribution.beside}'"
    return (
        f"select person_key, {department} as department_key, cast({of_tool} as varchar) as tool, "
        f"{part} as part from {session.name(schema, contribution.table)} "
        f"where {of_type} {contribution.day} >= %s and {contribution.day} < %s and person_key is not null "
        f"group by {', '.join(['person_key', *keys])}"
    )
