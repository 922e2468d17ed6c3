"""The company as a whole: people, seats, files, and its events looked up as the vendors show them."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, TypeVar

from demo.company.model import (
    Activity,
    ChatMessage,
    CompanyFiles,
    CopilotBilling,
    CopilotReport,
    CostEvent,
    Department,
    DirectoryUser,
    Employee,
    GithubIdentity,
    M365Interaction,
    Product,
    Profile,
    RosterUser,
    SeatSpan,
    ServiceAccount,
)

MAX_DELAY_DAYS = 4
"""No event is delivered later than this many days after the day on which its session starts."""

ValueT = TypeVar("ValueT")


@dataclass
class ListedActivity:
    """Events held in plain lists by starting day; for companies written by hand."""

    chats: Mapping[date, Sequence[ChatMessage]] = field(default_factory=dict)
    cost_events: Mapping[date, Sequence[CostEvent]] = field(default_factory=dict)
    reports: Mapping[date, Sequence[CopilotReport]] = field(default_factory=dict)
    billing: Mapping[date, Sequence[CopilotBilling]] = field(default_factory=dict)
    interactions: Mapping[date, Sequence[M365Interaction]] = field(default_factory=dict)

    def chat(self, day: date) -> Sequence[ChatMessage]:
        """See ``Activity``."""
        return self.chats.get(day, ())

    def costs(self, day: date) -> Sequence[CostEvent]:
        """See ``Activity``."""
        return self.cost_events.get(day, ())

    def copilot(self, day: date) -> Sequence[CopilotReport]:
        """See ``Activity``."""
        return self.reports.get(day, ())

    def copilot_billing(self, day: date) -> Sequence[CopilotBilling]:
        """See ``Activity``."""
        return self.billing.get(day, ())

    def m365(self, day: date) -> Sequence[M365Interaction]:
        """See ``Activity``."""
        return self.interactions.get(day, ())


class _DayCache(Generic[ValueT]):
    """Keeps the events of the last ``size`` days asked for; safe to use from several threads."""

    def __init__(self, load: Callable[[date], ValueT], size: int) -> None:
        self._load = load
        self._size = size
        self._lock = threading.RLock()
        self._days: OrderedDict[date, ValueT] = OrderedDict()

    def get(self, day: date) -> ValueT:
        with self._lock:
            if day in self._days:
                self._days.move_to_end(day)
                return self._days[day]
            value = self._load(day)
            self._days[day] = value
            if len(self._days) > self._size:
                self._days.popitem(last=False)
            return value


class Company:
    """Everything about the company; events are produced by ``activity`` a day at a time.

    ``cached_days`` bounds memory: a large company keeps only a few days of events.
    """

    def __init__(
        self,
        profile: Profile,
        departments: Sequence[Department],
        employees: Sequence[Employee],
        service_accounts: Sequence[ServiceAccount],
        seats: Sequence[SeatSpan],
        files: CompanyFiles,
        activity: Activity,
        planted: Mapping[str, Mapping[str, object]] | None = None,
        cached_days: int = 400,
    ) -> None:
        self.profile = profile
        self.departments = tuple(departments)
        self.employees = tuple(employees)
        self.service_accounts = tuple(service_accounts)
        self.seats = tuple(seats)
        self.files = files
        self.planted = dict(planted or {})
        self._activity = activity
        self._employees = {person.number: person for person in self.employees}
        self._department_names = {department.name: department for department in self.departments}
        self._owners = self._index_owners()
        self._service = {(a.product, a.account): a for a in self.service_accounts}
        self._seats_of: dict[tuple[Product, str], list[SeatSpan]] = defaultdict(list)
        for seat in self.seats:
            self._seats_of[(seat.product, seat.account)].append(seat)
        self._chat = _DayCache(activity.chat, cached_days)
        self._costs = _DayCache(activity.costs, cached_days)
        self._copilot = _DayCache(activity.copilot, cached_days)
        self._m365 = _DayCache(activity.m365, cached_days)

    def _index_owners(self) -> dict[tuple[Product, str], Employee]:
        owners: dict[tuple[Product, str], Employee] = {}
        for person in self.employees:
            if person.chatgpt_id is not None:
                owners[("chatgpt", person.chatgpt_id)] = person
            if person.github_id is not None:
                owners[("github_copilot", str(person.github_id))] = person
            owners[("m365_copilot", person.entra_id)] = person
        return owners

    # People ------------------------------------------------------------------------------------

    def employee(self, number: int) -> Employee:
        """The person with the generator's number."""
        return self._employees[number]

    def department(self, name: str) -> Department:
        """The department by name."""
        return self._department_names[name]

    def owner(self, product: Product, account: str) -> Employee | None:
        """The person an account belongs to, whether employed or not; None = no person of the HRIS."""
        return self._owners.get((product, account))

    def service_account(self, product: Product, account: str) -> ServiceAccount | None:
        """The account without a person, if it is one."""
        return self._service.get((product, account))

    def employed_on(self, day: date) -> list[Employee]:
        """People employed on the day (also those on leave)."""
        return [person for person in self.employees if person.span_on(day) is not None]

    # ChatGPT -----------------------------------------------------------------------------------

    def chat_started_on(self, day: date) -> Sequence[ChatMessage]:
        """Events of sessions that start on the UTC day."""
        return self._chat.get(day)

    def chat_delivered_on(self, day: date) -> list[ChatMessage]:
        """Events that appear in log files written on the UTC day, in order of delivery."""
        return _delivered(day, self._chat.get, lambda event: event.delivered_at)

    def cost_events_of(self, day: date) -> Sequence[CostEvent]:
        """COSTS events for usage of the UTC day."""
        return self._costs.get(day)

    def costs_delivered_on(self, day: date) -> list[CostEvent]:
        """COSTS events that appear in log files written on the UTC day, in order of delivery."""
        return _delivered(day, self._costs.get, lambda event: event.delivered_at)

    def chatgpt_roster(self, day: date) -> list[RosterUser]:
        """Workspace members on the day, by user id; without a seat they are ``inactive``."""
        users = []
        for (product, account), spans in self._seats_of.items():
            if product != "chatgpt" or spans[0].starts_on > day:
                continue
            current = next((span for span in spans if span.holds(day)), None)
            users.append(self._roster_user(account, spans[0], current, day))
        return sorted(users, key=lambda user: user.user_id)

    def _roster_user(self, account: str, first: SeatSpan, current: SeatSpan | None, day: date) -> RosterUser:
        person = self.owner("chatgpt", account)
        service = self.service_account("chatgpt", account)
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

    # GitHub Copilot ----------------------------------------------------------------------------

    def copilot_report(self, day: date, seen_at: datetime) -> CopilotReport | None:
        """The newest version of a report day that exists at ``seen_at``; None = not yet processed."""
        versions = [v for v in self._copilot.get(day) if v.visible_from <= seen_at]
        return versions[-1] if versions else None

    def copilot_versions(self, day: date) -> Sequence[CopilotReport]:
        """Every version of a report day, oldest first."""
        return self._copilot.get(day)

    def copilot_billing(self, day: date) -> Sequence[CopilotBilling]:
        """AI-credit billing items of the UTC day."""
        return self._activity.copilot_billing(day)

    def github_identities(self, day: date) -> list[GithubIdentity]:
        """What the identity provider says of every GitHub account that exists on the day.

        Every seventh identity has an employee id as name id and no addresses; every eleventh person
        and the service accounts are not in the identity provider.
        """
        found = []
        for person in self.employees:
            login = person.login_on(day)
            if person.github_id is None or login is None or person.number % 11 == 0:
                continue
            if person.spans[0].starts_on > day:
                continue
            found.append(_identity(person, person.github_id, login, day))
        return found

    # Microsoft 365 Copilot ---------------------------------------------------------------------

    def m365_started_on(self, day: date) -> Sequence[M365Interaction]:
        """Interactions of sessions that start on the UTC day."""
        return self._m365.get(day)

    def m365_interactions_on(self, day: date) -> list[M365Interaction]:
        """Interactions created on the UTC day, in order of time."""
        found = [x for start in (day - timedelta(1), day) for x in self._m365.get(start)]
        return sorted((x for x in found if x.created_at.date() == day), key=lambda x: x.created_at)

    def directory(self, day: date) -> list[DirectoryUser]:
        """Entra users on the day: employees (leavers disabled), later hires not yet, and guests."""
        users = [self._directory_user(p, day) for p in self.employees if p.spans[0].starts_on <= day]
        guests = [a for a in self.service_accounts if a.product == "m365_copilot" and a.created_on <= day]
        return users + [self._guest(account, day) for account in guests]

    def _directory_user(self, person: Employee, day: date) -> DirectoryUser:
        span = person.span_on(day)
        seat = self.seat_of("m365_copilot", person.entra_id, day)
        last = span or person.spans[-1]
        return DirectoryUser(
            object_id=person.entra_id,
            upn=person.upn_on(day),
            mail=person.email_on(day),
            name=person.name_on(day),
            employee_id=last.employee_id,
            department=last.department,
            enabled=span is not None,
            user_type="Member",
            has_license=seat is not None,
            by_group=bool(seat and seat.by_group),
            created_at=datetime.combine(person.spans[0].starts_on, time(8), UTC),
        )

    def _guest(self, account: ServiceAccount, day: date) -> DirectoryUser:
        return DirectoryUser(
            object_id=account.account,
            upn=account.login or "",
            mail=account.email,
            name=account.label,
            employee_id=None,
            department=None,
            enabled=True,
            user_type="Guest" if account.kind == "guest" else "Member",
            has_license=self.seat_of("m365_copilot", account.account, day) is not None,
            by_group=False,
            created_at=datetime.combine(account.created_on, time(8), UTC),
        )

    # Seats -------------------------------------------------------------------------------------

    def seat_of(self, product: Product, account: str, day: date) -> SeatSpan | None:
        """The seat an account holds on the day."""
        spans = self._seats_of.get((product, account), ())
        return next((seat for seat in spans if seat.holds(day)), None)

    def seats_on(self, product: Product, day: date) -> list[SeatSpan]:
        """Seats of a product held on the day: what a snapshot taken on that day shows."""
        return [seat for seat in self.seats if seat.product == product and seat.holds(day)]

    def has_snapshot(self, product: Product, day: date) -> bool:
        """Whether a seat snapshot of the day exists (some nights were missed)."""
        inside = self.profile.first_day <= day <= self.profile.as_of_day
        return inside and (product, day) not in self.profile.missed_snapshots


def _identity(person: Employee, github_id: int, login: str, day: date) -> GithubIdentity:
    email = person.email_on(day)
    by_number = person.number % 7 == 0
    span = person.span_on(day) or person.spans[-1]
    return GithubIdentity(
        user_id=github_id,
        login=login,
        name=person.name_on(day),
        name_id=span.employee_id if by_number else email,
        emails=() if by_number else (email,),
    )


DeliveredT = TypeVar("DeliveredT", ChatMessage, CostEvent)


def _delivered(
    day: date, load: Callable[[date], Iterable[DeliveredT]], delivered_at: Callable[[DeliveredT], datetime]
) -> list[DeliveredT]:
    found: list[DeliveredT] = []
    for back in range(MAX_DELAY_DAYS, -1, -1):
        events = load(day - timedelta(back))
        found.extend(event for event in events if delivered_at(event).date() == day)
    return sorted(found, key=delivered_at)
