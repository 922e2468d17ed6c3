"""What a vendor's record is read into: typed fields and nothing else; undeclared ones end at the parser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, ClassVar, TypeVar

import msgspec

R = TypeVar("R")
T = TypeVar("T")

_FIELD_NAME = re.compile(r"[A-Za-z_@$][A-Za-z0-9_.@$:\-]{0,63}")
_DIGITS = re.compile(r"\d{4}")
IRREGULAR = "<irregular name>"
_JSON_PATH = re.compile(r" - at `(\$[A-Za-z0-9_.\[\]…]*)`\Z")
_EXPECTED = re.compile(r"\AExpected `([A-Za-z| ]+)`")
_DATE = re.compile(r"\AInvalid RFC3339 encoded date\b")
_MISSING = re.compile(r"\AObject missing required field `([A-Za-z0-9_@.]+)`")
_STEP = re.compile(r"\.([A-Za-z0-9_@]+)|\[(\d+)\]")
_MOST_REPAIRS = 50
_ITEMS_LOOKED_AT = 20


class WireRecord(msgspec.Struct, gc=False):
    """Base of every wire record.

    A parsed record holds no reference cycle. Python's cycle collector has to be told so: it would walk every
    record of a block again and again, which takes longer than reading it.

    `NOT_NEEDED` names the fields (as the vendor writes them) without which every figure stands: a value of
    theirs that cannot be read is left out and counted, and the record stays.
    """

    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset()


def read_record(wire: type[R], item: Any) -> tuple[R, list[str]]:
    """The record in a decoded `item`, and the fields that had to be left out because nothing needs them.

    Raises:
        msgspec.ValidationError: a value that is needed cannot be read.
        RecursionError: the item is nested too deeply to be looked at.
    """
    left_out: list[str] = []
    while True:
        try:
            return msgspec.convert(item, wire, strict=False), left_out
        except msgspec.ValidationError as error:
            steps = _not_needed(wire, error)
            if not steps or len(left_out) >= _MOST_REPAIRS:
                raise
            left_out.append(".".join(step for step in steps if isinstance(step, str)))
            item = _without(item, steps)


def _not_needed(wire: Any, error: Exception) -> list[str | int]:
    """The way to the outermost unneeded field around the value that could not be read; empty without one."""
    path = _JSON_PATH.search(str(error))
    steps: list[str | int] = []
    for name, index in _STEP.findall(path.group(1)) if path else ():
        if not name:
            steps.append(int(index))
            continue
        record = record_type(wire)
        steps.append(name)
        if record is None:
            return []
        if name in getattr(record, "NOT_NEEDED", ()):
            return steps
        wire = field_types(record).get(name)
    return []


def _without(item: Any, steps: list[str | int]) -> Any:
    """A copy of `item` without the field at the end of the way; what is beside the way is shared."""
    step, *rest = steps
    copy = item.copy()
    if rest:
        copy[step] = _without(item[step], rest)
    else:
        del copy[step]
    return copy


def unknown_fields(wire: Any, item: Any, prefix: str = "") -> Iterator[str]:
    """Paths of the fields in `item` that the record type does not declare. Names only, never values.

    It does not descend into an undeclared object: below it, keys may be data.
    """
    record = record_type(wire)
    if record is None:
        return
    if isinstance(item, list):
        for element in spread(item, _ITEMS_LOOKED_AT):
            yield from unknown_fields(record, element, prefix)
    if not isinstance(item, dict):
        return
    known, inner = _known_fields(record)
    for key in item:
        if key not in known:
            yield prefix + (key if _is_a_name(key) else IRREGULAR)
    for key, of_field in inner:
        if found := item.get(key):
            yield from unknown_fields(of_field, found, f"{prefix}{key}.")


@cache
def _known_fields(
    record: type[msgspec.Struct],
) -> tuple[frozenset[str], tuple[tuple[str, type[msgspec.Struct]], ...]]:
    """Names that a record may have, declared or dropped on purpose; and the fields that hold records."""
    declared = field_types(record)
    inner = ((name, record_type(of_field)) for name, of_field in declared.items())
    ignored: frozenset[str] = getattr(record, "KNOWN_AND_DROPPED", frozenset())
    return frozenset({*ignored, *declared}), tuple((name, found) for name, found in inner if found is not None)


def _is_a_name(key: str) -> bool:
    """Whether a key reads as a vendor's field: keys that are people or ids must not be told by name."""
    return bool(_FIELD_NAME.fullmatch(key)) and "@" not in key[1:] and not _DIGITS.search(key)


def spread(items: Sequence[T], most: int) -> Iterator[T]:
    """At most `most` of the items at even distances, the first and the last included."""
    if len(items) <= most:
        yield from items
        return
    step = (len(items) - 1) / (most - 1)
    for number in range(most):
        yield items[round(number * step)]


def refusal(error: Exception) -> str:
    """What was wrong and where, rebuilt from the parts of the message that cannot hold a value."""
    if isinstance(error, UnicodeError):
        return "not UTF-8"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if not isinstance(error, msgspec.MsgspecError):
        return f"cannot be read ({type(error).__name__})"
    message = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return "not valid JSON"
    where, expected, missing = (pattern.search(message) for pattern in (_JSON_PATH, _EXPECTED, _MISSING))
    what = (
        f"missing {missing.group(1)}"
        if missing
        else f"expected {expected.group(1)}"
        if expected
        else "not a date in a known form"
        if _DATE.match(message)
        else "invalid value"
    )
    return f"{what} at {where.group(1)}" if where else what


@cache
def field_types(record: type[msgspec.Struct]) -> dict[str, Any]:
    """Field types by wire name; msgspec resolves the annotations anew on every call."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(record)}


@cache
def required_fields(record: type[msgspec.Struct]) -> frozenset[str]:
    """Wire names of the fields without which a record is refused."""
    return frozenset(field.encode_name for field in msgspec.structs.fields(record) if field.required)


@cache
def record_type(wire: Any) -> type[msgspec.Struct] | None:
    """The record type inside Optional, list or a union, if there is exactly one kind of record."""
    if isinstance(wire, type) and issubclass(wire, msgspec.Struct):
        return wire
    for argument in getattr(wire, "__args__", ()):
        found = record_type(argument)
        if found is not None:
            return found
    return None
