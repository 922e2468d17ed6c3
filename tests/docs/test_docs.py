"""The documentation keeps what it promises: links lead somewhere, names exist, some words are never said."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from orchestration.metrics.published import published
from tests.docs.markdown import ROOT, Section, anchors, links, pages, sections
from tests.docs.published import MARTS

PAGES = pages()
METRICS = ROOT / "docs/metrics.md"
SHARED = "Columns that many tables have"

FORBIDDEN = {
    "data without names is still about people": re.compile(r"\banonym", re.IGNORECASE),
    "a package registry's address": re.compile(
        r"py[p]i[.]org|python[h]osted[.]org|registry[.]npmjs|index-url|proxy[.]golang", re.IGNORECASE
    ),
    "a path of one machine": re.compile(r"(?<![\w.])/(?:work|tmp|root|home|Users|mnt|var)/"),
    "a note to ourselves": re.compile(r"\b(?:TODO|FIXME|TBD|XXX)\b"),
    "a person's address": re.compile(r"[\w.+-]+@(?!example\.|[\w-]+\.example\b)[\w-]+\.[a-z]{2,}"),
}


@cache
def documented() -> dict[str, Section]:
    """Sections of docs/metrics.md by table."""
    return {section.title: section for section in sections(METRICS.read_text(encoding="utf-8"), level=3)}


def shared_columns() -> set[str]:
    """Columns that are defined once for all tables."""
    return set(documented()[SHARED].columns)


def test_every_published_model_has_its_yaml() -> None:
    models = {path.stem for path in MARTS.rglob("*.sql")}
    assert models, "no published model was found"
    assert {f"ref('{name}')" for name in models} <= {table.dependency for table in published().values()}


@pytest.mark.parametrize("table", sorted(published()))
def test_published_tables_and_columns_are_described(table: str) -> None:
    """What `dbt docs` shows, and the type that the contract enforces."""
    declared = published()[table]
    assert declared.description.strip()
    assert declared.columns, "no column is declared"
    undescribed = [
        name
        for name, column in declared.columns.items()
        if not column.get("description", "").strip() or not column.get("data_type")
    ]
    assert undescribed == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and anchor not in anchors(path.read_text(encoding="utf-8"))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_nothing_is_said_that_must_not_be(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = {why: pattern.findall(text)[:3] for why, pattern in FORBIDDEN.items() if pattern.search(text)}
    assert found == {}


def test_forbidden_words_are_recognised() -> None:
    """The patterns themselves: each finds its example, and leaves its neighbour alone."""
    registry, folder = "https://py" + "pi.org/simple", "in /" + "tmp/x"
    bad = ["Anonymous data", registry, folder, "TODO later", "to maya@corp.test"]
    good = ["a pseudonym", "https://docs.github.com", "models/tmp/x", "todos", "maya@asterlane.example"]
    for pattern, wrong, right in zip(FORBIDDEN.values(), bad, good, strict=True):
        assert pattern.search(wrong)
        assert not pattern.search(right)


def test_every_published_table_has_a_section_and_every_section_a_table() -> None:
    assert set(documented()) - {SHARED} == set(published())


@pytest.mark.parametrize("table", sorted(published()))
def test_columns_are_documented_by_their_names(table: str) -> None:
    """Both ways: no column without a definition, no definition without a column."""
    columns, own = set(published()[table].columns), documented()[table].columns
    assert len(own) == len(set(own)), "a column is defined twice"
    then_and_now = {name for name in columns if name.endswith(("_14_weeks_ago", "_change"))}
    based_on = {re.sub(r"_(14_weeks_ago|change)$", "", name) for name in then_and_now}
    assert based_on <= columns, "a comparison with a metric that is not there"
    assert set(own) - columns == set(), "documented, but not in the table"
    assert columns - set(own) - shared_columns() - then_and_now == set(), "in the table, but not documented"


def test_every_decision_has_its_own_number_and_all_parts() -> None:
    decisions = sorted(path for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert len(numbers) == len(set(numbers)), "two decisions share a number"
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} "), f"{path.name} does not begin with its number"


def test_exit_codes_are_documented() -> None:
    from orchestration.night import ExitCode

    rows = re.findall(r"^\| (\d) \| ([a-z ]+) \|", (ROOT / "docs/deploy.md").read_text(encoding="utf-8"), re.M)
    written = {int(code): name.replace(" ", "_").upper() for code, name in rows}
    assert written == {int(code): code.name for code in ExitCode}


def test_the_home_page_of_dbt_docs_leads_to_every_published_table() -> None:
    """An analyst landed on dbt's own welcome page."""
    page = (ROOT / "models" / "overview.md").read_text(encoding="utf-8")
    named = re.findall(r"#!/model/model\.ai_usage\.(\w+)\)", page)
    marts = sorted(path.stem for path in (ROOT / "models" / "marts").rglob("*.sql"))
    assert page.startswith("{% docs __overview__ %}")
    assert sorted(named) == marts
