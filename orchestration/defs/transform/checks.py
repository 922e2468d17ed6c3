"""dbt's tests as checks that a person can read: a short name, and a sentence for what must hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

_LONGEST = 80
_REF = re.compile(r"""ref\(['"](\w+)['"]\)""")


def check_spec(node: Mapping[str, Any], asset: dg.AssetKey, taken: set[dg.AssetCheckKey]) -> dg.AssetCheckSpec:
    """The check of a dbt test; `taken` are the keys that other tests of the project have, and gets this one."""
    name = base = re.sub(r"[\W_]+", "_", _name(node)).strip("_")[:_LONGEST].rstrip("_")
    number = 1
    while dg.AssetCheckKey(asset, name) in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(dg.AssetCheckKey(asset, name))
    return dg.AssetCheckSpec(
        name, asset=asset, description=_description(node), metadata={"dbt_test": str(node["name"])}
    )


def _name(node: Mapping[str, Any]) -> str:
    test, values = _test(node)
    column = values.get("column_name")
    match test:
        case "":
            return str(node["name"])
        case "relationships":
            return f"{column}_found_in_{_referred(values['to'])}"
        case "same_total":
            return f"same_total_as_{_referred(values['compare_to'])}_{values['expression']}"
        case "shorter_than":
            return f"{values['starts']}_to_{values['ends']}_shorter_than_{values['hours']}_hours"
        case _:
            return f"{column}_{test}" if column else test


def _description(node: Mapping[str, Any]) -> str:
    test, values = _test(node)
    where = f" Looks at rows where {where}." if (where := (node.get("config") or {}).get("where")) else ""
    if node.get("description"):
        return str(node["description"])
    return f"{_sentence(node, test, values)}{where}"


def _sentence(node: Mapping[str, Any], test: str, values: Mapping[str, Any]) -> str:
    column = values.get("column_name")
    match test:
        case "":
            return _first_comment(str(node.get("raw_code", ""))) or f"dbt test {node['name']}."
        case "not_null":
            return f"Every row has a value in {column}."
        case "unique":
            return f"No two rows have the same {column}."
        case "accepted_values":
            return f"{column} is one of: {', '.join(map(str, values['values']))}."
        case "table_rules":
            return "\n".join(_rules(values))
        case "relationships":
            return f"Every {column} is a {values['field']} of {_referred(values['to'])}."
        case "same_total":
            return f"{values['expression']} is the same as in {_referred(values['compare_to'])}."
        case "shorter_than":
            return f"From {values['starts']} to {values['ends']} pass less than {values['hours']} hours."
        case _:
            return f"dbt test {test.replace('_', ' ')}{f' on {column}' if column else ''}."


def _rules(values: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each rule that `table_rules` tests in one query."""
    primary_key = values.get("primary_key", [])
    if never_null := [*primary_key, *values.get("not_null", [])]:
        yield f"Every row has a value in {_each_of(never_null)}."
    for key in [*([primary_key] if primary_key else []), *values.get("unique", [])]:
        yield f"No two rows have the same {_each_of(key)}."
    for column, accepted in values.get("accepted_values", {}).items():
        yield f"{column} is one of: {', '.join(map(str, accepted))}."
    for column, bounds in values.get("accepted_range", {}).items():
        yield f"{column} {_range(bounds)}."
    for name, condition in values.get("conditions", {}).items():
        yield f"Holds for every row: {condition} ({name})."
    if history := values.get("gapless_validity"):
        between = "overlap" if history.get("allow_gaps") else "gap or overlap"
        yield f"Periods of validity of a {_each_of(history['key'])} follow each other without {between}."


def _each_of(columns: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(columns[:-1]), columns[-1]) if part)


def _test(node: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The generic test and its arguments; no name for a test that is a query of its own."""
    found = node.get("test_metadata") or {}
    return str(found.get("name") or ""), found.get("kwargs") or {}


def _range(values: Mapping[str, Any]) -> str:
    least, most = values.get("min"), values.get("max")
    if least is not None and most is not None:
        return f"lies between {least} and {most}"
    return f"is at least {least}" if least is not None else f"is at most {most}"


def _referred(to: str) -> str:
    found = _REF.search(to)
    return found.group(1) if found else to


def _first_comment(sql: str) -> str:
    """The comment on a query's first lines, which says when it fails."""
    lines = []
    for line in sql.strip().splitlines():
        if not line.startswith("-- "):
            break
        lines.append(line.removeprefix("-- ").strip())
    return " ".join(lines)
