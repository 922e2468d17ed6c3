"""Each AI vendor left out once: the first night of a company without it, compared with that company's truth.

`python -m tests.end_to_end [--people 60] [--weeks 5] [--vendor cursor …]` ends with 1 where a figure differs.
It runs a whole night for each vendor, too long for `make test`, where `test_subsets_of_tools` compares facts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demo.company.truth import compute_truth
from demo.vendor import DemoVendor
from demo.vendors import all_vendors
from ingestion.kit import every_kit
from tests.end_to_end.harness import World, require_published, world
from tests.end_to_end.truth import (
    Comparison,
    compare_activation,
    compare_costs,
    compare_dimensions,
    compare_seats,
    compare_segments,
    compare_tokens,
    compare_tool_sets,
    compare_usage,
)

_KEPT = frozenset({"hris"})  # no department without it
_COMPARED: dict[str, Callable[[World, dict[str, Any]], Comparison]] = {
    "weeks": lambda made, truth: compare_usage(made, truth, "weekly"),
    "months": lambda made, truth: compare_usage(made, truth, "monthly"),
    "tokens": compare_tokens,
    "costs": compare_costs,
    "seats": compare_seats,
    "activation": compare_activation,
    "dimensions": compare_dimensions,
    "segments": compare_segments,
    "tool sets": compare_tool_sets,
}


def main() -> int:
    """The exit code."""
    vendors = {vendor.source: vendor for vendor in all_vendors()}
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end", description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--weeks", type=int, default=5)
    parser.add_argument("--vendor", action="append", choices=sorted(vendors.keys() - _KEPT))
    options = parser.parse_args()
    differing = 0
    for name in options.vendor or sorted(vendors.keys() - _KEPT):
        used = [vendor for vendor in vendors.values() if vendor.source != name]
        found = _night_without(options.people, options.weeks, used)
        told = ", ".join(f"{kind} {each.compared}" for kind, each in found.items())
        differences = [line for each in found.values() for line in each.differences]
        differing += len(differences)
        sys.stdout.write(f"without {name}: {told} figures compared, {len(differences)} differ\n")
        sys.stdout.writelines(f"  {line}\n" for line in differences[:10])
        sys.stdout.flush()
    return 1 if differing else 0


def _night_without(people: int, weeks: int, used: list[DemoVendor[Any]]) -> dict[str, Comparison]:
    """One night in a folder of its own, and what comparing it gave, by kind of figure.

    Raises:
        AssertionError: the night did not publish, or a tool that only left-out vendors tell of has figures.
    """
    with tempfile.TemporaryDirectory() as folder, world(Path(folder), people, weeks, vendors=used) as made:
        require_published(made.night())
        truth = compute_truth(made.company)
        shown = {
            tool for (tool,) in made.published("select distinct tool from published.department_usage_weekly")
        }
        names = {vendor.source for vendor in used}
        told = {tool for name, kit in every_kit().items() if name in names for tool in kit.capabilities}
        assert shown <= told | {"all"}, shown - told
        return {kind: compare(made, truth) for kind, compare in _COMPARED.items()}


if __name__ == "__main__":
    sys.exit(main())
