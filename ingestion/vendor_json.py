"""JSON of a vendor, read even where one record in it is absurd: that record is then refused by its contract.

Python's reader gives up a whole answer for one value that is nested too deeply or one number of thousands of
digits. No contract takes either in, so both are cut out and the rest is read.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import msgspec

DEEPEST = 100
_MARKS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{\]}]', re.DOTALL)
_LONGEST_NUMBER = 4_000
# Outside of every column's range, so that a contract that reads the field refuses the record.
_ABSURD = 10**30


def loads(data: bytes | str) -> Any:
    """The content of a JSON text.

    Raises:
        ValueError: it is no JSON, or no UTF-8.
    """
    # A third of the time of Python's reader, with the same result; what it refuses may be fine for that one.
    with contextlib.suppress(msgspec.DecodeError, UnicodeError, RecursionError):
        return msgspec.json.decode(data)
    try:
        return json.loads(data)
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError:
        raise
    except (RecursionError, ValueError):
        text = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        return json.loads(shallow(text), parse_int=_integer)


def shallow(data: bytes) -> bytes:
    """The text with `null` for every object or list that lies deeper than `DEEPEST`."""
    kept: list[bytes] = []
    depth, start = 0, 0
    for mark in _MARKS.finditer(data):
        if mark[0] in (b"[", b"{"):
            depth += 1
            if depth == DEEPEST + 1:
                kept += [data[start : mark.start()], b"null"]
        elif mark[0] in (b"]", b"}"):
            depth -= 1
            if depth == DEEPEST:
                start = mark.end()
    return b"".join([*kept, data[start:]]) if depth <= DEEPEST else data[:0]


def _integer(digits: str) -> int:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else _ABSURD
