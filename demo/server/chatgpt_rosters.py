"""ChatGPT's snapshot records: workspace users, and seats with their credits of the month."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from demo.company.company import Company
from demo.company.model import RosterUser

Record = dict[str, object]


def roster_records(users: Sequence[RosterUser]) -> list[Record]:
    """``compliance.workspace.user`` records of a day's roster."""
    return [
        {
            "object": "compliance.workspace.user",
            "id": user.user_id,
            "email": user.email or None,
            "name": user.name,
            "created_at": user.created_at.timestamp(),
            "role": user.role,
            "status": "active" if user.has_seat else "inactive",
        }
        for user in users
    ]


class Credits:
    """Credits by account and month, from the COSTS events of the days before a snapshot."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._lock = threading.Lock()
        self._until: dict[date, Mapping[str, Decimal]] = {}

    def month_to_date(self, day: date) -> Mapping[str, Decimal]:
        """Credits of the day's month on the days before the day, by account."""
        with self._lock:
            return self._before(day)

    def last_month(self, day: date) -> Mapping[str, Decimal]:
        """Credits of the whole month before the day's month, by account."""
        last = day.replace(day=1) - timedelta(1)
        with self._lock:
            return _with(self._before(last), self._of(last))

    def _before(self, day: date) -> Mapping[str, Decimal]:
        if day.day == 1:
            return {}
        if day not in self._until:
            start = max((known for known in self._until if known < day), default=day.replace(day=1))
            start = max(start, day.replace(day=1))
            total = self._until.get(start, {})
            for step in range((day - start).days):
                total = _with(total, self._of(start + timedelta(step)))
            self._until[day] = total
        return self._until[day]

    def _of(self, day: date) -> Mapping[str, Decimal]:
        found: dict[str, Decimal] = {}
        for event in self._company.cost_events_of(day):
            if event.account is not None:
                credits = sum((x.cost for x in event.billing if x.cost_unit == "CREDITS"), Decimal(0))
                found[event.account] = found.get(event.account, Decimal(0)) + credits
        return found


def seat_records(users: Sequence[RosterUser], credits: Credits, day: date, workspace: str) -> list[Record]:
    """``workspace.user.usage_limit`` records of everybody on the day's roster who holds a seat."""
    current, last = credits.month_to_date(day), credits.last_month(day)
    return [
        _seat_record(user, workspace, current.get(user.user_id), last.get(user.user_id))
        for user in users
        if user.has_seat
    ]


def _seat_record(user: RosterUser, workspace: str, current: Decimal | None, last: Decimal | None) -> Record:
    return {
        "object": "workspace.user.usage_limit",
        "id": user.user_id,
        "account_user_id": f"{user.user_id}__{workspace}",
        "name": user.name,
        "email": user.email or None,
        "role": user.role,
        "seat_type": user.seat_type,
        "is_scim_managed": True,
        "last_month_usage": last,
        "current_month_usage": current,
        "override_monthly_usage_limit": None,
        "effective_monthly_usage_limit": None,
        "inherited_monthly_usage_limit": None,
    }


def _with(left: Mapping[str, Decimal], right: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    if not right:
        return left
    total = dict(left)
    for account, credits in right.items():
        total[account] = total.get(account, Decimal(0)) + credits
    return total
