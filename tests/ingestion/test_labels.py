"""Labels and ids that look alike are one, whatever wrote them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.labels import canonical_text, lookalike


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Customer\u00a0Support", "Customer Support"),  # a no-break blank
        ("Customer \r\n Support", "Customer Support"),  # a line break inside a cell
        ("Custo\u00admer\u200b Support\ufeff", "Customer Support"),  # soft hyphen, zero width, mark
        ("Entwicklung Mu\u0308nchen", "Entwicklung M\u00fcnchen"),  # u and its dots apart
        ("\uff32\uff06\uff24", "R&D"),  # full-width forms
        ("'00123", "00123"),  # the apostrophe by which a spreadsheet keeps a text
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),  # a name that begins with one
        ("\u0627\u200f", "\u0627"),  # a direction mark
        ("  Sales  ", "Sales"),
        ("\t", ""),
    ],
)
def test_one_written_form(written: str, text: str) -> None:
    assert canonical_text(written) == text


@given(st.text(max_size=30))
def test_the_form_is_its_own_form(written: str) -> None:
    text = canonical_text(written)
    assert canonical_text(text) in (text, canonical_text(text[1:]))  # `''1` has two apostrophes
    assert unicodedata.is_normalized("NFC", text)
    assert text == " ".join(text.split())


def test_labels_that_a_reader_mixes_up_are_alike() -> None:
    names = ["Customer Support", "customer-support", "Cust\u00f3mer  Support", "CUSTOMER SUPPORT."]
    assert {lookalike(name) for name in names} == {"customersupport"}
    assert lookalike("Sales EU") != lookalike("Sales US")
