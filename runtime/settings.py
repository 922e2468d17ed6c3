"""Settings of sources and of retention: `.dlt/config.toml`, `.dlt/secrets.toml` or the environment.

dlt resolves them, e.g. `SOURCES__CHATGPT__API_KEY`. The key of pseudonyms is not among them
(`ingestion.privacy.pseudonym`).
"""

import os
from typing import ClassVar, TypeVar

from dlt.common.configuration import configspec
from dlt.common.configuration.exceptions import ConfigurationException
from dlt.common.configuration.resolve import resolve_configuration
from dlt.common.configuration.specs import BaseConfiguration

from runtime.errors import ConfigurationError

S = TypeVar("S", bound=BaseConfiguration)


@configspec
class SourceSettings(BaseConfiguration):
    """Settings that every source has.

    Attributes:
        tenant: label of the company's account at this vendor; part of every key, so that two can be loaded.
        archive_dir: folder of saved answers, see `ingestion.archive`.
        disconnected: the source is switched off on purpose, whatever other settings it has or has lost.
        account_ids: settings that say which account of the vendor is read. A source that has such settings can
            load several accounts (`ingestion.accounts`).
    """

    tenant: str = "main"
    archive_dir: str | None = None
    disconnected: bool = False

    account_ids: ClassVar[tuple[str, ...]] = ()
    __recommended_sections__: ClassVar[tuple[str, ...]] = ("sources",)

    def reads(self) -> frozenset[tuple[str, str]]:
        """What is read, as setting and value. Two accounts that share one would load the same rows twice."""
        return frozenset(
            (name, str(getattr(self, name)).strip().lower()) for name in self.account_ids if getattr(self, name)
        )


@configspec
class RetentionSettings(BaseConfiguration):
    """Section `retention`: for how many days before a run rows are kept (docs/privacy.md).

    Attributes:
        raw_days: single events.
        person_days: rows of a person and day, raw and derived, and links between identifiers.
    """

    raw_days: int = 400
    person_days: int = 800


def retention_settings() -> RetentionSettings:
    """The company's limits.

    Raises:
        ConfigurationError: a value has the wrong type.
    """
    return section(RetentionSettings(), "retention", remedy="See docs/privacy.md.")


def company_folder() -> str | None:
    """The folder of the company's own files; None when there is none."""
    return os.environ.get("AI_USAGE_COMPANY_DIR") or None


def resolve_settings(spec: type[S], source: str) -> S:
    """Settings of one source from section `sources.<source>`.

    Raises:
        ConfigurationError: a value has the wrong type; names the setting, never its value.
    """
    remedy = f"See docs/connect/{source}.md for the settings and their types."
    settings: S = section(spec(), "sources", source, remedy=remedy)
    return settings


def section(spec: S, *names: str, remedy: str) -> S:
    """The settings of a section: `spec` holds their names, types and defaults.

    Raises:
        ConfigurationError: a value has the wrong type; names section and setting, never the value.
    """
    try:
        settings: S = resolve_configuration(spec, sections=names)
        return settings
    except ConfigurationException as error:
        raise unreadable(error, names, remedy) from None


def unreadable(
    error: ConfigurationException, names: tuple[str, ...], remedy: str, field: str | None = None
) -> ConfigurationError:
    """Our error for one of dlt's: it names section and setting, never the value."""
    field = field or getattr(error, "field_name", None) or getattr(error, "key", None)
    place = f"[{'.'.join(names)}]" + (f" {field}" if field else "")
    return ConfigurationError(f"Settings {place} cannot be read ({type(error).__name__}).", remedy)
