"""Tables of docs/connect/ that no single source owns: the sources, and the ports that a vendor can fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ingestion.port import Port, every_port
from ingestion.source import SourceDefinition
from orchestration.kits.blocks import filled

PAGES = Path("docs/connect")


def files(sources: Sequence[SourceDefinition], project: Path) -> Iterator[tuple[Path, str]]:
    """Each page with its table, by its path in the project.

    Raises:
        ValueError: a page has no place for the table.
    """
    tables = {"README.md": ("sources", _sources(sources)), "new_source.md": ("ports", list(_ports()))}
    for name, (what, lines) in tables.items():
        page = PAGES / name
        yield page, filled((project / page).read_text(encoding="utf-8"), page, what, lines)


def _sources(sources: Iterable[SourceDefinition]) -> list[str]:
    rows = [f"| `{one.name}` | {one.description} | [{one.name}.md]({one.name}.md) |" for one in sources]
    return ["| source | provides | page |", "|---|---|---|", *rows]


def _ports() -> Iterator[str]:
    yield "| port | grain | a vendor must give | what else it may give |"
    yield "|---|---|---|---|"
    for name, port in every_port().items():
        yield f"| `{name}` | {port.description} | {_required(port)} | {_optional(port)} |"


def _required(port: Port) -> str:
    if port.staging:
        return f"nothing: it is the raw table `{port.staging}` of each source that has one"
    return _listed(port.required)


def _optional(port: Port) -> str:
    return "" if port.staging else _listed(name for name in port.columns if name not in port.required)


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns)
