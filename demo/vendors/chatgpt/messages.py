"""ChatGPT messages of one day: sessions, turns, edits, repeats, late deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

from demo.company.catalog import Habits, Timeline
from demo.company.traits import Traits
from demo.vendors.chatgpt.model import ChatMessage

MINUTE = 60_000
GAP_LIMIT = 30 * MINUTE
CLIENTS = ("desktop_web", "macos_app", "windows_app", "ios_app", "android_app", "ios_web")
CLIENT_WEIGHTS = (55, 15, 15, 8, 5, 2)
UNKNOWN_MODEL = "preview-x9"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)


class ChatDay:
    """Makes the events of the sessions that start on one day."""

    def __init__(self, day: date, line: Timeline, rng: Random, emails: dict[str, str]) -> None:
        self._day = day
        self._line = line
        self._rng = rng
        self._emails = emails
        self._midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
        self._events: list[ChatMessage] = []
        self._new_model = self._share_of_new_model()

    def events(self, users: Sequence[Traits]) -> list[ChatMessage]:
        """All events, in order of delivery."""
        rng = self._rng
        for user in users:
            chance = user.chance_on(self._day)
            if chance and rng.random() < chance:
                self._use(user)
        self._events.sort(key=lambda event: event.delivered_at)
        return self._events

    def _share_of_new_model(self) -> float:
        days = (self._day - self._line.model_launch).days
        return 0.0 if days < 0 else min(0.85, 0.2 + days / 50)

    # Sessions ----------------------------------------------------------------------------------

    def _use(self, user: Traits) -> None:
        rng, habits = self._rng, user.habits_on(self._day)
        sessions, depth = habits.sessions, habits.depth
        if habits.name == "Marketing" and self._day >= self._line.shallow_from:
            sessions, depth = sessions * 3, depth * 0.3
        if user.is_power:
            sessions, depth = (7.5, 2.4) if habits.name == "Customer Support" else (3.2, 7.0)
        count = 1 + (int(rng.expovariate(1 / (sessions - 0.95))) if sessions > 1 else rng.random() < 0.1)
        conversation: str | None = None
        previous: str | None = None
        for _ in range(min(count, 12)):
            messages = min(1 + int(rng.expovariate(1 / max(depth - 0.5, 0.2))), 40)
            if conversation is None or rng.random() < 0.8:
                conversation, previous = self._id("conv"), None
            conversation, previous = self._session(user, habits, messages, conversation, previous)

    def _start(self, user: Traits) -> int:
        rng = self._rng
        if rng.random() < 0.015:
            return self._midnight + rng.randint(23 * 60 + 25, 23 * 60 + 58) * MINUTE + rng.randrange(MINUTE)
        hour = rng.triangular(7.5, 19.5, 11.5) - user.utc_hour_shift(self._day)
        return self._midnight + int(hour % 24 * 60 * MINUTE)

    def _session(
        self, user: Traits, habits: Habits, messages: int, conversation: str, previous: str | None
    ) -> tuple[str, str | None]:
        rng, at = self._rng, self._start(user)
        client = rng.choices(CLIENTS, CLIENT_WEIGHTS)[0]
        project = f"g-p-{user.number * 7919:012x}" if rng.random() < 0.08 + 0.3 * user.is_power else None
        gpt = f"g-{user.number % 40:010x}" if rng.random() < 0.05 else None
        if user.number % 6 == 0 and previous is None:
            previous = self._instructions(user, conversation, at, client)
        for index in range(messages):
            if index:
                at += self._gap()
                if rng.random() < 0.12:
                    conversation, previous = self._id("conv"), None
            previous = self._turn(user, habits, conversation, previous, at, client, gpt, project)
        return conversation, previous

    def _gap(self) -> int:
        """Milliseconds to the next message; some exactly at the limit of a session, some just over."""
        draw = self._rng.random()
        if draw < 0.010:
            return GAP_LIMIT
        if draw < 0.014:
            return GAP_LIMIT + 1
        return min(GAP_LIMIT - 1, 15_000 + int(self._rng.expovariate(1 / (3.2 * MINUTE))))

    # Messages ----------------------------------------------------------------------------------

    def _id(self, prefix: str) -> str:
        return f"{prefix}-{self._rng.getrandbits(96):024x}"

    def _email(self, user: Traits) -> str:
        if user.person is None:
            return self._emails[user.seat.account]
        return user.person.chatgpt_email_on(self._day)

    def _delivery(self, at: int) -> datetime:
        """When the event is in a log file: within half an hour, a few days late for some."""
        if self._rng.random() < 0.004:
            late = _moment(at) + timedelta(days=self._rng.randint(1, 3))
            return late.replace(hour=12, minute=self._rng.randrange(60))
        return _moment(at + 2 * MINUTE + self._rng.randrange(25 * MINUTE))

    def _instructions(self, user: Traits, conversation: str, at: int, client: str) -> str:
        message = self._id("msg")
        moment = _moment(at - 40)
        self._events.append(
            ChatMessage(
                self._id("evt"), message, None, conversation, user.seat.account, self._email(user), "user",
                moment, moment, self._delivery(at), True, client, None, None,
            )
        )  # fmt: skip
        return message

    def _turn(
        self, user: Traits, habits: Habits, conversation: str, previous: str | None, at: int, client: str,
        gpt: str | None, project: str | None,
    ) -> str:  # fmt: skip
        rng = self._rng
        files = int(rng.random() < (0.15 if user.is_power else 0.04))
        length: int | None = max(1, min(6000, int(habits.prompt_median * rng.lognormvariate(0, 0.8))))
        if files and rng.random() < 0.2:
            length = None
        message, event, moment, email = self._id("msg"), self._id("evt"), _moment(at), self._email(user)
        user_event = ChatMessage(
            event, message, previous, conversation, user.seat.account, email, "user", moment,
            None if rng.random() < 0.003 else moment, self._delivery(at), False, client, None, length,
            (), files, gpt, project,
        )  # fmt: skip
        self._events.append(user_event)
        if rng.random() < 0.012:
            self._again(user_event, at)
        return self._answers(user, habits, user_event, at)

    def _again(self, event: ChatMessage, at: int) -> None:
        """An edited message (a newer event of it) or the same event delivered once more."""
        rng = self._rng
        if rng.random() < 0.4 or event.created_at is None or event.prompt_chars is None:
            later = event.delivered_at + timedelta(minutes=rng.randint(5, 50))
            self._events.append(_changed(event, event.event_id, event.event_at, later, event.prompt_chars))
            return
        edited = at + rng.randint(20_000, 4 * MINUTE)
        length = event.prompt_chars + rng.randint(1, 80)
        moment = _moment(edited)
        self._events.append(_changed(event, self._id("evt"), moment, self._delivery(edited), length))

    def _answers(self, user: Traits, habits: Habits, question: ChatMessage, at: int) -> str:
        rng = self._rng
        count = rng.choices((0, 1, 2, 3), (2, 86, 9, 3))[0]
        previous = question.message_id
        for index in range(count):
            answered = at + 1_000 + index * 2_500 + rng.randrange(2_000)
            message, moment = self._id("msg"), _moment(answered)
            self._events.append(
                ChatMessage(
                    self._id("evt"), message, previous, question.conversation_id, question.account,
                    question.email, "assistant", moment, moment, self._delivery(answered), False, None,
                    self._model(user, habits), None, self._tools(user), 0, question.gpt_id,
                    question.project_id,
                )
            )  # fmt: skip
            previous = message
        return previous

    def _model(self, user: Traits, habits: Habits) -> str:
        draw = self._rng.random()
        if draw < 0.003:
            return UNKNOWN_MODEL
        if user.is_power and draw < 0.12:
            return "gpt-5-2-pro"
        if draw > 1 - habits.mini_share:
            return "gpt-5-mini"
        return "gpt-5-5" if self._rng.random() < self._new_model else "gpt-5-2"

    def _tools(self, user: Traits) -> tuple[str, ...]:
        draw = self._rng.random()
        scale = 2.0 if user.is_power else 1.0
        for limit, tool in ((0.10, "browser"), (0.15, "python"), (0.18, "image_gen"), (0.20, "file_search")):
            if draw < limit * scale:
                return (tool, "browser") if tool == "python" and draw < 0.11 else (tool,)
        return ("canvas",) if draw > 0.995 else ()


def _changed(
    event: ChatMessage, event_id: str, event_at: datetime, delivered_at: datetime, chars: int | None
) -> ChatMessage:
    return ChatMessage(
        event_id, event.message_id, event.previous_message_id, event.conversation_id, event.account,
        event.email, event.author, event_at, event.created_at, delivered_at, event.is_injected,
        event.client_type, event.model, chars, event.tools_used, event.file_count, event.gpt_id,
        event.project_id,
    )  # fmt: skip
