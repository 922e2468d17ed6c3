"""Written parts of pages that are otherwise written by hand: what is between two comments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def begin(what: str) -> str:
    """The comment above the part."""
    return f"<!-- {what}: `python -m orchestration.kits` writes this table -->"


def end(what: str) -> str:
    """The comment below it."""
    return f"<!-- end of {what} -->"


def filled(project: Path, page: Path, what: str, lines: Sequence[str]) -> tuple[Path, str]:
    """The page, and its text with `lines` between the comments, indented as the first one is.

    Raises:
        ValueError: the page has no such comments.
    """
    first, last = begin(what), end(what)
    text = (project / page).read_text(encoding="utf-8")
    place = re.search(rf"(?m)^( *){re.escape(first)}$(?s:.*?)^ *{re.escape(last)}$", text)
    if place is None:
        raise ValueError(f"{page} has no lines `{first}` and `{last}`")
    part = "\n".join(f"{place[1]}{line}" if line else "" for line in [first, "", *lines, "", last])
    return page, text[: place.start()] + part + text[place.end() :]
