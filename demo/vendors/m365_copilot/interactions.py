"""What happens in Microsoft 365 Copilot: interactions by day, and the rolling usage report of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

from demo.company.days import Days
from demo.company.traits import Traits
from demo.vendor import Ground
from demo.vendors.m365_copilot.model import M365Interaction

APPS: tuple[tuple[str, str, float], ...] = (
    ("BizChat", "bizchat", 0.40),
    ("Teams", "appchat", 0.20),
    ("Word", "appchat", 0.12),
    ("Outlook", "appchat", 0.12),
    ("Excel", "appchat", 0.08),
    ("PowerPoint", "appchat", 0.05),
    ("OneNote", "appchat", 0.02),
    ("Loop", "appchat", 0.01),
)
"""(app, conversation type, share of sessions)"""
APP_PREFIX = "IPM.SkypeTeams.Message.Copilot."
_APP_WEIGHTS = [app[2] for app in APPS]


class Interactions:
    """Prompts and answers, by the day on which their session starts."""

    def __init__(self, sessions: Days[M365Interaction]) -> None:
        self.sessions = sessions

    def created_on(self, day: date) -> list[M365Interaction]:
        """Interactions created on the UTC day, in order of time."""
        found = [x for start in (day - timedelta(1), day) for x in self.sessions.on(start)]
        return sorted((x for x in found if x.created_at.date() == day), key=lambda x: x.created_at)


def make_interactions(ground: Ground, users: Sequence[Traits]) -> Interactions:
    """Interactions made on demand from the seed and the day."""
    return Interactions(ground.days(lambda day: M365Day(day, ground.random("m365", day)).interactions(users)))


class M365Day:
    """Makes the interactions of the sessions that start on one day."""

    def __init__(self, day: date, rng: Random) -> None:
        self._day = day
        self._rng = rng
        self._found: list[M365Interaction] = []
        self._last_id: dict[str, int] = {}

    def interactions(self, users: Sequence[Traits]) -> list[M365Interaction]:
        """All interactions, in order of time."""
        for user in users:
            chance = user.chance_on(self._day)
            if chance and self._rng.random() < chance:
                self._use(user)
        self._found.sort(key=lambda x: x.created_at)
        return self._found

    def _use(self, user: Traits) -> None:
        rng = self._rng
        for _ in range(1 + (rng.random() < 0.25)):
            hour = (rng.triangular(7.5, 18.5, 10.5) - user.utc_hour_shift(self._day)) % 24
            start = datetime(self._day.year, self._day.month, self._day.day, tzinfo=UTC)
            at = start + timedelta(milliseconds=int(hour * 3_600_000))
            app = rng.choices(APPS, _APP_WEIGHTS)[0]
            session = f"19:{rng.getrandbits(96):024x}@thread.v2"
            for _prompt in range(1 + min(8, int(rng.expovariate(1 / 1.3)))):
                self._prompt(user, app[0], app[1], session, at)
                exact = rng.random() < 0.01
                at += timedelta(minutes=30) if exact else timedelta(seconds=rng.randint(40, 900))

    def _prompt(self, user: Traits, app: str, conversation: str, session: str, at: datetime) -> None:
        rng, account = self._rng, user.seat.account
        request = f"req-{rng.getrandbits(80):020x}"
        habits = user.habits_on(self._day)
        length = max(1, min(3000, int(habits.prompt_median * rng.lognormvariate(-0.1, 0.7))))
        app_class = APP_PREFIX + app
        self._found.append(
            M365Interaction(
                self._id(account, at), session, request, account, "userPrompt", app_class, conversation, at,
                length, rng.random() < 0.3, int(rng.random() < 0.05),
            )
        )  # fmt: skip
        for index in range(1 + (rng.random() < 0.06)):
            answered = at + timedelta(seconds=3 + 4 * index)
            self._found.append(
                M365Interaction(
                    self._id(account, answered), session, request, account, "aiResponse", app_class,
                    conversation, answered,
                )
            )  # fmt: skip

    def _id(self, account: str, at: datetime) -> str:
        """An epoch-millisecond id, unique for the account only."""
        number = max(int(at.timestamp() * 1000), self._last_id.get(account, 0) + 1)
        self._last_id[account] = number
        return str(number)


@dataclass
class AccountUsage:
    """What the usage report knows of one account up to a refresh date."""

    last_by_app: dict[str, date] = field(default_factory=dict)
    """app slug → last day with a prompt, since the first day of the company's data"""
    prompts: int = 0
    prompts_chat: int = 0
    active_days: set[date] = field(default_factory=set)

    @property
    def last_activity(self) -> date | None:
        """The last day with any prompt."""
        return max(self.last_by_app.values(), default=None)


class UsageReports:
    """The rolling report for refresh dates asked for in ascending order, in one pass over the days.

    Prompts and active days are those of the window ending at the refresh date; last-activity dates
    reach back to the first day. Asking for an earlier date than before starts again.
    """

    def __init__(self, activity: Interactions, first_day: date, window_days: int = 7) -> None:
        self._activity = activity
        self._first_day = first_day
        self._window = window_days
        self._reset()

    def _reset(self) -> None:
        self._next = self._first_day
        self._last: dict[str, dict[str, date]] = {}
        self._prompts: dict[date, dict[str, list[int]]] = {}

    def detail(self, refresh_date: date) -> dict[str, AccountUsage]:
        """Usage by Entra object id, for every account with any activity so far."""
        if refresh_date < self._next - timedelta(1):
            self._reset()
        while self._next <= refresh_date:
            self._take(self._next, self._activity.created_on(self._next))
            self._next += timedelta(1)
        found = {account: AccountUsage(dict(last)) for account, last in self._last.items()}
        for day, accounts in self._prompts.items():
            if refresh_date - timedelta(self._window) < day <= refresh_date:
                for account, (prompts, chat) in accounts.items():
                    usage = found[account]
                    usage.prompts += prompts
                    usage.prompts_chat += chat
                    usage.active_days.add(day)
        return found

    def _take(self, day: date, interactions: Iterable[M365Interaction]) -> None:
        counts: dict[str, list[int]] = {}
        for item in interactions:
            if item.interaction_type == "userPrompt":
                self._last.setdefault(item.account, {})[item.app] = day
                pair = counts.setdefault(item.account, [0, 0])
                pair[0] += 1
                pair[1] += item.app == "bizchat"
        self._prompts[day] = counts
        self._prompts.pop(day - timedelta(self._window), None)
