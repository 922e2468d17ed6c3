"""Takes personal values and secrets out of any text before it reaches a sink (console, log, trace, alert)."""

from __future__ import annotations

import logging
import re

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[^\s@<>'\"=]+@[^\s@<>'\"]+"), "<address>"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+"), r"\1 <secret>"),
    (re.compile(r"(https?://[^\s?'\"]+)\?[^\s'\"]*"), r"\1?<query>"),
    (re.compile(r"\b(?:user|sk|ghp|gho|github_pat|eyJ)[-_][A-Za-z0-9_-]{8,}"), "<identifier>"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "<identifier>"),
    (re.compile(r"\bp\d_[0-9a-f]{32}\b"), "<token>"),
    (re.compile(r"\b[0-9a-fA-F]{32,}\b"), "<hash>"),
    # A key or credential of any form: long, unbroken, with small and capital letters and digits; no path.
    (
        re.compile(r"(?<![\w/.+-])(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)[A-Za-z0-9+/_-]{32,}={0,2}(?![\w.])"),
        "<secret>",
    ),
    # Engines and decoders quote the offending value; a quoted text with a blank or beyond ASCII may be one.
    (re.compile(r"'[^'\n]*[^\x00-\x7f][^'\n]*'|'[^'\n]* [^'\n]*'"), "'<value>'"),
    (re.compile(r"\"[^\"\n]*[^\x00-\x7f][^\"\n]*\""), '"<value>"'),
)
_MAX_LENGTH = 2_000


def scrub(text: str) -> str:
    """The text without addresses, secrets, tokens, query strings and quoted free text."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text[:_MAX_LENGTH]


class ScrubFilter(logging.Filter):
    """Scrubs every record that passes a handler, exception text included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = scrub(record.getMessage())
        record.args = None
        if record.exc_info:
            error = record.exc_info[1]
            record.msg += f" [{type(error).__name__}: {scrub(str(error))}]"
            record.exc_info = None
            record.exc_text = None
        return True
