"""People are erased from a whole deployment: no byte of them stays, and no vendor brings them back."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from demo.company.model import Employee
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.sources.registry import SOURCES
from lifecycle.kinds import Kind
from orchestration.demo import environment_variables
from orchestration.erasing import erase_person
from orchestration.result import ExitCode
from tests.end_to_end.erasing import (
    hashes,
    in_files,
    in_postgres_files,
    in_tables,
    labels,
    names,
    subjects_of,
    tokens,
)
from tests.end_to_end.harness import KEY, RUN_COLUMNS, World, comparable, contents, require_published
from tests.end_to_end.leaks import leaks
from tests.orchestration.test_commands import ai_usage

pytestmark = pytest.mark.end_to_end

# One table of each source in which somebody does something, so that the people erased are in every source.
ACTIVE_IN = (
    "raw_company.leave",
    "raw_hris.employees",
    "raw_chatgpt.conversation_messages",
    "raw_chatgpt.costs_usage",
    "raw_github_copilot.user_days",
    "raw_m365_copilot.interactions",
)
# What each person did: an erasure may not change anybody else's.
FACTS = ("fct_usage_daily", "fct_sessions", "fct_seats_daily", "fct_costs_daily", "person_use_weeks")
NOT_COMPARED = RUN_COLUMNS | {"person_key", "cost_billed"}
# In the schema `closed`: states lose the person, the others are about open periods.
NOT_OF_CLOSED_PERIODS = frozenset({"person_states", "hidden_groups", "last_cells"})
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Erased:
    """A deployment after people were erased from it, and what it held before.

    Attributes:
        keys: the people's person keys.
        sought: their tokens, their labels, and every hash that stood on their rows alone.
        places: tables that held any of these.
    """

    world: World
    people: list[Employee]
    keys: set[int]
    sought: set[str]
    places: set[str]
    facts: Rows
    closed: Rows
    published: Rows

    @property
    def first_day(self) -> dt.date:
        """Before anything that the vendors have."""
        return self.world.company.profile.as_of.date() - dt.timedelta(days=60)


def people_in_every_source(world: World) -> list[Employee]:
    """Few people who together do something in every source."""
    seen = {table: subjects_of(world, table) for table in ACTIVE_IN}
    active = {
        person.number: {table for table in ACTIVE_IN if not seen[table].isdisjoint(tokens(person))}
        for person in world.company.employees
    }
    found: list[Employee] = []
    missing = set(ACTIVE_IN)
    while missing:
        number = max(active, key=lambda number: len(active[number] & missing))
        assert active[number] & missing, missing
        found.append(world.company.employee(number))
        missing -= active[number]
    return found


def facts_by_person(world: World) -> Rows:
    """Rows of every person, the person's key first. What the company is billed for is shared out by use, and so
    changes with who is there; it is left out."""
    found: Rows = {}
    with world.session() as session:
        for table in FACTS:
            names = {column.name for column in session.columns("restricted", table)} - NOT_COMPARED
            kept = "cost_basis <> 'billed'" if table == "fct_costs_daily" else "true"
            rows = session.rows(
                f"select person_key, {', '.join(sorted(names))} from restricted.{table} "
                f"where person_key is not null and {kept}"
            )
            found[table] = comparable(rows)
    return found


def shown(world: World) -> Rows:
    """Published tables with periods: the period's first day comes first."""
    tables = world.published(
        "select table_name, column_name from information_schema.columns where table_schema = 'published' "
        "and column_name in ('week_start', 'month_start')"
    )
    return {
        table: comparable(world.published(f"select {column}, * from published.{table}"))
        for table, column in tables
    }


def is_closed(world: World) -> Callable[[dt.date, str], bool]:
    """Whether a published row belongs to a closed period, by its first day and its table."""
    closed = set(world.rows("select period_type, period_start from closed.periods"))
    return lambda start, table: ("month" if table.endswith("_monthly") else "week", start) in closed


def erase_people(world: World) -> Erased:
    """Erase people who are in every source as `ai-usage erase` does: the first by typing it."""
    # So that every night builds closed periods too, and everybody else's rows can be compared.
    world.variables["AI_USAGE_REBUILT_FROM"] = f"{dt.date.min}"
    people = people_in_every_source(world)
    own = set().union(*(tokens(person) for person in people))
    known = set().union(*(labels(world, person) for person in people))
    listed = ", ".join(f"'{label}'" for label in sorted(known))
    keys = world.rows(f"select person_key from intermediate.person_keys where person_label in ({listed})")
    sought = own | known | hashes(world, own)
    made = Erased(
        world=world,
        people=people,
        keys={key for (key,) in keys},
        sought=sought,
        places={place for place, _ in in_tables(world, sought)},
        facts=facts_by_person(world),
        closed=contents(world, "closed"),
        published=shown(world),
    )
    require_everything_was_there(made)
    first, *others = (person.all_addresses()[-1] for person in people)
    type_erase(world, first)
    for address in others:
        erase(world, address)
    return made


def type_erase(world: World, address: str) -> None:
    """By the command, in a process of its own."""
    done = ai_usage(
        *("erase", "--yes", "--quiet", "--target", world.environment.target),
        data_dir=world.environment.data_dir,
        stdin=f"{address}\n",
        AI_USAGE_PSEUDONYM_KEY=base64.b64encode(KEY).decode(),
        **world.variables,
    )
    assert done.returncode == 0, done.stderr


def erase(world: World, address: str) -> None:
    """What the command does once it has started, which takes longer than erasing."""
    options = {"yes": True, "dry_run": False, "even_if_unknown": False, "as_json": False, "quiet": True}
    with environment_variables(world.variables):
        done = erase_person(world.environment, Pseudonymiser(KEY), SOURCES, Kind.EMAIL, address, **options)
    assert done is ExitCode.OK


def require_everything_was_there(erased: Erased) -> None:
    """A search that finds nothing afterwards proves nothing unless it found everything before."""
    assert {"ops.tombstones"}.isdisjoint(erased.places)
    assert set(ACTIVE_IN) <= erased.places
    assert {"intermediate.int_identifier_people", "intermediate.person_keys", "restricted.dim_people"} <= (
        erased.places
    )
    assert len(erased.sought) > 50
    assert len(erased.keys) == len(erased.people)


def require_nothing_left(erased: Erased) -> None:
    """No table and no file of the deployment holds anything of the people; tombstones hold their tokens."""
    world = erased.world
    in_warehouse = set(in_tables(world, erased.sought))
    kept = {text for place, text in in_warehouse if place == "ops.tombstones"}
    assert kept, "without tombstones nobody is kept away"
    assert {place for place, _ in in_warehouse} == {"ops.tombstones"}
    data_dir = world.environment.data_dir
    assert leaks(data_dir, set().union(*(names(person) for person in erased.people))) == []
    in_folder = list(in_files(data_dir, erased.sought))
    assert {text for _, text in in_folder} <= kept
    assert {place for place, _ in in_folder} <= {
        "erased.json bytes",
        "warehouse.duckdb bytes",
        "warehouse.duckdb ops.tombstones.id_token",
    }
    if world.postgres is not None:
        found = in_postgres_files(world.postgres, world.variables, erased.sought)
        assert {text for _, text in found} <= kept
    ((actions, unfinished),) = world.rows(
        "select count(*), count(*) - count(finished_at) from ops.lifecycle_actions where action = 'erase'"
    )
    assert (actions, unfinished) == (len(erased.people), 0)


def require_dropped_at_the_gate(erased: Erased) -> None:
    """Every source sent them again in the last night."""
    counts = erased.world.rows(
        "select source, erased_count from ops.source_runs "
        "where run_id = (select max(run_id) from ops.source_runs)"
    )
    sent = {f"raw_{source}" for source, count in counts if count}
    assert {table.split(".")[0] for table in ACTIVE_IN} <= sent


def require_the_others_as_before(erased: Erased) -> None:
    """Every fact is there but those of the people."""
    after = facts_by_person(erased.world)
    for table, before in erased.facts.items():
        others = [row for row in before if row[0] not in erased.keys]
        assert len(others) < len(before), table
        assert after[table] == others, table


def require_readers_learn_nothing(erased: Erased) -> None:
    """Closed figures stay, and open periods show none: the versions around the erasure are the same."""
    world, closed = erased.world, is_closed(erased.world)
    after = shown(world)
    assert after == erased.published
    usage = "department_usage_weekly"
    assert [row for row in after[usage] if not closed(row[0], usage)]
    in_store = contents(world, "closed")
    assert {table: rows for table, rows in in_store.items() if table not in NOT_OF_CLOSED_PERIODS} == {
        table: rows for table, rows in erased.closed.items() if table not in NOT_OF_CLOSED_PERIODS
    }


def test_no_byte_of_them_is_left_and_no_vendor_brings_them_back(own_world: Callable[[str], World]) -> None:
    """The same night once more, so all that is missing afterwards is what was erased. The vendors send
    everything, not the look-back alone."""
    erased = erase_people(own_world("first_night"))
    require_nothing_left(erased)

    require_published(erased.world.night(since=erased.first_day, tested=False))
    require_dropped_at_the_gate(erased)
    require_nothing_left(erased)
    require_the_others_as_before(erased)
    require_readers_learn_nothing(erased)
