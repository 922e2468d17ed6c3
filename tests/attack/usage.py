"""Use by department: what its tables say together, and what everybody knows of such counts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from tests.attack.knowledge import INFINITY, Knowledge, Quantity
from tests.attack.published import BESIDE_THE_COMPANY, COMPANY, Published, Row

USAGE = {"week": "department_usage_weekly", "month": "department_usage_monthly"}
# Counts of people; each person of a unit and tool counts 0 or 1.
PEOPLE = (
    "headcount",
    "licensed_people",
    "active_people",
    "licensed_active_people",
    "session_people",
    "message_people",
)
SUMS = {
    "sessions": "session_tools_included",
    "session_messages": "session_tools_included",
    "user_messages": "message_tools_included",
    "measured_messages": "prompt_tools_included",
    "short_prompts": "prompt_tools_included",
    "medium_prompts": "prompt_tools_included",
    "long_prompts": "prompt_tools_included",
    "prompt_chars": "prompt_tools_included",
    "known_model_sessions": "model_tools_included",
    "advanced_sessions": "model_tools_included",
    "suggestions_shown": "tools_included",
    "suggestions_accepted": "tools_included",
}
# ratio column: what stands above, what stands below, as the product says in public
DEFINED = Path(__file__).parents[2] / "metrics/families/usage.yml"
RATIOS = {
    name: tuple(column["ratio"])
    for name, column in yaml.safe_load(DEFINED.read_text(encoding="utf-8"))["columns"].items()
    if "ratio" in column and column.get("is_shown", True)
}
# People of tools with sessions, with messages → what all tools are divided by, with a few people of others.
DENOMINATORS = {"session_people": "session_denominator", "message_people": "message_denominator"}
MOST_OF_OTHER_TOOLS = 5
PROMPTS = {"short_ratio": "short_prompts", "medium_ratio": "medium_prompts", "long_ratio": "long_prompts"}
PROMPTS |= {"prompt_chars_mean": "prompt_chars"}
FUNNEL = ("assigned", "first_use", "repeat_use", "habitual", "deep")
SEGMENTS = ("power", "habitual", "novice", "low", "non_user")
TRANSITIONS = ("new", "retained", "reactivated", "lapsed")
# Sets of people that no column counts, though columns add up to them: of twelve weeks, of two, of last week.
SETS = ("recent_users", "regular_users", "active_of_two_weeks", "active_before")
SEGMENTED = (*(f"segment_{name}" for name in SEGMENTS), *(f"transition_{name}" for name in TRANSITIONS), *SETS)
SEGMENTS_FROM = 4
ROUNDING = 2
LAST_WEEKS = 14


def learn_usage(published: Published, knowledge: Knowledge) -> None:
    """Everything about people and their use."""
    for period, table in USAGE.items():
        rows = published.rows(table)
        given = given_by_tools(published, rows)
        for row in rows:
            _read_use(period, table, row, given, knowledge)
        _add_up(period, rows, given, knowledge)
    for row in published.rows("prompt_length_weekly"):
        _read_prompts(row, knowledge)
    for row in published.rows("department_patterns_weekly"):
        quantity = _quantities("week", row)
        for column in ("sessions_per_active_person", "messages_per_session"):
            _ratio(column, row.get(column), quantity, knowledge)
    _nest(published, knowledge)
    _read_funnel(published, knowledge)
    _read_segments(published, knowledge)
    _read_accounts(published, knowledge)


def given_by_tools(published: Published, rows: Sequence[Row]) -> set[tuple[str, str]]:
    """Columns that a tool gives at all: the table of capabilities says so, or some row shows a figure."""
    found = {
        (row["metric"], row["tool"])
        for row in published.rows("metric_capabilities")
        if row["capability"] != "unavailable"
    }
    for row in rows:
        found |= {(column, row["tool"]) for column, value in row.items() if value is not None}
    return found


def _quantities(period: str, row: Row) -> Quantity:
    return Quantity("", period, row[f"{period}_start"], row["department_key"], row["tool"])


def _read_use(period: str, table: str, row: Row, given: set[tuple[str, str]], knowledge: Knowledge) -> None:
    here = _quantities(period, row)
    hidden = bool(row.get("is_suppressed"))
    if here.unit in BESIDE_THE_COMPANY:
        knowledge.read(here.at(name="accounts"), row.get("accounts"), f"{table}.accounts", hidden)
    else:
        head = here.at(name="headcount", tool="")
        knowledge.read(head, row["headcount"], f"{table}.headcount")
        for column in ("licensed_people", "active_people"):
            if (column, here.tool) in given:
                knowledge.read(here.at(name=column), row[column], f"{table}.{column}", hidden)
                knowledge.at_most("no more than the headcount", here.at(name=column), head)
        _people_within(here, given, knowledge)
        _few_of_other_tools(here, row, knowledge)
    for column in ("sessions", "user_messages"):
        if (column, here.tool) in given:
            knowledge.read(here.at(name=column), row.get(column), f"{table}.{column}", hidden)
    for column in RATIOS:
        _ratio(column, row.get(column), here, knowledge)
        earlier = _earlier(period, here, row, column)
        if earlier is not None:
            _ratio(column, row[f"{column}_14_weeks_ago"], earlier, knowledge)
    for less, more in (("advanced_sessions", "known_model_sessions"), ("known_model_sessions", "sessions")):
        knowledge.at_most("a part of the sessions", here.at(name=less), here.at(name=more))
    accepted, suggested = here.at(name="suggestions_accepted"), here.at(name="suggestions_shown")
    knowledge.at_most("accepted of shown", accepted, suggested)
    _contributors(here, row, knowledge)


def _contributors(here: Quantity, row: Row, knowledge: Knowledge) -> None:
    """A total is shown only when at least five people made it."""
    if here.unit in BESIDE_THE_COMPANY:
        return
    for column, people in (("sessions", "session_people"), ("user_messages", "message_people")):
        if row.get(column):
            counted = here.at(name=people) if here.tool == COMPANY else here.at(name="active_people")
            knowledge.within("a shown total has five people behind it", counted, 5.0, INFINITY)


def _people_within(here: Quantity, given: set[tuple[str, str]], knowledge: Knowledge) -> None:
    active, licensed = here.at(name="active_people"), here.at(name="licensed_people")
    both, head = here.at(name="licensed_active_people"), here.at(name="headcount", tool="")
    if ("licensed_active_ratio", here.tool) in given:
        knowledge.at_most("licensed and active", both, active)
        knowledge.at_most("licensed and active", both, licensed)
        terms = {active: 1.0, licensed: 1.0, both: -1.0, head: -1.0}
        if here.tool != COMPANY:
            knowledge.relate("active or licensed, within the headcount", terms, -INFINITY, 0.0)
    if here.tool == COMPANY:
        for name, counted in DENOMINATORS.items():
            knowledge.at_most("active, with figures", here.at(name=name), here.at(name=counted))
            knowledge.at_most("active, with figures or few", here.at(name=counted), active)


def _few_of_other_tools(here: Quantity, row: Row, knowledge: Knowledge) -> None:
    """Up to five people without figures count in the denominator of a unit; where some do not, none does."""
    if here.tool != COMPANY or here.unit in (COMPANY, *BESIDE_THE_COMPANY):
        return
    for column in ("sessions_per_active_person", "messages_per_active_person"):
        above, people = RATIOS[column]
        total, ratio, active = row.get(above), row.get(column), row.get("active_people")
        are_left_out = total and ratio and active and float(active) - float(total) / float(ratio) > 0.5
        terms = {here.at(name=DENOMINATORS[people]): 1.0, here.at(name=people): -1.0}
        most = 0.0 if are_left_out else float(MOST_OF_OTHER_TOOLS)
        knowledge.relate("few of other tools count as well", terms, 0.0, most)


def _ratio(column: str, value: object, here: Quantity, knowledge: Knowledge) -> None:
    above, below = RATIOS[column]
    denominator = here.at(name=below, tool="" if below == "headcount" else here.tool)
    if below in DENOMINATORS:
        denominator = here.at(name=DENOMINATORS[below] if here.tool == COMPANY else "active_people")
    knowledge.ratio(f"ratio {column}", value, here.at(name=above), denominator)


def _earlier(period: str, here: Quantity, row: Row, column: str) -> Quantity | None:
    if row.get(f"{column}_14_weeks_ago") is None:
        return None
    if period == "week":
        return here.at(start=here.start - dt.timedelta(weeks=LAST_WEEKS))
    months = here.start.year * 12 + here.start.month - 1 - 3
    return here.at(start=dt.date(months // 12, months % 12 + 1, 1))


def _add_up(period: str, rows: Sequence[Row], given: set[tuple[str, str]], knowledge: Knowledge) -> None:
    """Units make the company; tools make all tools."""
    units: dict[tuple[dt.date, str], set[str]] = defaultdict(set)
    cells: dict[tuple[dt.date, str], dict[str, Row]] = defaultdict(dict)
    for row in rows:
        if row["department_key"] not in BESIDE_THE_COMPANY:
            units[row[f"{period}_start"], row["tool"]].add(row["department_key"])
            cells[row[f"{period}_start"], row["department_key"]][row["tool"]] = row
    for (start, tool), members in units.items():
        parts = members - {COMPANY}
        if COMPANY not in members or not parts:
            continue
        for name in (*PEOPLE, *DENOMINATORS.values(), *SUMS):
            whole = Quantity(name, period, start, COMPANY, "" if name == "headcount" else tool)
            if name in ("licensed_people", "active_people") and (name, tool) not in given:
                continue
            if name in (*DENOMINATORS, *DENOMINATORS.values()) and tool != COMPANY:
                continue
            knowledge.adds_up(f"units make the company: {name}", whole, [whole.at(unit=unit) for unit in parts])
    for (start, unit), by_tool in cells.items():
        if COMPANY in by_tool:
            _tools_make_all(Quantity("", period, start, unit, COMPANY), by_tool, given, knowledge)


def _tools_make_all(
    here: Quantity, by_tool: dict[str, Row], given: set[tuple[str, str]], knowledge: Knowledge
) -> None:
    row = by_tool[COMPANY]
    for name, listed in SUMS.items():
        tools = _listed(row.get(listed)) & by_tool.keys()
        if tools:
            whole = here.at(name=name)
            knowledge.adds_up(f"tools make all: {name}", whole, [whole.at(tool=tool) for tool in tools])
    counted = {
        "active_people": _listed(row.get("tools_included")) & by_tool.keys(),
        "licensed_people": {tool for tool in by_tool if tool != COMPANY and ("licensed_people", tool) in given},
    }
    for name, tools in counted.items():
        together = here.at(name=name)
        for tool in tools:
            knowledge.at_most("one tool, all tools", together.at(tool=tool), together)
        if tools:
            knowledge.at_most("all tools, each of them", together, *(together.at(tool=tool) for tool in tools))
    lists = {"session_people": "session_tools_included", "message_people": "message_tools_included"}
    for name, listed in lists.items():
        together = here.at(name=name)
        of_tools = [here.at(name="active_people", tool=t) for t in _listed(row.get(listed)) & by_tool.keys()]
        for quantity in of_tools:
            knowledge.at_most("one tool, all tools", quantity, together)
        if of_tools:
            knowledge.at_most("all tools, each of them", together, *of_tools)


def _listed(value: object) -> set[str]:
    return {part.strip() for part in str(value).split(",")} if value else set()


def _read_prompts(row: Row, knowledge: Knowledge) -> None:
    here = _quantities("week", row)
    measured = here.at(name="measured_messages")
    place = "prompt_length_weekly.measured_messages"
    knowledge.read(measured, row["measured_messages"], place, bool(row.get("is_suppressed")))
    for column, name in PROMPTS.items():
        knowledge.ratio(f"ratio {column}", row.get(column), here.at(name=name), measured)
    knowledge.at_most("messages with a text", measured, here.at(name="user_messages"))
    bands = [here.at(name=name) for name in ("short_prompts", "medium_prompts", "long_prompts")]
    knowledge.adds_up("bands make the prompts", measured, bands)


def _nest(published: Published, knowledge: Knowledge) -> None:
    """Weeks within months: nobody is active in a week and not in its month."""
    weeks = [row for row in published.rows(USAGE["week"]) if row["department_key"] not in BESIDE_THE_COMPANY]
    months = {
        (row["month_start"], row["department_key"], row["tool"]): row for row in published.rows(USAGE["month"])
    }
    inside: dict[Quantity, list[Quantity]] = defaultdict(list)
    of_thursday: dict[Quantity, list[Quantity]] = defaultdict(list)
    for row in weeks:
        here = _quantities("week", row)
        month, last = here.start.replace(day=1), here.start + dt.timedelta(days=6)
        whole = here.at(period="month", start=month)
        if last.replace(day=1) == month and (month, here.unit, here.tool) in months:
            inside[whole].append(here)
            for name in ("active_people", "licensed_people"):
                less, more = here.at(name=name), whole.at(name=name)
                if less in knowledge.places and more in knowledge.places:
                    knowledge.at_most(f"week within month: {name}", less, more)
        thursday = here.start + dt.timedelta(days=3)
        if row.get("is_complete_week"):
            of_thursday[here.at(period="month", start=thursday.replace(day=1))].append(here)
    for whole, parts in inside.items():
        for name in SUMS:
            knowledge.relate(
                f"weeks within month: {name}",
                {part.at(name=name): 1.0 for part in parts} | {whole.at(name=name): -1.0},
                -INFINITY,
                0.0,
            )
    for whole, parts in of_thursday.items():
        row = months.get((whole.start, whole.unit, whole.tool), {})
        if row.get("wau_mau_ratio") is not None:
            weight = float(row["wau_mau_ratio"]) * len(parts)
            terms = {part.at(name="active_people"): 1.0 for part in parts}
            slack = 1e-6 * max(1.0, weight)
            terms[whole.at(name="active_people")] = -weight
            knowledge.relate("weeks over month", terms, -slack, slack)


def are_rounded(rows: Iterable[Row], columns: Iterable[str]) -> bool:
    """Whether counts are told to the nearest five: none of the table's figures is any other number."""
    return all(float(row[name]) % 5 == 0 for row in rows for name in columns if row.get(name) is not None)


def _read_funnel(published: Published, knowledge: Knowledge) -> None:
    rounded = are_rounded(published.rows("adoption_funnel_weekly"), FUNNEL)
    for row in published.rows("adoption_funnel_weekly"):
        here = _quantities("week", row)
        before: Quantity | None = None
        for stage in FUNNEL:
            quantity = here.at(name=stage)
            knowledge.places.setdefault(quantity, f"adoption_funnel_weekly.{stage}")
            told = row.get(stage)
            if rounded:
                within_rounding(quantity, told, knowledge)
            else:
                knowledge.read(quantity, told, knowledge.places[quantity], bool(row.get("is_suppressed")))
            if before is not None:
                knowledge.at_most("a stage within the stage before", quantity, before)
            before = quantity
        licensed = here.at(name="licensed_people")
        if licensed in knowledge.places:
            knowledge.at_most("holders of a day within the week", here.at(name="assigned"), licensed)
    by_cell: dict[tuple[dt.date, str], set[str]] = defaultdict(set)
    for row in published.rows("adoption_funnel_weekly"):
        by_cell[row["week_start"], row["tool"]].add(row["department_key"])
    for (start, tool), units in by_cell.items():
        if COMPANY in units and len(units) > 1:
            for stage in FUNNEL:
                whole = Quantity(stage, "week", start, COMPANY, tool)
                parts = [whole.at(unit=unit) for unit in units - {COMPANY}]
                knowledge.adds_up("units make the funnel", whole, parts)


def _read_segments(published: Published, knowledge: Knowledge) -> None:
    table = "adoption_segments_weekly"
    units: dict[tuple[dt.date, str], set[str]] = defaultdict(set)
    for row in published.rows(table):
        if row["weeks_observed"] is None or row["weeks_observed"] < SEGMENTS_FROM:
            continue
        here = _quantities("week", row)
        units[here.start, here.tool].add(here.unit)
        hidden = bool(row.get("is_suppressed"))
        for kind, columns in (("segment", SEGMENTS), ("transition", TRANSITIONS)):
            for column in columns:
                quantity = here.at(name=f"{kind}_{column}")
                knowledge.read(quantity, row.get(column), f"{table}.{column}", hidden)
        knowledge.read(here.at(name=SETS[1]), row.get("regular"), f"{table}.regular", hidden)
        _segments_add_up(here, knowledge)
        if here.unit == COMPANY and (hidden or row.get("retained") is not None):
            _transitions_add_up(here, knowledge)
    for (start, tool), members in units.items():
        if COMPANY in members and len(members) > 1:
            for name in (*SEGMENTED[: len(SEGMENTS)], *SETS[:2]):
                whole = Quantity(name, "week", start, COMPANY, tool)
                parts = [whole.at(unit=unit) for unit in members - {COMPANY}]
                knowledge.adds_up(f"units make the company: {name}", whole, parts)


def _segments_add_up(here: Quantity, knowledge: Knowledge) -> None:
    """Everybody has one segment; who is active, or at a stage that needs use, is a user of twelve weeks."""
    head, users, regular = here.at(name="headcount", tool=""), here.at(name=SETS[0]), here.at(name=SETS[1])
    segments = [here.at(name=f"segment_{name}") for name in SEGMENTS]
    knowledge.adds_up("segments make the users", users, segments[:-1])
    knowledge.adds_up("users and non-users", head, [users, segments[-1]])
    knowledge.adds_up("regular users", regular, segments[:2])
    stages = {"repeat_use": users, "habitual": regular, "deep": segments[0], "active_people": users}
    for name, whole in stages.items():
        if here.at(name=name) in knowledge.places:
            knowledge.at_most("within users", here.at(name=name), whole)


def _transitions_add_up(here: Quantity, knowledge: Knowledge) -> None:
    """Active people of this week and of the last one, by which of the two they were active in.

    Who was active last week and has left is among the lapsed ones, but not among the users of twelve weeks.
    """
    new, retained, reactivated, lapsed = (here.at(name=f"transition_{name}") for name in TRANSITIONS)
    active, users = here.at(name="active_people"), here.at(name="recent_users")
    both, before = here.at(name="active_of_two_weeks"), here.at(name="active_before")
    then = active.at(start=here.start - dt.timedelta(weeks=1))
    knowledge.adds_up("transitions make the active people", active, [new, retained, reactivated])
    knowledge.at_most("active in one of two weeks", both, active, lapsed)
    knowledge.at_most("active in this week or two", active, both)
    knowledge.at_most("retained people were there before", retained, before)
    for part in (both, before):
        knowledge.at_most("active in twelve weeks", part, users)
    if then in knowledge.places:
        knowledge.adds_up("active in the week before", then, [retained, lapsed])
        knowledge.at_most("who was active last week", before, then)
        knowledge.at_most("who was active last week is still there", then, before)


def within_rounding(quantity: Quantity, value: object, knowledge: Knowledge) -> None:
    """A count that is told to the nearest five; none is told of one to four people."""
    if value is None:
        return
    told = float(value)  # type: ignore[arg-type]
    if told == 0:
        knowledge.within("told to the nearest five", quantity, 0.0, float(ROUNDING))
    else:
        knowledge.within("told to the nearest five", quantity, max(5.0, told - ROUNDING), told + ROUNDING)


def _read_accounts(published: Published, knowledge: Knowledge) -> None:
    table = "identity_coverage_weekly"
    for row in published.rows(table):
        here = Quantity("", "week", row["week_start"], COMPANY, row["tool"])
        hidden = bool(row.get("is_suppressed"))
        for column in ("accounts", "matched_accounts", "unmatched_accounts"):
            knowledge.read(here.at(name=f"coverage_{column}"), row[column], f"{table}.{column}", hidden)
        whole = here.at(name="coverage_accounts")
        matched = here.at(name="coverage_matched_accounts")
        unmatched = here.at(name="coverage_unmatched_accounts")
        knowledge.adds_up("matched and unmatched", whole, [matched, unmatched])
        knowledge.ratio("ratio matched_ratio", row.get("matched_ratio"), matched, whole)
        beside = here.at(name="accounts", unit="unattributed")
        if beside in knowledge.places:
            knowledge.adds_up("accounts without a person", unmatched, [beside])
