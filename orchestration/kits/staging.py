"""Staging models and dbt sources of all sources, from their contracts.

A staging model of a raw table lists the table's columns, and the contract knows them. The files are committed,
so that readers and dbt need no Python to see them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from ingestion.kit import Kit
from ingestion.privacy.contract import DAY_MARKER, TableContract
from ingestion.source import SourceDefinition
from orchestration.kits import properties
from orchestration.kits.properties import quoted
from orchestration.project import PROJECT_DIR

STAGING = Path("models/staging")
VOCABULARY = PROJECT_DIR / "ingestion/columns.yml"
_LINE = 100  # of SQL
_WRITTEN = "# Written from the contract by `python -m orchestration.kits`."
_SCHEMA = "{{ env_var('AI_USAGE_RAW_SCHEMA_PREFIX', env_var('AI_USAGE_SCHEMA_PREFIX', '')) }}"


def files(
    sources: Sequence[SourceDefinition], kits: Mapping[str, Kit] = MappingProxyType({})
) -> Iterator[tuple[Path, str]]:
    """Each generated file, by its path in the project, and its text.

    Raises:
        KeyError: a column has no meaning, neither in ingestion/columns.yml nor in the source's kit.
        ValueError: a kit gives a shared name a meaning of its own.
    """
    for source in sources:
        folder = STAGING / source.name
        meanings = _meanings_of(kits[source.name].columns if source.name in kits else {})
        tables = _tables(source)
        yield folder / f"_{source.name}__sources.yml", _sources(source, tables)
        for table in tables:
            if not table.staged_by_hand:
                name = f"stg_{source.name}__{table.name}"
                yield folder / f"{name}.sql", _model(source.name, table)
                yield folder / f"{name}.yml", _documentation(name, table, meanings)


def orphans(project: Path, generated: frozenset[Path]) -> Iterator[Path]:
    """Files that were written from a contract that is gone; `generated`: those that follow from one today."""
    for path in sorted((project / STAGING).rglob("*.yml")):
        place = path.relative_to(project)
        if place not in generated and path.read_text(encoding="utf-8").startswith(_WRITTEN):
            yield place
            if path.with_suffix(".sql").exists():
                yield place.with_suffix(".sql")


def _meanings_of(own: Mapping[str, str]) -> Mapping[str, str]:
    if shared := own.keys() & _meanings().keys():
        raise ValueError(f"ingestion/columns.yml has a meaning of {', '.join(sorted(shared))}")
    return {**_meanings(), **own}


def _tables(source: SourceDefinition) -> list[TableContract]:
    """One contract a table, in order of name; contracts of one table have the same columns."""
    return [table for _, table in sorted({table.name: table for table in source.contracts}.items())]


def _sources(source: SourceDefinition, tables: Sequence[TableContract]) -> str:
    lines = [
        _WRITTEN,
        "version: 2",
        "",
        "sources:",
        f"  - name: {source.name}",
        f'    schema: "{_SCHEMA}raw_{source.name}"',
        f"    description: {quoted(source.description)}",
        "    config:",
        '      loaded_at_query: "{{ read_through(model) }}"',
        "      freshness:",
        "        warn_after: {count: \"{{ var('stale_after_days') }}\", period: day}",
        "      meta:",
        "        owner: data-engineering",
        "    tables:",
    ]
    for table in tables:
        lines += [
            f"      - name: {table.name}",
            f"        description: {quoted(table.description)}",
            "        config:",
            "          meta:",
            "            dagster:",
            f'              asset_key: ["raw_{source.name}", "{table.name}"]',
        ]
    return "\n".join([*lines, ""])


def _model(source: str, table: TableContract) -> str:
    grain = textwrap.wrap(f"grain: {table.description}", _LINE, initial_indent="-- ", subsequent_indent="-- ")
    selected = ",\n".join(f"        {_selected(table, name)}" for name in _names(table))
    return "\n".join(
        [
            *grain,
            "with source as (",
            f"    select * from {{{{ source('{source}', '{table.name}') }}}}",
            "),",
            "",
            "final as (",
            "    select",
            selected,
            "    from source",
            ")",
            "",
            "select * from final",
            "",
        ]
    )


def _documentation(model: str, table: TableContract, meanings: Mapping[str, str]) -> str:
    lines = properties.model(_WRITTEN, model, table.description)
    lines += properties.key_rules(model, table.unique_columns() or (), has_nulls=table.has_nulls_in_key)
    lines.append("    columns:")
    for name in _names(table):
        lines += [f"      - name: {name}", f"        description: {quoted(meanings[name])}"]
    return "\n".join([*lines, ""])


def _names(table: TableContract) -> list[str]:
    return [name for name in table.schema().names if name != DAY_MARKER]


def _selected(table: TableContract, name: str) -> str:
    if any(column.name == name and column.is_open_start for column in table.columns):
        return f"coalesce({name}, {{{{ date_bound('first') }}}}) as {name}"
    return name


@cache
def _meanings() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))
    return found
