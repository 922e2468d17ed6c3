"""One written form for every label and id: two cells that look alike are the same department or employee.

Spreadsheets and HR systems write the same name with other blanks, invisible characters, line breaks, composed
or decomposed letters, or the apostrophe by which a spreadsheet keeps a number a text.
"""

from __future__ import annotations

import re
import unicodedata

_SPREADSHEET_MARK = re.compile(r"^'(?=[\d=+\-@])")
_BLANK = frozenset({"Cc", "Zs", "Zl", "Zp"})
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_GRAPHEME_JOINER = 0x034F


def canonical_text(written: str) -> str:
    """The text in NFKC, with single blanks, and without invisible characters and a spreadsheet's apostrophe."""
    if not (written.isascii() and written.isprintable()):
        written = unicodedata.normalize("NFC", "".join(map(_plain, written)))
    return _SPREADSHEET_MARK.sub("", " ".join(written.split()))


def lookalike(label: str) -> str:
    """A label without case, blanks, accents and punctuation: equal where a reader may mix up two."""
    letters = unicodedata.normalize("NFKD", canonical_text(label)).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def _plain(character: str) -> str:
    """A character in its compatible form: any blank is a blank, what cannot be seen is nothing."""
    category = unicodedata.category(character)
    if category in _BLANK:
        return " "
    point = ord(character)
    if category == "Cf" or point in _VARIATION_SELECTORS or point == _GRAPHEME_JOINER:
        return ""
    form = unicodedata.normalize("NFKC", character)
    return character if form.startswith(" ") else form  # an accent by itself would become a blank and an accent
