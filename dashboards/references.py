"""What a query reads, from DuckDB's own parse of it: only tables of `published` may be drawn.

The parse is the one that DuckDB executes, so nothing can hide in quoting, nesting or a dialect. Everything that
is not understood is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import duckdb

from dashboards.errors import SiteError

PUBLISHED = "published"
Node: TypeAlias = Mapping[str, Any]
# Functions that make rows out of their arguments; all others may read files, settings or other tables.
_HARMLESS_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
_REMEDY = "A page reads tables of the schema `published` and no other."


@dataclass(frozen=True, slots=True)
class References:
    """Published tables that a query reads, and which of its columns are a table's column under another name."""

    tables: frozenset[str]
    origins: Mapping[str, str]  # column of the result → column it was taken from, unchanged


def references(connection: duckdb.DuckDBPyConnection, sql: str, place: str) -> References:
    """What `sql` reads; `place` names page and query in errors.

    Raises:
        SiteError: it is not one select, reads anything but published tables, or fills a missing figure.
    """
    answer = connection.execute("select json_serialize_sql(?)", [sql]).fetchone()
    parsed = json.loads(answer[0]) if answer else {"error": True}
    if parsed.get("error"):
        raise SiteError(f"{place} is no select: {parsed.get('error_message', 'no parse')}.", "Mend its SQL.")
    if len(parsed["statements"]) != 1:
        raise SiteError(f"{place} holds more than one statement.", "One select for each query.")
    root = parsed["statements"][0]["node"]
    tables = frozenset(_tables(root, frozenset(), place))
    _refuse_filling(root, place)
    return References(tables, _origins(root))


def _tables(node: object, known: frozenset[str], place: str) -> Iterator[str]:
    """Published tables below a node; `known` are the names of common table expressions that it can see."""
    if isinstance(node, list):
        for item in node:
            yield from _tables(item, known, place)
    elif isinstance(node, dict):
        for entry in node.get("cte_map", {}).get("map", []):
            # Its own name too: a recursive expression reads itself.
            known = known | {str(entry["key"]).lower()}
            yield from _tables(entry["value"], known, place)
        if node.get("type") == "BASE_TABLE":
            yield from _published(node, known, place)
        elif node.get("type") == "TABLE_FUNCTION":
            name = str(node["function"].get("function_name", "")).lower()
            if name not in _HARMLESS_FUNCTIONS:
                raise SiteError(f"{place} calls the table function `{name}`.", _REMEDY)
        elif node.get("type") == "SHOW_REF":
            raise SiteError(f"{place} asks for the catalog.", _REMEDY)
        for key, value in node.items():
            if key != "cte_map":
                yield from _tables(value, known, place)


def _published(node: Node, known: frozenset[str], place: str) -> Iterator[str]:
    catalog, schema, table = node["catalog_name"], node["schema_name"].lower(), node["table_name"].lower()
    if not catalog and not schema and table in known:
        return
    if catalog or schema != PUBLISHED:
        name = ".".join(part for part in (catalog, schema, table) if part)
        raise SiteError(f"{place} reads `{name}`, which is not published.", _REMEDY)
    yield table


def _refuse_filling(node: object, place: str) -> None:
    """A hidden figure must stay NULL; a number in its place would be drawn as one."""
    if isinstance(node, list):
        for item in node:
            _refuse_filling(item, place)
    elif isinstance(node, dict):
        is_coalesce = node.get("type") == "OPERATOR_COALESCE" or (
            node.get("class") == "FUNCTION" and str(node.get("function_name")).lower() in {"ifnull", "nvl"}
        )
        if is_coalesce and any(_is_number(child) for child in node.get("children", [])):
            raise SiteError(
                f"{place} fills a missing figure with a number.",
                "NULL means hidden or unknown, and is drawn so; leave it.",
            )
        for value in node.values():
            _refuse_filling(value, place)


def _is_number(node: Node) -> bool:
    literal = node.get("literal") or {}
    return node.get("class") == "CONSTANT" and literal.get("kind") not in {"STRING", "NULL", "BOOLEAN", None}


def _origins(root: Node) -> dict[str, str]:
    """Columns that the outermost select takes over as they are, by their name in the result."""
    origins = {}
    for item in root.get("select_list", []):
        if item.get("class") == "COLUMN_REF":
            origin = str(item["column_names"][-1]).lower()
            origins[str(item["alias"] or origin).lower()] = origin
    return origins
