"""Row contracts of Google Gemini in Workspace (Admin SDK Reports API), and which of its events a person caused.

Reports give no tokens, no cost, no model and no text. Addresses of the network, devices and documents end here.
"""

from __future__ import annotations

import datetime as dt
from fnmatch import fnmatchcase
from typing import Any, ClassVar, NamedTuple

from ingestion.identity import link_contract
from ingestion.privacy.contract import (
    CurrentGrain,
    DayGrain,
    TableContract,
    boolean,
    date,
    email,
    event_hash,
    identifier,
    integer,
    text,
    timestamp,
)
from ingestion.privacy.pseudonym import PERSON_EMAIL
from ingestion.privacy.wire import WireRecord
from ledger.horizon import Horizon
from runtime.clock import utc

TOOL = "gemini"
GEMINI_USER = "vendor-user/gemini"
APPLICATION = "gemini_in_workspace_apps"
FEATURE_USE = "feature_utilization"
# Logs are kept for 180 days. Google gives no lag for this log; public readers of it look back three days.
_HORIZON = Horizon(first_load=180, lookback=3, ready_after=1, finality=3, retention=180)

PERSON, SYSTEM, UNKNOWN = "person", "system", "unknown"
# Most events are caused by Gemini itself, which offers tiles, summaries and replies when somebody opens an app.
# Google publishes no such list. `*` stands for anything.
ACTIONS = {
    PERSON: (
        "add_to_calendar", "ask_about_context", "bulletize", "classic_use_case_*", "conversation", "formalize",
        "generate_images_in_product", "paraphrase", "summarize",
    ),
    SYSTEM: (
        "auto_proofread", "generate_apps_search_overlay_suggestions", "generate_starter_tile_prompts",
        "proactive_suggestions_response", "suggest_full_replies", "summarize_proactive_short",
    ),
}  # fmt: skip


class Parameter(WireRecord, rename="camel"):
    """One named value of an event; the parameters that are read are texts."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"intValue", "boolValue", "multiValue", "multiIntValue", "messageValue", "multiMessageValue"}
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"value"})
    name: str | None = None
    value: str | None = None


class Event(WireRecord, rename="camel"):
    """One event of an activity."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"type", "resourceIds", "status"})
    name: str | None = None
    parameters: list[Parameter] | None = None

    def told(self, parameter: str) -> str | None:
        """Value of a parameter in lower case; None where the event does not have it."""
        for one in self.parameters or ():
            if one.name == parameter and one.value:
                return one.value.strip().lower() or None
        return None


class Actor(WireRecord, rename="camel"):
    """Who caused an activity; `profileId` survives renames, both may be missing."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"key", "agentAttributionInfo", "applicationInfo"})
    caller_type: str | None = None
    email: str | None = None
    profile_id: str | None = None

    @property
    def is_a_user(self) -> bool:
        """Whether a user account called; other callers are keys and applications."""
        return (self.caller_type or "USER").strip().upper() == "USER"


class ActivityId(WireRecord, rename="camel"):
    """Key of an activity; the qualifier is a signed number."""

    time: dt.datetime
    unique_qualifier: str
    application_name: str | None = None
    customer_id: str | None = None


class Activity(WireRecord, rename="camel"):
    """One activity (`items[]` of `activities.list`)."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"kind", "etag", "ownerDomain", "ipAddress", "networkInfo", "userDeviceInfo", "resourceDetails"}
    )
    id: ActivityId
    actor: Actor | None = None
    events: list[Event] | None = None
    is_agentic_action: bool | None = None

    @property
    def at(self) -> dt.datetime:
        """When it happened, in UTC."""
        moment = self.id.time
        try:
            return utc(moment)
        except OverflowError:  # at the ends of the calendar: no day that is asked for
            return moment.replace(tzinfo=dt.UTC)


class Use(NamedTuple):
    """One event with its activity, the place in it, and who caused it."""

    activity: Activity
    event: Event
    position: int
    initiated_by: str

    @property
    def actor(self) -> Actor:
        """The actor, empty when absent."""
        return self.activity.actor or Actor()

    @property
    def key(self) -> str:
        """Time, qualifier, application and customer identify an activity for Google."""
        of = self.activity.id
        parts = (self.activity.at.isoformat(), of.unique_qualifier, of.application_name, of.customer_id)
        return "|".join(map(str, (*parts, self.position)))


class Initiators:
    """Who causes an action: the company's own lists first, then the reference list above."""

    def __init__(self, settings: Any) -> None:
        own = [(PERSON, settings.person_actions), (SYSTEM, settings.system_actions)]
        self._lists = [(name.lower(), who) for who, names in [*own, *ACTIONS.items()] for name in names]
        self._passive = {name.lower() for name in settings.passive_categories}
        self._active = {name.lower() for name in settings.active_categories}
        self._known: dict[str, str] = {}

    def of(self, activity: Activity, event: Event) -> str:
        """Person, system or unknown: an action or event that no list names.

        What an agent or another caller than a user did is nobody's own act, nor is what Google calls inactive.
        """
        category = event.told("event_category")
        is_users = activity.actor is None or activity.actor.is_a_user
        if activity.is_agentic_action or not is_users or category in self._passive:
            return SYSTEM
        found = self._listed(event.told("action") or "") if event.name == FEATURE_USE else UNKNOWN
        return PERSON if found == UNKNOWN and category in self._active else found

    def _listed(self, action: str) -> str:
        if action not in self._known:
            named = (who for pattern, who in self._lists if fnmatchcase(action, pattern))
            self._known[action] = next(named, UNKNOWN)
        return self._known[action]


EVENTS = TableContract(
    name="events",
    description="One row per event of an activity: one use of a feature of Gemini, by a person or by itself.",
    tool=TOOL,
    grain=DayGrain(holds_events=True),
    row_key=("event_token",),
    horizon=_HORIZON,
    columns=(
        event_hash("event_token", lambda u: u.key),
        identifier("user_token", GEMINI_USER, lambda u: u.actor.profile_id),
        email("email_token", lambda u: u.actor.email),
        text("caller_type", lambda u: u.actor.caller_type),
        boolean("is_agentic", lambda u: u.activity.is_agentic_action),
        text("app_name", lambda u: u.event.told("app_name")),
        text("action", lambda u: u.event.told("action")),
        text("event_category", lambda u: u.event.told("event_category")),
        text("initiated_by", lambda u: u.initiated_by, required=True),
        timestamp("occurred_at", lambda u: u.activity.at, required=True),
    ),
)


CONSOLE_COLUMNS = ("email", "overall_usage", "active_days")


class ConsoleRow(WireRecord):
    """One person in the console's CSV; its uses by app and any other column end before the gate."""

    email: str
    overall_usage: int
    active_days: int
    downloaded_on: dt.date


CONSOLE_USAGE = TableContract(
    name="console_usage",
    description="One row per person in the newest saved CSV of the Admin console, about 28 days.",
    grain=CurrentGrain(),
    horizon=Horizon(first_load=0, lookback=0, finality=0),
    row_key=("email_token",),
    columns=(
        email("email_token", lambda r: r.email, required=True),
        integer("overall_usage", lambda r: r.overall_usage),
        integer("active_days", lambda r: r.active_days, maximum=28),
        date("downloaded_on", lambda r: r.downloaded_on),
    ),
)

EMAIL_LINKS = link_contract(GEMINI_USER, PERSON_EMAIL, "activity")

CONTRACTS = (EVENTS, CONSOLE_USAGE, EMAIL_LINKS)
