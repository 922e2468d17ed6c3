"""The second net: forms in which libraries and engines quote values, and what it costs."""

from __future__ import annotations

import time

import pytest

from runtime.scrub import MAX_LENGTH, scrub


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("unknown keyword 'Zorvayne' in section", "Zorvayne"),
        ("unknown keyword 'Zorvayne", "Zorvayne"),
        ("Key (login)=(dgalbraxarro-ast) already exists.", "dgalbraxarro"),
        ("Key (name)=(Zor (van) Brundek) already exists.", "Brundek"),
        ("DETAIL: Failing row contains (1, Zorvayne\nBrundekvist, null).", "Brundekvist"),
        ("GET /users/zorvayne%40asterlane.example failed", "zorvayne"),
        ("GET /users/zorvayne%2540asterlane.example failed", "zorvayne"),
        ("zorvayne\uff20asterlane.example", "zorvayne"),
        ("the key demo-chatgpt-admin-key was refused", "demo-chatgpt"),
        ("the key a1b2-c3d4e5-f6a7b8-c9d0e1f2 was refused", "c3d4e5"),
        ("api_key=plainwords refused", "plainwords"),
        ("the text \u201cZorvayne leaves\u201d was refused", "Zorvayne"),
        ("the text \u201eZorvayne leaves\u201c was refused", "Zorvayne"),
        ("the text \u00abZorvayne\u00bb was refused", "Zorvayne"),
        ('near "Zorvayne"', "Zorvayne"),
        ("b'Zorvayne' is no number", "Zorvayne"),
        ("Bearer abc.def-ghi", "abc.def"),
        ("https://vendor.example/x?user=zorvayne", "zorvayne"),
        ("https://vendor.example/x#zorvayne", "zorvayne"),
        (f"{'x ' * (MAX_LENGTH // 2 - 4)}zorvayne@asterlane.example", "zorv"),
    ],
)
def test_values_in_every_quoted_form_go(text: str, hidden: str) -> None:
    assert hidden not in scrub(text)


@pytest.mark.parametrize(
    "text",
    [
        "chatgpt: GET /v1/…/logs answered 500. The vendor is failing.",
        "Compare the vendor's answer with the contract in the source's records.py.",
        "Publishing failed: BinderException at publishing.assembly:assemble, line 40.",
        "Run `ai-usage run --source chatgpt` on 2026-11-28 at 10:00 UTC.",
        "raw_chatgpt.conversation_messages: 12 of 1,040 records broke the contract.",
    ],
)
def test_our_own_words_stay(text: str) -> None:
    assert scrub(text) == text


@pytest.mark.parametrize("piece", ["a", "a-", "'", '"', "(", "a1B", "%40", "https://x?", "(a)=(", "\\"])
def test_a_long_unbroken_text_costs_no_more_than_a_short_one(piece: str) -> None:
    """20 kB took 1.9 s, four times as much for twice the text."""
    started = time.process_time()
    assert len(scrub(piece * 200_000)) <= MAX_LENGTH
    assert time.process_time() - started < 0.5
