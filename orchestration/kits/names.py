"""What pages and commands call tools, sources and accounts, from the kits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ingestion.kit import Kit
from orchestration.kits.properties import quoted

PAGES = Path("dashboards/tools.yml")
COLOURS = Path("dashboards/static/tool_colours.js")
KINDS = Path("lifecycle/kinds.py")
_WRITTEN = "Written from the kits by `python -m orchestration.kits`."


_KINDS = '''"""The kinds of identifiers that a person can be erased by; the command's help names them.

{written}
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What was entered: an address, an employee id, or the id of a vendor's account."""

    EMAIL = "email"
    HRIS = "hris"
    GITHUB = "github"
    GITHUB_LOGIN = "github-login"
    ENTRA = "entra"
{members}

# Of vendors whose ids are a kind of their own.
VENDOR_NAMESPACES = {{
{namespaces}}}
'''


def files(kits: Mapping[str, Kit]) -> Iterator[tuple[Path, str]]:
    """Each generated file, by its path in the project, and its text. `kits`: by source."""
    yield PAGES, _page_names(kits)
    yield COLOURS, _colours(kits)
    yield KINDS, _kinds(kits)


def _page_names(kits: Mapping[str, Kit]) -> str:
    tools = {name: tool.display_name for kit in kits.values() for name, tool in kit.tools.items()}
    products = {
        product: tools[product] for kit in kits.values() for product in kit.seat_products if product in tools
    }
    sources = {source: kit.name_of_source(source) for source, kit in kits.items()}
    return "\n".join(
        [
            f"# {_WRITTEN}",
            "tool: &tools",
            "  all: All tools",
            *_entries(tools),
            "blind_tool: *tools",
            "product:",
            *_entries(products),
            "source:",
            *_entries(dict(sorted(sources.items()))),
            "",
        ]
    )


def _entries(names: Mapping[str, str]) -> list[str]:
    return [f"  {name}: {quoted(shown)}" for name, shown in names.items()]


def _colours(kits: Mapping[str, Kit]) -> str:
    slots = {name: tool.colour for kit in kits.values() for name, tool in kit.tools.items()}
    listed = ", ".join(f"{name}: {slot}" for name, slot in slots.items() if slot is not None)
    return (
        f"// {_WRITTEN}\n"
        "// The place of each tool among the colours of series: a tool keeps its colour on every page.\n"
        f"window.aiUsage.toolColours = {{ {listed} }};\n"
    )


def _kinds(kits: Mapping[str, Kit]) -> str:
    own = {vendor: namespace for kit in kits.values() for vendor, namespace in kit.vendor_users.items()}
    members = "".join(f'    {name.upper()} = "{name}"\n' for name in own)
    namespaces = "".join(f'    Kind.{name.upper()}: "{namespace}",\n' for name, namespace in own.items())
    return _KINDS.format(written=_WRITTEN, members=members, namespaces=namespaces)
