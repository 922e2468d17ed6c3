"""Row contracts of the company's own files. Each file is one table, replaced whole; the login list is edges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingestion.identity import Link, link_contract
from ingestion.privacy.contract import (
    Column,
    CurrentGrain,
    TableContract,
    date,
    decimal,
    identifier,
    integer,
    text,
)
from ingestion.privacy.pseudonym import GITHUB_LOGIN, HRIS_ID, PERSON_EMAIL
from ingestion.sources.company import rows
from ingestion.sources.company.rows import CompanyRow, GithubLogin
from ledger.horizon import Horizon

_HORIZON = Horizon(first_load=0, lookback=0, finality=0)
_VALIDITY = (
    date("valid_from", lambda r: r.valid_from, is_open_start=True),
    date("valid_to", lambda r: r.valid_to),
)
_LINK_MONTHS = 37


def _table(
    name: str,
    description: str,
    *columns: Column,
    row_key: tuple[str, ...] | None = None,
    staged_by_hand: bool = False,
) -> TableContract:
    return TableContract(
        name=name,
        description=description,
        grain=CurrentGrain(),
        horizon=_HORIZON,
        columns=columns,
        row_key=row_key,
        staged_by_hand=staged_by_hand,
    )


SEAT_CONTRACTS = _table(
    "seat_contracts",
    "One row per seat contract line.",
    text("contract_id", lambda r: r.contract_id, required=True),
    text("product", lambda r: r.product, required=True),
    text("plan", lambda r: r.plan),
    *_VALIDITY,
    integer("purchased_seats", lambda r: r.purchased_seats),
    integer("minimum_seats", lambda r: r.minimum_seats),
    decimal("price_per_seat_month", lambda r: r.price_per_seat_month),
    text("currency", lambda r: r.currency),
    date("renewal_date", lambda r: r.renewal_date),
)
PRICE_OVERRIDES = _table(
    "price_overrides",
    "One row an agreed token price and validity; wins over the price book.",
    text("provider", lambda r: r.provider),
    text("model", lambda r: r.model),
    text("component", lambda r: r.component),
    *_VALIDITY,
    decimal("usd_per_mtok", lambda r: r.usd_per_mtok),
)
CREDIT_RATES = _table(
    "credit_rates",
    "One row per price of a vendor unit (credit) and validity.",
    text("unit", lambda r: r.unit),
    *_VALIDITY,
    decimal("price_per_unit", lambda r: r.price_per_unit),
    text("currency", lambda r: r.currency),
)
MEASURE_OWNERS = _table(
    "measure_owners",
    "One row per tool, measure and validity: the source whose figures the company wants to count first.",
    text("tool", lambda r: r.tool),
    text("measure", lambda r: r.measure),
    *_VALIDITY,
    text("owning_source", lambda r: r.source),
)
TASK_MAP = _table(
    "task_map",
    "One row per feature of a tool, or tool as a whole: the category of tasks that its use stands for.",
    text("tool", lambda r: r.tool, required=True),
    text("feature", lambda r: r.feature),
    text("task_category", lambda r: r.task_category, required=True),
)
EXCHANGE_RATES = _table(
    "exchange_rates",
    "One row an exchange rate and validity.",
    text("from_currency", lambda r: r.from_currency),
    text("to_currency", lambda r: r.to_currency),
    *_VALIDITY,
    decimal("rate", lambda r: r.rate),
)
THRESHOLDS = _table(
    "thresholds",
    "One row per named threshold that the company sets.",
    text("name", lambda r: r.name),
    decimal("value", lambda r: r.value),
    row_key=("name",),
)
TARGETS = _table(
    "targets",
    "One row per target (metric, scope, tool).",
    text("metric", lambda r: r.metric),
    text("scope_type", lambda r: r.scope_type),
    text("scope_name", lambda r: r.scope_name if r.scope_type == "department" else None),
    text("tool", lambda r: r.tool),
    decimal("target", lambda r: r.target),
    date("due_date", lambda r: r.due_date),
)
WORKING_CALENDAR = _table(
    "working_calendar",
    "One row a holiday, of one location or of all.",
    text("location", lambda r: r.location),
    date("holiday_date", lambda r: r.holiday_date),
)
LEAVE = _table(
    "leave",
    "One row per leave span of an employee id.",
    identifier("employee_token", HRIS_ID, lambda r: r.employee_id, required=True),
    date("starts_on", lambda r: r.starts_on),
    date("ends_before", lambda r: r.ends_before),
)
ROLLOUTS = _table(
    "rollouts",
    "One row a planned start of a tool in a department.",
    text("department", lambda r: r.department),
    text("tool", lambda r: r.tool),
    date("rollout_date", lambda r: r.rollout_date),
)
DEPARTMENT_NAMES = _table(
    "department_names",
    "One row a renamed department and span of first days: the name that it has now.",
    text("old_name", lambda r: r.old_name, required=True),
    text("new_name", lambda r: r.new_name, required=True),
    date("begins_from", lambda r: r.begins_from),
    date("begins_before", lambda r: r.begins_before),
    staged_by_hand=True,
)
EVENTS = _table(
    "events",
    "One row an event of the company, or of one department or tool where it names them.",
    date("event_date", lambda r: r.event_date),
    text("label", lambda r: r.label, required=True),
    text("department", lambda r: r.department),
    text("tool", lambda r: r.tool),
)
TOKEN_TIERS = _table(
    "token_tiers",
    "One row a tier of mean tokens a working day.",
    text("tier", lambda r: r.tier),
    integer("minimum_tokens", lambda r: r.minimum_tokens),
    row_key=("tier",),
)
ACTION_PLANS = _table(
    "actions",
    "One row a recommended action that the company has taken up.",
    text("action_id", lambda r: r.action, required=True),
    text("action_state", lambda r: r.state, required=True),
    text("owner", lambda r: r.owner),
    date("due_date", lambda r: r.due_date),
    row_key=("action_id",),
)
LOGIN_LINKS = link_contract(GITHUB_LOGIN, PERSON_EMAIL, "company_list")


def _service_accounts(kind: str) -> TableContract:
    """Service accounts of one kind: each kind is an identifier of another namespace, all share one table."""
    namespace = rows.NAMESPACES[kind]
    return _table(
        "service_accounts",
        "One row an identifier that the company declares not to be a person.",
        text("namespace", lambda _: namespace),
        identifier("id_token", namespace, lambda r: r.account, required=True),
        row_key=("namespace", "id_token"),
    )


SERVICE_ACCOUNTS = {kind: _service_accounts(kind) for kind in rows.NAMESPACES}


@dataclass(frozen=True, slots=True)
class CompanyFile:
    """A file `<name>.csv` of the folder and what its rows are; `contract` where they are one table."""

    name: str
    row: type[CompanyRow]
    contract: TableContract | None


FILES = (
    CompanyFile("seat_contracts", rows.SeatContract, SEAT_CONTRACTS),
    CompanyFile("price_overrides", rows.PriceOverride, PRICE_OVERRIDES),
    CompanyFile("credit_rates", rows.CreditRate, CREDIT_RATES),
    CompanyFile("measure_owners", rows.MeasureOwner, MEASURE_OWNERS),
    CompanyFile("task_map", rows.TaskOfUse, TASK_MAP),
    CompanyFile("exchange_rates", rows.ExchangeRate, EXCHANGE_RATES),
    CompanyFile("thresholds", rows.Threshold, THRESHOLDS),
    CompanyFile("targets", rows.Target, TARGETS),
    CompanyFile("working_calendar", rows.Holiday, WORKING_CALENDAR),
    CompanyFile("leave", rows.Leave, LEAVE),
    CompanyFile("rollouts", rows.Rollout, ROLLOUTS),
    CompanyFile("events", rows.Event, EVENTS),
    CompanyFile("token_tiers", rows.TokenTier, TOKEN_TIERS),
    CompanyFile("actions", rows.ActionPlan, ACTION_PLANS),
    CompanyFile("department_names", rows.DepartmentName, None),
    CompanyFile("github_logins", rows.GithubLogin, None),
    CompanyFile("service_accounts", rows.ServiceAccount, None),
)

CONTRACTS = (
    *(file.contract for file in FILES if file.contract),
    DEPARTMENT_NAMES,
    SERVICE_ACCOUNTS["email"],
    LOGIN_LINKS,
)


def login_links(logins: Iterable[GithubLogin], today: dt.date) -> Iterator[Link]:
    """One edge a login and month for which the list says whose it is, on the month's last valid day.

    A login without dates is seen today alone: the first holder known reaches back on its own.
    """
    earliest = _months_before(today, _LINK_MONTHS - 1)
    for login in logins:
        valid_from, valid_to = login.validity
        last = min(today, valid_to - dt.timedelta(days=1))
        month = (last if login.valid_from is None else max(valid_from, earliest)).replace(day=1)
        while month <= last and valid_from <= last:
            following = _months_before(month, -1)
            yield Link(login.login, login.email, min(last, following - dt.timedelta(days=1)))
            month = following


def _months_before(day: dt.date, months: int) -> dt.date:
    """First day of the month that many months before the day's month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, 1)
