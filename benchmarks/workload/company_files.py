"""HRIS exports, the company's own files, roster and seats: everything that is small."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from benchmarks.workload.company import Workload
from benchmarks.workload.scale import AS_OF

_EMPLOYEES = """
    select
        people.employee_id, people.work_email, people.alternate_email as alternate_emails,
        case when people.left_from <= $today then 'terminated' else 'active' end as status,
        'regular' as employment_type, departments.department, departments.division, departments.cost_center,
        'Analyst' as job_function, 'Lisbon' as location, people.hired_on as hire_date,
        case when people.left_from <= $today then people.left_from - 1 end as termination_date
    from people
    inner join departments
        on departments.number = case
            when people.moved_on <= $today then coalesce(people.second_department, people.department)
            else people.department
        end
    where not people.is_unknown and people.hired_on <= $today
    order by people.employee_id
"""
# A span ends on its last day.
_HISTORY = """
    with spans as (
        select number, employee_id, department, hired_on as effective_from,
            case when has_moved then moved_on else left_from end as ends_before
        from (select *, second_department is not null and moved_on > hired_on
            and moved_on < coalesce(left_from, date '2199-12-31') as has_moved from people)
        where not is_unknown
        union all
        select number, employee_id, second_department, moved_on, left_from
        from people
        where not is_unknown and second_department is not null and moved_on > hired_on
            and moved_on < coalesce(left_from, date '2199-12-31')
    )
    select
        spans.employee_id, spans.effective_from, spans.ends_before - 1 as effective_to, 'active' as status,
        departments.department, departments.division, departments.cost_center, 'Analyst' as job_function,
        'Lisbon' as location
    from spans
    inner join departments on departments.number = spans.department
    where spans.effective_from <= $today
    order by spans.employee_id, spans.effective_from
"""
_ROSTER = """
    select account as id, email, epoch(used_from::timestamp) as created_at, used_until > $today as is_active
    from accounts
    where used_from <= $today
    order by account
"""


def write_hris(workload: Workload, folder: Path) -> None:
    """Snapshot and history as two CSV exports."""
    folder.mkdir()
    for name, query in (("employees", _EMPLOYEES), ("employees_history", _HISTORY)):
        statement = query.replace("$today", f"date '{AS_OF.date()}'")
        workload.connection.execute(f"copy ({statement}) to '{folder / name}.csv' (header, delimiter ',')")


def write_rosters(workload: Workload, folder: Path) -> None:
    """Rows of the roster and of the spend controls; the server cuts them into pages."""
    rows = workload.connection.execute(_ROSTER, {"today": AS_OF.date()}).fetchall()
    users: list[dict[str, Any]] = []
    seats: list[dict[str, Any]] = []
    for account, email, created_at, is_active in rows:
        shared = {"id": account, "email": email, "name": "A person of the workload", "role": "standard-user"}
        users.append(
            {"object": "compliance.workspace.user", **shared, "created_at": created_at}
            | {"status": "active" if is_active else "inactive"}
        )
        if is_active:
            seats.append(
                {"object": "workspace.user.usage_limit", **shared, "seat_type": "default"}
                | {"is_scim_managed": True, "last_month_usage": 80.5, "current_month_usage": 41}
            )
    for name, content in (("users", users), ("seats", seats)):
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def write_company_files(workload: Workload, folder: Path) -> None:
    """Seat contracts, three price eras of two models, credit and exchange rates, thresholds."""
    folder.mkdir()
    scale = workload.scale
    second = scale.first_day + dt.timedelta(days=scale.days // 3)
    third = scale.first_day + dt.timedelta(days=scale.days * 2 // 3)
    start = scale.first_day - dt.timedelta(days=31)
    eras = ((start, second, 1.00), (second, third, 0.85), (third, "", 0.70))
    prices = [
        f"openai,{model},{component},{since},{until},{price * factor:.4f}"
        for model, components in (
            ("gpt-5.2", {"input": 1.75, "cached_input": 0.175, "output": 14.0}),
            ("gpt-5.2-codex", {"input": 1.75, "cached_input": 0.175, "output": 14.0}),
            ("gpt-5.5", {"input": 5.0, "cached_input": 0.5, "output": 30.0}),
        )
        for component, price in components.items()
        for since, until, factor in eras
    ]
    developers = workload.connection.execute("select number, email from developers order by number").fetchall()
    files = {
        "github_logins": (
            "login,email,valid_from,valid_to",
            [f"workload-{number},{email},," for number, email in developers],
        ),
        "seat_contracts": (
            "contract_id,product,plan,valid_from,valid_to,purchased_seats,minimum_seats,"
            "price_per_seat_month,currency",
            [
                f"CG-1,chatgpt,,{start},{second},{scale.people},{scale.people // 2},30.00,EUR",
                f"CG-2,chatgpt,,{second},,{scale.people},{scale.people // 2},27.50,USD",
            ],
        ),
        "price_overrides": ("provider,model,component,valid_from,valid_to,usd_per_mtok", prices),
        "credit_rates": (
            "unit,valid_from,valid_to,price_per_unit,currency",
            [f"chatgpt_credit,{start},{third},0.04,USD", f"chatgpt_credit,{third},,0.036,USD"],
        ),
        "exchange_rates": (
            "from_currency,to_currency,valid_from,valid_to,rate",
            [f"EUR,USD,{start},{third},1.09", f"EUR,USD,{third},,1.12"],
        ),
    }
    for name, (header, rows) in files.items():
        (folder / f"{name}.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
