"""Written parts of files that are otherwise written by hand: what is between two comments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

_COMMAND = "`python -m orchestration.kits`"


class Comment(StrEnum):
    """How the file writes a comment."""

    MARKDOWN = "<!-- {} -->"
    YAML = "# {}"
    SQL = "-- {}"


def begin(what: str, comment: Comment = Comment.MARKDOWN) -> str:
    """The comment above the part."""
    written = "this table" if comment is Comment.MARKDOWN else "these lines"
    return comment.format(f"{what}: {_COMMAND} writes {written}")


def end(what: str, comment: Comment = Comment.MARKDOWN) -> str:
    """The comment below it."""
    return comment.format(f"end of {what}")


def filled(text: str, file: Path, what: str, lines: Sequence[str], comment: Comment = Comment.MARKDOWN) -> str:
    """`text` with `lines` between the comments, indented as the first one is.

    file: where the text is from, for the error
    comment: of Markdown, a table, which needs an empty line around it

    Raises:
        ValueError: the text has no such comments.
    """
    first, last = begin(what, comment), end(what, comment)
    place = re.search(rf"(?m)^( *){re.escape(first)}$(?s:.*?)^ *{re.escape(last)}$", text)
    if place is None:
        raise ValueError(f"{file} has no lines `{first}` and `{last}`")
    inside = [first, "", *lines, "", last] if comment is Comment.MARKDOWN else [first, *lines, last]
    part = "\n".join(f"{place[1]}{line}" if line else "" for line in inside)
    return text[: place.start()] + part + text[place.end() :]
