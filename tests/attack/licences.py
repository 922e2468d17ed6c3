"""Seats by product and month, power users, tokens, costs and models: sums and parts of published rows."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from tests.attack.knowledge import INFINITY, Knowledge, Quantity
from tests.attack.published import BESIDE_THE_COMPANY, COMPANY, Published, Row
from tests.attack.usage import ROUNDING, are_rounded, given_by_tools, within_rounding

LICENCES = "license_utilization_monthly"
CLASSES = ("held_by_leaver", "on_leave", "in_grace", "duplicate", "never_used", "dormant", "under_used", "used")
SEAT_MONEY = ("seat_cost", "exposure_cost", "reassignable_cost", "kept_cost")
# Money of a part of holders, and the classes that it is about.
MONEY_OF_CLASSES = {
    "kept_cost": ("in_grace", "used"),
    "reassignable_cost": ("held_by_leaver", "duplicate", "never_used", "dormant"),
    "other_exposure_cost": ("on_leave", "under_used"),
}
SEAT_SUMS = (*CLASSES, *SEAT_MONEY, "seat_holders", "seats_active", "seat_days")
BUCKETS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "unsplit_tokens",
)
CENT = 0.005


def learn_seats(published: Published, knowledge: Knowledge) -> None:
    """Who holds seats, and what they cost."""
    rows = published.rows(LICENCES)
    prices = _prices(rows)
    rounded = are_rounded(rows, CLASSES)
    for row in rows:
        here = _here(row)
        price = prices.get((here.start, here.item))
        _read_row(here, row, rounded, knowledge)
        if price is not None:
            terms = {here.at(name="seat_cost"): 1.0, here.at(name="seat_days"): -price}
            knowledge.relate("price of a seat-day", terms, -2 * CENT, 2 * CENT)
            if not rounded:
                _money_of_classes(here, price, knowledge)
        if here.unit == COMPANY:
            _read_contract(here, row, price, knowledge)
    for (start, product), units in _cells(rows, "product").items():
        tool = next(row["tool"] for row in rows if row["product"] == product)
        _units_make_company(Quantity("", "month", start, COMPANY, tool, product), units, SEAT_SUMS, knowledge)
    _with_use(rows, knowledge)


def _here(row: Row) -> Quantity:
    return Quantity("", "month", row["month_start"], row["department_key"], row["tool"], row["product"])


def _cells(rows: Iterable[Row], item: str, start: str = "month_start") -> dict[tuple[dt.date, str], set[str]]:
    found: dict[tuple[dt.date, str], set[str]] = defaultdict(set)
    for row in rows:
        found[row[start], row[item]].add(row["department_key"])
    return found


def _units_make_company(
    whole: Quantity,
    units: set[str],
    names: Iterable[str],
    knowledge: Knowledge,
    family: str = "units make the company",
) -> None:
    parts = units - BESIDE_THE_COMPANY - {COMPANY}
    if COMPANY in units and parts:
        for name in names:
            named = whole.at(name=name)
            knowledge.adds_up(f"{family}: {name}", named, [named.at(unit=unit) for unit in parts])


def _read_row(here: Quantity, row: Row, rounded: bool, knowledge: Knowledge) -> None:
    hidden = bool(row.get("is_suppressed"))
    holders = here.at(name="seat_holders" if here.unit not in BESIDE_THE_COMPANY else "seat_accounts")
    column = "seat_holders" if here.unit not in BESIDE_THE_COMPANY else "accounts"
    knowledge.read(holders, row.get(column), f"{LICENCES}.{column}", hidden)
    days, cost = here.at(name="seat_days"), here.at(name="seat_cost")
    knowledge.read(days, row.get("seat_days"), f"{LICENCES}.seat_days", hidden)
    knowledge.read(cost, row.get("cost"), f"{LICENCES}.cost", hidden)
    length = float(calendar.monthrange(here.start.year, here.start.month)[1])
    if row.get("seats_assigned") and row.get("seat_days"):
        length = float(row["seat_days"]) / float(row["seats_assigned"])
    elif row.get("seats_assigned") is not None:
        knowledge.within("seats are seat-days", days, *[float(row["seats_assigned"]) * length] * 2)
    knowledge.relate("a seat has the days of its month", {days: 1.0, holders: -length}, -INFINITY, 0.0)
    knowledge.at_most("a holder has a day", holders, days)
    if here.unit in BESIDE_THE_COMPANY:
        return
    active = here.at(name="seats_active")
    knowledge.read(active, row.get("seats_active"), f"{LICENCES}.seats_active", hidden)
    knowledge.at_most("active holders", active, holders)
    knowledge.ratio("ratio utilization_ratio", row.get("utilization_ratio"), active, holders)
    _money_per_person(row.get("cost_per_active_person"), cost, active, knowledge)
    exposure, kept = here.at(name="exposure_cost"), here.at(name="kept_cost")
    again, other = here.at(name="reassignable_cost"), here.at(name="other_exposure_cost")
    for quantity in (exposure, again):
        knowledge.read(quantity, row.get(quantity.name), f"{LICENCES}.{quantity.name}", hidden)
    knowledge.adds_up("exposed and kept", cost, [exposure, kept])
    knowledge.adds_up("parts of the exposure", exposure, [again, other])
    _read_classes(here, row, holders, rounded, knowledge)


def _read_classes(here: Quantity, row: Row, holders: Quantity, rounded: bool, knowledge: Knowledge) -> None:
    """Every holder has one class. Rounded, a class that is merged is counted in the next one."""
    if not rounded:
        for name in CLASSES:
            hidden = bool(row.get("is_suppressed"))
            knowledge.read(here.at(name=name), row.get(name), f"{LICENCES}.{name}", hidden)
        knowledge.adds_up("classes make the holders", holders, [here.at(name=name) for name in CLASSES])
        return
    told = [float(row[name]) for name in CLASSES if row.get(name) is not None]
    slack = sum(value > 0 for value in told) * ROUNDING
    if told:
        knowledge.within("classes make the holders", holders, sum(told) - slack, INFINITY)
    if any(told):
        merged = 4.0 if len(told) < len(CLASSES) else 0.0
        knowledge.within("classes make the holders", holders, 0.0, sum(told) + slack + merged)


def _money_of_classes(here: Quantity, price: float, knowledge: Knowledge) -> None:
    """Whoever is in a class holds a seat on one day at least, and on every day of the month at most."""
    days = calendar.monthrange(here.start.year, here.start.month)[1]
    for money, classes in MONEY_OF_CLASSES.items():
        for sign, each in ((1.0, price), (-1.0, price * days)):
            terms = {here.at(name=money): -sign} | {here.at(name=name): sign * each for name in classes}
            knowledge.relate("money of a class", terms, -INFINITY, 2 * CENT)


def _money_per_person(value: object, cost: Quantity, people: Quantity, knowledge: Knowledge) -> None:
    if value is not None:
        each = float(value)  # type: ignore[arg-type]
        for sign in (1.0, -1.0):
            terms = {cost: sign, people: -sign * (each + sign * CENT)}
            knowledge.relate("money per person", terms, -INFINITY, CENT)


def _prices(rows: Iterable[Row]) -> dict[tuple[dt.date, str], float]:
    """Price of a seat-day, where all rows of a product and month agree on one."""
    found: dict[tuple[dt.date, str], list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        if row.get("cost") is not None and row.get("seat_days"):
            found[row["month_start"], row["product"]].append((float(row["cost"]), float(row["seat_days"])))
    prices: dict[tuple[dt.date, str], float] = {}
    for key, pairs in found.items():
        cost, days = max(pairs, key=lambda pair: pair[1])
        price = cost / days
        if all(abs(each - own * price) <= 2 * CENT + own * CENT / days for each, own in pairs):
            prices[key] = price
    return prices


def _read_contract(here: Quantity, row: Row, price: float | None, knowledge: Knowledge) -> None:
    """Bought, not assigned, and what can be given back tell what is assigned."""
    assigned = here.at(name="assigned_seats")
    knowledge.places.setdefault(assigned, f"{LICENCES}.purchased - {LICENCES}.unassigned")
    holders, accounts = here.at(name="seat_holders"), here.at(name="seat_accounts", unit="unattributed")
    if accounts in knowledge.places:
        knowledge.at_most("seats of the last day have holders", assigned, holders, accounts)
    if row.get("purchased") is None:
        return
    bought = float(row["purchased"])
    if row.get("unassigned") is not None:
        seats = bought - float(row["unassigned"])
        knowledge.within("bought less unassigned", assigned, seats, seats)
    if row.get("contract_cost") and row.get("unassigned_cost"):
        # Both are the price times seats; none are spare where more are assigned than bought.
        spare = bought * float(row["unassigned_cost"]) / float(row["contract_cost"])
        knowledge.within("money of spare seats", assigned, bought - spare - 0.01, bought - spare + 0.01)
    reducible = row.get("reducible_at_renewal_cost")
    if reducible is not None and price is not None:
        length = calendar.monthrange(here.start.year, here.start.month)[1]
        again = ("held_by_leaver", "duplicate", "never_used", "dormant")
        told = [float(row.get(name) or 0.0) for name in again]
        if all(row.get(name) is not None for name in CLASSES):
            back = float(reducible) / (price * length)
            most = bought - back + sum(told) + ROUNDING * len(told) + 0.5
            knowledge.within("what can be given back", assigned, 0.0, most)


def _with_use(rows: Iterable[Row], knowledge: Knowledge) -> None:
    """Holders of a product are licensed people of its tool, and active ones are active in it."""
    products: dict[tuple[dt.date, str, str], set[str]] = defaultdict(set)
    for row in rows:
        products[row["month_start"], row["department_key"], row["tool"]].add(row["product"])
    for (start, unit, tool), names in products.items():
        if unit in BESIDE_THE_COMPANY:
            continue
        here = Quantity("", "month", start, unit, tool)
        licensed, active = here.at(name="licensed_people"), here.at(name="active_people")
        holders = [here.at(name="seat_holders", item=name) for name in names]
        if licensed in knowledge.places:
            knowledge.at_most("licensed people hold a seat", licensed, *holders)
            knowledge.at_most(
                "licensed and active hold a seat",
                here.at(name="licensed_active_people"),
                *(here.at(name="seats_active", item=name) for name in names),
            )
            for quantity in holders:
                knowledge.at_most("holders are licensed", quantity, licensed)
        if active in knowledge.places:
            for name in names:
                knowledge.at_most("active holders are active", here.at(name="seats_active", item=name), active)


def learn_power_users(published: Published, knowledge: Knowledge) -> None:
    """Rounded counts of power users, and their exact shares."""
    rows = published.rows("power_users_monthly")
    rounded = are_rounded(rows, ("power_users",))
    for row in rows:
        here = Quantity("", "month", row["month_start"], row["department_key"], row["tool"])
        users, active = here.at(name="power_users"), here.at(name="active_people")
        knowledge.places.setdefault(users, "power_users_monthly.power_users")
        if rounded:
            within_rounding(users, row.get("power_users"), knowledge)
        else:
            hidden = bool(row.get("is_suppressed"))
            knowledge.read(users, row.get("power_users"), "power_users_monthly.power_users", hidden)
        knowledge.at_most("power users are active", users, active)
        if row.get("power_users_change") is not None and not rounded:
            earlier = users.at(start=(users.start - dt.timedelta(days=1)).replace(day=1))
            change = float(row["power_users_change"])
            knowledge.relate("change of power users", {users: 1.0, earlier: -1.0}, change, change)
        share = row.get("share_of_active")
        if row.get("power_users") and share is not None and 0 < share < 1:
            people = float(row["power_users"]) / float(share)
            knowledge.within("share of active people", active, people - 1e-6, people + 1e-6)
        mine, others = here.at(name="power_messages"), here.at(name="other_messages")
        messages = here.at(name="user_messages")
        knowledge.ratio("ratio share_of_messages", row.get("share_of_messages"), mine, messages)
        knowledge.adds_up("messages of power users and others", messages, [mine, others])
    for (start, tool), units in _cells(rows, "tool").items():
        whole = Quantity("", "month", start, COMPANY, tool)
        names = ("power_users", "power_messages", "other_messages")
        _units_make_company(whole, units, names, knowledge, "power users")


def learn_tokens(published: Published, knowledge: Knowledge) -> None:
    """Buckets, totals, means of days."""
    table = "department_tokens_weekly"
    rows = published.rows(table)
    given = given_by_tools(published, rows)
    silent = _silent(rows)
    for row in rows:
        here = Quantity("", "week", row["week_start"], row["department_key"], row["tool"])
        hidden = bool(row.get("is_suppressed"))
        told = [name for name in BUCKETS if (name, here.tool) in given]
        buckets = [here.at(name=name) for name in told if (name, here.start, here.tool) not in silent]
        for quantity in (*buckets, here.at(name="credits"), here.at(name="total_tokens")):
            knowledge.read(quantity, row.get(quantity.name), f"{table}.{quantity.name}", hidden)
        total, working = here.at(name="total_tokens"), here.at(name="working_day_tokens")
        if buckets:
            knowledge.adds_up("buckets make the tokens", total, buckets)
        active = here.at(name="active_people")
        knowledge.ratio("tokens per person", row.get("tokens_per_active_person"), total, active)
        knowledge.adds_up("days make the week", total, [working, here.at(name="day_off_tokens")])
        if row.get("output_input_ratio") is not None:
            _output_over_input(float(row["output_input_ratio"]), buckets, knowledge)
        if row.get("mean_daily_tokens") is not None and row.get("working_days"):
            exact = float(row["mean_daily_tokens"]) * float(row["working_days"])
            knowledge.within("mean of working days", working, exact - 1e-3, exact + 1e-3)
    names = (*BUCKETS, "total_tokens", "credits", "working_day_tokens", "day_off_tokens")
    for (start, tool), units in _cells(rows, "tool", "week_start").items():
        company = Quantity("", "week", start, COMPANY, tool)
        _units_make_company(company, units, names, knowledge, "tokens of units")
    cells: dict[tuple[dt.date, str], set[str]] = defaultdict(set)
    for row in rows:
        cells[row["week_start"], row["department_key"]].add(row["tool"])
    for (start, unit), tools in cells.items():
        if COMPANY in tools:
            for name in names:
                whole = Quantity(name, "week", start, unit, COMPANY)
                telling = [tool for tool in tools - {COMPANY} if name not in BUCKETS or (name, tool) in given]
                parts = [whole.at(tool=tool) for tool in telling if (name, start, tool) not in silent]
                if parts:
                    knowledge.adds_up(f"tokens of tools: {name}", whole, parts)


def _silent(rows: Iterable[Row]) -> set[tuple[str, dt.date, str]]:
    """Columns that a tool does not report in a week: one row hides nothing, and has no figure."""
    open_rows = [row for row in rows if not row.get("is_suppressed")]
    return {
        (name, row["week_start"], row["tool"])
        for row in open_rows
        for name in (*BUCKETS, "credits")
        if row.get(name) is None
    }


def _output_over_input(ratio: float, buckets: Iterable[Quantity], knowledge: Knowledge) -> None:
    written = {"output_tokens": 1.0, "reasoning_tokens": 1.0, "unsplit_tokens": 0.0}
    terms = {bucket: written.get(bucket.name, -ratio) for bucket in buckets}
    known = [abs(knowledge.known.get(bucket, 0.0)) for bucket in terms]
    slack = 1e-9 * max([1.0, *known])
    knowledge.relate("output over input", terms, -slack, slack)


def learn_costs(published: Published, knowledge: Knowledge) -> None:
    """Money by basis."""
    table = "department_cost_monthly"
    rows = published.rows(table)
    cells: dict[tuple[dt.date, str, str], set[str]] = defaultdict(set)
    of_tools: dict[tuple[dt.date, str, str], set[str]] = defaultdict(set)
    for row in rows:
        month, unit = row["month_start"], row["department_key"]
        here = Quantity("cost", "month", month, unit, row["tool"], row["cost_basis"])
        knowledge.read(here, row.get("cost"), f"{table}.cost", bool(row.get("is_suppressed")))
        if here.unit not in BESIDE_THE_COMPANY:
            active = here.at(name="active_people", item="")
            _money_per_person(row.get("cost_per_active_person"), here, active, knowledge)
            cells[here.start, here.tool, here.item].add(here.unit)
        of_tools[here.start, here.unit, here.item].add(here.tool)
        _read_prices(here, row, knowledge)
    for (start, tool, basis), units in cells.items():
        parts = units - {COMPANY}
        if COMPANY in units and parts:
            whole = Quantity("cost", "month", start, COMPANY, tool, basis)
            terms = {whole: 1.0} | {whole.at(unit=unit): -1.0 for unit in parts}
            knowledge.relate("costs of units", terms, -CENT * (len(parts) + 1), CENT * (len(parts) + 1))
    for (start, unit, basis), tools in of_tools.items():
        if COMPANY in tools and len(tools) > 1:
            whole = Quantity("cost", "month", start, unit, COMPANY, basis)
            terms = {whole: 1.0} | {whole.at(tool=tool): -1.0 for tool in tools - {COMPANY}}
            knowledge.relate("costs of tools", terms, -CENT * (len(tools) + 1), CENT * (len(tools) + 1))
    products: dict[Quantity, list[Quantity]] = defaultdict(list)
    for row in published.rows(LICENCES):
        here = _here(row)
        products[here.at(name="cost", item="seat_allocated")].append(here.at(name="seat_cost"))
    for whole, each in products.items():
        if whole in knowledge.places:
            terms = {whole: 1.0} | dict.fromkeys(each, -1.0)
            knowledge.relate("costs of products", terms, -CENT * (len(each) + 1), CENT * (len(each) + 1))


def _read_prices(here: Quantity, row: Row, knowledge: Knowledge) -> None:
    """Tokens with and without a price; the ratio tells one from the other."""
    if row.get("unpriced_tokens") is None:
        return
    without, priced = here.at(name="unpriced_tokens"), here.at(name="priced_tokens")
    place = "department_cost_monthly.unpriced_tokens"
    knowledge.read(without, row["unpriced_tokens"], place, bool(row.get("is_suppressed")))
    if row.get("pricing_coverage_ratio") is not None:
        share = float(row["pricing_coverage_ratio"])
        slack = 1e-9 * max(1.0, float(row["unpriced_tokens"]))
        knowledge.relate("share with a price", {without: share, priced: share - 1.0}, -slack, slack)


def learn_models(published: Published, knowledge: Knowledge) -> None:
    """Use by model family."""
    table = "model_mix_weekly"
    families: dict[tuple[dt.date, str, str], set[str]] = defaultdict(set)
    units: dict[tuple[dt.date, str, str], set[str]] = defaultdict(set)
    rows: Sequence[Row] = published.rows(table)
    for row in rows:
        week, unit = row["week_start"], row["department_key"]
        here = Quantity("model_use", "week", week, unit, row["tool"], row["model_family"])
        knowledge.read(here, row.get("value"), f"{table}.value", bool(row.get("is_suppressed")))
        every = here.at(item=COMPANY)
        knowledge.ratio("ratio share of models", row.get("share"), here, every)
        families[here.start, here.unit, here.tool].add(here.item)
        for item in (here.item, COMPANY):
            units[here.start, here.tool, item].add(here.unit)
    for (start, unit, tool), names in families.items():
        whole = Quantity("model_use", "week", start, unit, tool, COMPANY)
        knowledge.adds_up("families make the use", whole, [whole.at(item=name) for name in names])
    for (start, tool, item), members in units.items():
        whole = Quantity("", "week", start, COMPANY, tool, item)
        _units_make_company(whole, members, ("model_use",), knowledge, "models of units")
