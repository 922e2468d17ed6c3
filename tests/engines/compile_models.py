"""Compile every model for one target without a connection; runs in the venv of the target's adapter.

    python compile_models.py TARGET FOLDER

Writes `FOLDER/<target>.json`: each model's compiled SQL of both branches, `full` and `increment`, what dbt
needs to build it, and for `replace_days` the statements that dbt would run around the increment (none on
ClickHouse, where every run makes those tables anew).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.context.providers import generate_runtime_model_context
from dbt.task.compile import CompileRunner

STRATEGY = "replace_days"


def main(target: str, folder: Path) -> None:
    """Both branches from one parse."""
    if target == "databricks":
        _assume_a_sql_warehouse()
    statements = _record_statements()
    options = ["--target", target, "--profiles-dir", ".", "--target-path", str(folder / target)]
    options += ["--log-path", str(folder / target), "--no-partial-parse", "--quiet"]
    manifest = _invoke(None, ["parse", *options])
    compiled = {
        branch: _compiled(manifest, [*options, "--vars", json.dumps({"compile_increment": value})])
        for branch, value in (("full", False), ("increment", True))
    }
    parts = {
        node.name: _models_read(node)
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.config.materialized == "ephemeral"
    }
    models = {
        node.name: {
            "schema": node.schema,
            "table": node.alias,
            "relation": node.relation_name,
            "materialized": node.config.materialized,
            "strategy": node.config.incremental_strategy,
            "depends_on": _tables(_models_read(node), parts),
            "types": {
                column.name: column.data_type for column in node.columns.values() if node.contract.enforced
            },
            "full": compiled["full"][node.name],
            "increment": compiled["increment"][node.name],
            "statement": statements.get(node.name),
        }
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.name not in parts
    }
    (folder / f"{target}.json").write_text(json.dumps(models), encoding="utf-8")


def _models_read(node: Any) -> list[str]:
    """Names of the models that a node reads; a raw table may have the name of a model."""
    return [name.split(".")[-1] for name in node.depends_on.nodes if name.startswith("model.")]


def _tables(names: list[str], parts: dict[str, list[str]]) -> list[str]:
    """What is read, with what ephemeral models read in their place: they are no tables, but parts of others."""
    found: list[str] = []
    for name in names:
        found += _tables(parts[name], parts) if name in parts else [name]
    return found


def _invoke(manifest: Any, arguments: list[str]) -> Any:
    done = dbtRunner(manifest=manifest).invoke(arguments)
    if not done.success:
        raise SystemExit(f"dbt {arguments[0]} failed: {done.exception or done.result}")
    return done.result


def _compiled(manifest: Any, options: list[str]) -> dict[str, str]:
    # A second compile of the same manifest takes ephemeral models for written in already.
    for node in manifest.nodes.values():
        if node.resource_type == "model":
            node.extra_ctes, node.extra_ctes_injected = [], False
    offline = ["--no-introspect", "--no-populate-cache"]
    models = ["--select", "resource_type:model", "--indirect-selection", "empty"]
    done = _invoke(manifest, ["compile", *options, *offline, *models])
    return {result.node.name: result.node.compiled_code for result in done.results}


def _record_statements() -> dict[str, str]:
    """Render, with each compiled model's own context, what its adapter's materialization would run."""
    statements: dict[str, str] = {}
    compile_node = CompileRunner.compile

    def compile_and_record(self: Any, manifest: Any) -> Any:
        node = compile_node(self, manifest)
        is_increment = (
            self.config.cli_vars["compile_increment"] and self.config.credentials.type != "clickhouse"
        )
        if node.config.incremental_strategy == STRATEGY and is_increment:
            context = generate_runtime_model_context(node, self.config, manifest)
            statements[node.name] = _statement(context, node)
        return node

    CompileRunner.compile = compile_and_record
    return statements


def _statement(context: dict[str, Any], node: Any) -> str:
    is_upper = context["target"]["type"] == "snowflake"  # as its catalogue gives names that nobody quoted
    names = [name.upper() if is_upper else name for name in node.columns]
    columns = [context["api"]["Column"](name, "") for name in names]
    target = context["this"]
    temporary = target.incorporate(path={"identifier": f"{target.identifier}__dbt_tmp"})
    if context["target"]["type"] == "bigquery":
        strategy = context["dbt_bigquery_validate_get_incremental_strategy"](context["config"])
        sql = context["bq_generate_incremental_build_sql"](
            strategy, temporary, target, node.compiled_code, None, None, None, columns, False, False, None
        )
    else:
        strategy = context["adapter"].get_incremental_strategy_macro(context, STRATEGY)
        sql = strategy({"target_relation": target, "temp_relation": temporary, "dest_columns": columns})
    return str(sql)


def _assume_a_sql_warehouse() -> None:
    """dbt-databricks asks a connection what it can do; a SQL warehouse can do everything it asks for."""
    from dbt.adapters.databricks.impl import DatabricksAdapter

    DatabricksAdapter.has_dbr_capability = lambda _self, _name: True


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
