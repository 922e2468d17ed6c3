"""`ai-usage publish` may be the first command after an upgrade: records get the columns that models read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.ledger import Ledger
from orchestration import night as nights
from orchestration.night import Night
from runtime.environment import environment


class Reached(Exception):
    """The build would begin; with the columns that it finds."""


def test_records_of_an_earlier_release_are_adapted_before_anything_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = environment(tmp_path, "dev")
    Ledger(here).upgrade()
    with here.session() as session:
        for table in ("source_runs", "rejected_records", "field_fill"):
            session.execute(f"alter table ops.{table} drop column tenant")
        session.execute("insert into ops.runs (run_id, as_of) values ('r1', timestamp '2026-11-19 02:00:00')")

    def built(*_: Any, **__: Any) -> None:
        with here.session() as session:
            raise Reached({column.name for column in session.columns("ops", "source_runs")})

    monkeypatch.setattr(nights, "run_nodes", built)
    with Night(here, writes_raw=False) as night, pytest.raises(Reached) as reached:
        night.build()
    assert "tenant" in reached.value.args[0]
