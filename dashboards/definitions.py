"""Definitions of metrics, read from docs/metrics.md: one source for documentation, YAML and pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from dashboards.errors import SiteError

METRICS = Path(__file__).parent.parent / "docs" / "metrics.md"
_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SHARED = "Columns that many tables have"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a metric is, as plain text with code in backticks, and its place on the definitions' page."""

    name: str
    text: str
    unit: str
    null_when: str
    anchor: str


def anchor(heading: str) -> str:
    """The address of a heading within its page, as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def definitions(path: Path = METRICS) -> dict[str, Definition]:
    """Every definition by `table`, `table.column` and `terms.word`.

    Raises:
        SiteError: docs/metrics.md is not there.
    """
    found: dict[str, Definition] = {}
    section, parent = "", ""
    tokens = _tokens(path)
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = _text(tokens[index + 1])
            section = heading
            parent = heading if token.tag == "h2" else parent
        elif (
            token.type == "paragraph_open"
            and section
            and _TABLE_NAME.fullmatch(section)
            and section not in found
        ):
            found[section] = Definition(section, _prose(tokens[index + 1]), "", "", anchor(section))
        elif token.type == "tr_open":
            _add_row(found, _cells(tokens, index), section, parent)
    return found


def definition(reference: str, place: str, path: Path = METRICS) -> Definition:
    """The definition that a page names; a column that many tables share is found under its table's name too.

    Raises:
        SiteError: there is none; `place` names page and chart.
    """
    known = definitions(path)
    table, _, column = reference.partition(".")
    found = known.get(reference) or (known.get(f"shared.{column}") if table in known else None)
    for suffix in ("_14_weeks_ago", "_change"):
        found = found or known.get(reference.removesuffix(suffix))
    if found is None:
        raise SiteError(f"{place} names the definition `{reference}`, which docs/metrics.md does not have.")
    return found


def definitions_page(path: Path = METRICS) -> str:
    """docs/metrics.md as HTML for the site, headings with anchors, links to other files as plain text."""
    tokens = _tokens(path)
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(_text(tokens[index + 1])))
        elif token.type == "inline":
            _unlink(token)
    # The page has its own first heading.
    body = tokens[3:] if tokens and tokens[0].tag == "h1" else tokens
    return str(_markdown().renderer.render(body, _markdown().options, {}))


def _tokens(path: Path) -> list[Token]:
    try:
        return _markdown().parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SiteError(
            "docs/metrics.md, which defines every metric, is missing.", "Restore the file."
        ) from error


def _add_row(found: dict[str, Definition], cells: list[Token], section: str, parent: str) -> None:
    if len(cells) < 2:
        return
    names = re.findall(r"[a-z][a-z0-9_]*", _text(cells[0])) if cells[0].content.startswith("`") else []
    if section == "Terms":
        word = _text(cells[0])
        found[f"terms.{word.replace(' ', '_')}"] = Definition(word, _prose(cells[1]), "", "", "terms")
    elif names and parent == "Tables" and len(cells) >= 3:
        table = "shared" if section == _SHARED else section
        null_when = _prose(cells[3]) if len(cells) > 3 else ""
        for name in names:
            entry = Definition(name, _prose(cells[2]), _text(cells[1]), null_when, anchor(section))
            found[f"{table}.{name}"] = entry


def _cells(tokens: list[Token], row: int) -> list[Token]:
    """Contents of the cells of a table's body row."""
    cells: list[Token] = []
    for index in range(row + 1, len(tokens)):
        if tokens[index].type == "tr_close":
            return cells
        if tokens[index].type == "td_open":
            cells.append(tokens[index + 1])
    return cells


def _text(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [] if child.type in {"text", "code_inline"})


def _prose(inline: Token) -> str:
    """The text with code in backticks and without any other mark."""
    pieces = {"text": "{}", "code_inline": "`{}`", "softbreak": " "}
    children = inline.children or []
    return "".join(pieces.get(child.type, "").format(child.content) for child in children).strip()


def _unlink(inline: Token) -> None:
    """Take links off that lead out of the page; nested links do not exist in Markdown."""
    kept, inside = [], False
    for child in inline.children or []:
        if child.type == "link_open":
            inside = str(child.attrGet("href")).startswith("#")
        if child.type not in {"link_open", "link_close"} or inside:
            kept.append(child)
        if child.type == "link_close":
            inside = False
    inline.children = kept
