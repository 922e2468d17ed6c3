"""SQL that dbt compiled, for the engine that publishing speaks to."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from orchestration.dbt import run_dbt
from runtime.environment import Environment, environment
from runtime.errors import AiUsageError

_MARTS = Path("target/compiled/ai_usage/models/marts")


def compiled_queries(env: Environment, tables: Sequence[str]) -> dict[str, str]:
    """The compiled query of each mart in `tables`, by name.

    As the last build left them. On a lake the build's SQL is the cluster's, while publishing works in the file:
    there, and where the files are gone, they are compiled for that engine, without a connection.

    Raises:
        AiUsageError: dbt cannot compile them.
    """
    found = {} if env.lake_url else _read(env.data_dir, tables)
    if found.keys() == set(tables):
        return found
    with tempfile.TemporaryDirectory() as folder:
        apart = environment(Path(folder), env.engine.sql_target)
        offline = ["--no-introspect", "--no-populate-cache"]
        done = run_dbt(["compile", "--select", *tables, *offline], apart)
        found = _read(apart.data_dir, tables)
    if not done.ok or found.keys() != set(tables):
        reason = " ".join(done.failures[:2])
        raise AiUsageError(f"dbt cannot compile {', '.join(tables)}. {reason}".strip(), "See logs/dbt.log.")
    return found


def _read(data_dir: Path, tables: Sequence[str]) -> dict[str, str]:
    paths = {path.stem: path for path in (data_dir / _MARTS).rglob("*.sql") if path.stem in tables}
    return {name: path.read_text(encoding="utf-8") for name, path in paths.items() if path.is_file()}
