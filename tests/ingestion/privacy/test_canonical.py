"""One person, however the address is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.privacy.canonical import EmailRules, canonical_email
from ingestion.privacy.settings import email_rules

MAYA = "maya.lindqvist@asterlane.example"

WRITTEN_FORMS = [
    MAYA,
    "Maya.Lindqvist@Asterlane.Example",
    "  maya.lindqvist@asterlane.example\n",
    "maya.lindqvist@asterlane.example.",
    "mailto:maya.lindqvist@asterlane.example",
    "MAILTO:Maya.Lindqvist@asterlane.example?subject=hello",
    "Maya Lindqvist <maya.lindqvist@asterlane.example>",
    '"Lindqvist, Maya" <maya.lindqvist@asterlane.example>',
    "<maya.lindqvist@asterlane.example>",
    "maya.lindqvist+news@asterlane.example",
    "maya.lindqvist+a+b@asterlane.example",
    "maya.lindqvist\u200b@asterlane.example",
    "\ufeffmaya.lindqvist@asterlane.example",
    "maya.lindqvist@asterlane.example\u00a0",
    "maya .lindqvist@asterlane.example",
    "ｍａｙａ.lindqvist@asterlane.example",
    "maya.lindqvist＠asterlane.example",
    "maya.lindqvist_asterlane.example#EXT#@tenant.onmicrosoft.example",
    "Maya.Lindqvist_Asterlane.example#ext#@tenant.onmicrosoft.example",
    "maya.lİndqvist@asterlane.example",
    "MAYA.LINDQVIST@ASTERLANE.EXAMPLE",
]


@pytest.mark.parametrize("written", WRITTEN_FORMS)
def test_every_written_form_is_one_address(written: str) -> None:
    assert canonical_email(written) == MAYA


@pytest.mark.parametrize(
    "not_an_address",
    [
        "",
        "maya",
        "@asterlane.example",
        "maya@",
        "maya@.example",
        "maya@a..example",
        "a b",
        "01002",
        "<>",
        "a@b@",
    ],
)
def test_what_is_no_address_gives_none(not_an_address: str) -> None:
    assert canonical_email(not_an_address) is None


def test_international_domains_become_a_labels() -> None:
    assert canonical_email("post@bücher.example") == "post@xn--bcher-kva.example"
    assert canonical_email("post@xn--bcher-kva.example") == "post@xn--bcher-kva.example"


def test_the_last_at_sign_splits() -> None:
    assert canonical_email("odd@local@asterlane.example") is None


def test_rules_are_the_companys() -> None:
    rules = EmailRules(
        cut_plus_tag=False,
        ignore_dots_in=frozenset({"dots.example"}),
        alias_domains={"old.example": "asterlane.example"},
    )
    assert canonical_email("a+b@asterlane.example", rules) == "a+b@asterlane.example"
    assert canonical_email("a.b@dots.example", rules) == "ab@dots.example"
    assert canonical_email("a.b@OLD.example", rules) == "a.b@asterlane.example"


@given(st.text(max_size=60))
def test_any_text_is_handled_and_the_form_is_stable(text: str) -> None:
    once = canonical_email(text)
    assert once is None or canonical_email(once) == once


def test_the_rules_are_read_from_the_companys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert email_rules() == EmailRules()
    monkeypatch.setenv("PRIVACY__CUT_PLUS_TAG", "false")
    monkeypatch.setenv("PRIVACY__ALIAS_DOMAINS", '{"Old.example": "asterlane.example"}')
    rules = email_rules()
    assert canonical_email("maya+x@old.example", rules) == "maya+x@asterlane.example"
    assert rules.version() != EmailRules().version() == "c1"
