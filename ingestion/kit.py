"""What a source's `kit.yml` says: its tools, their products, what is collected and why, which figures it gives.

The one place for these facts. Seeds and names are written from it (`python -m orchestration.kits`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingestion.port import every_measure
from runtime.errors import ConfigurationError

_SOURCES = Path(__file__).parent / "sources"
_VENDOR_USER = "vendor-user/"
_READERS = "The pipeline's role; nobody else."


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tool(_Strict):
    """A tool as readers know it.

    Attributes:
        tool_class: assistant (a chat), coding, embedded (within other programs) or api (without people).
        colour: place among the eight colours of series on the pages; tools of one chart should differ.
        is_approved: whether the company means people to use it.
        owners: by measure (`ingestion/measures.yml`), the sources whose figures count first where several
            tell of the tool, in order; without it this kit's source comes first and the others follow by name.
    """

    display_name: str
    vendor: str
    tool_class: Literal["assistant", "coding", "embedded", "api"]
    is_approved: bool = True
    owners: dict[str, tuple[str, ...]] = {}
    colour: int | None = Field(default=None, ge=0, le=7)


class Collected(_Strict):
    """A raw table on the transparency page.

    Attributes:
        retention_layer: how long rows are kept (docs/privacy.md); None: only the present state is held.
    """

    what: str
    purpose: str
    never_collected: str
    readers: str = _READERS
    retention_layer: Literal["event", "person_day"] | None = None
    is_personal_data: bool = True


class Capability(_Strict):
    """What holds for some figures of a tool: exactly one of `reported`, `derived` and `unavailable` names them.

    Attributes:
        delay_days: days until the figure is there; of every figure that is not unavailable.
    """

    reported: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    delay_days: int | None = Field(default=None, ge=0)
    because: str = ""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Capability:
        if sum(map(bool, (self.reported, self.derived, self.unavailable))) != 1:
            raise ValueError("name figures under one of reported, derived and unavailable")
        if (self.delay_days is None) != bool(self.unavailable):
            raise ValueError("delay_days belongs to figures that are there, and to all of them")
        return self

    @property
    def kind(self) -> str:
        """reported, derived or unavailable."""
        return "reported" if self.reported else "derived" if self.derived else "unavailable"

    @property
    def metrics(self) -> tuple[str, ...]:
        """The figures."""
        return self.reported or self.derived or self.unavailable


class Kit(_Strict):
    """One source's facts.

    Attributes:
        display_name: what pages call the source; that of its first tool where it is not given.
        tools: those that this source is the home of; a tool has one home.
        products: by tool, the vendor's names of what belongs to it; `*` is any other.
        seat_products: what seat_contracts.csv may name.
        account_namespaces: kinds of identifiers that name an account for ever, never another one later; what
            stands beside them (an address, a login) leads to the person.
        directory_namespaces: the same of the company's directory, whose entries are people by themselves.
        ports: what its models in models/vendors hand on (ingestion/ports.yml), and the raw tables that each is
            made of.
        example: settings with placeholders that `ai-usage init` writes as comments, by file.
        columns: meaning of each column name of its raw tables that ingestion/columns.yml does not know.
        collected: by raw table.
        capabilities: by tool, also by those of other homes: what this source can give of them.
    """

    display_name: str | None = None
    tools: dict[str, Tool] = {}
    products: dict[str, tuple[str, ...]] = {}
    seat_products: tuple[str, ...] = ()
    account_namespaces: tuple[str, ...] = ()
    directory_namespaces: tuple[str, ...] = ()
    ports: dict[str, tuple[str, ...]] = {}
    columns: dict[str, str] = {}
    example: dict[Literal["config", "secrets"], dict[str, str]] = {}
    collected: dict[str, Collected]
    capabilities: dict[str, tuple[Capability, ...]] = {}

    @property
    def vendor_users(self) -> dict[str, str]:
        """Namespaces of the vendor's own ids of users, by the vendor's name in them."""
        return {
            namespace.removeprefix(_VENDOR_USER): namespace
            for namespace in self.account_namespaces
            if namespace.startswith(_VENDOR_USER)
        }

    def gives(self, tool: str) -> set[str]:
        """Figures of a tool that are reported or derived."""
        capabilities = self.capabilities.get(tool, ())
        return {metric for stated in capabilities if not stated.unavailable for metric in stated.metrics}

    def measures(self, tool: str) -> set[str]:
        """Measures of a tool (`ingestion/measures.yml`) that it gives."""
        given = self.gives(tool)
        return {measure for measure, metrics in every_measure().items() if given.intersection(metrics)}

    def name_of_source(self, source: str) -> str:
        """What pages call the source."""
        return self.display_name or next((tool.display_name for tool in self.tools.values()), source)

    @model_validator(mode="after")
    def _hangs_together(self) -> Kit:
        for tool, capabilities in self.capabilities.items():
            named = [metric for capability in capabilities for metric in capability.metrics]
            if twice := {metric for metric in named if named.count(metric) > 1}:
                raise ValueError(f"{tool}: named twice: {', '.join(sorted(twice))}")
        return self


def vendor_user_kinds() -> dict[str, str]:
    """What the company's files call ids of vendors' accounts (`chatgpt_user`), and their namespaces."""
    return {
        f"{vendor}_user": namespace
        for kit in every_kit().values()
        for vendor, namespace in kit.vendor_users.items()
    }


@cache
def every_kit() -> Mapping[str, Kit]:
    """Of every source that has one, by its name in order.

    Raises:
        ConfigurationError: see :func:`kit_of`.
    """
    return {path.parent.name: kit_of(path.parent.name) for path in sorted(_SOURCES.glob("*/kit.yml"))}


def kit_of(source: str, folder: Path = _SOURCES) -> Kit:
    """The kit of a source.

    Raises:
        ConfigurationError: it says something that a kit cannot say; the place is named.
    """
    path = folder / source / "kit.yml"
    try:
        return Kit.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'file'}: {problem['msg']}" for problem in error.errors()
        )
        raise ConfigurationError(
            f"{source}/kit.yml: {problems}.", "See ingestion/kit.py for what a kit says."
        ) from None
