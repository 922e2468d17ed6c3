"""Row contracts of OpenAI's API platform: users, projects, keys, tokens and money.

Names and the names of keys and projects are declared nowhere and end here. Shapes: OpenAI's OpenAPI document of
August 2026 and its own Python SDK 3.57.0, read in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar, TypeVar

from ingestion.identity import link_contract
from ingestion.privacy.contract import (
    Column,
    DayGrain,
    Reader,
    TableContract,
    boolean,
    decimal,
    email,
    identifier,
    integer,
    text,
)
from ingestion.privacy.pseudonym import PERSON_EMAIL
from ingestion.privacy.wire import WireRecord
from ledger.horizon import Horizon

TOOL = "openai_api"
OPENAI_USER = "vendor-user/openai_api"
"""Ids of users, service accounts and keys."""
_PROJECT = "vendor-project/openai_api"
TOOL_CALLS = ("file_search_calls", "web_search_calls")
"""Reports of calls of tools. The requests to a model around them are in `completions` as well."""
_FINE_TUNED = re.compile(r"^(ft:[^:,]+):[^,]*")


class Listed(WireRecord):
    """What identifies a row in an answer: a list that changes while it is paged repeats some."""

    KEY: ClassVar[tuple[str, ...]] = ("id",)


class User(Listed):
    """A user of the organization, or a service account in the same list."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"object", "name", "role", "added_at", "created", "is_scim_managed", "api_key_last_used_at", "user",
         "projects", "developer_persona", "technical_level", "is_default"}
    )  # fmt: skip
    id: str
    email: str | None = None
    is_service_account: bool | None = None


class Project(Listed):
    """A project of the organization, also an archived one."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"object", "name", "external_key_id", "created_at", "archived_at"}
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"status"})
    id: str
    status: str | None = None


class Holder(WireRecord):
    """The user or service account that a key belongs to."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"object", "name", "created_at", "role"})
    id: str | None = None
    email: str | None = None


class Owner(WireRecord):
    """Whose key it is."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"type"})
    user: Holder | None = None
    service_account: Holder | None = None


class ApiKey(Listed):
    """A key that exists today. A deleted one vanishes from the list, its usage stays."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"object", "name", "redacted_value", "created_at", "last_used_at", "owner_project_access"}
    )
    id: str
    project_id: str | None = None
    owner: Owner | None = None

    @property
    def holder(self) -> Holder:
        """Whichever of the two the vendor names."""
        return (self.owner and (self.owner.user or self.owner.service_account)) or Holder()


_BUCKET = frozenset({"object", "start_time", "end_time", "api_source"})


class Usage(Listed):
    """A day's use of one report, by what the vendor could group it by. The reader adds `report`
    and `without_projects`."""

    KEY: ClassVar[tuple[str, ...]] = ("report", "project_id", "user_id", "api_key_id", "model")
    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = _BUCKET | {
        "attribution", "batch", "service_tier", "input_uncached_tokens", "input_cache_write_30m_tokens",
        "input_cache_write_12h_tokens", "input_text_tokens", "output_text_tokens", "input_cached_text_tokens",
        "input_audio_tokens", "input_cached_audio_tokens", "output_audio_tokens", "input_image_tokens",
        "input_cached_image_tokens", "output_image_tokens", "images", "source", "size", "characters", "seconds",
        "context_level", "vector_store_id",
    }  # fmt: skip
    report: str
    without_projects: bool
    project_id: str | None = None
    user_id: str | None = None
    api_key_id: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    input_cached_tokens: int | None = None
    input_cache_write_tokens: int | None = None
    output_tokens: int | None = None
    num_model_requests: int | None = None
    num_requests: int | None = None

    @property
    def uncached_tokens(self) -> int | None:
        """Tokens sent beside the cache; the vendor's `input_tokens` contain those of the cache."""
        if self.input_tokens is None:
            return None
        return self.input_tokens - (self.input_cached_tokens or 0) - (self.input_cache_write_tokens or 0)

    @property
    def requests(self) -> int | None:
        """Calls of a tool, or requests to a model."""
        return self.num_model_requests if self.num_requests is None else self.num_requests


class Amount(WireRecord):
    """Money in whole units of the currency, which is an ISO 4217 code in lower case."""

    value: Decimal | None = None
    currency: str | None = None


class Cost(Listed):
    """A day's money of one line item. The reader adds `attribution` and `without_projects`."""

    KEY: ClassVar[tuple[str, ...]] = ("line_item", "project_id", "user_id", "api_key_id")
    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = _BUCKET | {"report", "quantity", "quantity_unit"}
    attribution: str
    without_projects: bool
    amount: Amount | None = None
    line_item: str | None = None
    project_id: str | None = None
    user_id: str | None = None
    api_key_id: str | None = None

    @property
    def model(self) -> str | None:
        """What is before the last comma: line items of tokens are written `gpt-6-astra, input_tokens`."""
        return base_model((self.line_item or "").rpartition(", ")[0] or None)


Row = TypeVar("Row", bound=Listed)


def each_once(rows: Iterable[Row]) -> list[Row]:
    """Rows, each once as last seen."""
    return list({tuple(getattr(row, name) for name in row.KEY): row for row in rows}.values())


def base_model(written: str | None) -> str | None:
    """A model without what customers add to the name of a fine-tuned one (`ft:base:organization:suffix:id`)."""
    return _FINE_TUNED.sub(r"\1", written) if written else written


def _project(read: Reader, *, required: bool = False, withheld_by: str | None = None) -> Column:
    """A project is of many people: a row is not about it, and stays when one of them is erased."""
    found = identifier("project_token", _PROJECT, read, required=required, of_somebody_else=True)
    return replace(found, withheld_by=withheld_by)


def _groups() -> tuple[Column, ...]:
    return (
        identifier("user_token", OPENAI_USER, lambda row: row.user_id),
        identifier("key_token", OPENAI_USER, lambda row: row.api_key_id),
        boolean("without_projects", lambda row: row.without_projects),
        _project(lambda row: row.project_id, withheld_by="without_projects"),
    )


def _snapshot(name: str, one: str, key: Column, *columns: Column) -> TableContract:
    return TableContract(
        name=name,
        description=f"One row a {one} on a snapshot day.",
        tool=TOOL,
        grain=DayGrain(is_snapshot=True),
        row_key=(key.name,),
        horizon=Horizon(first_load=0, lookback=0, finality=0),
        columns=(key, *columns),
    )


def _spend(name: str, description: str, *columns: Column) -> TableContract:
    """How late figures come, how long they change and how far back they reach is documented nowhere."""
    horizon = Horizon(first_load=364, lookback=7, ready_after=1, finality=3)
    return TableContract(
        name=name, description=description, tool=TOOL, grain=DayGrain(), horizon=horizon, columns=columns
    )


USERS = _snapshot(
    "users",
    "user of the organization",
    identifier("user_token", OPENAI_USER, lambda user: user.id, required=True),
    email("email_token", lambda user: user.email),
    boolean("is_service_account", lambda user: user.is_service_account),
)

PROJECTS = _snapshot(
    "projects",
    "project of the organization",
    _project(lambda project: project.id, required=True),
    text("status", lambda project: project.status),
)

API_KEYS = _snapshot(
    "api_keys",
    "key of a project",
    identifier("key_token", OPENAI_USER, lambda key: key.id, required=True),
    identifier("owner_token", OPENAI_USER, lambda key: key.holder.id),
    boolean("is_service_account", lambda key: key.owner and key.owner.service_account is not None),
    _project(lambda key: key.project_id),
)

USAGE_DAYS = _spend(
    "usage_days",
    "Tokens and requests of a UTC day by report, project, user, key and model.",
    text("report", lambda row: row.report, required=True),
    *_groups(),
    text("model", lambda row: base_model(row.model)),
    integer("input_tokens", lambda row: row.uncached_tokens),
    integer("cached_input_tokens", lambda row: row.input_cached_tokens),
    integer("cache_write_tokens", lambda row: row.input_cache_write_tokens),
    integer("output_tokens", lambda row: row.output_tokens),
    integer("requests", lambda row: row.requests, needed=False),
)

COST_DAYS = _spend(
    "cost_days",
    "Money of a UTC day by project, user, key and line item.",
    text("attribution", lambda row: row.attribution, required=True),
    *_groups(),
    text("line_item", lambda row: base_model(row.line_item), max_length=200),
    text("model", lambda row: row.model),
    decimal("net_amount", lambda row: row.amount and row.amount.value),
    text("currency", lambda row: row.amount and row.amount.currency),
)

LINKS = link_contract(OPENAI_USER, PERSON_EMAIL, "roster")

CONTRACTS = (USERS, PROJECTS, API_KEYS, USAGE_DAYS, COST_DAYS, LINKS)
