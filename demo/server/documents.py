"""Bodies taken apart into rows and put together again, for faults that change single rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from demo.server.wire import NDJSON, Answer, encode

Row = dict[str, Any]


@dataclass(slots=True)
class Document:
    """The rows of an answer. A row that is ``bytes`` is written as it stands (a broken line)."""

    rows: list[Row | bytes]
    envelope: Any = None
    rows_key: str | None = None

    @classmethod
    def of(cls, answer: Answer) -> Document:
        """Read an answer. Errors: ValueError when it is neither NDJSON nor a page of rows."""
        if answer.content_type.startswith(NDJSON):
            lines = [line for line in answer.content().split(b"\n") if line.strip()]
            return cls([_row(line) for line in lines])
        if answer.page is None:
            raise ValueError("this fault needs an answer with rows: a JSON page or an NDJSON file")
        envelope = msgspec.json.decode(answer.content())
        return cls(list(_inside(envelope, answer.page.rows_key)), envelope, answer.page.rows_key)

    def write(self, answer: Answer) -> Answer:
        """Put the rows back into the answer."""
        if self.rows_key is None:
            answer.replace_body(b"".join(_line(row) + b"\n" for row in self.rows))
            return answer
        *path, last = self.rows_key.split(".")
        inner = _inside(self.envelope, ".".join(path)) if path else self.envelope
        inner[last] = [msgspec.Raw(row) if isinstance(row, bytes) else row for row in self.rows]
        answer.replace_body(encode(self.envelope))
        return answer

    def whole_rows(self) -> list[Row]:
        """The rows that are still rows."""
        return [row for row in self.rows if isinstance(row, dict)]


def set_field(row: Row, path: str, value: object) -> None:
    """Set a value at a dotted path; missing steps become objects, a list is entered at its first item."""
    *steps, last = path.split(".")
    target: Any = row
    for step in steps:
        target = target.setdefault(step, {})
        while isinstance(target, list):
            target = target[0]
    target[last] = value


def get_field(row: Row, path: str) -> Any:
    """The value at a dotted path, None when there is none."""
    target: Any = row
    for step in path.split("."):
        if isinstance(target, list):
            target = target[0] if target else None
        target = target.get(step) if isinstance(target, dict) else None
    return target


def drop_field(row: Row, path: str) -> None:
    """Remove the value at a dotted path, if it is there."""
    *steps, last = path.split(".")
    target: Any = get_field(row, ".".join(steps)) if steps else row
    if isinstance(target, list):
        target = target[0] if target else None
    if isinstance(target, dict):
        target.pop(last, None)


def _inside(envelope: Any, path: str) -> Any:
    for step in path.split("."):
        envelope = envelope[step]
    return envelope


def _row(line: bytes) -> Row | bytes:
    try:
        row = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return line  # an earlier fault broke it
    return row if isinstance(row, dict) else line


def _line(row: Row | bytes) -> bytes:
    return row if isinstance(row, bytes) else encode(row)
