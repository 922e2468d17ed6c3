"""What each of our own functions gives on Spark: the values that the other engines give."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.spark.cluster import HOST, SparkCluster
from tests.transform.test_macro_values import AGGREGATES, VALUES, model
from tests.transform.toy import MACROS, PROJECT

PROFILE = """
toy:
  target: spark
  outputs:
    spark:
      {type: spark, method: thrift, host: HOST, port: PORT, schema: toy, threads: 1, poll_interval: 0,
       server_side_parameters: {"set:spark.sql.session.timeZone": UTC}}
"""


def as_sent(value: Any) -> Any:
    """Dates come through Thrift as text."""
    return str(value) if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else value


def test_spark_gives_the_same_values(cluster: SparkCluster, tmp_path: Path) -> None:
    scalars = [name for name in VALUES if name not in AGGREGATES]
    rows = (
        "(select 2 as n, 'codex' as tool union all select null, 'chatgpt' "
        "union all select null, 'codex' union all select null, null)"
    )
    (tmp_path / "models").mkdir()
    (tmp_path / "macros").symlink_to(MACROS)
    (tmp_path / "dbt_project.yml").write_text(PROJECT.replace("ZONE", "Europe/Berlin"))
    (tmp_path / "profiles.yml").write_text(PROFILE.replace("HOST", HOST).replace("PORT", str(cluster.port)))
    (tmp_path / "models/scalars.sql").write_text(model(scalars, "(select 2 as n, 'codex' as tool)"))
    (tmp_path / "models/aggregates.sql").write_text(model(list(AGGREGATES), rows))
    command = [str(Path(sys.executable).with_name("dbt")), "run", "--profiles-dir", "."]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    with cluster.cursor() as cursor:
        cursor.execute("set spark.sql.session.timeZone=UTC")
        for table, names in (("scalars", scalars), ("aggregates", list(AGGREGATES))):
            cursor.execute(f"select {', '.join(names)} from toy.{table}")
            (row,) = cursor.fetchall()
            for name, value in zip(names, row, strict=True):
                assert value == as_sent(VALUES[name][1]), name
                assert not isinstance(value, float), name
