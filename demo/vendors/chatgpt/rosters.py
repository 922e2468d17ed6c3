"""ChatGPT's snapshots: workspace users, seats with their credits of the month, and what was saved of both."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from demo.company.company import Company
from demo.company.model import SeatSpan
from demo.server.wire import encode
from demo.vendor import Saved, Snapshots, pages_of
from demo.vendors.chatgpt.activity import ChatActivity
from demo.vendors.chatgpt.model import WORKSPACE_ID, RosterUser

Record = dict[str, object]


def roster(company: Company, day: date) -> list[RosterUser]:
    """Workspace members on the day, by user id; without a seat they are ``inactive``."""
    users = []
    for account, spans in company.seat_spans("chatgpt").items():
        if spans[0].starts_on <= day:
            current = next((span for span in spans if span.holds(day)), None)
            users.append(_roster_user(company, account, spans[0], current, day))
    return sorted(users, key=lambda user: user.user_id)


def _roster_user(
    company: Company, account: str, first: SeatSpan, current: SeatSpan | None, day: date
) -> RosterUser:
    person = company.owner("chatgpt", account)
    service = company.service_account("chatgpt", account)
    email = person.chatgpt_email_on(day) if person else (service.email if service else None)
    name = person.name_on(day) if person else (service.label if service else "")
    return RosterUser(
        user_id=account,
        email=email or "",
        name=name,
        role="account-admin" if person and person.number == 1 else "standard-user",
        has_seat=current is not None,
        seat_type=(current or first).plan,
        created_at=first.assigned_at,
    )


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

    def __init__(self, activity: ChatActivity) -> None:
        self._activity = activity
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
        for event in self._activity.costs.on(day):
            if event.account is not None:
                credits = sum((x.cost for x in event.billing if x.cost_unit == "CREDITS"), Decimal(0))
                found[event.account] = found.get(event.account, Decimal(0)) + credits
        return found


def seat_records(users: Sequence[RosterUser], credits: Credits, day: date) -> list[Record]:
    """``workspace.user.usage_limit`` records of everybody on the day's roster who holds a seat."""
    current, last = credits.month_to_date(day), credits.last_month(day)
    return [
        _seat_record(user, current.get(user.user_id), last.get(user.user_id)) for user in users if user.has_seat
    ]


def _seat_record(user: RosterUser, current: Decimal | None, last: Decimal | None) -> Record:
    return {
        "object": "workspace.user.usage_limit",
        "id": user.user_id,
        "account_user_id": f"{user.user_id}__{WORKSPACE_ID}",
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


def saved_rosters(company: Company, activity: ChatActivity) -> Snapshots:
    """The users in one page and the seats page by page, of nights that were not missed."""
    credits = Credits(activity)

    def of(day: date) -> Iterator[Saved]:
        if not company.has_snapshot("chatgpt", day):
            return
        members = roster(company, day)
        users = roster_records(members)
        page = {"object": "list", "data": users, "has_more": False, "last_id": _last_id(users)}
        yield "users/json", encode(page)
        pages = pages_of(seat_records(members, credits, day))
        seats = [{"object": "list", "data": rows, "last_id": _last_id(rows)} for rows in pages]
        yield "seats/json", encode(seats)

    return of


def _last_id(rows: Sequence[Record]) -> object:
    return rows[-1]["id"] if rows else None
