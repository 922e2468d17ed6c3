"""Macros with the registry's measures, so that SQL loops over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from metrics.registry import Column, Family, Measure, Registry

MACROS = Path("macros/metrics/families.sql")
_WRITTEN = "Written from metrics/families by `python -m orchestration.kits`."


def files(families: Registry) -> Iterator[tuple[Path, str]]:
    """The generated file, by its path in the project, and its text."""
    parts = [f"{{#- {_WRITTEN} -#}}"]
    parts += [_measures(name, family) for name, family in families.items()]
    parts.append(_macro("token_buckets", _token_buckets(families)))
    parts.append(_macro("usage_columns", map(_column, _columns(families))))
    parts.append(_macro("cell_families", (_cells(name, family) for name, family in families.items())))
    parts.append(_macro("published_tables", _published(families)))
    yield MACROS, "\n\n\n".join(parts) + "\n"


def _token_buckets(families: Registry) -> Iterator[str]:
    """The disjoint buckets in column order, whose sum is `total_tokens`; NULL where the vendor gives none."""
    for name, measure in families["usage"].measures.items():
        if measure.unit == "tokens":
            yield f"'{name}'"


def _columns(families: Registry) -> Iterator[tuple[str, Column]]:
    for family in families.values():
        yield from family.columns.items()


def _measures(name: str, family: Family) -> str:
    return _macro(f"{name}_measures", (_measure(*entry) for entry in family.measures.items()))


def _measure(name: str, measure: Measure) -> str:
    return _dict(
        {
            "name": name,
            "gives": measure.gives,
            "kind": measure.kind,
            "unit": measure.unit,
            "additive": measure.adds_up,
            "tie": measure.tie or name,
            "part": measure.part_of or measure.total_of,
            "part_total": measure.total_of is not None,
            "group": measure.group or measure.tie or name,
        }
    )


def _column(entry: tuple[str, Column]) -> str:
    name, column = entry
    numerator, denominator = column.ratio or (None, None)
    return _dict(
        {
            "name": name,
            "numerator": numerator,
            "denominator": denominator,
            "is_compared": column.is_compared,
            "is_shown": column.is_shown,
        }
    )


def _cells(name: str, family: Family) -> str:
    stated = _dict(
        {
            "name": name,
            "relation": family.relation,
            "period": family.period,
            "item": family.item or "''",
            "where": family.where,
            "is_never_shown": family.is_never_shown,
        }
    )
    return f"{stated[:-1]}, 'measures': {name}_measures()}}"


def _published(families: Registry) -> Iterator[str]:
    for family in families.values():
        for table, entry in family.published.items():
            columns = "".join(
                f"\n            {_literal(expression)}: '{measure}',"
                for expression, measure in family.published_as(table).items()
            )
            yield (
                f"{{'table': '{table}', 'period_type': '{entry.period}', "
                f"'tool': {_literal(entry.tool)}, 'item': {_literal(entry.item)}, "
                f"'measures': {{{columns}\n        }}}}"
            )


def _macro(name: str, lines: Iterator[str] | map[str]) -> str:
    listed = "".join(f"        {line},\n" for line in lines)
    return f"{{% macro {name}() -%}}\n    {{{{ return([\n{listed}    ]) }}}}\n{{%- endmacro %}}"


def _dict(values: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"'{key}': {_literal(value)}" for key, value in values.items()) + "}"


def _literal(value: object) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f'"{text}"' if "'" in text else f"'{text}'"
