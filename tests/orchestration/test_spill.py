"""A build that spills.

The build of 2,000 people ended with `Cannot switch temporary directory`: dbt-duckdb sets the profile's
`settings` again for every model, and DuckDB refuses a temporary directory once it has spilled.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml

PROFILE = Path(__file__).parents[2] / "profiles.yml"


def test_what_is_set_for_every_model_can_be_set_after_a_spill(tmp_path: Path) -> None:
    text = PROFILE.read_text(encoding="utf-8").replace(
        "{{ env_var('AI_USAGE_DATA_DIR', '.data') }}", str(tmp_path)
    )
    profile = yaml.safe_load(text)["ai_usage"]["outputs"]["dev"]
    options = {**profile["config_options"], "memory_limit": "25MB", "threads": 1}
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), config=options) as connection:
        connection.execute("create table sorted as select hash(n) as h, n from range(800000) r (n) order by h")
        assert any((tmp_path / "spill").iterdir()), "nothing was spilled: the test proves nothing"
        for name, value in profile["settings"].items():
            connection.cursor().execute(f"set {name} = '{value}'")
