"""Every title of a demo's site against the company's truth: `python -m tests.dashboards.truth --people 2000`.

Runs `ai-usage demo` into a folder of its own (or reads a finished one, `--data-dir`), renders every title of
every period that a reader can choose, and checks each claim against `truth.json`, which the demo's company
computes without the pipeline's SQL and which knows what is hidden. Exits with 1 when a claim is false.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dashboards.declaration import load_pages
from dashboards.queries import published_tables
from dashboards.rendering import Renderer, Title
from demo.arguments import parser_with_size
from orchestration.demo import DemoOptions, run_demo
from tests.dashboards.claimed import faults, require_claimed

ALL = "All departments"
Counts = Mapping[str, Any]
SESSION_TOOLS = ("chatgpt", "m365_copilot")


def _ratio(part: str, whole: str) -> Callable[[Counts], float | None]:
    return lambda counts: float(counts[part]) / float(counts[whole]) if counts.get(whole) else None


OF_WEEKS: Mapping[str, Callable[[Counts], float | None]] = {
    "active_people": lambda counts: float(counts["active_people"]),
    "active_ratio": _ratio("active_people", "headcount"),
    "messages_per_session": _ratio("session_messages", "sessions"),
    "prompt_chars_mean": _ratio("prompt_chars", "measured_messages"),
    "advanced_session_ratio": _ratio("advanced_sessions", "known_model_sessions"),
    "sessions_per_active_person": _ratio("sessions", "active_people"),
    "family_share": _ratio("of_family", "of_all"),
    "short_ratio": _ratio("short", "measured_messages"),
    "long_ratio": _ratio("long", "measured_messages"),
    "messages_per_active_person": _ratio("user_messages", "active_people"),
    "total_tokens": lambda counts: float(counts["total_tokens"]),
}
OF_MONTHS: Mapping[str, Callable[[Counts], float | None]] = {
    "utilization_ratio": _ratio("seats_active", "seat_holders"),
    "idle_seats": lambda counts: float(counts["seat_holders"] - counts["seats_active"]),
    "never_used": lambda counts: float(counts["never_used"]),
}


class CompanyTruth:
    """`truth.json` by rows of published tables; a pool is the sum of departments without their own row."""

    def __init__(self, path: Path, units: Mapping[str, set[str]]) -> None:
        self._truth = json.loads(path.read_text(encoding="utf-8"))
        self._units = units  # period's first day → names of units that have a row of their own

    def figure(self, row: Mapping[str, Any], column: str, title: Title) -> float | None:
        counts = [self._counts(row, column, name) for name in self._members(row, title)]
        known = [one for one in counts if one is not None]
        return self._computed(row, column, known) if known else None

    def parts(self, row: Mapping[str, Any], column: str, title: Title) -> list[float]:
        found = []
        for name in self._members(row, title):
            counts = self._counts(row, column, name)
            value = self._computed(row, column, [counts]) if counts is not None else None
            found += [value] if value is not None else []
        return found

    def _members(self, row: Mapping[str, Any], title: Title) -> list[str]:
        """Names of the departments that a row stands for."""
        own = title.department
        key, name = row.get("department_key", own.key if own else "all"), row.get("department_name")
        name = name or (own.name if own else ALL)
        if key == "all":
            return [ALL]
        if key != "other":
            return [str(name)]
        day = self._day(row)
        table = "department_weekly" if "week_start" in row else "department_monthly"
        return [
            one
            for one in self._truth[table].get(day, {})
            if one != ALL and one not in self._units.get(day, set())
        ]

    def _counts(self, row: Mapping[str, Any], column: str, name: str) -> Counts | None:
        day, tool = self._day(row), str(row.get("tool", "all"))
        if "week_start" in row:
            if column == "family_share":
                of_models = self._truth["model_sessions_weekly"].get(day, {}).get(name, {})
                # A family has its model and the `pro` of it.
                of_family = [
                    count for model, count in of_models.items() if model.removesuffix("-pro") == row["family"]
                ]
                is_known = tool == "chatgpt" and of_family
                found = {"of_family": sum(of_family), "of_all": sum(of_models.values())} if is_known else None
            elif column == "total_tokens":
                found = self._truth["tokens_weekly"].get(day, {}).get(name, {}).get(tool)
            else:
                found = self._truth["department_weekly"].get(day, {}).get(name)
                found = (
                    {**found.get(tool, {}), "headcount": found["headcount"]}
                    if found and tool in found
                    else None
                )
        elif "product" in row or "idle_seats" in row:
            found = self._truth["seats_monthly"].get(day, {}).get(row["product"], {}).get(name)
        elif column in ("cost", "credit_cost", "seat_cost"):
            basis = "seat_allocated" if column == "seat_cost" else str(row.get("cost_basis", "credits"))
            of_tools = self._truth["cost_monthly"].get(day, {}).get(name, {})
            chosen = of_tools.values() if tool == "all" else [of_tools.get(tool, {})]
            amounts = [float(one[basis]) for one in chosen if basis in one]
            found = {"cost": sum(amounts)} if amounts else None
        else:
            found = None
        return found if isinstance(found, dict) else None

    def _computed(self, row: Mapping[str, Any], column: str, counts: list[Counts]) -> float | None:
        added = {
            name: sum(one[name] for one in counts) for name in counts[0] if not isinstance(counts[0][name], str)
        }
        if column == "share":
            column = f"{row['band']}_ratio"
        if column == "sessions_per_active_person" and row.get("tool", "all") not in SESSION_TOOLS:
            return None  # the truth does not know how many people were active in any tool with sessions
        if column.endswith("cost"):
            return float(added["cost"]) if "cost" in added else None
        rule = (OF_WEEKS if "week_start" in row else OF_MONTHS).get(column)
        try:
            return rule(added) if rule else None
        except KeyError:
            return None

    @staticmethod
    def _day(row: Mapping[str, Any]) -> str:
        return str(row.get("week_start") or row.get("month_start"))


def check(data_dir: Path, published: Path | None = None) -> Counter[str]:
    """Check every title; false claims are printed. How many claims were true, false and unchecked."""
    found: Counter[str] = Counter()
    database = published or data_dir / "published/marts.duckdb"
    with published_tables(database) as connection:
        rows = connection.execute(
            "select week_start, department_name from published.department_usage_weekly "
            "union select month_start, department_name from published.department_usage_monthly"
        ).fetchall()
        units: dict[str, set[str]] = {}
        for day, name in rows:
            units.setdefault(str(day), set()).add(str(name))
        truth = CompanyTruth(data_dir / "truth.json", units)
        for title in Renderer(connection, load_pages()).titles():
            found["titles"] += 1
            require_claimed(title.told, f"{title.page}/{title.chart}")
            found["claims"] += len(title.told.claims)
            for fault in faults(title, truth):
                is_open = fault.startswith("unchecked")
                found["unchecked" if is_open else "false"] += 1
                found[fault.split(" | ")[0] if is_open else "shown"] += 1
                if not is_open:
                    sys.stdout.write(f"{fault}\n")
    return found


def main(arguments: list[str]) -> int:
    """Run the demo where none is given, check it, and say what came out."""
    parser = parser_with_size("tests.dashboards.truth", __doc__ or "")
    parser.add_argument("--data-dir", type=Path, help="a finished demo, or an empty folder for a new one")
    parser.add_argument("--published", type=Path, help="another file of published tables of the same company")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        data_dir = (chosen.data_dir or Path(folder)).absolute()
        if not (data_dir / "truth.json").is_file():
            code = run_demo(DemoOptions(chosen.people, chosen.weeks, chosen.seed, data_dir), quiet=True)
            if code:
                return code
        found = check(data_dir, chosen.published)
    for name, count in sorted(found.items()):
        sys.stdout.write(f"{name}: {count}\n")
    return 1 if found["false"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
