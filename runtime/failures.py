"""What may be told of an error: our own text, or of anybody else's the kind and the place, never its words.

Libraries and engines quote what they could not read: a parser the text, a database the row. Patterns that take
values out of such a text again miss some. So it is not passed on at all; a failure is told from parts that
cannot hold a value: the exception's type, the engine's or the operating system's code, names of tables and
columns as the database's own catalogue knows them, and which line of which module was at work.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from runtime.errors import AiUsageError
from runtime.private_file import append_private
from runtime.scrub import scrub

PROJECT = Path(__file__).resolve().parents[1]
FILE = "failures.log"
_OURS = frozenset(
    (
        *("runtime", "metrics", "ingestion", "ledger", "lifecycle", "publishing"),
        *("orchestration", "dashboards", "demo"),
    )
)
_SQLSTATE = re.compile(r"[0-9A-Z]{5}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_DEEPEST = 40


def told(error: BaseException) -> str:
    """One text for people: an error of ours in its own words, any other by kind and place."""
    return scrub(str(error)) if isinstance(error, AiUsageError) else f"{described(error)}."


def described(error: BaseException) -> str:
    """Kind and place of an error that is not ours; of a chain, what stood at its beginning."""
    chain = list(causes(error))
    root = chain[-1]
    facts = "".join(f", {fact}" for fact in _facts(root))
    at = next((place for link in reversed(chain) if (place := _place(link.__traceback__))), "")
    return f"{type(root).__name__}{facts}{f' at {at}' if at else ''}"


def own_error(error: BaseException) -> AiUsageError | None:
    """An error of ours behind a library's wrapping."""
    return next((link for link in causes(error) if isinstance(link, AiUsageError)), None)


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what stood behind it, as Python would print the chain."""
    seen: set[int] = set()  # a chain may be a ring
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def frames(error: BaseException) -> list[str]:
    """File, line and function of each frame of the chain, where it began first; no source lines, no values."""
    lines = []
    for link in reversed(list(causes(error))):
        lines.append(type(link).__name__)
        lines += [
            f"  {_short(frame.filename)}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(link.__traceback__)[-_DEEPEST:]
        ]
    return lines


def write_down(logs: Path, subject: str, error: BaseException) -> str:
    """Write the frames to `failures.log` and say where they are; empty when the file cannot be written."""
    now = dt.datetime.now(dt.UTC)
    text = "\n".join([f"{now:%Y-%m-%d %H:%M:%S} {subject}: {described(error)}", *frames(error)])
    try:
        append_private(logs / FILE, f"{text}\n")
    except OSError:
        return ""
    return f"The frames are in {logs.name}/{FILE} of the data folder."


def _facts(error: BaseException) -> Iterator[str]:
    """What an error says of itself in codes and names of the database's catalogue."""
    code = getattr(error, "pgcode", None)
    if isinstance(code, str) and _SQLSTATE.fullmatch(code):
        yield f"SQLSTATE {code}"
    diagnosis = getattr(error, "diag", None)
    for part in ("schema", "table", "column", "constraint"):
        name = getattr(diagnosis, f"{part}_name", None)
        if isinstance(name, str) and _NAME.fullmatch(name):
            yield f"{part} {name}"
    if isinstance(error, OSError) and isinstance(error.errno, int):
        yield os.strerror(error.errno)
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        yield f"status {status}"


def _place(trace: TracebackType | None) -> str:
    """The innermost frame that is ours."""
    for frame in reversed(traceback.extract_tb(trace)):
        path = Path(frame.filename)
        if path.is_relative_to(PROJECT) and path.relative_to(PROJECT).parts[0] in _OURS:
            module = ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")
            return f"{module}:{frame.name}, line {frame.lineno}"
    return ""


def _short(filename: str) -> str:
    """A file's path without what belongs to this machine."""
    path = Path(filename)
    if path.is_relative_to(PROJECT) and path.relative_to(PROJECT).parts[0] in _OURS:
        return str(path.relative_to(PROJECT))
    _, marker, rest = filename.rpartition("site-packages/")
    return rest if marker else path.name
