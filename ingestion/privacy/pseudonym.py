"""Keyed pseudonyms: tokens for identifiers, a cheaper hash for event ids, and the key behind both.

Token = ``p1_`` + the first 128 bits, in hex, of HMAC-SHA-256(K_ns, "aiu/v1" 0x1F ns 0x1F canonical_utf8)
with K_ns = HKDF-SHA-256(master, salt="", info="aiu/v1/" + ns, length=32). The digit is the key's epoch.
Event ids are distinct on every row, so they use keyed BLAKE2b (128 bit), four times cheaper.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ingestion.privacy.canonical import DEFAULT_RULES, EmailRules, canonical_email
from runtime.errors import ConfigurationError
from runtime.own_paths import told_by_path

KEY_EPOCH = 1
MIN_KEY_BYTES = 32
PERSON_EMAIL = "person-email"
GITHUB_USER = "github-user"
GITHUB_LOGIN = "github-login"
ENTRA_OBJECT = "entra-object"
HRIS_ID = "hris-id"
CONVERSATION = "conversation"
SESSION = "session"
CHATGPT_USER = "vendor-user/chatgpt"
NOT_AN_EMAIL = "not-an-email"

_PREFIX = "aiu/v1"
_SEPARATOR = b"\x1f"
# Bounded caches: identifiers of people are few; conversations are many and fall out when it fills up.
_CACHE_LIMIT = 500_000
_KEY_VARIABLE = "AI_USAGE_PSEUDONYM_KEY"
_KEY_FILE_VARIABLE = "AI_USAGE_PSEUDONYM_KEY_FILE"
_FIRST_REMEDY = (
    "For a new deployment run `ai-usage init` (`ai-usage key` creates only a key); otherwise start in the "
    "folder that holds its ai-usage.env."
)
_REMEDY = "Make one with `ai-usage key`, keep a copy in a secret store: without it history cannot be continued."


def load_key() -> bytes:
    """The master key from the environment or the file it names. Never from dlt, dbt or Dagster settings.

    Raises:
        ConfigurationError: missing, not base64, under 32 bytes, all bytes equal, or readable by others.
    """
    text = os.environ.get(_KEY_VARIABLE)
    where = _KEY_VARIABLE
    if not text:
        path = os.environ.get(_KEY_FILE_VARIABLE)
        if not path:
            raise ConfigurationError(
                f"No pseudonymisation key: set {_KEY_VARIABLE} or {_KEY_FILE_VARIABLE}.", _FIRST_REMEDY
            )
        where = _KEY_FILE_VARIABLE
        text = _read_key_file(Path(path))
    return parse_key(text, where)


def _read_key_file(path: Path) -> str:
    with told_by_path("The key file", path, "Run as the account that the key belongs to, or correct its path."):
        return _read_private(path)


def _read_private(path: Path) -> str:
    if not path.exists():
        raise ConfigurationError(f"The key file named by {_KEY_FILE_VARIABLE} does not exist.", _REMEDY)
    if not _is_private(path.stat()):
        raise ConfigurationError(
            f"The key file named by {_KEY_FILE_VARIABLE} can be read by other users.",
            "Run `chmod 600` on it.",
        )
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{_KEY_FILE_VARIABLE} is not base64.", _REMEDY) from None


def _is_private(found: os.stat_result) -> bool:
    """Whether only this account can read a file: by its mode, or because somebody else lends it to its group.

    systemd's credentials and Kubernetes' secrets belong to root and are read through the group (0440). A file
    of our own that its group can read is a mistake.
    """
    if found.st_uid != os.geteuid():
        return not found.st_mode & (stat.S_IRWXO | stat.S_IWGRP | stat.S_IXGRP)
    return not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def parse_key(text: str, where: str) -> bytes:
    """Decode a base64 key; white space around it (a trailing newline) does not count."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise ConfigurationError(f"{where} is not base64.", _REMEDY) from None
    if len(key) < MIN_KEY_BYTES:
        raise ConfigurationError(
            f"{where} holds {len(key)} bytes; at least {MIN_KEY_BYTES} are needed.", _REMEDY
        )
    if len(set(key)) == 1:
        raise ConfigurationError(f"{where} holds one byte repeated; it is not a random key.", _REMEDY)
    return key


def derive_key(master: bytes, namespace: str) -> bytes:
    """The 32-byte sub-key of one namespace."""
    info = f"{_PREFIX}/{namespace}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"", info=info).derive(master)


class Pseudonymiser:
    """Turns identifiers into tokens, computing each distinct value once."""

    epoch = KEY_EPOCH

    def __init__(self, master: bytes, email_rules: EmailRules = DEFAULT_RULES) -> None:
        self._master = master
        self._email_rules = email_rules
        self._bases: dict[str, hmac.HMAC] = {}
        self._tokens: dict[str, dict[str, str]] = {}
        self._emails: dict[str, str] = {}
        self._event_key = derive_key(master, "event")

    def key_check(self) -> str:
        """Token of a constant: equal keys and canonical versions give equal values."""
        return self.token("key-check", "kcv")

    def canonical_version(self) -> str:
        """Version of the canonical form and of the company's rules: others would give other tokens."""
        return self._email_rules.version()

    def token(self, namespace: str, value: str) -> str:
        """The token of one value in its namespace."""
        cache = self._tokens.setdefault(namespace, {})
        found = cache.get(value)
        if found is None:
            if len(cache) >= _CACHE_LIMIT:
                cache.clear()
            found = cache[value] = self._compute(namespace, value)
        return found

    def email_token(self, written: str) -> str:
        """The token of an address in any written form; what is no address gets a namespace of its own."""
        found = self._emails.get(written)
        if found is None:
            if len(self._emails) >= _CACHE_LIMIT:
                self._emails.clear()
            canonical = canonical_email(written, self._email_rules)
            namespace, value = (
                (PERSON_EMAIL, canonical) if canonical else (NOT_AN_EMAIL, written.strip().lower())
            )
            found = self._emails[written] = self.token(namespace, value)
        return found

    def tokens(self, namespace: str, values: Sequence[str | None]) -> list[str | None]:
        """Tokens of a column; None and empty text stay None."""
        if namespace == PERSON_EMAIL:
            email = self.email_token
            return [email(value) if value else None for value in values]
        one = self.token
        return [one(namespace, value) if value else None for value in values]

    def event_hashes(self, values: Sequence[str | None]) -> list[str | None]:
        """Keyed hashes (32 hex digits) of vendor event and message ids."""
        blake, key = hashlib.blake2b, self._event_key
        return [
            blake(value.encode("utf-8", "surrogatepass"), digest_size=16, key=key).hexdigest()
            if value
            else None
            for value in values
        ]

    def record_hash(self, payload: bytes) -> str:
        """Keyed hash of a rejected record, to recognise it again without keeping it."""
        return hashlib.blake2b(payload, digest_size=8, key=self._event_key).hexdigest()

    def _compute(self, namespace: str, value: str) -> str:
        base = self._bases.get(namespace)
        if base is None:
            message = _PREFIX.encode() + _SEPARATOR + namespace.encode() + _SEPARATOR
            base = hmac.new(derive_key(self._master, namespace), message, hashlib.sha256)
            self._bases[namespace] = base
        mac = base.copy()
        mac.update(value.encode("utf-8", "surrogatepass"))
        return f"p{KEY_EPOCH}_{mac.hexdigest()[:32]}"
