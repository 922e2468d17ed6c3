"""What may stand in a row of the company's own files. Messages say what to write, never what was written."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ingestion.kit import vendor_user_kinds
from ingestion.port import every_measure
from ingestion.privacy.canonical import canonical_email
from ingestion.privacy.pseudonym import ENTRA_OBJECT, GITHUB_LOGIN, GITHUB_USER, PERSON_EMAIL
from ingestion.tabular import harmless_label
from metrics.rules import rules

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_VENDOR_KINDS = vendor_user_kinds()
NAMESPACES = {
    "email": PERSON_EMAIL,
    "entra_object": ENTRA_OBJECT,
    "github_login": GITHUB_LOGIN,
    "github_user": GITHUB_USER,
    **_VENDOR_KINDS,
}


# What definitions and the rules of recommended actions read (docs/connect/company.md).
THRESHOLDS = frozenset(name for name, _, _ in rules().limits())


def _day(written: Any) -> dt.date:
    try:
        if not _ISO_DAY.fullmatch(written):
            raise ValueError
        return dt.date.fromisoformat(written)
    except (TypeError, ValueError):
        raise ValueError("write a day such as 2026-01-31.") from None


def _threshold_name(written: str) -> str:
    if written not in THRESHOLDS:
        raise ValueError("write a name that docs/connect/company.md speaks of.")
    return written


def _label(written: str) -> str:
    label = harmless_label(written)
    if label is None:
        raise ValueError("write a name that does not consist of =, +, - and @ alone.")
    return label


def _event_label(written: str) -> str:
    if "@" in written:
        raise ValueError("write it without addresses and names: everybody reads it.")
    return _label(written)


def folded_department(name: str) -> str:
    """A department's name as departments are compared: the key that models make of it."""
    return name.strip().lower().replace(" ", "_")


def _currency(written: str) -> str:
    code = written.upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError("write a currency code of three letters such as EUR.")
    return code


def _address(written: str) -> str:
    if canonical_email(written) is None:
        raise ValueError("write an e-mail address.")
    return written


def _tool_name(written: str) -> str:
    """`GitHub Copilot` is `github_copilot`: tools, products and units are compared in one form."""
    return written.strip().lower().replace(" ", "_").replace("-", "_")


def _measure(name: str) -> str:
    if name not in every_measure():
        raise ValueError(f"write one of {', '.join(every_measure())}.")
    return name


def _login(written: str) -> str:
    return written.removeprefix("@").lower()


Day = Annotated[dt.date, BeforeValidator(_day)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=29, decimal_places=9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
ToolName = Annotated[Name, AfterValidator(_tool_name)]
FoldedName = Annotated[Name, AfterValidator(str.lower)]
Label = Annotated[Name, AfterValidator(_label)]
EventLabel = Annotated[Name, AfterValidator(_event_label)]
Currency = Annotated[str, AfterValidator(_currency)]
Login = Annotated[Name, AfterValidator(_login)]
Address = Annotated[str, AfterValidator(_address)]


class CompanyRow(BaseModel):
    """A row of one file. `KEY` names the columns of which no two rows may hold the same at one time.

    So does `ALSO_UNIQUE`, where a file has a second such rule.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)
    KEY: ClassVar[tuple[str, ...]] = ()
    ALSO_UNIQUE: ClassVar[tuple[str, ...]] = ()

    @property
    def validity(self) -> tuple[dt.date, dt.date]:
        """Half-open span of days for which the row holds; always, unless it is dated."""
        return dt.date.min, dt.date.max


class DatedRow(CompanyRow):
    """A row that holds from `valid_from` up to, not including, `valid_to`; empty = always, open."""

    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> DatedRow:
        if self.validity[1] <= self.validity[0]:
            raise ValueError("valid_to is the first day that is no longer valid: write one after valid_from.")
        return self

    @property
    def validity(self) -> tuple[dt.date, dt.date]:
        """See `CompanyRow.validity`."""
        return self.valid_from or dt.date.min, self.valid_to or dt.date.max


class SeatContract(DatedRow):
    """What is paid for seats of a product."""

    KEY = ("contract_id", "product", "plan")
    contract_id: Name
    product: ToolName
    plan: Name | None = None
    purchased_seats: Count
    minimum_seats: Count = 0
    price_per_seat_month: Amount
    currency: Currency
    renewal_date: Day | None = None


class PriceOverride(DatedRow):
    """A negotiated token price, US dollars per million tokens."""

    KEY = ("provider", "model", "component")
    provider: FoldedName
    model: FoldedName
    component: Literal[
        "input",
        "cached_input",
        "cache_write",
        "output",
        "reasoning",
        "audio_input",
        "audio_cached_input",
        "audio_output",
        "image_input",
        "image_cached_input",
        "image_output",
    ]
    usd_per_mtok: Amount


class CreditRate(DatedRow):
    """What one credit costs."""

    KEY = ("unit",)
    unit: Annotated[Literal["chatgpt_credit", "github_ai_credit"], BeforeValidator(_tool_name)]
    price_per_unit: Amount
    currency: Currency


class MeasureOwner(DatedRow):
    """Of several sources that tell a measure of a tool, the one whose figures count."""

    KEY = ("tool", "measure")
    tool: ToolName
    measure: Annotated[ToolName, AfterValidator(_measure)]
    source: ToolName


class TaskOfUse(CompanyRow):
    """The category of tasks that use of a feature stands for; without a feature, all use of the tool."""

    KEY = ("tool", "feature")
    tool: ToolName
    feature: ToolName | None = None
    task_category: Annotated[ToolName, AfterValidator(_label)]


class ExchangeRate(DatedRow):
    """One unit of `from_currency` is worth `rate` units of `to_currency`."""

    KEY = ("from_currency", "to_currency")
    from_currency: Currency
    to_currency: Currency
    rate: Annotated[Amount, Field(gt=0)]


class Threshold(CompanyRow):
    """A limit that a definition of docs/metrics.md reads."""

    KEY = ("name",)
    name: Annotated[str, AfterValidator(_threshold_name)]
    value: Amount

    @model_validator(mode="after")
    def _is_in_range(self) -> Threshold:
        if not 0 < self.value <= _highest(self.name):
            raise ValueError(_WRONG_VALUE[_kind_of_threshold(self.name)])
        return self


_SHARES = ("_share", "_ratio", "_fall", "_coverage", "_utilization")
_WRONG_VALUE = {
    "share": "value: write a share above 0 and up to 1: 0.2 stands for 20 per cent.",
    "factor": "value: write a factor above 0 and up to 100: 1.5 stands for half as much again.",
    "number": "value: write a number above 0; with 0 the definition would hold for everybody or for nobody.",
}


def _kind_of_threshold(name: str) -> Literal["share", "factor", "number"]:
    """By its name: shares and falls are parts of one, factors and rises compare two figures."""
    if name.endswith(_SHARES):
        return "share"
    return "factor" if name.endswith(("_factor", "_rise", "licences_per_person")) else "number"


def _highest(name: str) -> Decimal:
    return {"share": Decimal(1), "factor": Decimal(100), "number": Decimal(2**53)}[_kind_of_threshold(name)]


class Target(CompanyRow):
    """A value of a metric to be reached by a day."""

    KEY = ("metric", "scope_type", "scope_name", "tool", "due_date")
    metric: Name
    scope_type: Literal["company", "department"]
    scope_name: Label | None = None
    tool: ToolName | None = None
    target: Amount
    due_date: Day

    @model_validator(mode="after")
    def _share_is_no_percentage(self) -> Target:
        if self.metric.endswith("_ratio") and not 0 < self.target <= 1:
            raise ValueError("target: write a share above 0 and up to 1, such as 0.75 for 75 percent.")
        return self

    @model_validator(mode="after")
    def _department_has_a_name(self) -> Target:
        if self.scope_type == "department" and self.scope_name is None:
            raise ValueError("scope_name: write the department's name.")
        return self


class Holiday(CompanyRow):
    """A day on which nobody works, at one location or everywhere."""

    KEY = ("location", "holiday_date")
    location: Label | None = None
    holiday_date: Day


class Leave(CompanyRow):
    """An absence from `starts_on` up to, not including, `ends_before` (empty = open)."""

    KEY = ("employee_id", "starts_on")
    employee_id: Name
    starts_on: Day
    ends_before: Day | None = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> Leave:
        if self.ends_before is not None and self.ends_before <= self.starts_on:
            raise ValueError("ends_before is the first day back: write one after starts_on.")
        return self


class Rollout(CompanyRow):
    """The day on which a department was given a tool."""

    KEY = ("department", "tool")
    department: Label
    tool: ToolName
    rollout_date: Day


class Event(CompanyRow):
    """Something that readers should know of when they look at that day, of the company or a part of it."""

    KEY = ("event_date", "label", "department", "tool")
    event_date: Day
    label: EventLabel
    department: Label | None = None
    tool: ToolName | None = None


class ActionPlan(CompanyRow):
    """What the company does about a recommended action: where it stands, who sees to it and until when."""

    KEY = ("action",)
    action: FoldedName
    state: Literal["acknowledged", "done"]
    owner: EventLabel | None = None
    due_date: Day | None = None


class DepartmentName(CompanyRow):
    """A department that was renamed or merged into another one, and the day of it (empty = always the same)."""

    KEY = ("old_key", "renamed_on")
    old_name: Label
    new_name: Label
    renamed_on: Day | None = None

    @model_validator(mode="after")
    def _names_differ(self) -> DepartmentName:
        if folded_department(self.old_name) == folded_department(self.new_name):
            raise ValueError("new_name: write another name; upper and lower case are one.")
        return self

    @property
    def old_key(self) -> str:
        """The old name as departments are compared."""
        return folded_department(self.old_name)


class GithubLogin(DatedRow):
    """Whose login it is, for accounts that no identity provider knows."""

    KEY = ("login",)
    login: Login
    email: Address


def _kind(written: str) -> str:
    if written not in NAMESPACES:
        raise ValueError(f"write one of {', '.join(sorted(NAMESPACES))}.")
    return written


class ServiceAccount(CompanyRow):
    """An account that is no person: a bot, a shared mailbox, an integration."""

    KEY = ("kind", "account")
    kind: Annotated[str, AfterValidator(_kind)]
    identifier: Name

    @model_validator(mode="after")
    def _address_is_one(self) -> ServiceAccount:
        if self.kind == "email" and canonical_email(self.identifier) is None:
            raise ValueError("identifier: write an e-mail address.")
        return self

    @property
    def account(self) -> str:
        """The one written form: addresses, logins and object ids are compared without regard to case."""
        if self.kind == "email":
            return canonical_email(self.identifier) or self.identifier
        return self.identifier if self.kind in _VENDOR_KINDS else _login(self.identifier)


class TokenTier(CompanyRow):
    """A class of people by mean tokens per working day, from `minimum_tokens` on."""

    KEY = ("tier",)
    ALSO_UNIQUE = ("minimum_tokens",)
    tier: Name
    minimum_tokens: Count
