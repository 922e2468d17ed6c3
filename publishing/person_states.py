"""What each person contributed to a period, as one hash: how many a correction concerns can so be counted.

Only what the person did, held, cost and where the person worked goes in; ranks, shares and units, which change
with what others do, do not. Otherwise one person's late data would look like everybody's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass

from ingestion.config import Environment
from ingestion.warehouse import WarehouseSession
from publishing.closed import PERSON_STATES, ClosedPeriod, ClosedStore
from publishing.cluster_copies import between, copied_rows
from publishing.periods import Period


@dataclass(frozen=True, slots=True)
class Contribution:
    """A person-level table: `measures` summed over `keys`, of the rows whose `day` lies in the period."""

    schema: str
    table: str
    day: str
    keys: tuple[str, ...]
    measures: tuple[str, ...]


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
    )


@dataclass(frozen=True, slots=True)
class Concerned:
    """How many people stand behind the difference of two states of a period."""

    added: int
    changed: int
    gone: int

    @property
    def people(self) -> int:
        """All of them."""
        return self.added + self.changed + self.gone

    def may_be_published(self, k: int) -> bool:
        """Nobody, or at least k: the difference of two versions is otherwise a person or a few."""
        return self.people == 0 or self.people >= k


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
        return copied_rows(
            self._session,
            self._environment,
            [(schema, table, between(day, span)) for (schema, table, day), span in days.items()],
        )

    def keep(self, period: Period, version: int) -> int:
        """Append everybody's state for a version; returns how many people that is."""
        query, parameters = self._query(period)
        target = self._store.name(PERSON_STATES)
        self._session.execute(
            f"insert into {target} select %s, %s, %s, person_key, state_hash from ({query}) as states",
            *(period.period_type, period.start, version),
            *parameters,
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
        period, version = closed.period, closed.version
        query, parameters = self._query(period)
        row = self._session.rows(
            f"with now as ({query}), then_ as (select person_key, state_hash from "
            f"{self._store.name(PERSON_STATES)} where period_type = %s and period_start = %s and version = %s) "
            "select "
            "coalesce(sum(case when then_.person_key is null then 1 else 0 end), 0), "
            "coalesce(sum(case when now.state_hash <> then_.state_hash then 1 else 0 end), 0), "
            "coalesce(sum(case when now.person_key is null then 1 else 0 end), 0) "
            "from now full outer join then_ on now.person_key = then_.person_key",
            *parameters,
            *(period.period_type, period.start, version),
        )[0]
        added, changed, gone = (int(count) for count in row)
        return Concerned(added, changed, gone + closed.people - self._kept(period, version))

    def _kept(self, period: Period, version: int) -> int:
        """How many people's states a version still has."""
        return int(
            self._session.value(
                f"select count(*) from {self._store.name(PERSON_STATES)} "
                "where period_type = %s and period_start = %s and version = %s",
                *(period.period_type, period.start, version),
            )
        )

    def _query(self, period: Period) -> tuple[str, list[object]]:
        """One row a person with the hash of all contributions; tables that do not exist contribute nothing."""
        parts: list[str] = []
        parameters: list[object] = []
        for contribution in contributions(period):
            schema = self._environment.schema(contribution.schema)
            present = {column.name for column in self._session.columns(schema, contribution.table)}
            if "person_key" in present:
                parts.append(_select(self._session, schema, contribution, present, period))
                parameters += [period.start, period.end]
        if not parts:
            parts = ["select cast(null as integer) as person_key, cast(null as varchar) as part where false"]
        union = " union all ".join(parts)
        return (
            "select person_key, md5(string_agg(part, ';' order by part)) as state_hash "
            f"from ({union}) as parts group by person_key"
        ), parameters


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
    return (
        f"select person_key, {part} as part from {session.name(schema, contribution.table)} "
        f"where {of_type} {contribution.day} >= %s and {contribution.day} < %s and person_key is not null "
        f"group by {', '.join(['person_key', *keys])}"
    )
