"""One asset per dbt model and seed, one asset check per dbt test."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, build_dbt_asset_specs

from orchestration.dbt import NodeResult, parse_project
from orchestration.defs.publish import PublishedTable
from orchestration.defs.transform.checks import check_spec
from orchestration.parsed import INSTALLED, MANIFEST, parsed_folder
from orchestration.project import PROJECT_DIR
from runtime.environment import Environment
from runtime.errors import AiUsageError

_PUBLISHED = ("marts", "custom")  # folders of models/
_COLUMNS = "dagster/column_schema"
_READ_BY_DBT = ("models", "macros", "seeds", "tests/dbt")


class ModelTranslator(DagsterDbtTranslator):
    """Groups by layer; keys of sources come from their `meta.dagster.asset_key`."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The first folder below models/, `reference` for seeds."""
        if dbt_resource_props["resource_type"] == "seed":
            return "reference"
        return str(dbt_resource_props["fqn"][1])


@dataclass(frozen=True, slots=True)
class DbtAssets:
    """The project as Dagster sees it, and which of it each dbt node is."""

    specs: list[dg.AssetSpec]
    checks: list[dg.AssetCheckSpec]
    asset_of: dict[str, dg.AssetKey]
    check_of: dict[str, dg.AssetCheckKey]
    published: list[PublishedTable] = field(default_factory=list)

    def event(self, node: NodeResult) -> dg.MaterializeResult[None] | dg.AssetCheckResult | None:
        """What the end of a node means; None for what did not run or is no asset."""
        check = self.check_of.get(node.unique_id)
        if check is not None and node.status != "skipped":
            warns = node.status == "warn"
            return dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=node.ok and not warns,
                severity=dg.AssetCheckSeverity.WARN if warns else dg.AssetCheckSeverity.ERROR,
                metadata={"failing_rows": node.failures or 0, "message": node.message},
            )
        asset = self.asset_of.get(node.unique_id)
        if asset is None or not node.ok:
            return None
        return dg.MaterializeResult(asset_key=asset, metadata={"seconds": round(node.seconds, 2)})


def dbt_assets(manifest: Mapping[str, Any]) -> DbtAssets:
    """Assets and checks of a manifest."""
    translator = ModelTranslator()
    specs = [
        spec.replace_attributes(skippable=True)
        for spec in build_dbt_asset_specs(manifest=manifest, dagster_dbt_translator=translator)
    ]
    every = {**manifest["nodes"], **manifest["sources"]}
    assets = {spec.key for spec in specs}
    keys = {
        unique_id: translator.get_asset_spec(manifest, unique_id, None).key
        for unique_id, node in every.items()
        if node["resource_type"] in {"model", "seed", "source"}
    }
    taken: set[dg.AssetCheckKey] = set()
    checks = {
        unique_id: check_spec(node, keys[_tested(node, keys)], taken)
        for unique_id, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "test" and node["depends_on"]["nodes"]
    }
    asset_of = {unique_id: key for unique_id, key in keys.items() if key in assets}
    published = [
        _published(spec, manifest["nodes"][unique_id])
        for unique_id, key in asset_of.items()
        for spec in specs
        if spec.key == key and spec.group_name in _PUBLISHED
    ]
    check_of = {unique_id: check.key for unique_id, check in checks.items()}
    return DbtAssets(specs, list(checks.values()), asset_of, check_of, published)


def _published(mart: dg.AssetSpec, node: Mapping[str, Any]) -> PublishedTable:
    """A mart is published under the name of its table, which is its alias where it has one."""
    return PublishedTable(
        name=str(node["alias"]),
        mart=mart.key,
        description=str(node["description"]),
        metadata={name: value for name, value in mart.metadata.items() if name == _COLUMNS},
        kinds=frozenset(mart.kinds - {"dbt"}),
    )


def load_manifest(environment: Environment) -> dict[str, Any]:
    """The manifest of the installation, or one made once for the models as they are now.

    Raises:
        AiUsageError: dbt cannot read the project.
    """
    own = parsed_folder(environment) / MANIFEST
    path = next((path for path in (INSTALLED / MANIFEST, own) if _is_current(path)), None)
    if path is None:
        path = own
        done = parse_project(environment, own.parent)
        if not done.ok:
            raise AiUsageError(
                f"dbt cannot read the project: {' '.join(done.failures[:3])}", "See logs/dbt.log."
            )
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def node_events(
    assets: DbtAssets, nodes: Iterator[NodeResult]
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Events while dbt runs."""
    for node in nodes:
        event = assets.event(node)
        if event is not None:
            yield event


def _tested(node: Mapping[str, Any], keys: Mapping[str, dg.AssetKey]) -> str:
    """The node a test speaks of: what it hangs on, else the last by name of what it reads."""
    attached = str(node.get("attached_node"))
    return attached if attached in keys else max(name for name in node["depends_on"]["nodes"] if name in keys)


def _is_current(path: Path) -> bool:
    return path.exists() and path.stat().st_mtime >= _last_change()


def _last_change() -> float:
    files: list[Path] = [PROJECT_DIR / "dbt_project.yml", PROJECT_DIR / "profiles.yml"]
    for folder in _READ_BY_DBT:
        files += [path for path in (PROJECT_DIR / folder).rglob("*") if path.is_file()]
    return max(path.stat().st_mtime for path in files)
