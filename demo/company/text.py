"""Fake prompt texts, made on demand from a message id, so that no text has to be kept in memory.

Each text carries the marker word, is distinctive enough to be searched for afterwards, has exactly the
asked-for number of code points (some outside ASCII and outside the basic plane), neither starts nor
ends with white space, and holds no character that mark-up would escape.
"""

from __future__ import annotations

import zlib

MARKER = "quillzephyr"
_WORDS = (
    "harbour", "ledger", "Zufriedenheit", "forecast", "naïve", "pipeline", "résumé", "quarter", "plan",
    "customer", "draft", "北斗", "summary", "invoice", "refactor", "tidy", "🪁", "question", "crème", "slide",
)  # fmt: skip


def prompt_text(message_id: str, length: int) -> str:
    """The text of a message: ``len(text) == length``; errors: ValueError for a negative length."""
    if length < 0:
        raise ValueError(f"a prompt cannot have {length} characters")
    number = zlib.crc32(message_id.encode())
    parts = [f"{MARKER}-{number:08x}"]
    size = len(parts[0])
    while size < length:
        number = (number * 1103515245 + 12345) & 0x7FFFFFFF
        word = _WORDS[(number >> 8) % len(_WORDS)]
        parts.append(word)
        size += len(word) + 1
    text = " ".join(parts)[:length]
    return text[:-1] + "x" if text.endswith(" ") else text


def html_body(text: str) -> str:
    """The text as an HTML message body; stripped of its mark-up it is the text again."""
    return f"<p>{text}</p>"
