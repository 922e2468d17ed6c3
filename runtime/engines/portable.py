"""Column types that every engine of ours knows, by one name; what a backup is written in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

# `numeric` is PostgreSQL's without bounds: its digits are kept as text. `decimal(p,s)` is portable too.
PORTABLE_TYPES = frozenset(
    {
        "string",
        "boolean",
        "smallint",
        "integer",
        "bigint",
        "double",
        "date",
        "timestamp",
        "timestamptz",
        "numeric",
    }
)
_NATIVE = {
    "varchar": "string",
    "text": "string",
    "character varying": "string",
    "boolean": "boolean",
    "tinyint": "smallint",
    "smallint": "smallint",
    "integer": "integer",
    "bigint": "bigint",
    "hugeint": "decimal(38,0)",
    "float": "double",
    "real": "double",
    "double": "double",
    "double precision": "double",
    "date": "date",
    "timestamp": "timestamp",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "numeric": "numeric",
}
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_WITH_SIZE = re.compile(r"(numeric|decimal)\((\d+), ?(\d+)\)")
_SIZE = re.compile(r" ?\(\d+\)")


def is_decimal(portable: str) -> bool:
    """Whether the type is a number with fixed digits."""
    return _DECIMAL.fullmatch(portable) is not None


def portable_type(native: str) -> str:
    """The portable name of an engine's type.

    Raises:
        KeyError: no portable type holds it.
    """
    written = native.lower()
    if decimal := _WITH_SIZE.fullmatch(written):
        precision, scale = int(decimal.group(2)), int(decimal.group(3))
        return f"decimal({precision},{scale})" if precision <= 38 else "numeric"
    return _NATIVE[_SIZE.sub("", written)]


def arrow_type(portable: str) -> pa.DataType:
    """The type in a Parquet file.

    Raises:
        KeyError: there is no such type.
    """
    import pyarrow as pa

    if decimal := _DECIMAL.fullmatch(portable):
        return pa.decimal128(int(decimal.group(1)), int(decimal.group(2)))
    types = {
        "string": pa.string(),
        "boolean": pa.bool_(),
        "smallint": pa.int16(),
        "integer": pa.int32(),
        "bigint": pa.int64(),
        "double": pa.float64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "timestamptz": pa.timestamp("us", "UTC"),
        "numeric": pa.string(),
    }
    return types[portable]
