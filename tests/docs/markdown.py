"""Just enough Markdown for tests: links, headings, fenced blocks, tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_NAME = re.compile(r"`([^`]+)`")


def pages() -> list[Path]:
    """Every page that belongs to the documentation."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "models/custom/README.md"]
    return sorted(path for path in found if path.is_file())


def prose(text: str) -> str:
    """The text without fenced blocks."""
    return _FENCE.sub("", text)


def links(text: str) -> list[str]:
    """Targets of the links in the prose."""
    return _LINK.findall(prose(text))


def blocks(text: str, language: str) -> list[str]:
    """Fenced blocks of one language."""
    return [body for name, body in _FENCE.findall(text) if name == language]


def anchors(text: str) -> set[str]:
    """Anchors that a page's headings have: lower case, blanks to dashes, other signs out."""
    return {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower()).replace(" ", "-")
        for heading in _HEADING.findall(prose(text))
    }


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what stands below it, and the names in the first column of its tables."""

    title: str
    text: str

    @property
    def columns(self) -> list[str]:
        """Names in backticks in the first cell of each table row."""
        rows = [line for line in self.text.splitlines() if line.startswith("| `")]
        return [name for row in rows for name in _NAME.findall(row.split("|")[1])]


def sections(text: str, level: int) -> list[Section]:
    """Sections of one heading level, each up to the next heading of the same or a higher level."""
    parts = re.split(rf"^(#{{1,{level}}}) (.+)$", text, flags=re.MULTILINE)
    triples = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return [Section(title.strip(" `"), body) for marks, title, body in triples if len(marks) == level]
