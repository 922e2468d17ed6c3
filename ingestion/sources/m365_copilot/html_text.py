"""How long the text of an HTML body is: one pass, whatever the body holds, and never an error.

A prompt is measured where it is read: nothing that is written into it may stop the load or slow it down.
"""

from __future__ import annotations

import html
import re

_SIGN = re.compile(r"""[<>"']""")
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}(?![0-9])|#[xX][0-9a-fA-F]{1,6}(?![0-9a-fA-F])|[A-Za-z][A-Za-z0-9]{1,31});?"
)
_OPENS_TAG = re.compile(r"<[A-Za-z/!?]")
_PLAIN_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")


def text_length(body: str) -> int:
    """Unicode code points of the text between the tags, entities decoded, blanks around it not counted."""
    return len(plain_text(body).strip())


def plain_text(body: str) -> str:
    """The text between tags and comments. What begins like a tag and never ends is text."""
    parts: list[str] = []
    at = 0
    while True:
        opened = body.find("<", at)
        if opened < 0:
            parts.append(body[at:])
            break
        parts.append(body[at:opened])
        end = _end_of_markup(body, opened)
        if end is None:  # nothing ends from here on, so nothing is looked for again
            parts.append(_PLAIN_TAG.sub("", body[opened:]))
            break
        if end == opened:
            parts.append("<")
            end += 1
        at = end
    return _ENTITY.sub(lambda found: html.unescape(found.group()), "".join(parts))


def _end_of_markup(body: str, opened: int) -> int | None:
    """Where the tag or comment at `opened` ends; `opened` if none begins there, None if it never ends."""
    if body.startswith("<!--", opened):
        end = body.find("-->", opened + 4)
        return end + 3 if end >= 0 else None
    if not _OPENS_TAG.match(body, opened):
        return opened
    quote = ""
    for sign in _SIGN.finditer(body, opened + 1):
        found = sign.group()
        if quote:
            quote = "" if found == quote else quote
        elif found == ">":
            return sign.end()
        elif found != "<":
            quote = found
    return None
