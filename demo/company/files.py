"""The company's own files: contracts, rates, thresholds, calendar, login lists, with people in clear."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from demo.company.company import Company
from demo.company.hris import csv_text, hris_history, hris_snapshot
from demo.vendor import Table

__all__ = ["company_files", "hris_history", "hris_snapshot", "write_company_files"]


def company_files(company: Company, known_on: date | None = None) -> dict[str, str]:
    """File name → text of every file of ``AI_USAGE_COMPANY_DIR``; validity ends are exclusive."""
    day = known_on or company.profile.as_of_day
    tables = {**_money_tables(company), **_rule_tables(company), **_people_tables(company)}
    for vendor in company.vendors:
        tables |= vendor.company_tables(company, day)
    return {f"{name}.csv": csv_text(columns, rows) for name, (columns, rows) in tables.items()}


def write_company_files(company: Company, folder: Path, known_on: date | None = None) -> None:
    """Write the files; an existing file is replaced. Errors: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in company_files(company, known_on).items():
        (folder / name).write_text(text, encoding="utf-8")


def _money_tables(company: Company) -> dict[str, Table]:
    files = company.files
    return {
        "seat_contracts": (
            ("contract_id", "product", "plan", "valid_from", "valid_to", "purchased_seats", "minimum_seats",
             "price_per_seat_month", "currency", "renewal_date"),
            [(c.contract_id, c.product, c.plan, c.valid_from, c.valid_to, c.purchased_seats, c.minimum_seats,
              c.price_per_seat_month, c.currency, c.renewal_date) for c in files.contracts],
        ),
        "price_overrides": (
            ("provider", "model", "component", "valid_from", "valid_to", "usd_per_mtok"),
            [(p.provider, p.model, p.component, p.valid_from, p.valid_to, p.usd_per_mtok)
             for p in files.price_overrides],
        ),
        "credit_rates": (
            ("unit", "valid_from", "valid_to", "price_per_unit", "currency"),
            [(r.unit, r.valid_from, r.valid_to, r.rate, r.currency) for r in files.credit_rates],
        ),
        "exchange_rates": (
            ("from_currency", "to_currency", "valid_from", "valid_to", "rate"),
            [(r.unit, r.currency, r.valid_from, r.valid_to, r.rate) for r in files.exchange_rates],
        ),
    }  # fmt: skip


def _rule_tables(company: Company) -> dict[str, Table]:
    files = company.files
    return {
        "thresholds": (("name", "value"), files.thresholds),
        "targets": (
            ("metric", "scope_type", "scope_name", "tool", "target", "due_date"),
            files.targets,
        ),
        "working_calendar": (("location", "holiday_date"), files.holidays),
        "rollouts": (("department", "tool", "rollout_date"), files.rollouts),
        "token_tiers": (("tier", "minimum_tokens"), files.token_tiers),
        "actions": (("action", "state", "owner", "due_date"), files.actions),
        "events": (("event_date", "label", "department", "tool"), files.events),
    }


def _people_tables(company: Company) -> dict[str, Table]:
    """Leave that the HRIS does not know, and accounts that are no people."""
    leave = [
        (person.spans[-1].employee_id, absence.starts_on, absence.ends_before)
        for person in company.employees
        for absence in person.leave
        if not absence.in_hris
    ]
    kinds = {vendor.source: vendor.account_kind for vendor in company.vendors}
    accounts = [
        (kinds[account.source], account.account) for account in company.service_accounts if account.is_listed
    ]
    return {
        "leave": (("employee_id", "starts_on", "ends_before"), leave),
        "service_accounts": (("kind", "identifier"), accounts),
    }
