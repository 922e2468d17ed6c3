"""What a vendor's record is read into: typed fields and nothing else; undeclared ones end at the parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

_FIELD_NAME = re.compile(r"[A-Za-z_@$][A-Za-z0-9_.@$:\-]{0,63}")
_DIGITS = re.compile(r"\d{4}")
IRREGULAR = "<irregular name>"
_JSON_PATH = re.compile(r" - at `(\$[A-Za-z0-9_.\[\]…]*)`\Z")
_EXPECTED = re.compile(r"\AExpected `([A-Za-z| ]+)`")
_MISSING = re.compile(r"\AObject missing required field `([A-Za-z0-9_@.]+)`")


class WireRecord(msgspec.Struct, gc=False):
    """Base of every wire record.

    A parsed record holds no reference cycle. Python's cycle collector has to be told so: it would walk every
    record of a block again and again, which takes longer than reading it.
    """


def unknown_fields(wire: Any, item: Any, prefix: str = "") -> Iterator[str]:
    """Paths of the fields in `item` that the record type does not declare. Names only, never values.

    It does not descend into an undeclared object: below it, keys may be data.
    """
    record = record_type(wire)
    if isinstance(item, list):
        for element in item[:5]:
            yield from unknown_fields(wire, element, prefix)
    if record is None or not isinstance(item, dict):
        return
    declared = field_types(record)
    ignored: frozenset[str] = getattr(record, "KNOWN_AND_DROPPED", frozenset())
    for key, value in item.items():
        if key in declared:
            yield from unknown_fields(declared[key], value, f"{prefix}{key}.")
        elif key not in ignored:
            yield prefix + (key if _is_a_name(key) else IRREGULAR)


def _is_a_name(key: str) -> bool:
    """Whether a key reads as a vendor's field: keys that are people or ids must not be told by name."""
    return bool(_FIELD_NAME.fullmatch(key)) and "@" not in key[1:] and not _DIGITS.search(key)


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
