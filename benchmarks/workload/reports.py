"""GitHub Copilot of a few developers: daily reports, one of which the next night restates with fewer users.

<folder>/github/<day>.ndjson            each day's report as the first night finds it
<folder>/github/restated/<day>.ndjson   the one that the second night finds in its place
<folder>/github_seats.json              the seats of the night
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from benchmarks.workload.company import Workload
from benchmarks.workload.scale import AS_OF

READY_AFTER = 2
"""Days until the vendor has a day's report."""
RESTATED = AS_OF.date() - dt.timedelta(days=4)  # a workday that both nights ask for


def write_reports(workload: Workload, folder: Path) -> None:
    """Reports of every day that the second night can ask for, and the seats."""
    (folder / "github" / "restated").mkdir(parents=True)
    workload.set("is_restated", False)
    day, last = workload.scale.first_day, workload.scale.last_day - dt.timedelta(days=READY_AFTER)
    while day <= last:
        _write(workload, day, folder / "github")
        day += dt.timedelta(days=1)
    workload.set("is_restated", True)
    _write(workload, RESTATED, folder / "github" / "restated")
    rows = workload.connection.execute("select number from developers order by number").fetchall()
    seats = [
        {
            "created_at": f"{workload.scale.first_day}T09:00:00Z",
            "plan_type": "business",
            "assignee": {"login": f"workload-{number}", "id": 9_000_000 + number, "type": "User"},
        }
        for (number,) in rows
    ]
    (folder / "github_seats.json").write_text(json.dumps(seats), encoding="utf-8")


def _write(workload: Workload, day: dt.date, folder: Path) -> None:
    workload.set("report_day", day.isoformat())
    with (folder / f"{day}.ndjson").open("wb") as file:
        for _, content in workload.texts("report_lines"):
            file.write(content)
