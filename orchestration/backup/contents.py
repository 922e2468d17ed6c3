"""Which tables of a deployment cannot be made again: found in the warehouse and the dbt project, not listed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from orchestration.dbt import parse_project
from orchestration.parsed import MANIFEST, parsed_folder
from runtime.environment import Environment
from runtime.errors import AiUsageError
from runtime.warehouse import WarehouseSession

_STAGING_SUFFIX = "_staging"


@dataclass(frozen=True, slots=True)
class Relation:
    """A table by what it is, apart from the deployment's schema prefixes.

    Attributes:
        area: `raw` (raw tables and `ops`, prefix of raw), `closed`, or `model` (an insert-only model).
        owner: schema without its prefix; for a model, its name in the project.
        table: the table's name.
    """

    area: str
    owner: str
    table: str


@dataclass(frozen=True, slots=True)
class Project:
    """What the dbt project says of this deployment: its schemas, and where its insert-only models stand."""

    schemas: frozenset[str]
    insert_only: dict[str, tuple[str, str]]


def read_project(environment: Environment) -> Project:
    """Parse the project for this deployment's target and prefixes.

    Insert-only is what a full refresh may not rebuild (`full_refresh: false`): its rows depend on when they
    were first seen.

    Raises:
        AiUsageError: the project cannot be parsed.
    """
    folder = parsed_folder(environment)
    parsed = parse_project(environment, folder)
    if not parsed.ok:
        raise AiUsageError(
            f"The dbt project cannot be parsed: {'; '.join(parsed.failures[:2])}", "See logs/dbt.log."
        )
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    built = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
    return Project(
        frozenset(str(node["schema"]) for node in built),
        {
            str(node["name"]): (str(node["schema"]), str(node["alias"]))
            for node in built
            if _is_insert_only(node)
        },
    )


def _is_insert_only(node: dict[str, Any]) -> bool:
    return node["resource_type"] == "model" and node["config"].get("full_refresh") is False


def relations(session: WarehouseSession, environment: Environment, project: Project) -> Iterator[Relation]:
    """Every table that a backup holds, in a stable order.

    dlt's own tables (`_dlt_…`) and its staging copies are left out: dlt makes them again.
    """
    present = session.schemas()
    for schema in present:
        owner = schema.removeprefix(environment.raw_schema(""))
        if schema == environment.raw_schema(owner) and _is_raw(owner):
            for table in session.tables(schema):
                if not table.startswith("_dlt"):
                    yield Relation("raw", owner, table)
    for table in session.tables(environment.schema("closed")):
        yield Relation("closed", "closed", table)
    for model, (schema, alias) in sorted(project.insert_only.items()):
        if alias in session.tables(schema):
            yield Relation("model", model, alias)


def _is_raw(owner: str) -> bool:
    return owner == "ops" or (owner.startswith("raw_") and not owner.endswith(_STAGING_SUFFIX))


def place(relation: Relation, environment: Environment, project: Project) -> tuple[str, str]:
    """Schema and table of a relation in this deployment.

    Raises:
        AiUsageError: a model that this release does not have.
    """
    if relation.area == "raw":
        return environment.raw_schema(relation.owner), relation.table
    if relation.area == "closed":
        return environment.schema(relation.owner), relation.table
    try:
        return project.insert_only[relation.owner]
    except KeyError:
        raise AiUsageError(
            f"The backup holds the model {relation.owner}, which this release does not have.",
            "Restore with the release that the manifest names, then upgrade.",
        ) from None


def occupied(session: WarehouseSession, environment: Environment, project: Project) -> list[str]:
    """Schemas of this deployment that hold a table; a restore wants none."""
    own = set(project.schemas) | {environment.schema("closed")}
    own |= {
        schema
        for schema in session.schemas()
        if schema.startswith(environment.raw_schema(""))
        and _is_raw(schema.removeprefix(environment.raw_schema("")))
    }
    return sorted(schema for schema in own if session.tables(schema))
