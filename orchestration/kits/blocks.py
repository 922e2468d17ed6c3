"""Written parts of files that are otherwise written by hand: what is between two comments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_COMMAND = "`python -m orchestration.kits`"


def begin(what: str, *, yaml: bool = False) -> str:
    """The comment above the part."""
    if yaml:
        return f"# {what}: {_COMMAND} writes these lines"
    return f"<!-- {what}: {_COMMAND} writes this table -->"


def end(what: str, *, yaml: bool = False) -> str:
    """The comment below it."""
    return f"# end of {what}" if yaml else f"<!-- end of {what} -->"


def filled(text: str, file: Path, what: str, lines: Sequence[str], *, yaml: bool = False) -> str:
    """`text` with `lines` between the comments, indented as the first one is.

    file: where the text is from, for the error
    yaml: comments of YAML instead of those of Markdown, which needs an empty line around a table

    Raises:
        ValueError: the text has no such comments.
    """
    first, last = begin(what, yaml=yaml), end(what, yaml=yaml)
    place = re.search(rf"(?m)^( *){re.escape(first)}$(?s:.*?)^ *{re.escape(last)}$", text)
    if place is None:
        raise ValueError(f"{file} has no lines `{first}` and `{last}`")
    inside = [first, *lines, last] if yaml else [first, "", *lines, "", last]
    part = "\n".join(f"{place[1]}{line}" if line else "" for line in inside)
    return text[: place.start()] + part + text[place.end() :]
