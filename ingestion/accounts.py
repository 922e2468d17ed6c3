"""The accounts of one source: two workspaces, enterprises or tenants of a vendor load side by side.

`[sources.<source>]` is one account. Each `[sources.<source>.<name>]`, also as variables
`SOURCES__<SOURCE>__<NAME>__…`, is another one, and its name is the tenant label of its rows. dlt looks for a
missing setting in the section above, which is right for an address and wrong for a key: what identifies an
account or opens it counts only where it stands in the account's own section.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from dlt.common.configuration.container import Container
from dlt.common.configuration.exceptions import ConfigurationException, ValueNotSecretException
from dlt.common.configuration.specs.base_configuration import extract_inner_hint, is_secret_hint
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext
from dlt.common.configuration.utils import deserialize_value
from dlt.common.typing import AnyType

from ingestion.connections import LastNight, has_settings
from ingestion.source import SourceDefinition
from ledger.tenants import MAIN, shown_as
from runtime.errors import ConfigurationError
from runtime.settings import SourceSettings, resolve_settings, unreadable

_LABEL = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What `[sources.<source>]` says of its own account and of no other.
_OF_THE_BASE = frozenset({"tenant", "disconnected"})


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a source.

    Attributes:
        tenant: label of its rows.
        settings: its settings; those of an account that is gone are the defaults.
        name: of its section; None for `[sources.<source>]`.
        shown: what it is called where people read: the source, with the label where there are several.
        is_gone: it was connected in its last run and has no section any more.
    """

    source: str
    tenant: str
    settings: Any
    name: str | None
    shown: str
    is_gone: bool = False

    @property
    def section(self) -> str:
        """Where its settings stand."""
        return section_of(self.source, self.name)

    @property
    def archive(self) -> str:
        """Its folder below `archive_dir`."""
        return f"{self.source}/{self.name}" if self.name else self.source


def section_of(source: str, name: str | None) -> str:
    """The section of an account as it is written in a file."""
    return f"[sources.{source}.{name}]" if name else f"[sources.{source}]"


def is_label(name: str) -> bool:
    """Whether it can name an account; a setting's name cannot, but is never taken for one."""
    return bool(_LABEL.fullmatch(name))


def accounts_of(
    definition: SourceDefinition, nights: Mapping[tuple[str, str], LastNight] | None = None
) -> list[Account]:
    """The accounts of a source, the base section first, then by name, then those that are gone.

    The base section is an account when it has what it needs, or when it is the only section. An account of the
    last night (`nights`) without a section is listed as well: that it is gone must be meant.

    Raises:
        ConfigurationError: a setting has the wrong type, a name cannot be one, or two sections have the same
            label or read the same account of the vendor.
    """
    base = resolve_settings(definition.settings, definition.name)
    names = _names(definition)
    found: list[tuple[str | None, SourceSettings]] = [(name, _own(definition, base, name)) for name in names]
    if not names or has_settings(definition, base) or (base.disconnected and base.tenant not in names):
        found.insert(0, (None, base))
    _require_apart(definition.name, found)
    present = {settings.tenant for _, settings in found}
    gone = [tenant for tenant in _connected(definition.name, nights or {}) if tenant not in present]
    several = len(found) + len(gone) > 1

    def account(name: str | None, settings: SourceSettings, *, is_gone: bool = False) -> Account:
        shown = shown_as(definition.name, settings.tenant, several=several)
        return Account(definition.name, settings.tenant, settings, name, shown, is_gone)

    accounts = [account(name, settings) for name, settings in found]
    for tenant in gone:
        settings = definition.settings()
        settings.tenant = tenant
        had_section = definition.settings.account_ids and tenant != base.tenant
        accounts.append(account(tenant if had_section else None, settings, is_gone=True))
    return accounts


def known_tenants(source: str, nights: Mapping[tuple[str, str], LastNight]) -> list[str]:
    """Labels to record a failure under when the settings cannot tell them: those that were loaded before."""
    return _connected(source, nights) or [MAIN]


def require_complete(definition: SourceDefinition, account: Account) -> None:
    """Refuse a named section that lacks what an account needs: it would otherwise be silently left out.

    Raises:
        ConfigurationError: names the section and its missing settings.
    """
    is_base = account.name is None or account.is_gone
    if is_base or account.settings.disconnected or definition.is_connected(account.settings):
        return
    missing = [name for name in _own_fields(definition) if not getattr(account.settings, name)]
    raise ConfigurationError(
        f"{account.section} is not complete; it does not have: {', '.join(missing)}.",
        f"An account needs its own key and ids: those in {section_of(definition.name, None)} belong to another "
        f"account and are not used for it. docs/connect/{definition.name}.md says which ones are needed.",
    )


def _connected(source: str, nights: Mapping[tuple[str, str], LastNight]) -> list[str]:
    return sorted(tenant for (name, tenant), last in nights.items() if name == source and last.is_connected)


def _names(definition: SourceDefinition) -> list[str]:
    """Names of the account sections, in order.

    Raises:
        ConfigurationError: one cannot be the label of rows.
    """
    if not definition.settings.account_ids:
        return []
    fields = definition.settings().get_resolvable_fields()
    names = sorted(
        {*_in_providers(definition.name), *in_variables(definition.name, os.environ)} - fields.keys()
    )
    for name in names:
        if not is_label(name):
            raise ConfigurationError(f"{section_of(definition.name, name)} {NO_LABEL}.", NO_LABEL_REMEDY)
    return names


NO_LABEL = "cannot be the label of an account"
NO_LABEL_REMEDY = "Use up to 40 lower-case letters, digits and underscores, with a letter first."


def _in_providers(source: str) -> Iterator[str]:
    """Sections of files: a provider that reads documents gives a table as a dictionary."""
    for provider in Container()[PluggableRunContext].providers.providers:
        table, _ = provider.get_value(source, AnyType, "", "sources")
        if isinstance(table, Mapping):
            yield from (name for name, value in table.items() if isinstance(value, Mapping))


def in_variables(source: str, variables: Iterable[str]) -> Iterator[str]:
    """Names in variables `SOURCES__<SOURCE>__<NAME>__<SETTING>`; dlt writes every part in capitals."""
    prefix = f"SOURCES__{source}__".upper()
    for variable in variables:
        parts = variable.removeprefix(prefix).split("__")
        if variable.startswith(prefix) and len(parts) > 1 and all(parts):
            yield parts[0].lower()


def _own_fields(definition: SourceDefinition) -> list[str]:
    """Settings that an account must have itself: secrets, and what says which account it is."""
    fields = definition.settings().get_resolvable_fields()
    return [
        name for name, hint in fields.items() if is_secret_hint(hint) or name in definition.settings.account_ids
    ]


def _own(definition: SourceDefinition, base: SourceSettings, name: str) -> SourceSettings:
    """The settings of a named section. Its own values count, wherever else dlt would have found one first."""
    settings, defaults = copy(base), definition.settings()
    own = {*_own_fields(definition), *_OF_THE_BASE}
    for field, hint in defaults.get_resolvable_fields().items():
        value = _value(definition.name, name, field, hint)
        if value is not None:
            setattr(settings, field, value)
        elif field in own:
            setattr(settings, field, getattr(defaults, field))
    settings.tenant = name
    return settings


def _value(source: str, name: str, field: str, hint: Any) -> Any:
    """What the first provider that has the setting in this very section says; None where none does.

    Raises:
        ConfigurationError: it has the wrong type, or is a secret in a file that is none for secrets.
    """
    sections = ("sources", source, name)
    try:
        for provider in Container()[PluggableRunContext].providers.providers:
            value, key = provider.get_value(field, hint, "", *sections)
            if value is None:
                continue
            if is_secret_hint(hint) and not provider.supports_secrets:
                raise ValueNotSecretException(provider.name, key)
            return deserialize_value(field, value, extract_inner_hint(hint, preserve_literal=True))
    except ConfigurationException as error:
        raise unreadable(
            error, sections, f"See docs/connect/{source}.md for the settings and their types.", field
        ) from None
    return None


def _require_apart(source: str, found: list[tuple[str | None, SourceSettings]]) -> None:
    labels: dict[str, str | None] = {}
    places: dict[tuple[str, str], str | None] = {}
    for name, settings in found:
        here = section_of(source, name)
        if settings.tenant in labels:
            other = section_of(source, labels[settings.tenant])
            raise ConfigurationError(
                f"{other} and {here} have the same label {settings.tenant}: rows of one would replace those of "
                "the other.",
                f"Rename the section, or set another `tenant` in {section_of(source, None)}.",
            )
        labels[settings.tenant] = name
        for place in frozenset() if settings.disconnected else settings.reads():
            if place in places:
                raise ConfigurationError(
                    f"{section_of(source, places[place])} and {here} have the same {place[0]}: what is read "
                    "there would be counted twice.",
                    "Remove it from one of them.",
                )
            places[place] = name
