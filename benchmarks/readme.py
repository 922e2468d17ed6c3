"""Puts the kept results into `benchmarks/README.md` between its two marks, and draws the plot beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import FIGURES
from benchmarks.results import bound, shown

_HERE = Path(__file__).parent
_BEGIN, _END = "<!-- results: written by --write-readme -->", "<!-- end of results -->"
_PLOT = "results.svg"
_BARS = (
    ("heavy_sql", "hand-written SQL"),
    ("polars_streaming", "Polars, streaming"),
    ("polars", "Polars, in memory"),
    ("pandas", "pandas"),
    ("hand_written", "hand-written SQL, every table compared"),
    ("full_refresh", "this pipeline, every table it has"),
)
"""Bars of the plot: the heavy part four ways, then everything two ways."""


def write_readme(folder: Path, readme: Path = _HERE / "README.md", plot: Path = _HERE / _PLOT) -> None:
    """Write what `.data/bench/results` holds of every size.

    Raises:
        FileNotFoundError: nothing was measured yet.
    """
    found = kept_results(folder)
    if not found:
        raise FileNotFoundError(f"No results in {folder / 'results'}: run `make bench` first.")
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    body = f"{_BEGIN}\n{section(found)}\n{_END}"
    readme.write_text(f"{before}{body}{after}", encoding="utf-8")
    draw(found, plot)


def kept_results(folder: Path) -> list[dict[str, Any]]:
    """The last results of every size, the smallest first."""
    paths = sorted((folder / "results").glob("*.json"), key=lambda path: int(path.stem))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def section(found: Sequence[Mapping[str, Any]]) -> str:
    """Figures, medians and how they were made, as Markdown."""
    sizes = [f"{size(result['messages'])} messages" for result in found]
    rows = [
        f"| {figure.title} | {bound(figure, figure.target)} | {bound(figure, figure.stretch)} | "
        + " | ".join(_cell(figure, result) for result in found)
        + " |"
        for figure in FIGURES
    ]
    newest = found[-1]
    versions = ", ".join(f"{name} {number}" for name, number in newest["versions"].items())
    return "\n".join(
        [
            f"| figure | target | stretch | {' | '.join(sizes)} |",
            f"|{'---|' * (3 + len(sizes))}",
            *rows,
            "",
            f"![CPU of each way from raw messages to tables]({_PLOT})",
            "",
            "Medians of what was measured (CPU is user + system of the process and its children):",
            "",
            *_measurements(found),
            "",
            *_growth(found),
            *(
                f"- {size(result['messages'])}: {result['measured_on']}, {_rounds(result)}, "
                f"seed {result['seed']}, `{result['command']}`"
                for result in found
            ),
            f"- Machine: {newest['machine']}.",
            f"- Versions: {versions}.",
        ]
    )


def draw(found: Sequence[Mapping[str, Any]], path: Path) -> None:
    """CPU of each way from raw messages to tables, at the smallest size that was measured."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "benchmarks"  # the same results give the same file
    from matplotlib import pyplot

    medians = found[0]["medians"]
    bars = [(label, medians[f"{name}.cpu"]) for name, label in _BARS if f"{name}.cpu" in medians]
    figure, axes = pyplot.subplots(figsize=(7, 0.5 * len(bars) + 1))
    labels, seconds = [label for label, _ in bars], [cpu for _, cpu in bars]
    axes.bar_label(axes.barh(labels, seconds, color="#4477aa"), fmt="%.0f s", padding=3)
    axes.invert_yaxis()
    axes.set_xlabel(f"CPU seconds, {size(found[0]['messages'])} messages")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    pyplot.close(figure)


def size(messages: int) -> str:
    """`5M`, `20k`."""
    return f"{messages / 1e6:g}M" if messages >= 1_000_000 else f"{messages / 1e3:g}k"


def _rounds(result: Mapping[str, Any]) -> str:
    return "1 round" if result["rounds"] == 1 else f"{result['rounds']} rounds"


def _cell(figure: Any, result: Mapping[str, Any]) -> str:
    value = result["figures"].get(figure.name)
    if value is None:
        return ""
    is_missed = figure.is_missed(value, result["messages"])
    return f"**{shown(figure, value)}** (missed)" if is_missed else shown(figure, value)


def _measurements(found: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = ["| measured | messages | wall s | CPU s | peak MB | spill MB |", "|---|---|---|---|---|---|"]
    for result in found:
        medians = result["medians"]
        for name in sorted({key.partition(".")[0] for key in medians}):
            values = [medians[f"{name}.{what}"] for what in ("wall", "cpu")]
            sizes = [medians[f"{name}.{what}"] / 1e6 for what in ("peak", "spill")]
            cells = [f"{value:,.1f}" for value in values] + [f"{value:,.0f}" for value in sizes]
            lines.append(f"| {name} | {size(result['messages'])} | {' | '.join(cells)} |")
    return lines


def _growth(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """How many times as much the largest company takes as the smallest, of what both measured."""
    small, large = found[0], found[-1]
    if small is large:
        return []
    times = large["messages"] / small["messages"]
    lines = [
        f"Growth from {size(small['messages'])} to {size(large['messages'])} messages ({times:g} times):",
        "",
        "| measured | wall | CPU | peak |",
        "|---|---|---|---|",
    ]
    both = {key.partition(".")[0] for key in small["medians"].keys() & large["medians"].keys()}
    for name in sorted(both):
        keys = (f"{name}.{what}" for what in ("wall", "cpu", "peak"))
        ratios = (large["medians"][key] / small["medians"][key] for key in keys)
        lines.append(f"| {name} | {' | '.join(f'{ratio:.1f}×' for ratio in ratios)} |")
    return [*lines, ""]
