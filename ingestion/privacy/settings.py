"""How the company writes addresses: settings of section `privacy`."""

from dataclasses import field as dataclass_field

from dlt.common.configuration import configspec
from dlt.common.configuration.specs import BaseConfiguration

from ingestion.privacy.canonical import EmailRules
from runtime.settings import section


@configspec
class PrivacySettings(BaseConfiguration):
    """Section `privacy`: how the company writes addresses. A change is refused once data is loaded.

    Attributes:
        cut_plus_tag: `maya+news@…` is `maya@…`.
        ignore_dots_in: domains whose local parts ignore dots.
        alias_domains: old domain → domain, after a merger or a rename.
    """

    cut_plus_tag: bool = True
    ignore_dots_in: list[str] = dataclass_field(default_factory=list)
    alias_domains: dict[str, str] = dataclass_field(default_factory=dict)


def email_rules() -> EmailRules:
    """The company's rules for addresses.

    Raises:
        ConfigurationError: a value has the wrong type.
    """
    settings = section(PrivacySettings(), "privacy", remedy="See docs/privacy.md.")
    return EmailRules(
        cut_plus_tag=settings.cut_plus_tag,
        ignore_dots_in=frozenset(domain.lower() for domain in settings.ignore_dots_in),
        alias_domains={old.lower(): new.lower() for old, new in settings.alias_domains.items()},
    )
