"""Tokens are stable, keyed, and equal to what another implementation computes."""

from __future__ import annotations

import base64
import contextlib
import csv
import os
import subprocess
from pathlib import Path

import pytest

from ingestion.privacy.pseudonym import (
    HRIS_ID,
    NOT_AN_EMAIL,
    PERSON_EMAIL,
    Pseudonymiser,
    load_key,
    parse_key,
)
from runtime.errors import ConfigurationError
from tests.tools import needs

KEY = bytes(range(32))
GOLDEN = Path(__file__).with_name("golden_tokens.csv")


def golden_rows() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def openssl_token(namespace: str, canonical: str) -> str:
    """The token by openssl's own HKDF and HMAC: nothing of ours takes part."""
    derive = ["openssl", "kdf", "-keylen", "32", "-kdfopt", "digest:SHA256"]
    derive += ["-kdfopt", f"hexkey:{KEY.hex()}", "-kdfopt", f"info:aiu/v1/{namespace}", "HKDF"]
    sub_key = subprocess.run(derive, capture_output=True, text=True, check=True).stdout.strip().replace(":", "")
    message = b"aiu/v1\x1f" + namespace.encode() + b"\x1f" + canonical.encode()
    mac = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{sub_key}"]
    digest = subprocess.run(mac, input=message, capture_output=True, check=True).stdout.decode()
    return "p1_" + digest.rsplit(" ", 1)[-1].strip()[:32]


def test_there_are_at_least_300_golden_vectors() -> None:
    assert len(golden_rows()) >= 300


def test_golden_vectors_hold() -> None:
    pseudonymiser = Pseudonymiser(KEY)
    for row in golden_rows():
        written = base64.b64decode(row["written_base64"]).decode()
        if row["namespace"] == PERSON_EMAIL:
            assert pseudonymiser.email_token(written) == row["token"], row
        else:
            assert pseudonymiser.token(row["namespace"], written) == row["token"], row


@needs("openssl")
def test_openssl_computes_the_same_tokens() -> None:
    distinct = {(row["namespace"], row["canonical"]): row["token"] for row in golden_rows()}
    for (namespace, canonical), token in list(distinct.items())[::7]:
        assert openssl_token(namespace, canonical) == token


def test_namespaces_keep_equal_values_apart() -> None:
    pseudonymiser = Pseudonymiser(KEY)
    assert pseudonymiser.token(HRIS_ID, "01002") != pseudonymiser.token("github-user", "01002")


def test_a_text_that_is_no_address_never_takes_an_addresss_namespace() -> None:
    pseudonymiser = Pseudonymiser(KEY)
    assert pseudonymiser.email_token("Maya") == pseudonymiser.token(NOT_AN_EMAIL, "maya")
    assert pseudonymiser.email_token("Maya") != pseudonymiser.token(PERSON_EMAIL, "maya")


def test_columns_keep_missing_values_missing() -> None:
    tokens = Pseudonymiser(KEY).tokens(HRIS_ID, ["1", None, "", "1"])
    assert tokens[0] == tokens[3]
    assert tokens[1:3] == [None, None]


def test_event_hashes_depend_on_the_key() -> None:
    one, other = Pseudonymiser(KEY), Pseudonymiser(KEY[::-1])
    assert one.event_hashes(["e1"]) != other.event_hashes(["e1"])
    assert len(one.event_hashes(["e1"])[0] or "") == 32


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("not base64!", "not base64"),
        (base64.b64encode(b"short").decode(), "5 bytes"),
        (base64.b64encode(b"\x00" * 32).decode(), "one byte repeated"),
    ],
)
def test_a_bad_key_is_refused_without_being_shown(text: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as error:
        parse_key(text, "AI_USAGE_PSEUDONYM_KEY")
    assert text not in str(error.value)


def test_a_newline_at_the_end_of_a_key_does_not_count() -> None:
    text = base64.b64encode(KEY).decode()
    assert parse_key(text + "\n", "x") == parse_key(text, "x") == KEY


def test_no_key_names_both_ways_to_give_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AI_USAGE_PSEUDONYM_KEY", raising=False)
    monkeypatch.delenv("AI_USAGE_PSEUDONYM_KEY_FILE", raising=False)
    with pytest.raises(ConfigurationError, match="AI_USAGE_PSEUDONYM_KEY_FILE"):
        load_key()


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key"
    path.write_text(base64.b64encode(KEY).decode() + "\n")
    monkeypatch.delenv("AI_USAGE_PSEUDONYM_KEY", raising=False)
    monkeypatch.setenv("AI_USAGE_PSEUDONYM_KEY_FILE", str(path))
    os.chmod(path, 0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        load_key()
    os.chmod(path, 0o600)
    assert load_key() == KEY


@pytest.mark.parametrize(
    ("mode", "is_ours", "is_private"),
    [
        (0o600, True, True),
        (0o640, True, False),
        (0o440, True, False),
        (0o440, False, True),  # lent by root: systemd's credential, a mounted secret
        (0o460, False, False),
        (0o444, False, False),
    ],
)
def test_a_key_lent_by_another_account_may_be_read_through_the_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, is_ours: bool, is_private: bool
) -> None:
    path = tmp_path / "key"
    path.write_text(base64.b64encode(KEY).decode())
    path.chmod(mode)
    monkeypatch.delenv("AI_USAGE_PSEUDONYM_KEY", raising=False)
    monkeypatch.setenv("AI_USAGE_PSEUDONYM_KEY_FILE", str(path))
    owner = path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner if is_ours else owner + 1)
    with contextlib.nullcontext() if is_private else pytest.raises(ConfigurationError, match="chmod 600"):
        assert load_key() == KEY
