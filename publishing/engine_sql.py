"""What the engines' names of column types mean."""

from __future__ import annotations

from runtime.warehouse import Column

# What the information schemas call a text column.
_TEXT_TYPES = frozenset({"VARCHAR", "text", "character varying", "character"})

_WHOLE_NUMBERS = frozenset({"tinyint", "smallint", "integer", "int", "bigint", "hugeint"})


def is_whole_number(column: Column) -> bool:
    """Whether the column holds whole numbers."""
    return column.data_type.lower() in _WHOLE_NUMBERS


def is_text(column: Column) -> bool:
    """Whether the column can hold words."""
    return column.data_type in _TEXT_TYPES
