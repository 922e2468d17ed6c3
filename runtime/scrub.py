"""The second net: takes personal values and secrets out of a text on its way to a console, log or alert.

The first one is `runtime.failures`, which does not let foreign texts come this far. Patterns know the forms
in which libraries and engines quote values; they cannot know every value.
"""

from __future__ import annotations

import re

MAX_LENGTH = 2_000

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # PostgreSQL's details: a whole row, and the value of a key. Values may hold brackets themselves.
    (re.compile(r"(?is)(failing row contains)\s*\(.*"), r"\1 (<row>)"),
    (re.compile(r"(\([^()\n]{0,200}\))\s?=\s?\([^\n]*\)?"), r"\1=(<value>)"),
    # Quoted text, to the end of the line where the closing quote is missing.
    (re.compile(r"(?<!\w)[bru]{0,2}'(?:[^'\n]|'(?=\w))*(?:'|(?=\n)|\Z)"), "'<value>'"),
    (re.compile(r'"(?:[^"\\\n]|\\.)*(?:"|\\?(?=\n)|\\?\Z)'), '"<value>"'),
    (
        re.compile(
            "[\u201c\u201e\u2018\u201a\u00ab\u2039][^\u201d\u2019\u00bb\u203a\n]*[\u201d\u2019\u00bb\u203a]?"
        ),
        "<value>",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+"), r"\1 <secret>"),
    (re.compile(r"(?i)\b(api[_-]?key|passw(?:or)?d|secret|access[_-]?token)(\s?[=:]\s?)\S+"), r"\1\2<secret>"),
    (re.compile(r"(https?://[^\s?#]+)[?#]\S*"), r"\1?<query>"),
    (re.compile(r"\S+(?:[@\uff20\ufe6b]|%(?:25)*40)\S+"), "<address>"),
    (re.compile(r"\b(?:user|sk|ghp|gho|github_pat|eyJ)[-_][A-Za-z0-9_-]{8,}"), "<identifier>"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "<identifier>"),
    (re.compile(r"\bp\d_[0-9a-f]{32}\b"), "<token>"),
    (re.compile(r"\b[0-9a-fA-F]{32,}\b"), "<hash>"),
    # Keys of words: three or more with dashes between them, one of which says so; or long, with a digit.
    (
        re.compile(r"(?i)(?<![\w/.-])(?=(?:\w+-)*(?:key|secret|token|password)\b)\w+(?:-\w+){2,}"),
        "<secret>",
    ),
    (re.compile(r"(?<![\w/.-])(?=[\w-]{24})(?=\w+-)(?=[\w-]*\d)[\w-]+"), "<secret>"),
    # A key or credential of any form: long, unbroken, with small and capital letters and digits; no path.
    (
        re.compile(r"(?<![\w/.+-])(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)[A-Za-z0-9+/_-]{32,}={0,2}(?![\w.])"),
        "<secret>",
    ),
)


def scrub(text: str) -> str:
    """The text without addresses, secrets, tokens, query strings and quoted text.

    It is cut first, so that it costs the same whatever came, and at a blank: half an address is no address to
    any pattern.
    """
    if len(text) > MAX_LENGTH:
        text = re.sub(r"\S+\Z", "", text[:MAX_LENGTH])
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text[:MAX_LENGTH]
