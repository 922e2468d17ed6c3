"""Canonical form of e-mail addresses, version ``c1``.

Two written forms of one address must give one token, otherwise a person is counted twice. The version
is stored beside the key-check value: another version means other tokens, and is refused.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import idna

CANONICAL_VERSION = "c1"

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_LOCAL_PART = re.compile(r"[^\s@<>(),;:\"\[\]\\\x00-\x1f\x7f]+")
_GUEST_MARK = "#ext#"
_MAX_LENGTH = 320


@dataclass(frozen=True, slots=True)
class EmailRules:
    """What a company may set: plus tags, dots per domain, and domains that are one (merger, rename)."""

    cut_plus_tag: bool = True
    ignore_dots_in: frozenset[str] = frozenset()
    alias_domains: Mapping[str, str] = field(default_factory=dict)

    def version(self) -> str:
        """`c1`, with a digest of the rules where they differ from the defaults."""
        if self == EmailRules():
            return CANONICAL_VERSION
        rules = repr((self.cut_plus_tag, sorted(self.ignore_dots_in), sorted(self.alias_domains.items())))
        return f"{CANONICAL_VERSION}-{hashlib.sha256(rules.encode()).hexdigest()[:12]}"


DEFAULT_RULES = EmailRules()


def canonical_email(written: str, rules: EmailRules = DEFAULT_RULES) -> str | None:
    """The canonical address, or None where the text is not an e-mail address.

    Steps: NFKC; white space and zero-width characters out; display name and ``mailto:`` out; guest
    principal names (``name_domain#EXT#@tenant``) decoded; split at the last ``@``; lower case without
    locale; ``+tag`` cut; domain to its IDNA A-label without trailing dot; company alias domains mapped.
    """
    text = unicodedata.normalize("NFKC", written).translate(_INVISIBLE).strip()
    text = _inside_angle_brackets(text)
    text = re.sub(r"\s+", "", text)
    if text[:7].lower() == "mailto:":
        text = text[7:].split("?", 1)[0]
    text = _decode_guest(text.lower())
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or len(text) > _MAX_LENGTH:
        return None
    ascii_domain = _ascii_domain(domain)
    if ascii_domain is None:
        return None
    ascii_domain = rules.alias_domains.get(ascii_domain, ascii_domain)
    local = _lower(local)
    if rules.cut_plus_tag and "+" in local[1:]:
        local = local[: local.index("+", 1)]
    if ascii_domain in rules.ignore_dots_in:
        local = local.replace(".", "")
    if not _LOCAL_PART.fullmatch(local):
        return None
    return f"{local}@{ascii_domain}"


def _inside_angle_brackets(text: str) -> str:
    if text.endswith(">") and "<" in text:
        return text[text.rindex("<") + 1 : -1]
    return text


def _decode_guest(text: str) -> str:
    """``maya_example.org#ext#@tenant.example`` is the guest form of ``maya@example.org``."""
    if _GUEST_MARK not in text:
        return text
    guest = text.split(_GUEST_MARK, 1)[0]
    local, underscore, domain = guest.rpartition("_")
    return f"{local}@{domain}" if underscore and "." in domain else text


def _lower(text: str) -> str:
    # str.lower turns the Turkish capital İ into i + combining dot; the dot would split one person in two.
    return unicodedata.normalize("NFC", text.lower().replace("i\u0307", "i"))


@lru_cache(maxsize=1000)
def _ascii_domain(domain: str) -> str | None:
    domain = _lower(domain).rstrip(".")
    if not domain or ".." in domain or domain.startswith("."):
        return None
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except (ValueError, IndexError):  # its own error is one of them; a lone surrogate raises others
        return None
